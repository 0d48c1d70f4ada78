"""What is chosen of the classes, in one line: a chip each, which removes it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QToolButton, QWidget

from core.options import Filter
from gui import theme
from gui.search.options import SearchOptions

_ONLY_SURE = ("Only", "sure labels")


class FilterChips(QWidget):
    """The button that shows or hides the classes, and the chips.

    Chips for which there is no room are one button that shows the classes.

    Parameters
    ----------
    options : SearchOptions
        Whose filter is shown and changed.
    """

    def __init__(self, options: SearchOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.options = options
        self._shown = Filter()
        self.toggle = QPushButton("&Filter…")
        self.chips: list[QToolButton] = []
        self.rest = QToolButton()
        self._build()

    def _build(self) -> None:
        self.toggle.setCheckable(True)
        self.toggle.setToolTip("Show or hide the classes")
        self.rest.setToolTip("Show the classes")
        self.rest.hide()
        self.rest.clicked.connect(lambda: self.toggle.setChecked(True))
        self._layout = QHBoxLayout(self)
        self._layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.GRID)
        self._layout.addWidget(self.toggle)
        self._layout.addWidget(self.rest)
        self._layout.addStretch(1)
        for button in (self.toggle, self.rest):
            button.setFixedHeight(theme.ROW_HEIGHT)
        self.options.changed.connect(self._show_filters)
        self.options.offered.connect(self._show_filters)
        self._show_filters()

    def minimumSizeHint(self) -> QSize:
        """Return the room for the buttons alone: chips give way."""
        width = self.toggle.sizeHint().width() + theme.GRID + self.rest.sizeHint().width()
        return QSize(width, theme.ROW_HEIGHT)

    def _show_filters(self) -> None:
        filters = self.options.possible.filters
        if filters == self._shown:
            return
        self._shown = filters
        for chip in self.chips:
            self._layout.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        named = [("Only", name) for name in filters.include]
        named += [("Without", name) for name in filters.exclude]
        named += [_ONLY_SURE] if filters.only_sure else []
        self.chips = [self._chip(word, name) for word, name in named]
        previous: QWidget = self.toggle
        for place, chip in enumerate(self.chips, start=1):
            self._layout.insertWidget(place, chip)
            QWidget.setTabOrder(previous, chip)
            previous = chip
        QWidget.setTabOrder(previous, self.rest)
        self._fit()

    def _chip(self, word: str, name: str) -> QToolButton:
        chip = QToolButton(self)
        text = f"{word} {name}"
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 24 * theme.GRID)
        chip.setText(shown.replace("&", "&&"))
        chip.setIcon(theme.icon("x", self.palette()))
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setFixedHeight(theme.ROW_HEIGHT - 4)
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setToolTip(f"Remove “{text}”".replace("<", "‹"))
        chip.setAccessibleName(f"{text}. Press to remove.")
        chip.clicked.connect(lambda: self._remove(word, name))
        return chip

    def _remove(self, word: str, name: str) -> None:
        include, exclude = self._shown.include, self._shown.exclude
        only_sure = self.options.filters.only_sure and (word, name) != _ONLY_SURE
        if (word, name) == _ONLY_SURE:
            pass
        elif word == "Only":
            include = tuple(each for each in include if each != name)
        else:
            exclude = tuple(each for each in exclude if each != name)
        self.toggle.setFocus()
        self.options.change(filters=Filter(include, exclude, only_sure))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many chips as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - self.toggle.sizeHint().width()
        widths = [chip.sizeHint().width() + theme.GRID for chip in self.chips]
        n_shown = len(widths)
        if sum(widths) > room:
            self.rest.setText(f"and {len(widths)} more")
            room -= self.rest.sizeHint().width() + theme.GRID
            while n_shown and sum(widths[:n_shown]) > room:
                n_shown -= 1
        for place, chip in enumerate(self.chips):
            chip.setVisible(place < n_shown)
        n_more = len(widths) - n_shown
        self.rest.setText(f"and {n_more} more" if n_shown else f"{n_more} chosen")
        self.rest.setVisible(n_more > 0)
