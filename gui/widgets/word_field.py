"""The line for words: what is heard, typed instead of recorded."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from gui import theme
from gui.widgets.class_completer import ClassCompleter, Complete

_MOST_LETTERS = 200
_WIDTH = 32 * theme.GRID


class WordField(QLineEdit):
    """A line with completion by AudioSet's classes.

    Signals
    -------
    wanted : str
        What a person wants to be found.
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QAction("Find", self)
        self._completer: ClassCompleter | None = None
        self.addAction(self._sign, QLineEdit.ActionPosition.LeadingPosition)
        self.setPlaceholderText("Find by words")
        self.setAccessibleName("Find by words")
        self.setToolTip("Find clips by what is heard in them, such as: dog barking (Ctrl+L)")
        self.setClearButtonEnabled(True)
        self.setMaxLength(_MOST_LETTERS)
        self.setAcceptDrops(False)  # sounds are dropped on the window
        self.setMinimumWidth(12 * theme.GRID)
        self.setMaximumWidth(_WIDTH)
        self.setFixedHeight(theme.ROW_HEIGHT)
        self._sign.triggered.connect(self._on_return)
        self.returnPressed.connect(self._on_return)
        self._follow_palette()

    def complete_with(self, complete: Complete) -> None:
        """Offer names of classes for what is typed; one that is chosen is wanted."""
        self._completer = ClassCompleter(self, complete)
        self._completer.activated.connect(self._want)

    def sizeHint(self) -> QSize:
        """Return room for a few words."""
        return QSize(_WIDTH, theme.ROW_HEIGHT)

    def begin(self) -> None:
        """Let a person type other words."""
        self.setFocus()
        self.selectAll()

    def show_words(self, text: str) -> None:
        """Show what was asked, unless a person is about to ask something else."""
        if not self.isModified():
            self.setText(text)

    def _on_return(self) -> None:
        if self._completer is None or not self._completer.has_choice:
            self._want(self.text())

    def _want(self, text: str) -> None:
        self.setModified(False)
        if text.strip():
            self.wanted.emit(text)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        palette = self.palette()
        color = theme.quiet_text(palette)
        self._sign.setIcon(theme.icon("magnifying-glass", palette, color))
