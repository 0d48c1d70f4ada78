"""Selection that is strong only in the list that has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QAbstractItemView
from shiboken6 import isValid

from gui import theme

_SHARE = 0.22


class QuietSelection(QObject):
    """Lets the selection of a list follow whether the list has the focus.

    Parameters
    ----------
    view : QAbstractItemView
        Kept by it from now on.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view, self._is_following = view, False
        view.installEventFilter(self)
        self._follow(view.hasFocus())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the focus and the palette."""
        kind = event.type()
        if not isValid(self._view):
            pass  # it loses the focus because it goes
        elif kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._follow(kind == QEvent.Type.FocusIn)
        elif kind in (QEvent.Type.ApplicationPaletteChange, QEvent.Type.PaletteChange):
            self._follow(self._view.hasFocus())
        return super().eventFilter(watched, event)

    def _follow(self, has_focus: bool) -> None:
        if self._is_following:
            return  # it is this that changes the palette
        # Nothing but these two colours, so that all others go on following the application's.
        role, shown, quiet = QPalette.ColorRole, QGuiApplication.palette(), QPalette()
        if not has_focus:
            base, accent = shown.color(role.Base), shown.color(role.Highlight)
            quiet.setColor(role.Highlight, theme.mixed(base, accent, _SHARE))
            quiet.setColor(role.HighlightedText, shown.color(role.Text))
        self._is_following = True
        self._view.setPalette(quiet)
        self._is_following = False
