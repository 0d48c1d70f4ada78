"""How loud the microphone is, as a bar and a number."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from gui import formats, theme

FLOOR_DB = -60.0
FALL_DB = 1.0
"""How far the bar may fall with each new level, so that the eye can follow peaks."""

_SEGMENTS = 16


class LevelMeter(QWidget):
    """Peak level from -60 to 0 dB below full scale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level_db = -math.inf
        self._text_width = self.fontMetrics().horizontalAdvance("−00 dB") + theme.GRID
        self.setAccessibleName("Level")
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return a size that no level changes."""
        return QSize(_SEGMENTS * theme.GRID + theme.GRID + self._text_width, 5 * theme.GRID)

    @property
    def text(self) -> str:
        """The level as a person reads it."""
        return formats.decibels(self._level_db) if self._level_db >= FLOOR_DB else "– dB"

    def set_level(self, level_db: float) -> None:
        """Show a new peak level in dB; minus infinity empties the bar slowly."""
        self._level_db = max(level_db, self._level_db - FALL_DB)
        self._show()

    def clear(self) -> None:
        """Show that nothing is being listened to."""
        self._level_db = -math.inf
        self._show()

    def _show(self) -> None:
        self.setAccessibleDescription(self.text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lit and unlit segments and the number."""
        painter = QPainter(self)
        palette = self.palette()
        lit = palette.color(QPalette.ColorRole.Highlight)
        unlit = theme.hairline(palette)
        share = (self._level_db - FLOOR_DB) / -FLOOR_DB if self._level_db > FLOOR_DB else 0.0
        for index in range(_SEGMENTS):
            painter.fillRect(
                QRectF(index * theme.GRID, (self.height() - 12) / 2, theme.GRID - 2, 12),
                lit if index < round(share * _SEGMENTS) else unlit,
            )
        painter.setPen(theme.quiet_text(palette))
        painter.setFont(theme.scaled_font(self, 1.0))
        right = self.rect().adjusted(_SEGMENTS * theme.GRID + theme.GRID, 0, 0, 0)
        painter.drawText(
            right, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text
        )
