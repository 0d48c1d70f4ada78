"""One tab for each catalogue that is searched: their lists are kept apart."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabBar, QWidget

from gui import theme

MOST_BY_NUMBER = 9
"""Tabs that Alt and a digit go to."""


class CatalogTabs(QTabBar):
    """Names of catalogues, each with the number of its matches; hidden where there is but one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Catalogues that are searched")
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(True)
        self.setFont(theme.scaled_font(self, 1.0))
        self.hide()

    def bind(self, window: QWidget) -> None:
        """Go from list to list with the window's keys."""
        for keys, step in (("Ctrl+Tab", 1), ("Ctrl+Shift+Tab", -1)):
            QShortcut(QKeySequence(keys), window).activated.connect(partial(self.move_by, step))
        for number in range(MOST_BY_NUMBER):
            shortcut = QShortcut(QKeySequence(f"Alt+{number + 1}"), window)
            shortcut.activated.connect(partial(self.setCurrentIndex, number))

    def move_by(self, step: int) -> None:
        """Go so many lists on, round and round."""
        if self.count():
            self.setCurrentIndex((self.currentIndex() + step) % self.count())

    def show_names(self, texts: list[str]) -> None:
        """Name the tabs; the current one stays the current one where their number does."""
        if len(texts) != self.count():
            was_blocked = self.blockSignals(True)
            while self.count():
                self.removeTab(0)
            for _ in texts:
                self.addTab("")
            self.blockSignals(was_blocked)
        for index, text in enumerate(texts):
            # Names are a person's own, and no mnemonics.
            self.setTabText(index, text.replace("&", "&&"))
        self.setVisible(len(texts) > 1)
