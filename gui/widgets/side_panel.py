"""A panel at the side of the window: several pages, one of them in sight, or none at all."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QStackedWidget, QTabBar, QVBoxLayout, QWidget


class SidePanel(QWidget):
    """Pages that follow actions: the page of the checked one is in sight.

    Signals
    -------
    shown : bool
        Whether any page is in sight now.
    """

    shown = Signal(bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar()
        self._pages = QStackedWidget()
        self._actions: list[QAction] = []
        self._is_wanted = True
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self.tabs.setAccessibleName(name)
        self.tabs.setDocumentMode(True)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(True)
        self.tabs.tabBarClicked.connect(self._on_tab)
        self.tabs.currentChanged.connect(self._on_tab)
        self._pages.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addWidget(self._pages, 1)
        self.hide()

    def add_page(self, action: QAction, page: QWidget) -> None:
        """Show this page while this checkable action is checked."""
        self._actions.append(action)
        self._pages.addWidget(page)
        self.tabs.addTab(action.iconText().rstrip("…"))
        self._group.addAction(action)
        action.toggled.connect(self._follow)
        self._follow()

    @property
    def current(self) -> QWidget | None:
        """The page in sight."""
        return self._pages.currentWidget() if not self.isHidden() else None

    def set_wanted(self, is_wanted: bool) -> None:
        """Follow the actions, or show nothing, whatever is checked."""
        self._is_wanted = is_wanted
        self._follow()

    def close_pages(self) -> None:
        """Take all pages out of sight."""
        for action in self._actions:
            action.setChecked(False)

    def _on_tab(self, place: int) -> None:
        if 0 <= place < len(self._actions) and not self.isHidden():
            self._actions[place].setChecked(True)

    def _follow(self) -> None:
        place = next((n for n, each in enumerate(self._actions) if each.isChecked()), -1)
        was_shown, is_shown = not self.isHidden(), place >= 0 and self._is_wanted
        self.setVisible(is_shown)
        if place >= 0:
            self._pages.setCurrentIndex(place)
            self.tabs.setCurrentIndex(place)
        if was_shown != is_shown:
            self.shown.emit(is_shown)
