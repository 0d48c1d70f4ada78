"""A class that is to be heard, too, or not at all: typed, with completion."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.tagging.steering import Steer, TagChange
from gui import theme
from gui.widgets.class_completer import ClassCompleter, Complete


class AddedClass(QDialog):
    """Asks for a class, and whether clips should have it.

    Parameters
    ----------
    complete : callable
    parent : QWidget

    Signals
    -------
    chosen : TagChange
    """

    chosen = Signal(TagChange)

    def __init__(self, complete: Complete, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add a sound")
        self.line = QLineEdit()
        self.line.setPlaceholderText("Rain")
        self.line.setAcceptDrops(False)
        self.line.setMinimumWidth(40 * theme.GRID)
        self._completer = ClassCompleter(self.line, complete)
        self.wanted, self.unwanted = QPushButton("&With it"), QPushButton("With&out it")
        caption = QLabel("What the &matches should sound like, too, or not at all:")
        caption.setBuddy(self.line)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        buttons.addStretch(1)
        for button, steer in ((self.wanted, Steer.MORE), (self.unwanted, Steer.LESS)):
            button.clicked.connect(lambda _=False, steer=steer: self._choose(steer))
        for button in (self.wanted, self.unwanted, cancel):
            buttons.addWidget(button)
        self.wanted.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*4 * (2 * theme.GRID,))
        layout.setSpacing(theme.GRID)
        layout.addWidget(caption)
        layout.addWidget(self.line)
        layout.addLayout(buttons)

    def ask(self) -> None:
        """Open, for another class than the last time."""
        self.line.clear()
        self.line.setFocus()
        self.open()

    def _choose(self, steer: Steer) -> None:
        text, names = self.line.text().strip(), self._completer.names
        if not text:
            return
        same = (name for name in names if name.casefold() == text.casefold())
        label = next(same, names[0] if names else text)
        self.chosen.emit(TagChange(label, steer))
        self.accept()
