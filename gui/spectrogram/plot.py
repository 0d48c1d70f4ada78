"""The plot itself: axes, the picture, and what is drawn over it. It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPalette
from PySide6.QtWidgets import QWidget

from core.audio.frequency import FrequencyScale, FrequencyView
from core.audio.levels import level_of
from core.audio.logmel import PATCH_S
from core.types import UInt8
from gui import formats, theme
from gui.spectrogram.overlay import Overlay, paint_overlay
from gui.spectrogram.spans import Span
from gui.widgets.color_map import ColorMap

_LEFT_WIDTH, _BOTTOM_HEIGHT = 48, 24
_STRIP = 8
"""Half the width of what is painted anew around a line that moves, in pixels."""


class _TimeAxis(pg.AxisItem):  # type: ignore[misc]
    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return seconds for short sounds and clock times for long ones; none before the start."""
        decimals = next((n for n in range(4) if spacing >= 0.999 * 10**-n), 4)
        if max(values, default=0) >= 60:
            return ["" if value < -1e-9 else formats.clock(value, decimals) for value in values]
        return ["" if value < -1e-9 else f"{value:.{decimals}f} s" for value in values]

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """Return one spacing of ticks: round seconds, minutes or hours, as many as have room."""
        room = max(size, 1.0) / (high - low) if high > low else 1.0
        for spacing in _SPACINGS_S:
            if spacing * room >= _TICK_ROOM:
                return [(spacing, 0.0)]
        return [(_SPACINGS_S[-1], 0.0)]


_SPACINGS_S = tuple(step * 10.0**exponent for exponent in (-3, -2, -1, 0) for step in (1, 2, 5)) + (
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
)
_TICK_ROOM = 88.0


@dataclass(frozen=True)
class CursorPlace:
    """Place of the cursor: a time in seconds, and a height in rows."""

    time_s: float
    height: float


class SpectrogramPlot(pg.PlotWidget):  # type: ignore[misc]
    """Shows levels between two times, with a scale of frequencies at the left.

    Attributes
    ----------
    overlay : Overlay
        What is drawn over the picture.
    fineness : float
        Pixels a point where the picture is not meant for the screen.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, axisItems={"bottom": _TimeAxis("bottom")}, enableMenu=False)
        self.overlay = Overlay()
        self.fineness = 1.0
        self._scale: FrequencyScale = FrequencyView.LOG_MEL.scale
        self._image = pg.ImageItem(axisOrder="row-major")
        self.addItem(self._image)
        self._build()
        self.set_colors(ColorMap.INFERNO)
        self.set_scale(self._scale)
        self.follow_palette(self.palette())

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.setAccessibleName("Spectrogram")
        # Drops belong to the whole window.
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.viewport().setMouseTracking(True)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        # Labels at the edges need room to stick out.
        self.getPlotItem().setContentsMargins(0, theme.GRID, 2 * theme.GRID, 0)
        self.getAxis("bottom").setStyle(hideOverlappingLabels=False)
        self.getAxis("left").setWidth(_LEFT_WIDTH)
        self.getAxis("bottom").setHeight(_BOTTOM_HEIGHT)
        self.getViewBox().sigResized.connect(self._label_frequencies)

    def set_scale(self, scale: FrequencyScale) -> None:
        """Lay out frequencies in another way."""
        self._scale = scale
        self.setYRange(*scale.span, padding=0)
        self._label_frequencies()

    def set_colors(self, colors: ColorMap) -> None:
        """Use other colours for the levels."""
        self._image.setLookupTable(colors.table())
        self.overlay.is_on_light = colors.has_light_ground
        self.viewport().update()

    def set_range(self, floor_db: float, ceiling_db: float) -> None:
        """Give the first and the last colour to these levels."""
        floor = level_of(floor_db)
        self._image.setLevels((floor, max(level_of(ceiling_db), floor + 1.0)))

    def set_span(self, span: Span) -> None:
        """Show the time between two moments, in seconds."""
        self.setXRange(*span, padding=0)

    def show_levels(self, levels: UInt8, span: Span) -> None:
        """Show levels, shape (scale's rows, columns), that fill a span of time."""
        self._image.setImage(levels, autoLevels=False, levels=self._image.levels)
        self._image.setRect(QRectF(span[0], 0.0, span[1] - span[0], self._scale.n_rows))

    @property
    def picture_area(self) -> QRectF:
        """Rectangle of the picture, in the widget's pixels."""
        area: QRectF = self.getViewBox().sceneBoundingRect()
        return area

    @property
    def n_columns(self) -> int:
        """Number of columns that can be told apart, in the screen's own pixels."""
        ratio: float = max(self.devicePixelRatioF(), self.fineness)
        return max(1, round(self.picture_area.width() * ratio))

    def x_of(self, time_s: float) -> float:
        """Return where a time lies, in the widget's pixels."""
        area, (start_s, end_s) = self.picture_area, self.getViewBox().viewRange()[0]
        return area.left() + float((time_s - start_s) / (end_s - start_s)) * area.width()

    def y_of(self, height: float) -> float:
        """Return where a height in rows lies, in the widget's pixels."""
        area, (low, high) = self.picture_area, self.getViewBox().viewRange()[1]
        return area.bottom() - float((height - low) / (high - low)) * area.height()

    def time_at(self, x: float) -> float:
        """Return the time at a place in the widget, in seconds."""
        area, (start_s, end_s) = self.picture_area, self.getViewBox().viewRange()[0]
        return float(start_s + (x - area.left()) / max(area.width(), 1.0) * (end_s - start_s))

    def place_at(self, position: QPointF) -> CursorPlace | None:
        """Return what a place in the widget points at; None outside of the picture."""
        area = self.picture_area
        if not area.contains(position):
            return None
        low, high = self.getViewBox().viewRange()[1]
        share = (area.bottom() - position.y()) / max(area.height(), 1.0)
        return CursorPlace(self.time_at(position.x()), low + share * (high - low))

    def set_cursor_place(self, place: CursorPlace | None) -> None:
        """Move the two lines of the cursor, or take them away."""
        self._touch_cursor()
        self.overlay.cursor = None if place is None else (place.time_s, place.height)
        self._touch_cursor()

    def set_playhead(self, time_s: float | None) -> None:
        """Move the playhead, or take it away. Paints no more than two narrow strips."""
        for moment_s in (self.overlay.playhead_s, time_s):
            if moment_s is not None:
                self._touch_column(self.x_of(moment_s))
        self.overlay.playhead_s = time_s

    def set_caption(self, text: str) -> None:
        """Say over the dimmed picture what the matches are of; an empty text takes that back."""
        if text != self.overlay.caption:
            self.overlay.caption = text
            self.viewport().update()

    def set_badge(self, text: str) -> None:
        """Say in a corner what the axes measure; an empty text takes that back."""
        if text != self.overlay.badge:
            self.overlay.badge = text
            self.viewport().update()

    def set_selection(self, span: Span | None) -> None:
        """Light up a span."""
        self.overlay.selection = span
        self.viewport().update()

    def set_mark(self, span: Span | None) -> None:
        """Point out a span, or nothing."""
        if span != self.overlay.mark:
            self.overlay.mark = span
            self.viewport().update()

    def mark_patches(self, is_marked: bool) -> None:
        """Mark what VGGish analyses as one, or stop that."""
        self.overlay.patch_s = PATCH_S if is_marked else None
        self.viewport().update()

    def _touch_cursor(self) -> None:
        if self.overlay.cursor is not None:
            self._touch_column(self.x_of(self.overlay.cursor[0]))
            y = round(self.y_of(self.overlay.cursor[1]))
            self.viewport().update(QRect(0, y - 2, self.width(), 4))

    def _touch_column(self, x: float) -> None:
        self.viewport().update(QRect(round(x) - _STRIP, 0, 2 * _STRIP, self.height()))

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Draw selection, patches, cursor and playhead over the picture, in pixels."""
        super().drawForeground(painter, rect)
        paint_overlay(painter, self.overlay, self.picture_area, self.x_of, self.y_of)
        if self.hasFocus():
            painter.setPen(pg.mkPen(self.palette().color(QPalette.ColorRole.Highlight), width=2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.picture_area.adjusted(-1, -1, 1, 1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show who has the focus: Qt paints anew only what is around the viewport."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the focus has gone."""
        super().focusOutEvent(event)
        self.viewport().update()

    def _label_frequencies(self) -> None:
        """Label as many frequencies as there is room for, the highest first."""
        low, high = self._scale.span
        per_row = self.getViewBox().height() / (high - low)
        least = self.fontMetrics().height() / max(per_row, 1e-3)
        ticks: list[tuple[float, str]] = []
        for frequency_hz in reversed(self._scale.ticks_hz):
            height = self._scale.height_of(frequency_hz)
            if not ticks or ticks[-1][0] - height >= least:
                ticks.append((height, _short(frequency_hz)))
        self.getAxis("left").setTicks([ticks])

    def follow_palette(self, palette: QPalette) -> None:
        """Take over a palette's colours."""
        self.setBackground(palette.color(QPalette.ColorRole.Window))
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(theme.hairline(palette))
            axis.setTextPen(theme.quiet_text(palette))
            axis.setStyle(tickLength=-4, tickFont=theme.scaled_font(self, 0.85))


def _short(frequency_hz: float) -> str:
    return f"{frequency_hz / 1000:g}k" if frequency_hz >= 1000 else f"{frequency_hz:g}"
