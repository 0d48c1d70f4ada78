"""One request for a file, from some byte on, read by a thread so that it can always be stopped."""

from __future__ import annotations

import contextlib
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from core.downloads.mirrors import Mirror, is_loopback
from core.downloads.waiting import retry_after_s
from core.errors import DownloadError
from core.jobs import Job

if TYPE_CHECKING:
    from requests import Response, Session

BLOCK_BYTES = 1 << 18
_BLOCKS_AHEAD = 16
_POLL_S = 0.1
_MOST_REDIRECTS = 5
_HEAD_TIMEOUTS = 3
"""So many times as long as a server may say nothing may it take to say all of an answer's head."""
_REDIRECTS = (301, 302, 303, 307, 308)
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_ELSEWHERE = (
    "Try another mirror or network, or fetch it elsewhere and run: "
    "python -m core files import PATH",
    "Try another mirror or network, or fetch it elsewhere and press “I have the files already…”.",
)


class BrokenOffError(Exception):
    """The server or the way to it fails for now.

    Parameters
    ----------
    reason : str
        What happened, in words.
    wait_s : float
        How long the server asks to be left alone.
    """

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.wait_s = reason, wait_s


class RangeRefusedError(Exception):
    """The server has no such bytes, or other ones than before."""


@dataclass(frozen=True)
class Head:
    """Status and headers of a server's answer.

    Attributes
    ----------
    begin : int
        The position of the first byte that comes: the one that was asked for, or 0.
    total : int or None
        Bytes of the whole file; None where it is not said.
    etag : str
        A strong entity tag, or empty.
    """

    begin: int
    total: int | None
    etag: str


class Transfer:
    """A request and its answer; use it in a ``with``, which stops it at the end.

    Parameters
    ----------
    url : str
    mirror : Mirror
        Says where the server may send us on to.
    offset : int
        The first byte that is wanted.
    etag : str
        Only if the file still has this tag may the answer begin at `offset`.
    timeout_s : float
        For how long a server may say nothing.
    """

    def __init__(self, url: str, mirror: Mirror, offset: int, etag: str, timeout_s: float) -> None:
        self._ahead: queue.Queue[Head | bytes | Exception] = queue.Queue(_BLOCKS_AHEAD)
        self._is_closed = threading.Event()
        self._sockets: list[socket.socket] = []
        self._head_timeout_s = _HEAD_TIMEOUTS * timeout_s
        self._request: Callable[[Session], Response] = lambda session: _answer(
            session, url, mirror, offset, etag, timeout_s
        )
        self._offset, self._etag = offset, etag
        self._thread = threading.Thread(target=self._run, name=f"fetch {url}", daemon=True)

    def __enter__(self) -> Transfer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closed.set()
        for connected in list(self._sockets):
            with contextlib.suppress(OSError, ValueError):
                connected.shutdown(socket.SHUT_RDWR)
        self._thread.join(1)

    def head(self, job: Job) -> Head:
        """Wait for the answer's head; raise what is wrong with it.

        Each byte may be in time, and the head never end.
        """
        end_s = time.monotonic() + self._head_timeout_s
        while time.monotonic() < end_s:
            if isinstance(found := self._next(job), Head):
                return found
        raise BrokenOffError("no answer in time")

    def blocks(self, job: Job) -> Iterator[bytes]:
        """Yield the bytes as they come; an empty block each tenth of a second without any."""
        while True:
            found = self._next(job)
            if found is None:
                yield b""
            elif isinstance(found, bytes) and found:
                yield found
            else:
                return

    def _next(self, job: Job) -> Head | bytes | None:
        """Return what came, or None after a tenth of a second without anything."""
        job.check()
        try:
            found = self._ahead.get(timeout=_POLL_S)
        except queue.Empty:
            return None
        if isinstance(found, Exception):
            raise found
        return found

    def _put(self, item: Head | bytes | Exception) -> bool:
        while not self._is_closed.is_set():
            with contextlib.suppress(queue.Full):
                self._ahead.put(item, timeout=_POLL_S)
                return True
        return False

    def _connected(self, opened: socket.socket) -> None:
        self._sockets.append(opened)
        if self._is_closed.is_set():
            raise OSError("nobody waits for the answer any more")

    def _run(self) -> None:
        import requests
        import urllib3

        try:
            with session_of(self._connected) as session, self._request(session) as response:
                goes_on = self._put(_head(response, self._offset, self._etag))
                # As they are: nothing that claims to be packed is ever unpacked here.
                while goes_on and (block := response.raw.read1(BLOCK_BYTES, decode_content=False)):
                    goes_on = self._put(block)
                self._put(b"")
        except (BrokenOffError, RangeRefusedError, DownloadError) as error:
            self._put(error)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._put(_explained(error))
        except ValueError:  # requests itself reads where a redirect leads
            self._put(DownloadError("The server sends us on to what is no address.", *_ELSEWHERE))
        except Exception as error:  # what nobody foresaw belongs to whoever waits
            self._put(error)


def session_of(connected: Callable[[socket.socket], None] = lambda _: None) -> Session:
    """Return a session that knows the system's proxies and trusts the system's certificates.

    Parameters
    ----------
    connected : callable
        Called with the socket of each connection, so that another thread can end it.
    """
    import requests
    import truststore
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    class Connection(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            connected(self.sock)

    class EncryptedConnection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            connected(self.sock)

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = EncryptedConnection

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            super().init_poolmanager(*arguments, **options, ssl_context=context())
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
            manager = super().proxy_manager_for(*arguments, **options, ssl_context=context())
            manager.pool_classes_by_scheme = pools
            return manager

    def context() -> ssl.SSLContext:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    pools = {"http": Pool, "https": EncryptedPool}
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter())
    return session


def proxies_to(url: str) -> dict[str, str]:
    """Return what requests takes as proxies: those of the system, and none for this machine.

    A proxy cannot know what this machine calls itself.

    Raises
    ------
    DownloadError
        If the proxy is of a kind that is not supported.
    """
    from requests.utils import get_environ_proxies, select_proxy

    if is_loopback(urlsplit(url).hostname or ""):
        none: dict[str, Any] = {"http": None, "https": None}  # which its stubs do not know
        return none
    proxy = select_proxy(url, get_environ_proxies(url)) or ""
    kind = urlsplit(proxy).scheme.casefold()
    if kind.startswith("socks"):
        raise DownloadError(
            f"The system's proxy is a SOCKS proxy ({kind}), which is not supported.",
            "Set HTTPS_PROXY to an HTTP proxy, if there is one, or fetch the files with a browser "
            "and give them to: python -m core files import PATH",
            "Set an HTTP proxy in the system's settings, if there is one, or fetch the files with "
            "a browser and choose them under “Set up…”.",
        )
    return {}


def _answer(
    session: Session, url: str, mirror: Mirror, offset: int, etag: str, timeout_s: float
) -> Response:
    headers = {"Accept-Encoding": "identity", "User-Agent": "soundalike"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        if etag:
            headers["If-Range"] = etag
    for _ in range(_MOST_REDIRECTS):
        response = session.get(
            url,
            headers=headers,
            stream=True,
            timeout=timeout_s,
            allow_redirects=False,
            proxies=proxies_to(url),
        )
        if response.status_code not in _REDIRECTS:
            return response
        response.close()
        goal = urljoin(url, response.headers.get("Location", ""))
        if not mirror.allows(goal):
            raise DownloadError(
                f"The server {urlsplit(url).netloc} sends us on to {goal[:200]!r}, which is not "
                "a place that this file is known to be at.",
                *_ELSEWHERE,
            )
        url = goal
    raise DownloadError(f"The server {urlsplit(url).netloc} sends us in a circle.", *_ELSEWHERE)


def _head(response: Response, offset: int, etag: str) -> Head:
    """Return what the answer is, or raise what speaks against it."""
    status, headers = response.status_code, response.headers
    if status in _PASSING:
        raise BrokenOffError(
            f"the server answered {status}", retry_after_s(headers.get("Retry-After", "")) or 0.0
        )
    if status == 416:
        raise RangeRefusedError
    if status not in (200, 206):
        raise DownloadError(
            f"{response.url} cannot be fetched: the server answered {status}.", *_ELSEWHERE
        )
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml") or kind.startswith("multipart/"):
        raise DownloadError(
            f"{response.url} answered with a web page instead of the file.",
            "Open a browser and log in where the network asks for it, or use another network.",
        )
    if headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise DownloadError(
            f"{response.url} sends the file packed in a way that nobody asked for.", *_ELSEWHERE
        )
    found = headers.get("ETag", "")
    tag = "" if found.startswith("W/") else found
    if status == 200:
        length = headers.get("Content-Length", "")
        return Head(0, int(length) if length.isdecimal() else None, tag)
    span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", headers.get("Content-Range", "").strip())
    if span is None or int(span[1]) != offset or (etag and tag and etag != tag):
        raise RangeRefusedError
    return Head(offset, int(span[3]), tag)


def _explained(error: Exception) -> Exception:
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return DownloadError(
            "The server's certificate is not one that this machine trusts.",
            "If a proxy stands between, let its administrator install its certificate; and check "
            "this machine's clock.",
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return BrokenOffError("the proxy refuses or does not answer")
    if isinstance(error, requests.exceptions.Timeout | TimeoutError):
        return BrokenOffError("no answer in time")
    if isinstance(error, requests.exceptions.ConnectionError):
        return BrokenOffError("no connection")
    return BrokenOffError(f"the connection broke ({type(error).__name__})")


def waited(seconds: float, job: Job, on_progress: Callable[[float], None]) -> None:
    """Wait, telling how many seconds are left; the job may cancel."""
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        job.check()
        on_progress(left_s)
        time.sleep(min(_POLL_S, left_s))
