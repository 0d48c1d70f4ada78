"""The look-up of YouTube ids, against a real server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.catalog import youtube_ids
from core.catalog.youtube_ids import YoutubeIds
from core.errors import Cancelled
from core.jobs import Job

NOT_FOUND = (
    b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code>"
    b"<Message>The specified key does not exist.</Message></Error>"
)
ANSWERS: dict[str, tuple[int, bytes]] = {
    "nXSc": (200, b'i("nXSc","0sf943sWZls");'),
    "ab01": (200, b'i("ab01","-_cdefghijk");\n'),
    "gone": (200, NOT_FOUND),
    "den1": (403, NOT_FOUND),
    "non1": (404, b""),
    "oops": (500, b"internal error"),
    "swap": (200, b'i("nXSc","0sf943sWZls");'),
    "shrt": (200, b'i("shrt","tooshort");'),
    "evil": (200, b'i("evil","<script>abc");alert(1)'),
    "long": (200, b'i("long","0sf943sWZls");' + b" " * 100_000 + b"x"),
    "html": (200, b"<html>Log in to the network</html>"),
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    asked: list[str]
    release: threading.Event


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        key = self.path.rpartition("/")[2].removesuffix(".js")
        if key == "slow":
            self.server.release.wait(30)
            return
        if key == "half":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ni(")
            return
        status, body = ANSWERS[key]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server(("127.0.0.1", 0), _Handler)
    made.asked, made.release = [], threading.Event()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.release.set()
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def ids(server: _Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> YoutubeIds:
    monkeypatch.setattr(youtube_ids, "_TIMEOUT_S", 0.5)
    address = f"http://127.0.0.1:{server.server_address[1]}/2/j/i"
    return YoutubeIds(tmp_path / "home" / "ids.sqlite", address)


def test_ids_are_found_and_asked_for_once(ids: YoutubeIds, server: _Server):
    assert ids.known(["nXSc"]) == {}
    expected = {"nXSc": "0sf943sWZls", "ab01": "-_cdefghijk"}
    assert ids.resolve(["nXSc", "ab01", "nXSc"]) == expected
    assert sorted(server.asked) == ["/2/j/i/ab/ab01.js", "/2/j/i/nX/nXSc.js"]
    assert ids.resolve(["nXSc", "ab01"]) == expected
    assert ids.known(["nXSc"]) == {"nXSc": "0sf943sWZls"}
    assert len(server.asked) == 2


@pytest.mark.parametrize("key", ["gone", "den1", "non1"])
def test_videos_that_are_gone_are_remembered_for_a_while(
    ids: YoutubeIds, server: _Server, key: str, monkeypatch: pytest.MonkeyPatch
):
    assert ids.resolve([key]) == ids.resolve([key]) == {}
    assert len(server.asked) == 1
    monkeypatch.setattr(youtube_ids, "_ASK_AGAIN_S", 0)
    assert ids.resolve([key]) == {}
    assert len(server.asked) == 2


@pytest.mark.parametrize("key", ["oops", "swap", "shrt", "evil", "long", "html", "slow", "half"])
def test_wrong_answers_are_no_answers_and_asked_for_again(
    ids: YoutubeIds, server: _Server, key: str
):
    assert ids.resolve([key, "nXSc"]) == {"nXSc": "0sf943sWZls"}
    assert ids.resolve([key]) == {}
    assert len(server.asked) == 3


def test_keys_that_are_none_are_not_asked_for(ids: YoutubeIds, server: _Server):
    assert ids.resolve(["", "abc", "../x", "ab/c", "abcde", "äbcd", "dQw4w9WgXcQ"]) == {}
    assert server.asked == []


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ids = YoutubeIds(tmp_path / "ids.sqlite", "http://127.0.0.1:9/2/j/i")
    assert ids.resolve(["nXSc"]) == {}
    assert not (tmp_path / "ids.sqlite").exists()


def test_a_damaged_or_unwritable_cache_only_costs_asking_again(
    ids: YoutubeIds, tmp_path: Path, server: _Server
):
    cache = tmp_path / "home" / "ids.sqlite"
    cache.parent.mkdir()
    cache.write_bytes(b"this is no database" * 100)
    for _ in range(2):
        assert ids.resolve(["nXSc"]) == {"nXSc": "0sf943sWZls"}
    assert ids.resolve(["nXSc"]) == ids.known(["nXSc"]) == {"nXSc": "0sf943sWZls"}
    nowhere = YoutubeIds(Path("/proc/soundalike/ids.sqlite"), ids._service)
    assert nowhere.resolve(["nXSc"]) == {"nXSc": "0sf943sWZls"}


def test_cancelling_keeps_what_was_found(ids: YoutubeIds):
    job = Job(lambda *_: job.cancel())
    with pytest.raises(Cancelled):
        ids.resolve(["nXSc", "ab01"], job)
    assert ids.known(["nXSc"]) == {"nXSc": "0sf943sWZls"}
