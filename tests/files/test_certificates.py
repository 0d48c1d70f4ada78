"""Encrypted servers: the system's certificates count, and no others."""

from __future__ import annotations

import http.server
import ssl
import subprocess
import threading

import pytest

from core.errors import DownloadError
from core.files import store
from core.files.mirrors import Mirror
from core.jobs import Job
from tests.files.test_store import CONTENT, PINNED, QUICK


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost that nobody has signed but itself."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return key, certificate


@pytest.fixture
def address(certificate, monkeypatch):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_):
            """A client that hangs up is what is tested."""

    key, chain = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_certificate_that_the_system_does_not_know_is_refused_at_once(address, tmp_path):
    with pytest.raises(DownloadError, match="certificate is not one that this machine trusts"):
        store.fetch(tmp_path / "files", Job(), [PINNED], Mirror.parse(address), QUICK)
    assert not (tmp_path / "files" / "file.bin").exists()


def test_one_that_the_system_trusts_is_accepted(address, certificate, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    store.fetch(tmp_path / "files", Job(), [PINNED], Mirror.parse(address), QUICK)
    assert (tmp_path / "files" / "file.bin").read_bytes() == CONTENT
