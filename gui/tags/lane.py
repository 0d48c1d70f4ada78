"""The lane of tags below the spectrogram: what was heard, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from gui import formats, theme

if TYPE_CHECKING:
    from core.tagging.spans import TagSpan

MOST_ROWS, LEAST_ROWS = 3, 1
_ROW, _GAP, _LEAST_BAR = 18, 2, 3.0
"""Height of a row, what of it is free, and a bar's least width, in pixels."""
_MOST_TINT = 0.6
"""Of the surest bar: the name that stands on it stays readable."""


class TagLane(QWidget):
    """A row for each of the classes that were heard longest and most surely.

    Signals
    -------
    chosen : float, float
        A person wants to select when a class was heard, in seconds.
    """

    chosen = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spans: Sequence[TagSpan] = ()
        self._rows: list[tuple[str, list[TagSpan]]] = []
        self._times: list[NDArray[np.float64]] = []
        self._span_s, self._left, self._width = (0.0, 10.0), 0.0, 1.0
        self.current: TagSpan | None = None
        self.setAccessibleName("What was heard when")
        self.setMouseTracking(True)
        self.setFont(theme.scaled_font(self, 0.85))
        self._n_rows = 0
        self.set_rows(MOST_ROWS)

    @property
    def rows(self) -> list[tuple[str, list[TagSpan]]]:
        """The classes in sight, the most important first, each with its spans."""
        return self._rows

    def set_rows(self, n_rows: int) -> None:
        """Take the room of so many rows."""
        if n_rows != self._n_rows:
            self._n_rows = n_rows
            self.setFixedHeight(n_rows * _ROW)
            self.show_spans(self._spans)

    def show_spans(self, spans: Sequence[TagSpan]) -> None:
        """Show other spans, which come in the order of time."""
        self._spans = spans
        weights: Counter[str] = Counter()
        for span in spans:
            weights[span.label] += round(1000 * span.score * (span.end_s - span.start_s))
        chosen = [label for label, _ in weights.most_common(self._n_rows)]
        self._rows = [(label, [span for span in spans if span.label == label]) for label in chosen]
        self._times = [
            np.array([(span.start_s, span.end_s, span.score) for span in row]).T
            for _, row in self._rows
        ]
        self.current = None
        is_empty = not self._rows  # then nobody need pass it with the Tab key
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if is_empty else Qt.FocusPolicy.StrongFocus)
        self._describe()
        self.update()

    def set_view(self, start_s: float, end_s: float, left: float, width: float) -> None:
        """Follow what is in sight above: its time, and where that is, in pixels."""
        self._span_s, self._left, self._width = (start_s, end_s), left, width
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the rows."""
        return QSize(40 * theme.GRID, self._n_rows * _ROW)

    # Geometry

    def bar_of(self, row: int, span: TagSpan) -> QRectF:
        """Return where the bar of a span is."""
        left, right = (self._x_of(time_s) for time_s in (span.start_s, span.end_s))
        return QRectF(left, row * _ROW, max(right - left, _LEAST_BAR), _ROW - _GAP)

    def bars_in_sight(self, row: int) -> list[tuple[float, float, float]]:
        """Return left and right edge, and score, of the bars to paint; what overlaps is one bar.

        A day of sound has ten thousand spans a row, and far fewer pixels.
        """
        start_s, end_s = self._span_s
        *edges_s, score = self._times[row]
        left, right = (
            self._left + (times_s - start_s) / max(end_s - start_s, 1e-9) * self._width
            for times_s in edges_s
        )
        right = np.maximum(right, left + _LEAST_BAR)
        in_sight = np.flatnonzero((right > self._left) & (left < self._left + self._width))
        if not len(in_sight):
            return []
        left, right, score = left[in_sight], right[in_sight], score[in_sight]
        firsts = np.flatnonzero(np.append(True, left[1:] >= right[:-1]))
        merged = (np.maximum.reduceat(values, firsts).tolist() for values in (right, score))
        return list(zip(left[firsts].tolist(), *merged, strict=True))

    def _x_of(self, time_s: float) -> float:
        start_s, end_s = self._span_s
        return self._left + (time_s - start_s) / max(end_s - start_s, 1e-9) * self._width

    def _span_at(self, place: QPointF) -> TagSpan | None:
        row = int(place.y() // _ROW)
        if not 0 <= row < len(self._rows):
            return None
        for span in self._rows[row][1]:
            bar = self.bar_of(row, span)
            if bar.left() - 2 <= place.x() <= bar.right() + 2:
                return span
        return None

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint when each class was heard, and its name."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        strong = palette.color(QPalette.ColorRole.WindowText)
        ground = palette.color(QPalette.ColorRole.Window)
        accent = palette.color(QPalette.ColorRole.Highlight)
        area = QRectF(self._left, 0, self._width, self.height())
        for row, (label, _) in enumerate(self._rows):
            room = QRectF(self._left, row * _ROW, self._width, _ROW - _GAP)
            painter.fillRect(room, theme.mixed(ground, strong, 0.04))
            painter.save()
            painter.setClipRect(area)
            for left, right, score in self.bars_in_sight(row):
                bar = QRectF(left, row * _ROW, right - left, _ROW - _GAP)
                # Its edge is what 3:1 is asked of: the tint leaves the name readable.
                painter.setPen(accent)
                painter.setBrush(theme.mixed(ground, accent, _MOST_TINT * (0.3 + 0.7 * score)))
                painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            if self.current is not None and self.current.label == label and self.hasFocus():
                painter.setPen(QPen(strong, 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                bar = self.bar_of(row, self.current)
                painter.drawRoundedRect(bar.adjusted(1, 1, -1, -1), 3, 3)
            painter.restore()
            painter.setPen(strong)
            room.adjust(theme.GRID // 2, 0, 0, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, label)

    # What a person does

    def event(self, event: QEvent) -> bool:
        """Say what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            span = self._span_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if span is None else _words(span), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select when the class under the mouse was heard."""
        span = self._span_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and span is not None:
            self._point(span)
            self.chosen.emit(span.start_s, span.end_s)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over what can be selected."""
        is_over = self._span_at(event.position()) is not None
        shape = Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first span."""
        super().focusInEvent(event)
        if self.current is None and self._rows:
            self._point(self._rows[0][1][0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move between spans with the arrow keys; Return selects."""
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if self.current is None:
            super().keyPressEvent(event)
        elif event.key() in steps:
            self._step(*steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.current.start_s, self.current.end_s)
        else:
            super().keyPressEvent(event)

    def _step(self, down: int, right: int) -> None:
        row = next(at for at, (_, spans) in enumerate(self._rows) if self.current in spans)
        row = min(max(row + down, 0), len(self._rows) - 1)
        spans = self._rows[row][1]
        place = spans.index(self.current) + right if self.current in spans else 0
        self._point(spans[min(max(place, 0), len(spans) - 1)])

    def _point(self, span: TagSpan) -> None:
        self.current = span
        self._describe()
        self.update()

    def _describe(self) -> None:
        heard = "; ".join(label for label, _ in self._rows) or "nothing yet"
        current = "" if self.current is None else f" {_words(self.current)}."
        self.setAccessibleDescription(f"Heard: {heard}.{current} Return selects.")


def _words(span: TagSpan) -> str:
    start, end = (formats.clock(time_s, 1) for time_s in (span.start_s, span.end_s))
    return f"{span.label}, {start} – {end}, {span.score:.0%} sure"
