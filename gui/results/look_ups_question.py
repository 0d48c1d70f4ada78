"""A line about look-ups with two answers: may they be, and what if they fail."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from gui import theme

QUESTION = "Look up titles and thumbnails at YouTube? It then learns which videos you are shown."
TROUBLE = "Titles and pictures could not be fetched from YouTube. Check the network, and try again."


class LookUpsQuestion(QWidget):
    """A line with two answers.

    Signals
    -------
    answered : bool
        Whether YouTube may be asked.

    Parameters
    ----------
    text, yes : str
        The line, and what the answer is called that lets YouTube be asked.
    """

    answered = Signal(bool)

    def __init__(self, text: str, yes: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QLabel()
        self.text = QLabel(text)
        self.yes = QPushButton(yes)
        self.no = QPushButton("Don’t look up")
        self._build()

    def _build(self) -> None:
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        # After the policy, of which it makes the height depend on the width.
        self.text.setWordWrap(True)
        self.setAccessibleName("Question")
        self.setAccessibleDescription(self.text.text())
        self.setAutoFillBackground(True)
        self.yes.clicked.connect(lambda: self.answered.emit(True))
        self.no.clicked.connect(lambda: self.answered.emit(False))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.GRID, theme.GRID // 2, 2 * theme.GRID, theme.GRID // 2)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self._sign)
        layout.addWidget(self.text, 1)
        for button in (self.yes, self.no):
            button.setFixedHeight(theme.ROW_HEIGHT)
            button.setAccessibleDescription(self.text.text())
            layout.addWidget(button)
        self._follow_palette()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        base = theme.notice_palette()
        self.setPalette(base)
        colour = base.color(QPalette.ColorRole.WindowText)
        self._sign.setPixmap(theme.icon("info", base, colour).pixmap(theme.ICON_SIZE))
