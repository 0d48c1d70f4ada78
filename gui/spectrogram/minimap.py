"""The whole sound in a narrow strip, with the part in sight: a scroll bar with a picture."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.types import UInt8
from gui import theme
from gui.spectrogram.spans import Span

HEIGHT = 2 * theme.GRID
_LEAST_WIDTH = 8.0


class Minimap(QWidget):
    """Not there as long as all of the sound is in sight.

    Signals
    -------
    moved_to : float
        The time that should come into the middle, in seconds.
    """

    moved_to = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._levels: UInt8 | None = None
        self._span: Span = (0.0, 1.0)
        self._whole: Span = (0.0, 1.0)
        self.setAccessibleName("Whole sound")
        self.setAccessibleDescription("Shows which part is in sight; drag it to move.")
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.hide()

    def sizeHint(self) -> QSize:
        """Return a height in which a sound is known again."""
        return QSize(30 * theme.GRID, HEIGHT)

    @property
    def is_zoomed(self) -> bool:
        """Whether less than the whole is in sight."""
        return self._span[1] - self._span[0] < (self._whole[1] - self._whole[0]) * 0.9999

    def show_picture(self, levels: UInt8, colors: UInt8) -> None:
        """Show levels, shape (rows, columns), scaled to 0…255; colours have shape (256, 3)."""
        self._levels = levels[::-1].copy()
        rows, columns = self._levels.shape
        self._image = QImage(
            self._levels.data, columns, rows, columns, QImage.Format.Format_Indexed8
        )
        self._image.setColorTable(
            [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in colors]
        )
        self.update()

    def show_span(self, span: Span, whole: Span) -> None:
        """Show what is in sight of the whole, both in seconds."""
        if (span, whole) == (self._span, self._whole):
            return
        self._span, self._whole = span, whole
        self.setVisible(self.is_zoomed)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move to where the mouse is."""
        if event.buttons() & Qt.MouseButton.LeftButton and self.is_zoomed:
            share = event.position().x() / max(self.width(), 1)
            self.moved_to.emit(self._whole[0] + share * (self._whole[1] - self._whole[0]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move along with the mouse."""
        self.mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the whole, and a frame around what is in sight."""
        if not self.is_zoomed or self._image is None:
            return
        painter = QPainter(self)
        area = QRectF(self.rect()).adjusted(0, 2, 0, -2)
        painter.drawImage(area, self._image)
        whole = self._whole[1] - self._whole[0]
        left, right = (
            area.left() + (time_s - self._whole[0]) / whole * area.width() for time_s in self._span
        )
        middle, half = (left + right) / 2, max((right - left) / 2, _LEAST_WIDTH / 2)
        veil = self.palette().color(QPalette.ColorRole.Window)
        veil.setAlphaF(0.6)
        painter.fillRect(QRectF(area.left(), area.top(), middle - half, area.height()), veil)
        painter.fillRect(area.adjusted(middle + half, 0, 0, 0), veil)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), 1.5))
        frame = QRectF(middle - half, area.top(), 2 * half, area.height())
        painter.drawRoundedRect(frame.adjusted(0.75, -1, -0.75, 1), 2, 2)
