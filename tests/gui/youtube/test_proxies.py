"""Look-ups go through the proxy that the environment names, a SOCKS one too."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtNetwork import QNetworkProxy
from pytestqt.qtbot import QtBot

from gui.youtube.fetcher import Fetcher, Response
from gui.youtube.proxies import proxy_to

_NO_LOG_IN, _NAME = 0, 3


class SocksHandler(socketserver.StreamRequestHandler):
    """SOCKS5 as RFC 1928 has it, without log-in: any name leads to one small web server."""

    asked: ClassVar[list[tuple[str, int, bytes]]] = []

    def handle(self) -> None:
        _, n_methods = self.rfile.read(2)
        assert _NO_LOG_IN in self.rfile.read(n_methods)
        self.wfile.write(bytes((5, _NO_LOG_IN)))
        *_, kind = self.rfile.read(4)
        assert kind == _NAME  # looked up by the proxy, not by this machine
        name = self.rfile.read(self.rfile.read(1)[0]).decode()
        port = int.from_bytes(self.rfile.read(2), "big")
        self.wfile.write(bytes((5, 0, 0, 1)) + socket.inet_aton("127.0.0.1") + bytes(2))
        self.asked.append((name, port, self.rfile.readline()))
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nfound")


@pytest.fixture
def socks() -> Iterator[str]:
    SocksHandler.asked.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), SocksHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "http_proxy"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_look_up_goes_through_a_socks_proxy(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, socks: str, name: str, scheme: str
) -> None:
    monkeypatch.setenv(name, f"{scheme}://{socks}")
    fetcher, answers = Fetcher(), list[Response]()
    fetcher.get("http://titles.invalid/a", 100, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert (answers[0].status, answers[0].body) == (200, b"found")
    assert SocksHandler.asked == [("titles.invalid", 80, b"GET /a HTTP/1.1\r\n")]
    fetcher.close()
    fetcher.deleteLater()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, (QNetworkProxy.ProxyType.DefaultProxy, "", 0, "")),
        (
            {"ALL_PROXY": "socks5://me:secret@host"},
            (QNetworkProxy.ProxyType.Socks5Proxy, "host", 1080, "me"),
        ),
        (
            {"ALL_PROXY": "socks5://host:1", "HTTPS_PROXY": "other:3128"},
            (QNetworkProxy.ProxyType.HttpProxy, "other", 3128, ""),
        ),
        (
            {"ALL_PROXY": "socks5://host:1", "NO_PROXY": "youtube.com"},
            (QNetworkProxy.ProxyType.DefaultProxy, "", 0, ""),
        ),
    ],
)
def test_the_environment_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    expected: tuple[QNetworkProxy.ProxyType, str, int, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    proxy = proxy_to(QUrl("https://www.youtube.com/oembed"))
    assert (proxy.type(), proxy.hostName(), proxy.port(), proxy.user()) == expected
