"""A server on loopback that gives every answer YouTube, or a network in between, is known to give.

The first characters of a video's id choose the answer; see `TITLES` and `PICTURES`.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage

from gui.youtube.services import Services

LOG_IN = b"<!DOCTYPE html><html><title>Log in</title><p>Welcome to the hotel</p></html>"
MARKUP = '<b>bold</b><img src="http://127.0.0.1:1/x.png"><script>alert(1)</script>'
HUGE = 1 << 30


def jpeg(color: str = "#3060a0", width: int = 320, height: int = 180) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPEG", 90)  # type: ignore[call-overload]
    return bytes(data.data())


def title(text: str, channel: str = "A channel") -> bytes:
    return json.dumps({"type": "video", "title": text, "author_name": channel}).encode()


Answer = tuple[int, dict[str, str], bytes]

TITLES: dict[str, Callable[[str, int], Answer]] = {
    "401": lambda *_: (401, {}, b"Unauthorized"),
    "403": lambda *_: (403, {}, b"Forbidden"),
    "404": lambda *_: (404, {}, b"Not Found"),
    "forb": lambda *_: (200, {}, b"Forbidden"),
    "429": lambda _, n: (429, {"Retry-After": "1"}, b"") if n == 1 else (200, {}, title("Later")),
    "500": lambda _, n: (500, {}, b"oops") if n == 1 else (200, {}, title("After 500")),
    "html": lambda *_: (200, {"Content-Type": "text/html"}, LOG_IN),
    "h401": lambda *_: (401, {}, LOG_IN),
    "h404": lambda *_: (404, {}, LOG_IN),
    "utf8": lambda *_: (200, {}, b'{"title": "caf\xe9 \xff\xfe", "author_name": "\xc3\xa9"}'),
    "mark": lambda *_: (200, {}, title(MARKUP, "<i>me</i>")),
    "ctrl": lambda *_: (200, {}, title("a\nb\x00c\u202ed\u2028e", "x\ty")),
    "deep": lambda *_: (200, {}, b"[" * 60_000),
    "list": lambda *_: (200, {}, b"[1, 2]"),
    "none": lambda *_: (200, {}, b'{"title": null}'),
    "long": lambda *_: (200, {}, title("x" * 30_000)),
}


class YoutubeServer(ThreadingHTTPServer):
    """The server.

    Attributes
    ----------
    asked : list of str
        The paths that were asked for.
    most_at_once : int
        How many requests ran at the same time, at most.
    delay_s : float
        How long each answer takes.
    n_huge_bytes : int
        How much of the huge bodies could be sent.
    elsewhere : str
        Where redirects to another server go.
    """

    daemon_threads = False  # closing waits for them
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.most_at_once = self._running = 0
        self.delay_s = 0.0
        self.n_huge_bytes = 0
        self.elsewhere = ""
        self.release = threading.Event()
        self.jpeg, self.grey = jpeg(), jpeg("#808080", 120, 90)
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def services(self) -> Services:
        return Services(f"{self.address}/oembed", f"{self.address}/vi")

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self._connections.append(connection)
        return connection, address

    def hang_up(self) -> None:
        """End the connections that are kept open for more requests."""
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def begin(self, path: str) -> int:
        with self._lock:
            self.asked.append(path)
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
            return self.asked.count(path)

    def end(self) -> None:
        with self._lock:
            self._running -= 1

    def handle_error(self, *_: object) -> None:
        """Say nothing: whoever asked may have gone."""


@contextmanager
def serving() -> Iterator[YoutubeServer]:
    server = YoutubeServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: YoutubeServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        n_th = self.server.begin(self.path)
        try:
            if self.server.delay_s:
                time.sleep(self.server.delay_s)
            parts = urlsplit(self.path)
            if parts.path == "/oembed":
                query = parse_qs(parts.query)
                assert query["format"] == ["json"]
                key = query["url"][0].removeprefix("https://www.youtube.com/watch?v=")
                self._answer(key, *self._title(key, n_th))
            else:
                key = parts.path.removeprefix("/vi/").removesuffix("/mqdefault.jpg")
                self._answer(key, *self._picture(key))
        finally:
            self.server.end()

    def _title(self, key: str, n_th: int) -> Answer:
        for begin, answer in TITLES.items():
            if key.startswith(begin):
                return answer(key, n_th)
        return 200, {}, title(f"Title of {key}")

    def _picture(self, key: str) -> Answer:
        match key[:4]:
            case "p404":
                return 404, {}, self.server.grey
            case "pbig":
                return 200, {}, jpeg(width=2000, height=1500)
            case "pbad":
                return 200, {}, self.server.jpeg[:40]
            case "html":
                return 200, {"Content-Type": "image/jpeg"}, LOG_IN
        return 200, {"Content-Type": "image/jpeg"}, self.server.jpeg

    def _answer(self, key: str, status: int, headers: dict[str, str], body: bytes) -> None:
        match key[:4]:
            case "away":
                status, headers = 302, {"Location": f"{self.server.elsewhere}/stolen"}
            case "home" if "moved" not in self.path:
                status, headers = 302, {"Location": f"{self.path}&moved=1"}
            case "loop":
                status, headers = 302, {"Location": self.path}
            case "huge":
                self._send_huge()
                return
            case "hang":
                self.server.release.wait(30)
                return
            case "drip":
                self._drip()
                return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "who=you")
        self.end_headers()
        assert "Cookie" not in self.headers
        self.wfile.write(body)

    def _send_huge(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(HUGE))
        self.end_headers()
        piece = b"\xff\xd8\xff" + b" " * 65_533
        for _ in range(HUGE // len(piece)):
            self.wfile.write(piece)
            self.server.n_huge_bytes += len(piece)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        while not self.server.release.wait(0.05):
            self.wfile.write(b" ")

    def log_message(self, *_: object) -> None:
        pass
