"""Small files from two servers, through Qt's own network stack and the system's proxy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtNetwork import (
    QDnsLookup,
    QHostAddress,
    QNetworkAccessManager,
    QNetworkProxyFactory,
    QNetworkReply,
    QNetworkRequest,
)

from gui.youtube.proxies import proxy_to

TIMEOUT_S = 10.0
_MOST_REDIRECTS = 3
_PIECE = 64 * 1024
_USER_AGENT = b"Soundalike"


@dataclass(frozen=True)
class Response:
    """Response of a server.

    Attributes
    ----------
    status : int
        HTTP's, or 0 where there was no whole answer of an acceptable size from the right server.
    body : bytes
    retry_after : str
        The header of that name.
    is_reached : bool
        Whether anybody answered at all.
    """

    status: int
    body: bytes = b""
    retry_after: str = ""
    is_reached: bool = True


class Fetcher(QObject):
    """Asks for files; how many at once is up to the one who asks.

    Redirects to another server are refused, cookies neither sent nor kept, and no file is read
    beyond its limit or waited for beyond the time-out.

    Parameters
    ----------
    timeout_s : float
        For a whole answer.
    """

    def __init__(self, parent: QObject | None = None, timeout_s: float = TIMEOUT_S) -> None:
        super().__init__(parent)
        self._timeout_ms = round(timeout_s * 1000)
        QNetworkProxyFactory.setUseSystemConfiguration(True)
        self._manager = QNetworkAccessManager(self)
        self._running: list[_Fetch] = []
        self._waiting: list[Callable[[], None]] = []
        self._is_ready = False
        self._preparing = QDnsLookup(self)
        self._prepare()

    def _prepare(self) -> None:
        """Have Qt read the system's certificates in a thread of its own.

        It does so once, at the first use of TLS, for 0.1 s and more, with Python's lock held: from
        Python no thread can do it without the window's standing still. A look-up of a name over TLS
        runs in Qt's threads; this one is sent to a port of this machine where nobody listens.
        """
        over_tls = QDnsLookup.Protocol.DnsOverTls
        if not QDnsLookup.isProtocolSupported(over_tls):
            self._is_ready = True
            return
        nobody = QHostAddress(QHostAddress.SpecialAddress.LocalHost)
        self._preparing.setNameserver(over_tls, nobody, 1)
        self._preparing.setType(QDnsLookup.Type.A)
        self._preparing.setName("localhost")
        self._preparing.finished.connect(self._on_ready)
        self._preparing.lookup()

    def _on_ready(self) -> None:
        self._is_ready = True
        waiting, self._waiting = self._waiting, []
        for begin in waiting:
            begin()

    def get(self, address: str, most_bytes: int, done: Callable[[Response], None]) -> None:
        """Ask for one file; `done` is called once, later, unless the fetcher is closed first."""
        begin = partial(self._begin, address, most_bytes, done)
        if self._is_ready:
            begin()
        else:
            self._waiting.append(begin)

    def _begin(self, address: str, most_bytes: int, done: Callable[[Response], None]) -> None:
        request = QNetworkRequest(QUrl(address))
        attribute, manual = QNetworkRequest.Attribute, QNetworkRequest.LoadControl.Manual
        for what in (
            attribute.CookieLoadControlAttribute,
            attribute.CookieSaveControlAttribute,
            attribute.AuthenticationReuseAttribute,
        ):
            request.setAttribute(what, manual)
        request.setAttribute(
            attribute.RedirectPolicyAttribute,
            QNetworkRequest.RedirectPolicy.SameOriginRedirectPolicy,
        )
        request.setMaximumRedirectsAllowed(_MOST_REDIRECTS)
        request.setRawHeader(b"User-Agent", _USER_AGENT)
        self._manager.setProxy(proxy_to(request.url()))
        reply = self._manager.get(request)

        def finish(answer: Response) -> None:
            self._running.remove(fetch)
            done(answer)

        fetch = _Fetch(reply, most_bytes, self._timeout_ms, finish, self)
        self._running.append(fetch)

    def close(self) -> None:
        """Break off everything, silently."""
        self._waiting.clear()
        running, self._running = self._running, []
        for fetch in running:
            fetch.drop()


class _Fetch(QObject):
    """One file on its way."""

    def __init__(
        self,
        reply: QNetworkReply,
        most_bytes: int,
        timeout_ms: int,
        finish: Callable[[Response], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._reply, self._most_bytes, self._finish = reply, most_bytes, finish
        self._body = bytearray()
        self._is_over = False
        # Qt's own transfer time-out begins anew with each byte that trickles in.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._give_up)
        self._timer.start(timeout_ms)
        # What is not read yet waits with the server, not in memory.
        reply.setReadBufferSize(_PIECE)
        reply.readyRead.connect(self._take)
        reply.finished.connect(self._on_finished)

    def _take(self) -> None:
        if self._is_over:
            return
        self._body += self._reply.readAll().data()
        if len(self._body) > self._most_bytes:
            self._give_up()

    def _on_finished(self) -> None:
        if self._is_over:
            return
        self._take()
        if self._is_over:
            return
        reply, status = self._reply, self._status
        retry_after = bytes(reply.rawHeader("Retry-After").data()).decode("latin-1")
        is_whole = status >= 400 or reply.error() == QNetworkReply.NetworkError.NoError
        whole = status if is_whole else 0
        self._end(Response(whole, bytes(self._body), retry_after, status > 0))

    def _give_up(self) -> None:
        self._end(Response(0, is_reached=self._status > 0))

    @property
    def _status(self) -> int:
        status = self._reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        return status if isinstance(status, int) else 0

    def _end(self, answer: Response) -> None:
        self.drop()
        self._finish(answer)

    def drop(self) -> None:
        """Break off without a word."""
        self._is_over = True
        self._timer.stop()
        self._reply.abort()
        self._reply.deleteLater()
        self.deleteLater()
