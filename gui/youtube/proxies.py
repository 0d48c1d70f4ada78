"""Proxies that the environment names, as Qt takes them: of itself Qt knows only some of the names.

``ALL_PROXY`` and names in capitals would be passed by, and YouTube asked around the proxy.
"""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtNetwork import QNetworkProxy

_PORTS = {QNetworkProxy.ProxyType.Socks5Proxy: 1080, QNetworkProxy.ProxyType.HttpProxy: 8080}


def proxy_to(address: QUrl) -> QNetworkProxy:
    """Return the proxy to an address; a SOCKS5 one looks names up itself."""
    from urllib import request  # whose stubs know only one of the two functions

    named = request.getproxies_environment()
    text = named.get(address.scheme()) or named.get("all", "")
    if not text or request.proxy_bypass_environment(address.host()):  # type: ignore[attr-defined]
        return QNetworkProxy(QNetworkProxy.ProxyType.DefaultProxy)
    proxy = QUrl(text if "://" in text else f"http://{text}")
    kind = QNetworkProxy.ProxyType.HttpProxy
    if proxy.scheme().startswith("socks"):
        kind = QNetworkProxy.ProxyType.Socks5Proxy
    port = proxy.port(_PORTS[kind])
    return QNetworkProxy(kind, proxy.host(), port, proxy.userName(), proxy.password())
