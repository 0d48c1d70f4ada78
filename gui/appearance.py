"""Light or dark: as the system has it, or as a person wants it."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gui import theme
from gui.palettes import dark_palette, edge_ground, light_palette


class Scheme(StrEnum):
    """Colour scheme that a person can choose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


SCHEME_NAMES = {Scheme.SYSTEM: "As the system", Scheme.LIGHT: "Light", Scheme.DARK: "Dark"}

_BUTTONS = ("QPushButton", "QToolButton", "QCheckBox")
_WITH_EDGES = ("QLineEdit", "QAbstractSpinBox", "QComboBox", *_BUTTONS)
"""Controls whose edge the style draws in a shade of the window's colour, and use it for no more."""

_QT_SCHEMES = {
    Scheme.SYSTEM: Qt.ColorScheme.Unknown,
    Scheme.LIGHT: Qt.ColorScheme.Light,
    Scheme.DARK: Qt.ColorScheme.Dark,
}


class Appearance(QObject):
    """Owns the choice, and gives the application the colours for it, also while it runs.

    The platform's own colours are taken wherever it has them for the scheme that is wanted. Under
    X11 without a desktop's theme Qt knows none, and is not even told which is wanted.

    Signals
    -------
    changed : Scheme
        A person has chosen another.
    """

    changed = Signal(Scheme)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scheme = Scheme.SYSTEM
        QApplication.styleHints().colorSchemeChanged.connect(self._apply)

    @property
    def scheme(self) -> Scheme:
        """Scheme that is chosen."""
        return self._scheme

    def choose(self, scheme: Scheme) -> None:
        """Choose, and show it at once."""
        has_changed = scheme is not self._scheme
        self._scheme = scheme
        # Qt hands it to the platform, which says whether it took it.
        QApplication.styleHints().setColorScheme(_QT_SCHEMES[scheme])
        self._apply()
        if has_changed:
            self.changed.emit(scheme)

    def _apply(self) -> None:
        known = QApplication.styleHints().colorScheme()
        if known is Qt.ColorScheme.Unknown:
            if self._scheme is Scheme.SYSTEM and _is_given(QApplication.palette()):
                return  # whoever made the application has chosen
            _show(dark_palette() if self._scheme is Scheme.DARK else light_palette())
            return
        wants_dark = known is Qt.ColorScheme.Dark
        if self._scheme is not Scheme.SYSTEM:
            wants_dark = self._scheme is Scheme.DARK
        _show(QPalette())
        if theme.is_dark(QApplication.palette()) is not wants_dark:
            _show(dark_palette() if wants_dark else light_palette())


class AppearanceMenu(QMenu):
    """The choice in the menu bar."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__("A&ppearance", parent)
        self._actions: dict[Scheme, QAction] = {}
        group = QActionGroup(self)
        for scheme, name in SCHEME_NAMES.items():
            action = self.addAction(name)
            action.setCheckable(True)
            action.triggered.connect(lambda _, scheme=scheme: appearance.choose(scheme))
            group.addAction(action)
            self._actions[scheme] = action
        self._show(appearance.scheme)
        appearance.changed.connect(self._show)

    def _show(self, scheme: Scheme) -> None:
        self._actions[scheme].setChecked(True)


def _is_given(palette: QPalette) -> bool:
    """Return whether somebody else set an application's palette, rather than Qt or this module."""
    return bool(palette.resolveMask()) and palette not in (light_palette(), dark_palette())


def _show(palette: QPalette) -> None:
    # Each time all widgets are told, which takes some milliseconds.
    if QApplication.palette() != palette:
        QApplication.setPalette(palette)
        if palette not in (light_palette(), dark_palette()):
            return  # the platform's own
        with_edges = QPalette(palette)
        with_edges.setColor(QPalette.ColorRole.Window, edge_ground(palette))
        for kind in _WITH_EDGES:
            QApplication.setPalette(with_edges, kind)  # type: ignore[arg-type]  # the stub wants bytes
