"""A real server on loopback that serves files and misbehaves on demand."""

from __future__ import annotations

import re
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

Behaviour = Callable[["Answering", bytes], None]


@dataclass
class WebServer:
    """What is served and how; `behaviour` may be changed at any time.

    Attributes
    ----------
    address : str
        To be named as a mirror.
    files : dict
        Content by name.
    behaviour : callable
        Answers a request for a file; `serve` is the good one.
    asked : list of (str, str)
        Name and ``Range`` of each request, in order.
    n_sent : int
        Bytes of bodies.
    released : Event
        Set at the end: what `halting` waits for.
    """

    address: str
    files: dict[str, bytes]
    behaviour: Behaviour
    asked: list[tuple[str, str]] = field(default_factory=list)
    n_sent: int = 0
    released: threading.Event = field(default_factory=threading.Event)


class Answering(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    served: WebServer

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        self.served.asked.append((name, self.headers.get("Range", "")))
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):
            self.served.behaviour(self, self.served.files.get(name, b""))

    def head(self, status: int, **headers: object) -> None:
        self.send_response(status)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def send(self, body: bytes) -> None:
        for begin in range(0, len(body), 1 << 16):
            self.wfile.write(body[begin : begin + (1 << 16)])
            self.served.n_sent += len(body[begin : begin + (1 << 16)])

    def log_message(self, *_: object) -> None:
        pass


def tag(content: bytes) -> str:
    return f'"{len(content)}-{hash(content) & 0xFFFF:x}"'


def wanted(request: Answering, content: bytes) -> int:
    """Return where the answer begins, as a server that knows ranges and tags reads it."""
    found = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    if found is None or request.headers.get("If-Range", tag(content)) != tag(content):
        return 0
    return int(found[1])


def serve(request: Answering, content: bytes, most: int | None = None) -> None:
    """Answer as one should; with `most`, break off after so many bytes."""
    begin = wanted(request, content)
    body = content[begin:]
    common = {"Content_Length": len(body), "ETag": tag(content)}
    if not content:
        request.head(404, Content_Length=0)
    elif begin >= len(content):
        request.head(416, Content_Length=0)
    elif begin:
        span = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        request.head(206, Content_Range=span, **common)
        request.send(body[:most])
    else:
        request.head(200, **common)
        request.send(body[:most])


def without_ranges(request: Answering, content: bytes, most: int | None = None) -> None:
    request.head(200, Content_Length=len(content))
    request.send(content[:most])


def halting(n_bytes: int) -> Behaviour:
    """Send so many bytes, and then nothing for long."""

    def behaviour(request: Answering, content: bytes) -> None:
        serve(request, content, n_bytes)
        request.wfile.flush()
        request.served.released.wait(60)

    return behaviour


def slowly(request: Answering, content: bytes) -> None:
    """Ten bytes a second."""
    request.head(200, Content_Length=len(content), ETag=tag(content))
    for begin in range(0, len(content), 1):
        request.wfile.write(content[begin : begin + 1])
        request.wfile.flush()
        time.sleep(0.1)


def dripping(line: bytes) -> Behaviour:
    """Send this again and again instead of an answer, each time before anyone loses patience."""

    def behaviour(request: Answering, _: bytes) -> None:
        while not request.served.released.wait(0.02):
            request.wfile.write(line)
            request.wfile.flush()

    return behaviour


def body(content: bytes, status: int = 200, **headers: object) -> Behaviour:
    """Answer every request alike, whatever is asked for."""

    def behaviour(request: Answering, _: bytes) -> None:
        request.head(status, **{"Content_Length": len(content), **headers})
        request.send(content)

    return behaviour


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Answer the first request by the first one, and so on; the last one stays."""
    left = list(behaviours)
    lock = threading.Lock()

    def behaviour(request: Answering, content: bytes) -> None:
        with lock:
            chosen = left.pop(0) if len(left) > 1 else left[0]
        chosen(request, content)

    return behaviour


class Certificate(NamedTuple):
    """A certificate for localhost that nobody has signed but itself."""

    key: Path
    chain: Path

    @classmethod
    def made(cls, folder: Path) -> Certificate:
        own = cls(folder / "key.pem", folder / "certificate.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
            + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
            + ["-keyout", str(own.key), "-out", str(own.chain)],
            check=True,
            capture_output=True,
        )
        return own


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # the end waits for them

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what is tested."""


@contextmanager
def web_server(
    files: dict[str, bytes], certificate: Certificate | None = None
) -> Iterator[WebServer]:
    class Handler(Answering):
        pass

    server = _Server(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        # The handshake belongs to the thread of the request: a client that never ends it stops
        # nobody else.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        address = f"https://localhost:{server.server_port}"
    Handler.served = WebServer(address, files, serve)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Handler.served
    finally:
        Handler.served.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
