"""A server on loopback for the player's page: YouTube wants to know who shows its videos.

A page without an address of http or https sends no referrer, and YouTube then refuses to play
(error 153 of https://developers.google.com/youtube/iframe_api_reference#onError).
"""

from __future__ import annotations

import secrets

from PySide6.QtCore import QObject, QUrl
from PySide6.QtNetwork import QHostAddress, QTcpServer, QTcpSocket

from gui.player.page import Page

_LONGEST_REQUEST = 16 * 1024
_MOST_CONNECTIONS = 8


class PageServer(QObject):
    """Serves one page at one address that nobody can guess, and nothing else, while it lives.

    Lives in the window's thread and never blocks it: Qt's sockets tell when there is something.

    Parameters
    ----------
    page : Page

    Raises
    ------
    OSError
        If loopback has no port free.
    """

    def __init__(self, page: Page, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._path = f"/{secrets.token_urlsafe(24)}"
        self._received: dict[QTcpSocket, bytes] = {}
        self._server = QTcpServer(self)
        self._server.newConnection.connect(self._on_connection)
        if not self._server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost)):
            raise OSError(self._server.errorString())

    @property
    def url(self) -> QUrl:
        """The page's address."""
        return QUrl(f"http://{self._host}{self._path}")

    @property
    def _host(self) -> str:
        return f"127.0.0.1:{self._server.serverPort()}"

    def close(self) -> None:
        """Answer nothing any more."""
        self._server.close()
        for socket in list(self._received):
            socket.abort()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            if len(self._received) >= _MOST_CONNECTIONS:
                # A browser asks at once: who has waited longest is idle.
                next(iter(self._received)).abort()
            self._received[socket] = b""
            socket.readyRead.connect(self._on_ready)
            socket.disconnected.connect(self._on_disconnected)

    def _on_ready(self) -> None:
        socket = self.sender()
        if not isinstance(socket, QTcpSocket) or socket not in self._received:
            return
        head = self._received[socket] + bytes(socket.readAll().data())
        self._received[socket] = head
        if b"\r\n\r\n" in head:
            socket.write(self._answer(head))
            socket.disconnectFromHost()
        elif len(head) > _LONGEST_REQUEST:
            socket.abort()

    def _on_disconnected(self) -> None:
        socket = self.sender()
        if isinstance(socket, QTcpSocket):
            self._received.pop(socket, None)
            socket.deleteLater()

    def _answer(self, request: bytes) -> bytes:
        first, *fields = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        headers = dict(field.lower().partition(":")[::2] for field in fields)
        # Another name for this address would be a page elsewhere that reaches in by its own name.
        is_ours = headers.get("host", "").strip() == self._host
        if not is_ours or first not in (f"GET {self._path} HTTP/1.1", f"GET {self._path} HTTP/1.0"):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        lines = (
            "HTTP/1.1 200 OK",
            "Content-Type: text/html; charset=utf-8",
            f"Content-Length: {len(self._page.body)}",
            f"Content-Security-Policy: {self._page.policy}",
            # YouTube learns that a page on this computer shows the video, not its secret path.
            "Referrer-Policy: strict-origin-when-cross-origin",
            "X-Content-Type-Options: nosniff",
            "Cache-Control: no-store",
            "Connection: close",
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self._page.body
