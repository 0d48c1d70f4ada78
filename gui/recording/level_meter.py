"""How loud the input is: a bar with the peak that it holds, a number, and a light for clipping."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui import formats, theme

FLOOR_DB = -60.0
FALL_DB_S = 30.0
"""How fast the bar may fall, so that the eye can follow peaks."""

HOLD_S = 2.0
_LITTLE_ROOM_DB, _NO_ROOM_DB = -12.0, -4.0
"""From where on segments are amber, and red: speech peaks below the first, clipping is near at the
second."""

_SEGMENTS = 16
_BAR_HEIGHT = 12


class LevelMeter(QWidget):
    """Peak level from -60 to 0 dB below full scale, and the highest one of the last seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.level_db = self.held_db = -math.inf
        self._shown_s = self._held_s = 0.0
        self._text_width = self.fontMetrics().horizontalAdvance("−00 dB") + theme.GRID
        self.setAccessibleName("Level")
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return a size that no level changes."""
        return QSize(_SEGMENTS * theme.GRID + theme.GRID + self._text_width, 5 * theme.GRID)

    @property
    def text(self) -> str:
        """The held peak as a person reads it."""
        return formats.decibels(self.held_db) if self.held_db >= FLOOR_DB else "– dB"

    def set_level(self, peak: float) -> None:
        """Show a new peak, full scale being 1 and the most; silence empties the bar slowly."""
        now_s = time.monotonic()
        # Drivers may send more than full scale, and numbers that are none.
        level_db = 20 * math.log10(min(peak, 1.0)) if peak > 0 else -math.inf
        fallen_db = self.level_db - FALL_DB_S * min(now_s - self._shown_s, 1.0)
        self.level_db, self._shown_s = max(level_db, fallen_db), now_s
        if level_db >= self.held_db or now_s - self._held_s > HOLD_S:
            # Never below the bar, which falls more slowly than the sound.
            self.held_db, self._held_s = self.level_db, now_s
        self._show()

    def clear(self) -> None:
        """Show that nothing is being listened to."""
        self.level_db = self.held_db = -math.inf
        self._show()

    def _show(self) -> None:
        if self.accessibleDescription() != self.text:
            self.setAccessibleDescription(self.text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lit and unlit segments, the held peak and the number."""
        painter = QPainter(self)
        palette = self.palette()
        colors, unlit = theme.level_colors(palette), theme.hairline(palette)
        n_lit, held = _segment(self.level_db), _segment(self.held_db) - 1
        for index in range(_SEGMENTS):
            painter.fillRect(
                QRectF(
                    index * theme.GRID, (self.height() - _BAR_HEIGHT) / 2, theme.GRID - 2,
                    _BAR_HEIGHT,
                ),
                colors[zone(index)] if index < n_lit or index == held else unlit,
            )  # fmt: skip
        painter.setPen(theme.quiet_text(palette))
        painter.setFont(theme.scaled_font(self, 1.0))
        right = self.rect().adjusted(_SEGMENTS * theme.GRID + theme.GRID, 0, 0, 0)
        painter.drawText(
            right, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text
        )


def zone(segment: int) -> int:
    """Return where a segment stands: 0 where there is room, 1 where little, 2 where none."""
    least_db = FLOOR_DB * (1 - segment / _SEGMENTS)
    return int(least_db >= _LITTLE_ROOM_DB) + int(least_db >= _NO_ROOM_DB)


def _segment(level_db: float) -> int:
    share = (level_db - FLOOR_DB) / -FLOOR_DB if level_db > FLOOR_DB else 0.0
    return min(round(share * _SEGMENTS), _SEGMENTS)


class ClipLight(QAbstractButton):
    """Lights when sound was cut off at full scale, and stays lit until it is clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_lit = False
        self.setFixedSize(self.sizeHint())
        self.clicked.connect(lambda: self.set_lit(False))
        self.set_lit(False)

    def sizeHint(self) -> QSize:
        """Return a size for the word in it."""
        return QSize(self.fontMetrics().horizontalAdvance("Clip") + 2 * theme.GRID, 3 * theme.GRID)

    @property
    def is_lit(self) -> bool:
        """Whether anything was clipped since the last click."""
        return self._is_lit

    def set_lit(self, is_lit: bool) -> None:
        """Light it, or put it out."""
        self._is_lit = is_lit
        self.setEnabled(is_lit)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_lit else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Clipped: put out the light" if is_lit else "Not clipped")
        self.setToolTip(
            "Sound was cut off at full scale: lower the input's gain, or go farther away. "
            "Click to put the light out."
            if is_lit
            else "Lights when sound is cut off at full scale"
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word on red, where it is lit."""
        if not self._is_lit:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        red = theme.record_red(palette)
        painter.setPen(red)
        painter.setBrush(red)
        painter.drawRoundedRect(frame, 4, 4)
        if self.hasFocus():
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(2, 2, -2, -2), 3, 3)
        painter.setPen(_on_red(red))
        painter.setFont(theme.scaled_font(self, 0.85))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Clip")


def _on_red(red: QColor) -> QColor:
    return QColor("#000000") if red.lightnessF() > 0.6 else QColor("#ffffff")
