"""Which second of a sound is like which second of a clip."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from core.types import CLIP_HOP_S, Float32
from gui import formats, theme
from gui.widgets.color_map import ColorMap

MOST_ROWS = 60
"""A longer sound is shown by the best of several of its seconds together."""

_LEAST, _MOST = 0.0, 0.9
"""Similarities that get the first and the last colour."""


class HeatStrip(QWidget):
    """A clip's seconds from left to right, the sound's from top to bottom; the best pair is ringed.

    Signals
    -------
    pointed : float or None
        The second of the sound under the mouse, or that of the best pair when it leaves.
    """

    pointed = Signal(object)  # float | None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: Float32 = np.empty((0, 0), np.float32)
        self._row_s, self._start_s, self._sound_s = CLIP_HOP_S, 0.0, 0.0
        self._span_s = 0.0
        self._image = QImage()
        self.setAccessibleName("Why it matched")
        self.setMouseTracking(True)
        self.setMinimumHeight(10 * theme.GRID)
        self.setFont(theme.scaled_font(self, 0.85))

    def sizeHint(self) -> QSize:
        """Return a size for some ten seconds of either."""
        return QSize(30 * theme.GRID, 16 * theme.GRID)

    def show_pairs(
        self,
        pairs: Float32,
        hop_s: float,
        start_s: float,
        sound_s: float = 0.0,
    ) -> None:
        """Show similarities.

        Parameters
        ----------
        pairs : float32 array, shape (Q, C)
            Of the sound's frames and the clip's.
        hop_s : float
            From one frame of the sound to the next, in seconds.
        start_s : float
            Where the clip begins in its video, in seconds.
        sound_s : float
            Where the part that was matched begins in the sound, in seconds.
        """
        group = max(1, -(-len(pairs) // MOST_ROWS))
        firsts = np.arange(0, len(pairs), group)
        self._pairs = np.maximum.reduceat(pairs, firsts, axis=0) if pairs.size else pairs
        self._row_s, self._start_s, self._sound_s = group * hop_s, start_s, sound_s
        self._span_s = len(pairs) * hop_s
        self._image = _drawn(self._pairs)
        self.setAccessibleDescription(self._words(*self.best) if self._pairs.size else "")
        self.pointed.emit(self.best_s)
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.show_pairs(np.empty((0, 0), np.float32), CLIP_HOP_S, 0.0)

    @property
    def best(self) -> tuple[int, int]:
        """Row and column of the best pair."""
        row, column = np.unravel_index(int(np.argmax(self._pairs)), self._pairs.shape)
        return int(row), int(column)

    @property
    def best_s(self) -> float | None:
        """The second of the sound that matched best; None where nothing is shown."""
        return self._second(self.best[0]) if self._pairs.size else None

    def _second(self, row: int) -> float:
        return self._sound_s + row * self._row_s

    def _words(self, row: int, column: int) -> str:
        mine = formats.clock(self._second(row), 1)
        its = formats.clock(self._start_s + column * CLIP_HOP_S)
        return f"{mine} of your sound, {its} of the video: {self._pairs[row, column]:.2f}"

    def _cell(self, row: int, column: int) -> QRectF:
        n_rows, n_columns = self._pairs.shape
        field = self._field
        width, height = field.width() / n_columns, field.height() / n_rows
        return QRectF(field.x() + column * width, field.y() + row * height, width, height)

    @property
    def _field(self) -> QRectF:
        """Rectangle of the colours: beside and above the words of the axes."""
        words = self.fontMetrics().height() + theme.GRID // 4
        return QRectF(self.rect()).adjusted(words, 0, 0, -words)

    def _paint_axes(self, painter: QPainter) -> None:
        """Write what lies along each axis; the sound's seconds run downwards."""
        field = self._field
        painter.setPen(theme.quiet_text(self.palette()))
        ends = self._start_s, self._start_s + self._pairs.shape[1] * CLIP_HOP_S
        below = QRectF(field.x(), field.bottom(), field.width(), self.height() - field.bottom())
        middle = Qt.AlignmentFlag.AlignCenter
        painter.drawText(below, middle, f"Video {formats.span(*ends)}")
        painter.save()
        painter.rotate(-90)
        beside = QRectF(-field.height(), 0, field.height(), field.x())
        ends = self._sound_s, self._sound_s + self._span_s
        words = f"Sound {formats.span(*ends)}"
        fits = self.fontMetrics().horizontalAdvance(words) <= field.height()
        painter.drawText(beside, middle, words if fits else "Sound")
        painter.restore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the colours, and a ring around the best pair."""
        if not self._pairs.size:
            return
        painter = QPainter(self)
        self._paint_axes(painter)
        field = self._field
        painter.drawImage(field, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell = self._cell(*self.best)
        side = max(min(cell.width(), 2 * theme.GRID), theme.GRID)
        ring = QRectF(cell.center() - QPointF(side / 2, side / 2), QPointF(0, 0))
        ring.setSize(QSize(round(side), round(side)).toSizeF())
        for color, width in ((Qt.GlobalColor.black, 4.0), (Qt.GlobalColor.white, 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(ring)
        painter.setPen(theme.hairline(self.palette()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawRect(field.adjusted(0, 0, -1, -1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse."""
        field = self._field
        place = event.position() - field.topLeft()
        if not self._pairs.size or not field.contains(event.position()):
            return
        n_rows, n_columns = self._pairs.shape
        row = min(int(place.y() / field.height() * n_rows), n_rows - 1)
        column = min(int(place.x() / field.width() * n_columns), n_columns - 1)
        QToolTip.showText(event.globalPosition().toPoint(), self._words(row, column), self)
        self.pointed.emit(self._second(row))

    def leaveEvent(self, event: object) -> None:
        """Go back to the best pair."""
        self.pointed.emit(self.best_s)


def _drawn(pairs: Float32) -> QImage:
    if not pairs.size:
        return QImage()
    levels = np.clip((pairs - _LEAST) / (_MOST - _LEAST) * 255, 0, 255).astype(np.uint8)
    return ColorMap.CIVIDIS.image_of(levels)
