"""Chromium, for one clip: the only file that imports Qt WebEngine, and imported on first use."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineCookieStore,
    QWebEngineDownloadRequest,
    QWebEngineNavigationRequest,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from shiboken6 import Shiboken

_SETTINGS = {
    QWebEngineSettings.WebAttribute.PlaybackRequiresUserGesture: False,  # a person pressed Play
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows: False,
    QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard: False,
    QWebEngineSettings.WebAttribute.HyperlinkAuditingEnabled: False,
    QWebEngineSettings.WebAttribute.ErrorPageEnabled: False,
    QWebEngineSettings.WebAttribute.NavigateOnDropEnabled: False,
    QWebEngineSettings.WebAttribute.PdfViewerEnabled: False,
    QWebEngineSettings.WebAttribute.ShowScrollBars: False,
    QWebEngineSettings.WebAttribute.AutoLoadIconsForPage: False,
}


class _Page(QWebEnginePage):
    """A page that opens no dialogs."""

    def javaScriptAlert(self, origin: QUrl | str, text: str) -> None:
        """Say nothing."""

    def javaScriptConfirm(self, origin: QUrl | str, text: str) -> bool:
        """Agree to nothing."""
        return False

    def javaScriptPrompt(self, origin: QUrl | str, text: str, default: str) -> tuple[bool, str]:
        """Answer nothing."""
        return False, ""


class Browser(QObject):
    """Shows one page, keeps nothing, and goes nowhere else.

    Parameters
    ----------
    url : QUrl
        The page, which says in its title how it fares.

    Attributes
    ----------
    view : QWebEngineView
        To be put somewhere; `close` takes it away.

    Signals
    -------
    said : str
        The page's title: "ready", "state N", "error N" or "unreachable".
    link_pressed : str
        A person pressed a link that leads out of the page.
    broke
        The page could not be loaded, or its process ended.
    """

    said = Signal(str)
    link_pressed = Signal(str)
    broke = Signal()

    def __init__(self, url: QUrl, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._url = url
        # Without a name it is off the record: in memory alone, and gone with the object.
        self._profile = QWebEngineProfile()
        self._profile.downloadRequested.connect(self._refuse_download)
        self._profile.cookieStore().setCookieFilter(_is_our_cookie)
        self.page = _Page(self._profile)
        for attribute, value in _SETTINGS.items():
            self.page.settings().setAttribute(attribute, value)
        self.page.setBackgroundColor(Qt.GlobalColor.black)
        self.page.titleChanged.connect(self.said)
        self.page.navigationRequested.connect(self._on_navigation)
        self.page.newWindowRequested.connect(self._on_new_window)
        self.page.permissionRequested.connect(self._refuse_permission)
        self.page.loadFinished.connect(self._on_loaded)
        self.page.renderProcessTerminated.connect(self.broke)
        self.view = QWebEngineView()
        # A native widget among others leaves the window as it is. Without that, Qt would close and
        # reopen the window to draw all of it with OpenGL.
        self.view.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
        self.view.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.view.setAccessibleName("Video")
        self.view.setPage(self.page)

    def load(self) -> None:
        """Begin, once the view has its place."""
        self.page.load(self._url)

    def pause(self) -> None:
        """Pause the video."""
        self.page.runJavaScript("pause()")

    def close(self) -> None:
        """Let go of everything, in the order in which Chromium survives it."""
        self.blockSignals(True)
        for part in (self.view, self.page, self._profile):
            if Shiboken.isValid(part):
                Shiboken.delete(part)

    def _on_navigation(self, request: QWebEngineNavigationRequest) -> None:
        if request.isMainFrame() and request.url() != self._url:
            request.reject()

    def _on_new_window(self, request: QWebEngineNewWindowRequest) -> None:
        url = request.requestedUrl()
        if request.isUserInitiated() and url.scheme() == "https":
            self.link_pressed.emit(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))

    def _refuse_permission(self, permission: QWebEnginePermission) -> None:
        permission.deny()

    def _refuse_download(self, request: QWebEngineDownloadRequest) -> None:
        request.cancel()

    def _on_loaded(self, is_loaded: bool) -> None:
        if not is_loaded:
            self.broke.emit()


def _is_our_cookie(request: QWebEngineCookieStore.FilterRequest) -> bool:
    """Refuse what YouTube would store; asked in a thread of Chromium's."""
    return not request.thirdParty
