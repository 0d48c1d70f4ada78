"""How far own sounds are analysed, quietly in the status line."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from gui import theme
from gui.widgets.elided import Elided

_LEAST = 18 * theme.GRID


class SoundsProgress(QWidget):
    """Hidden until there is something to say.

    Signals
    -------
    cancel_pressed, go_on_pressed, give_up_pressed
        The buttons.
    """

    cancel_pressed = Signal()
    go_on_pressed = Signal()
    give_up_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = Elided()
        self.cancel, self.go_on = QPushButton("Cancel"), QPushButton("Go on")
        self.give_up = QPushButton("Give up")
        self._build()

    def _build(self) -> None:
        self.text.setMinimumWidth(_LEAST)
        self.text.setAccessibleName("Own sounds")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.text, 1)
        for button, pressed, meaning in (
            (self.cancel, self.cancel_pressed, "Stop: it goes on from there the next time"),
            (self.go_on, self.go_on_pressed, "Analyse the sounds that are left"),
            (self.give_up, self.give_up_pressed, "Forget what is not done"),
        ):
            button.setFlat(True)
            button.setToolTip(meaning)
            button.setAccessibleDescription(meaning)
            button.clicked.connect(pressed)
            row.addWidget(button)
        self.finish()

    def report(self, text: str) -> None:
        """Show how far the work is, and a way to stop it."""
        self._show(text, is_working=True)

    def offer(self, text: str) -> None:
        """Say what is not done, and offer to go on with it."""
        self._show(text, is_working=False)

    def finish(self) -> None:
        """Say nothing any more."""
        self.hide()

    def _show(self, text: str, is_working: bool) -> None:
        self.text.setText(text)
        self.text.setToolTip(text.replace("&", "&amp;").replace("<", "&lt;"))
        self.cancel.setVisible(is_working)
        self.go_on.setVisible(not is_working)
        self.give_up.setVisible(not is_working)
        self.show()
