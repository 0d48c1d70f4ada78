"""What is drawn over the picture: the selection, the patches, the cursor, the playhead."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.spectrogram.spans import Span

HANDLE = 6
"""Half the width of the handles at the selection's edges, in pixels."""

_LEAST_PATCH_WIDTH = 6.0
_DIMMED = 0.55


@dataclass
class Overlay:
    """Marks over the picture.

    Attributes
    ----------
    selection : tuple of float, or None
        Start and end in seconds; everything else is dimmed.
    cursor : tuple of float, or None
        Time in seconds and height in rows.
    playhead_s : float or None
    mark : tuple of float, or None
        Start and end in seconds of what is pointed out, such as what matched best.
    patch_s : float or None
        Length of the patches that are marked, from the selection's start or that of the sound.
    sound_s : float
        Length of the sound.
    is_on_light : bool
        Whether the picture's ground is light.
    caption : str
        Stands over the picture, which is dimmed, where the matches are of something else.
    badge : str
        Stands in a corner: what the axes measure, where that is not what was recorded.
    """

    selection: Span | None = None
    cursor: tuple[float, float] | None = None
    playhead_s: float | None = None
    mark: Span | None = None
    patch_s: float | None = None
    sound_s: float = 0.0
    is_on_light: bool = False
    caption: str = ""
    badge: str = ""

    @property
    def line(self) -> QColor:
        """The colour that stands out from the picture."""
        return QColor("#000000") if self.is_on_light else QColor("#ffffff")

    @property
    def ground(self) -> QColor:
        """Its opposite, laid beneath lines so that they stand out from loud places as well."""
        return QColor("#ffffff") if self.is_on_light else QColor("#000000")


def paint_overlay(
    painter: QPainter,
    overlay: Overlay,
    area: QRectF,
    x_of: Callable[[float], float],
    y_of: Callable[[float], float],
) -> None:
    """Draw it within an area, in pixels."""
    painter.save()
    painter.setClipRect(area.adjusted(-HANDLE, 0, HANDLE, 0))
    if overlay.patch_s:
        _paint_patches(painter, overlay, area, x_of)
    if overlay.selection is not None:
        _paint_selection(painter, overlay, overlay.selection, area, x_of)
    if overlay.mark is not None:
        left, right = (x_of(time_s) for time_s in overlay.mark)
        for y in (area.top() + 1.5, area.bottom() - 1.5):
            line = QLineF(left, y, max(right, left + 2), y)
            _draw_line(painter, overlay, line, Qt.PenStyle.SolidLine, 3.0)
    if overlay.cursor is not None:
        x, y = x_of(overlay.cursor[0]), y_of(overlay.cursor[1])
        for line in (
            QLineF(x, area.top(), x, area.bottom()),
            QLineF(area.left(), y, area.right(), y),
        ):
            _draw_line(painter, overlay, line, Qt.PenStyle.DotLine)
    if overlay.playhead_s is not None:
        _paint_playhead(painter, overlay, area, x_of(overlay.playhead_s))
    if overlay.caption:
        _paint_caption(painter, overlay, area)
    if overlay.badge:
        _paint_badge(painter, overlay, area)
    painter.restore()


def _paint_badge(painter: QPainter, overlay: Overlay, area: QRectF) -> None:
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(overlay.badge) + 2 * HANDLE, metrics.height() + HANDLE
    box = QRectF(area.left() + HANDLE, area.top() + HANDLE, width, height).intersected(area)
    shade = overlay.ground
    shade.setAlphaF(_DIMMED)
    painter.fillRect(box, shade)
    painter.setPen(overlay.line)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, overlay.badge)


def _paint_caption(painter: QPainter, overlay: Overlay, area: QRectF) -> None:
    veil = overlay.ground
    veil.setAlphaF(_DIMMED)
    painter.fillRect(area, veil)
    painter.setPen(overlay.line)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, overlay.caption)


def _draw_line(
    painter: QPainter, overlay: Overlay, line: QLineF, style: Qt.PenStyle, width: float = 1.0
) -> None:
    shade = overlay.ground
    shade.setAlphaF(0.5)
    painter.setPen(QPen(shade, width + 2))
    painter.drawLine(line)
    painter.setPen(QPen(overlay.line, width, style))
    painter.drawLine(line)


def _paint_patches(
    painter: QPainter, overlay: Overlay, area: QRectF, x_of: Callable[[float], float]
) -> None:
    patch_s = overlay.patch_s or 1.0
    start_s, end_s = overlay.selection or (0.0, overlay.sound_s)
    width = x_of(patch_s) - x_of(0.0)
    if width < _LEAST_PATCH_WIDTH:
        return
    offset = x_of(start_s)
    first = max(0, math.ceil((area.left() - offset) / width))
    # The last patch that is whole ends within the span, half a window aside.
    n_whole = math.floor((end_s - start_s + 1e-9) / patch_s)
    last = min(n_whole, math.floor((area.right() - offset) / width))
    for index in range(first, last + 1):
        x = offset + index * width
        edge = QLineF(x, area.top(), x, area.bottom())
        _draw_line(painter, overlay, edge, Qt.PenStyle.DashLine)


def _paint_selection(
    painter: QPainter,
    overlay: Overlay,
    span: Span,
    area: QRectF,
    x_of: Callable[[float], float],
) -> None:
    left, right = (x_of(time_s) for time_s in span)
    veil = overlay.ground
    veil.setAlphaF(_DIMMED)
    for from_x, to_x in ((area.left(), left), (right, area.right())):
        outside = QRectF(QPointF(from_x, area.top()), QPointF(to_x, area.bottom()))
        if to_x > from_x:
            painter.fillRect(outside.intersected(area), veil)
    for x, inwards in ((left, 1), (right, -1)):
        if area.left() - 1 <= x <= area.right() + 1:
            edge = QLineF(x, area.top(), x, area.bottom())
            _draw_line(painter, overlay, edge, Qt.PenStyle.SolidLine, 1.5)
            _paint_handle(painter, overlay, x, area.center().y(), inwards)


def _paint_handle(
    painter: QPainter, overlay: Overlay, x: float, middle: float, inwards: int
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(overlay.ground, 1.0))
    painter.setBrush(overlay.line)
    reach = inwards * HANDLE
    painter.drawRoundedRect(
        QRectF(min(x, x + reach), middle - 2 * HANDLE, abs(reach), 4 * HANDLE), 2, 2
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_playhead(painter: QPainter, overlay: Overlay, area: QRectF, x: float) -> None:
    if not area.left() <= x <= area.right():
        return
    line = QLineF(x, area.top(), x, area.bottom())
    _draw_line(painter, overlay, line, Qt.PenStyle.SolidLine, 2.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(overlay.ground, 1.0))
    painter.setBrush(overlay.line)
    tip = [QPointF(x - HANDLE, area.top()), QPointF(x + HANDLE, area.top())]
    painter.drawPolygon(QPolygonF([*tip, QPointF(x, area.top() + 1.5 * HANDLE)]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
