"""What is painted over the map's points: the query, its matches, one point's words, the legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from core.types import Float32
from gui import theme
from gui.map.raster import MapView

_MATCH, _CURRENT, _QUERY = 5.0, 8.0, 8.0
"""Radii in pixels: matches are rings, the current point a larger one, the query is a diamond."""

_SWATCH = 10
YOUR_SOUND = "Your sound"


@dataclass(frozen=True)
class Marks:
    """Marks of the query, its matches and the current clip.

    Attributes
    ----------
    query : tuple of two floats, or None
        Where the query lies.
    matches : tuple of int
        Rows, the best first.
    current, hovered : int
        Rows: the one that was chosen or reached by keys, and that under the cursor; -1 for none.
    """

    query: tuple[float, float] | None = None
    matches: tuple[int, ...] = ()
    current: int = -1
    hovered: int = -1


def paint_marks(
    painter: QPainter, canvas: QWidget, marks: Marks, view: MapView, points: Float32, text: str
) -> None:
    """Paint marks on a canvas, with words on the point that is looked at."""
    palette = canvas.palette()
    strong = palette.color(QPalette.ColorRole.Text)
    base = palette.color(QPalette.ColorRole.Base)

    def middle(row: int) -> QPointF:
        return QPointF(*view.pixel(*points[row].tolist()))

    for row in reversed(marks.matches):
        _ring(painter, middle(row), _MATCH, strong, base)
    if marks.query is not None:
        at = QPointF(*view.pixel(*marks.query))
        _diamond(painter, at, palette)
    if marks.current >= 0:
        _ring(painter, middle(marks.current), _CURRENT, strong, base)
        _ring(painter, middle(marks.current), _CURRENT + 3, strong, base)
    shown = marks.hovered if marks.hovered >= 0 else marks.current
    if marks.hovered >= 0:
        _ring(painter, middle(marks.hovered), _CURRENT, strong, base)
    taken = QRectF()
    if marks.query is not None:
        taken = _words(painter, canvas, QPointF(*view.pixel(*marks.query)), YOUR_SOUND, taken)
    if shown >= 0 and text:
        _words(painter, canvas, middle(shown), text, taken)


def _ring(painter: QPainter, at: QPointF, radius: float, color: QColor, ground: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shade, width in ((ground, 4.0), (color, 1.8)):
        painter.setPen(QPen(shade, width))
        painter.drawEllipse(at, radius, radius)


def _diamond(painter: QPainter, at: QPointF, palette: QPalette) -> None:
    painter.setPen(QPen(palette.color(QPalette.ColorRole.Base), 2.0))
    painter.setBrush(palette.color(QPalette.ColorRole.Text))
    steps = ((0, -_QUERY), (_QUERY, 0), (0, _QUERY), (-_QUERY, 0))
    painter.drawPolygon(QPolygonF([at + QPointF(*step) for step in steps]))


def _words(painter: QPainter, canvas: QWidget, at: QPointF, text: str, taken: QRectF) -> QRectF:
    """Paint plain text beside a point, within the canvas and off what is taken; return where."""
    palette = canvas.palette()
    if not QRectF(canvas.rect()).contains(at):
        return QRectF()
    painter.setFont(theme.scaled_font(canvas, 1.0))
    lines = text.split("\n")
    metrics = painter.fontMetrics()
    most = max(8 * theme.GRID, canvas.width() - 4 * theme.GRID)
    lines = [metrics.elidedText(each, Qt.TextElideMode.ElideRight, most) for each in lines]
    width = max(metrics.horizontalAdvance(each) for each in lines) + 2 * theme.GRID
    height = metrics.height() * len(lines) + theme.GRID
    box = QRectF(at.x() + 2 * theme.GRID, at.y() - height / 2, width, height)
    if box.right() > canvas.width():
        box.moveRight(at.x() - 2 * theme.GRID)
    box.moveLeft(min(max(box.left(), 2), max(2, canvas.width() - width - 2)))
    box.moveTop(min(max(box.top(), 2), max(2, canvas.height() - height - 2)))
    if box.intersects(taken):
        box.moveTop(taken.bottom() + 2)
        if box.bottom() > canvas.height() - 2:
            box.moveBottom(taken.top() - 2)
    painter.setPen(theme.hairline(palette))
    painter.setBrush(palette.color(QPalette.ColorRole.Window))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))
    painter.drawText(
        box.adjusted(theme.GRID, theme.GRID / 2, 0, 0), Qt.AlignmentFlag.AlignLeft, "\n".join(lines)
    )
    return box


def legend_size(canvas: QWidget, names: Sequence[str]) -> QSize:
    """Return the room that the legend takes; none where it would take too much, and is left out."""
    metrics = QFontMetrics(theme.scaled_font(canvas, 0.85))
    width = max(map(metrics.horizontalAdvance, names), default=0) + _SWATCH + 4 * theme.GRID
    height = (metrics.height() + 2) * len(names) + theme.GRID
    is_narrow = width < canvas.width() / 2 and height < canvas.height()
    is_low = width < canvas.width() and height < canvas.height() / 2
    return QSize(width, height) if is_narrow or is_low else QSize(0, 0)


def paint_legend(painter: QPainter, canvas: QWidget, legend: dict[str, QColor]) -> None:
    """Paint the groups' names with their colours into a corner."""
    size = legend_size(canvas, list(legend))
    if size.isEmpty():
        return
    width = size.width()
    palette = canvas.palette()
    painter.setFont(theme.scaled_font(canvas, 0.85))
    line = painter.fontMetrics().height() + 2
    ground = QColor(palette.color(QPalette.ColorRole.Base))
    ground.setAlphaF(0.85)
    painter.fillRect(QRectF(2, 2, width, size.height()), ground)
    for place, (name, color) in enumerate(legend.items()):
        top = 2 + theme.GRID / 2 + place * line
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        middle = QPointF(theme.GRID + _SWATCH / 2, top + line / 2)
        painter.drawEllipse(middle, _SWATCH / 2, _SWATCH / 2)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        room = QRectF(2 * theme.GRID + _SWATCH, top, width, line)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
