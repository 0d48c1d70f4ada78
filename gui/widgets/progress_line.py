"""A thin line that shows how far the work is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QWidget

HEIGHT = 4
_FRAME_MS = 40
_STEP = 0.02
_SHARE = 0.25


class ProgressLine(QWidget):
    """Fills from left to right; while nobody knows how far, a part of it wanders.

    QProgressBar paints at once, within `setValue`, and holds up the window for it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fraction: float | None = None
        self._place = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._wander)
        self.setAccessibleName("Progress")
        self.setFixedHeight(HEIGHT)

    def set_fraction(self, fraction: float | None) -> None:
        """Show a fraction from 0 to 1, or None while it is not known."""
        self._fraction = fraction
        self.setAccessibleDescription("under way" if fraction is None else f"{fraction:.0%}")
        self._animate()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Wander only while seen."""
        super().showEvent(event)
        self._animate()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        left, width = 0.0, self._fraction
        if width is None:
            left, width = self._place * (1 + _SHARE) - _SHARE, _SHARE
        whole = self.width()
        colour = self.palette().color(QPalette.ColorRole.Highlight)
        QPainter(self).fillRect(QRectF(left * whole, 0, width * whole, self.height()), colour)

    def _animate(self) -> None:
        if self._fraction is not None:
            self._timer.stop()
        elif self.isVisible() and not self._timer.isActive():
            self._place = 0.0
            self._timer.start()

    def _wander(self) -> None:
        self._place = (self._place + _STEP) % 1.0
        self.update()
