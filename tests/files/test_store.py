"""Fetching, importing and verifying: only the published bytes are ever placed."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.errors import Cancelled, DownloadError
from core.files import store
from core.jobs import Job
from core.pinned import CHECKPOINT, FILES, PCA, PinnedFile

CONTENT = bytes(range(256)) * 20_000


@pytest.fixture
def server():
    """A real HTTP server on loopback; its `behaviour` answers each request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.behaviour(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def answer(status, body, length=None):
    def behaviour(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return behaviour


@pytest.fixture
def pinned(server, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return PinnedFile(
        "file.bin",
        len(CONTENT),
        hashlib.sha256(CONTENT).hexdigest(),
        f"http://127.0.0.1:{server.server_port}/file.bin",
    )


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_what_the_server_has_is_placed_and_verified(server, pinned, tmp_path):
    server.behaviour = answer(200, CONTENT)
    assert store.fetch(tmp_path, Job(), [pinned]) == ["file.bin: fetched"]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert store.verify(tmp_path, Job(), [pinned]) == ["file.bin: verified"]
    assert store.status(tmp_path, [pinned]) == [f"file.bin: {len(CONTENT)} bytes"]
    server.behaviour = answer(500, b"")
    assert store.fetch(tmp_path, Job(), [pinned]) == ["file.bin: already there"]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answer(404, b"not found"), "the server answered 404"),
        (answer(200, b"<html>Please log in</html>"), "is not the published file"),
        (answer(200, CONTENT[:-1] + b"!"), "is not the published file"),
        (answer(200, CONTENT + b"more"), "is not the published file"),
        (answer(200, CONTENT[:1000], length=len(CONTENT)), "could not be fetched"),
    ],
    ids=["missing", "login page", "other bytes", "too long", "breaks off"],
)
def test_anything_else_is_refused_and_nothing_is_left(server, pinned, tmp_path, behaviour, words):
    server.behaviour = behaviour
    with pytest.raises(DownloadError, match=words):
        store.fetch(tmp_path, Job(), [pinned])
    assert names(tmp_path) == []


def test_a_server_that_is_not_there_is_one_clear_error(tmp_path, pinned, server):
    nowhere = PinnedFile("file.bin", 1, "0" * 64, "http://127.0.0.1:9/file.bin")
    with pytest.raises(DownloadError, match="could not be fetched") as raised:
        store.fetch(tmp_path, Job(), [nowhere])
    assert "files import" in raised.value.hint


def test_fetching_can_be_cancelled(server, pinned, tmp_path):
    server.behaviour = answer(200, CONTENT)
    job = Job(lambda stage, fraction: job.cancel())
    with pytest.raises(Cancelled):
        store.fetch(tmp_path, job, [pinned])
    assert names(tmp_path) == []


def test_importing_goes_by_content(tmp_path, pca_file):
    disguised = tmp_path / "holiday.jpg"
    disguised.write_bytes(pca_file.read_bytes())
    folder = tmp_path / "files"
    store.import_files([disguised], folder, Job())
    assert names(folder) == [PCA.name]
    assert (folder / PCA.name).read_bytes() == pca_file.read_bytes()
    assert f"{CHECKPOINT.name}: missing" in store.status(folder)[0]
    with pytest.raises(DownloadError, match=f"{CHECKPOINT.name} is missing"):
        store.verify(folder, Job())


def test_importing_refuses_all_if_one_is_wrong(tmp_path, pca_file):
    wrong = tmp_path / PCA.name
    wrong.write_bytes(b"not it")
    folder = tmp_path / "files"
    for paths in ([pca_file, wrong], [pca_file, tmp_path / "none"], []):
        with pytest.raises(DownloadError):
            store.import_files(paths, folder, Job())
        assert names(folder) == []


def test_a_damaged_file_is_found(tmp_path):
    for file in FILES:
        (tmp_path / file.name).write_bytes(b"damaged")
    assert "wrong size" in store.status(tmp_path)[0]
    with pytest.raises(DownloadError, match="is damaged"):
        store.verify(tmp_path, Job())
