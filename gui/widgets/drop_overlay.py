"""What lies over the window while something is dragged across it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from gui import theme


class DropOverlay(QWidget):
    """Takes no drops itself: they pass on to the window, its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.text = ""
        self.setAccessibleName("Drop target")
        self.hide()

    def appear(self, text: str) -> None:
        """Cover the window and say what a drop would do."""
        self.text = text
        self.setAccessibleDescription(text)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a veil, an edge and the sentence."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        veil = palette.color(QPalette.ColorRole.Window)
        veil.setAlphaF(0.9)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 3))
        inset = 2 * theme.GRID
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), theme.GRID, theme.GRID
        )
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.setFont(theme.scaled_font(self, 1.25, bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)
