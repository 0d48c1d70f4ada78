"""The map on the screen: what is in sight, what is marked, mouse and keys."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.types import UInt8
from gui import theme
from gui.map.colors import group_colors
from gui.map.marks import Marks, legend_size, paint_legend, paint_marks
from gui.map.raster import Chart, MapView

_HIT_PIXELS = 12
_MARGIN = 1.5
"""The picture's width and height, as multiples of what is in sight, so that there is something to
move into sight."""

_ZOOM_STEP = 1.25
_MOST_ZOOM, _LEAST_ZOOM = 500.0, 0.3
"""Relative to all points fitting."""

_DIRECTIONS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class MapCanvas(QWidget):
    """Shows a chart; a picture of another view is moved and scaled until a new one has come.

    Signals
    -------
    wanted : MapView
        What is in sight has changed and needs a picture, in pixels of the screen.
    chosen : int
        A person chose a point.
    """

    wanted = Signal(MapView)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart: Chart | None = None
        self.message = ""
        self.describe: Callable[[int], str] = str
        self.marks = Marks()
        self.home = MapView(0, 0, 1, 1, 1)
        self.view = self.home
        self.image = QImage()
        self._image_view = self.home
        self._pressed: QPointF | None = None
        self._is_dragged = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Map of the catalogue")
        self.setAccessibleDescription(
            "The arrow keys go to the nearest clip, Return chooses it, plus and minus zoom, "
            "0 shows everything, Home goes to your sound."
        )

    def sizeHint(self) -> QSize:
        """Return a usual size."""
        return QSize(60 * theme.GRID, 40 * theme.GRID)

    # What is shown

    def show_chart(self, chart: Chart) -> None:
        """Show a map, all of it."""
        self.chart, self.image = chart, QImage()
        self.marks = Marks()
        self.view = self.home
        self.fit()

    @property
    def _has_room(self) -> bool:
        """Whether there is a pixel; while a splitter folds or a window closes there is none."""
        return self.width() > 0 and self.height() > 0

    def fit(self) -> None:
        """Bring all points into sight; without any room, as soon as there is some."""
        if not self._has_room:
            self.view = self.home
        elif self.chart is not None:
            width, height = self.chart.span
            legend = legend_size(self, list(self.legend()))
            # The points lie beside the legend or below it, where they are larger.
            places = ((legend.width(), 0), (0, legend.height()))
            sizes = [
                min((self.width() - beside) / width, (self.height() - below) / height)
                for beside, below in places
            ]
            scale, (beside, below) = max(zip(sizes, places, strict=True))
            x, y = self.chart.middle
            x, y = x - beside / 2 / scale, y + below / 2 / scale
            self.home = MapView(x, y, scale, self.width(), self.height())
            self._look(self.home)

    def show_message(self, message: str) -> None:
        """Show a sentence instead of a map."""
        self.chart, self.message = None, message
        self.update()

    def show_marks(self, marks: Marks) -> None:
        """Mark other points."""
        self.marks = marks
        self.update()

    def show_picture(self, view: MapView, pixels: UInt8) -> None:
        """Show a new picture; pixels' shape is (height, width, 4)."""
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
        self.image, self._image_view = image.copy(), view
        self.update()

    def _look(self, view: MapView) -> None:
        self.view = view
        self.update()
        ratio = self.devicePixelRatioF()
        wide, high = (
            max(1, math.ceil(side * ratio * _MARGIN)) for side in (view.width, view.height)
        )
        self.wanted.emit(replace(view, scale=view.scale * ratio, width=wide, height=high))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture where it belongs, then marks and legend."""
        painter = QPainter(self)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        if self.chart is None:
            painter.setPen(theme.quiet_text(palette))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.message)
            return
        drawn = self._image_view
        if not self.image.isNull():
            left, top = self.view.pixel(drawn.left, drawn.top)
            enlarged = self.view.scale / drawn.scale
            target = QRectF(left, top, drawn.width * enlarged, drawn.height * enlarged)
            painter.drawImage(target, self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        current = self.marks.current if self.marks.hovered < 0 else self.marks.hovered
        text = self.describe(current) if current >= 0 else ""
        paint_legend(painter, self, self.legend())
        paint_marks(painter, self, self.marks, self.view, self.chart.map.points, text)
        if self.hasFocus():
            painter.setPen(palette.color(QPalette.ColorRole.Highlight))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def legend(self) -> dict[str, QColor]:
        """Return the colours of the groups that have points, by name."""
        if self.chart is None:
            return {}
        names = self.chart.map.names
        colors = group_colors(self.palette(), len(names)).tolist()
        return {names[group]: QColor(*colors[group]) for group in self.chart.groups}

    # Moving

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom in or out; what is at a pixel, or in the middle, stays there."""
        view, home = self.view, self.home.scale
        scale = min(max(view.scale * factor, home * _LEAST_ZOOM), home * _MOST_ZOOM)
        at = at or QPointF(view.width / 2, view.height / 2)
        x, y = view.point(at.x(), at.y())
        across, down = at.x() - view.width / 2, at.y() - view.height / 2
        self._look(replace(view, x=x - across / scale, y=y + down / scale, scale=scale))

    def go_to(self, x: float, y: float) -> None:
        """Bring a place into the middle."""
        self._look(replace(self.view, x=x, y=y))

    def hover(self, at: QPointF) -> None:
        """Name the point at a pixel, if there is one."""
        self._hover(self._point_at(at))

    def reveal(self, row: int) -> None:
        """Bring a point into sight, if it is not."""
        if self.chart is not None:
            x, y = self.chart.map.points[row].tolist()
            across, down = self.view.pixel(x, y)
            edge = 3 * theme.GRID
            if not self.rect().adjusted(edge, edge, -edge, -edge).contains(int(across), int(down)):
                self.go_to(x, y)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the cursor."""
        if self.chart is not None:
            self.zoom(_ZOOM_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag, or to click."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._is_dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the map, or show what is under the cursor."""
        if self.chart is None:
            return
        if self._pressed is None:
            self.hover(event.position())
            return
        moved = event.position() - self._pressed
        if self._is_dragged or moved.manhattanLength() > theme.GRID // 2:
            self._is_dragged, self._pressed = True, event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            view = self.view
            self.go_to(view.x - moved.x() / view.scale, view.y + moved.y() / view.scale)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        is_click = self._pressed is not None and not self._is_dragged
        self._pressed = None
        self.unsetCursor()
        row = self._point_at(event.position()) if is_click else -1
        if row >= 0:
            self._choose(row)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget what was under the cursor."""
        super().leaveEvent(event)
        self._hover(-1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle; a map that was all in sight stays so."""
        super().resizeEvent(event)
        if self.chart is None or not self._has_room:
            return
        if self.view == self.home:
            self.fit()
        else:
            self._look(replace(self.view, width=self.width(), height=self.height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from point to point, choose, zoom."""
        key = Qt.Key(event.key())
        if self.chart is None:
            super().keyPressEvent(event)
        elif key in _DIRECTIONS:
            self._step(*_DIRECTIONS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.marks.current >= 0:
            self._choose(self.marks.current)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _ZOOM_STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_Home and self.marks.query is not None:
            self.go_to(*self.marks.query)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Ask for a picture in the colours of a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.chart is not None:
            self._look(self.view)

    # Points

    def _point_at(self, at: QPointF) -> int:
        if self.chart is None:
            return -1
        x, y = self.view.point(at.x(), at.y())
        return self.chart.nearby.nearest(x, y, _HIT_PIXELS / self.view.scale)

    def _hover(self, row: int) -> None:
        if row != self.marks.hovered:
            self.marks = replace(self.marks, hovered=row)
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.ArrowCursor
            )
            self.update()

    def _step(self, right: int, up: int) -> None:
        chart, current = self.chart, self.marks.current
        if chart is None:
            return
        if current < 0:
            x, y = self.marks.query or (self.view.x, self.view.y)
            row = chart.nearby.nearest(x, y, 4 * chart.nearby.extent + 1)
        else:
            row = chart.nearby.next_to(current, right, up)
        self.marks = replace(self.marks, current=row, hovered=-1)
        self.setAccessibleDescription(self.describe(row))
        self.reveal(row)
        self.update()

    def _choose(self, row: int) -> None:
        self.marks = replace(self.marks, current=row)
        self.update()
        self.chosen.emit(row)
