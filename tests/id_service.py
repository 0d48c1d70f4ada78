"""A server on loopback that answers as the service of YouTube ids does, or does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOT_FOUND = (
    b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code>"
    b"<Message>The specified key does not exist.</Message></Error>"
)
DENIED = (
    b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code>"
    b"<Message>Access denied.</Message></Error>"
)
LOG_IN = b"<!DOCTYPE html><html>Log in to the network</html>"

STALL = (0, b"")
"""Stands for no answer at all."""

Answers = dict[str, tuple[int, bytes]]


class IdService(ThreadingHTTPServer):
    """The server.

    Attributes
    ----------
    answers : dict
        Status and body by key, or `STALL`. Of itself "drip" sends a byte now and then, and "half"
        breaks off.
    otherwise : (int, bytes)
        For all other keys.
    asked : list of str
        The paths that were asked for.
    """

    daemon_threads = True

    def __init__(self, answers: Answers, otherwise: tuple[int, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.otherwise = answers, otherwise
        self.asked: list[str] = []
        self.release = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/2/j/i"

    def handle_error(self, *_: object) -> None:
        """Say nothing: whoever asked may have gone."""


@contextmanager
def serving(answers: Answers, otherwise: tuple[int, bytes] = (500, b"")) -> Iterator[IdService]:
    """Run a server until the end of the block."""
    server = IdService(answers, otherwise)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: IdService

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        key = self.path.rpartition("/")[2].removesuffix(".js")
        if key in ("half", "drip"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ni(")
            while key == "drip" and not self.server.release.wait(0.1):
                self.wfile.write(b" ")
            return
        status, body = self.server.answers.get(key, self.server.otherwise)
        if status == 0:
            self.server.release.wait(30)
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
