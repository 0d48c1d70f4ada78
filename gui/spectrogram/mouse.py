"""Mouse, wheel and fingers on the spectrogram, turned into what they mean."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture

from gui.spectrogram.navigable import Navigable
from gui.spectrogram.overlay import HANDLE
from gui.spectrogram.plot import SpectrogramPlot
from gui.spectrogram.spans import Span

_NOTCH = 120.0
"""What a wheel reports for one step."""

_ZOOM_PER_NOTCH = 1.25
_PAN_PER_NOTCH = 0.1

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_LEFT, _MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


class MouseInput(QObject):
    """Filters the events of the plot's viewport.

    Dragging selects; dragging an edge moves it, dragging with the middle button moves the picture.
    A click seeks, and outside of the selection clears it. The wheel zooms around the mouse, with
    Shift or sideways it moves; two fingers zoom; a double click shows the whole.
    """

    def __init__(self, plot: SpectrogramPlot, shown: Navigable) -> None:
        super().__init__(plot)
        self._plot, self._shown = plot, shown
        self._anchor_s: float | None = None
        self._before: Span | None = None
        self._dragged_to: QPointF | None = None
        self._pressed_at: QPointF | None = None
        self._panned_at: QPointF | None = None
        plot.viewport().installEventFilter(self)
        plot.viewport().grabGesture(Qt.GestureType.PinchGesture)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is meant for the spectrogram."""
        if isinstance(event, QMouseEvent):
            return self._on_mouse(event)
        if event.type() == QEvent.Type.Leave:
            self._shown.point(None)
        elif self._shown.can_zoom:
            if isinstance(event, QWheelEvent):
                return self._on_wheel(event)
            if isinstance(event, QNativeGestureEvent):
                return self._on_native_gesture(event)
            if isinstance(event, QGestureEvent):
                return self._on_gesture(event)
        return False

    # The mouse

    def _on_mouse(self, event: QMouseEvent) -> bool:
        handlers: dict[QEvent.Type, Callable[[QMouseEvent], None]] = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.MouseButtonDblClick: self._double_click,
        }
        handler = handlers.get(event.type())
        if handler is None:
            return False
        handler(event)
        # The scene has items of its own that would take the mouse.
        return True

    def _press(self, event: QMouseEvent) -> None:
        self._plot.setFocus(Qt.FocusReason.MouseFocusReason)
        place = self._plot.place_at(event.position())
        if not self._shown.can_zoom or (place is None and self._edge_at(event) is None):
            return
        if event.button() == _MIDDLE:
            self._panned_at = event.position()
        elif event.button() == _LEFT:
            self._pressed_at = self._dragged_to = event.position()
            self._before = self._shown.selection.span
            span, edge = self._shown.selection.span, self._edge_at(event)
            if span is not None and edge is not None:
                # What is held on to is the other edge.
                self._anchor_s = span[1 - edge]
            elif span is not None and place is not None and event.modifiers() & _SHIFT:
                self._anchor_s = span[0] if place.time_s > sum(span) / 2 else span[1]
                self._shown.selection.select(self._anchor_s, place.time_s)
            else:
                self._anchor_s = None

    def _move(self, event: QMouseEvent) -> None:
        position = event.position()
        self._shown.point(self._plot.place_at(position))
        if self._panned_at is not None:
            time_at = self._plot.time_at
            self._shown.pan(time_at(self._panned_at.x()) - time_at(position.x()))
            self._panned_at = position
        elif self._pressed_at is not None:
            self._drag(position, self._pressed_at)
        else:
            is_on_edge = self._edge_at(event) is not None
            shape = Qt.CursorShape.SizeHorCursor if is_on_edge else Qt.CursorShape.CrossCursor
            self._plot.viewport().setCursor(shape)

    def _drag(self, position: QPointF, begun_at: QPointF) -> None:
        self._dragged_to = position
        if self._anchor_s is None:
            if abs(position.x() - begun_at.x()) < QApplication.startDragDistance() / 2:
                return
            self._anchor_s = self._plot.time_at(begun_at.x())
        # Dragged over the edge, it takes along what lies there.
        area, span = self._plot.picture_area, self._shown.span
        beyond = min(0.0, position.x() - area.left()) + max(0.0, position.x() - area.right())
        if beyond:
            self._shown.pan(beyond / max(area.width(), 1.0) * (span[1] - span[0]) * 0.5)
        self._shown.selection.select(self._anchor_s, self._plot.time_at(position.x()))

    def _release(self, event: QMouseEvent) -> None:
        if event.button() == _MIDDLE:
            self._panned_at = None
        if event.button() != _LEFT or self._pressed_at is None:
            return
        if event.position() != self._dragged_to:
            # Where the window was busy, the last movement is told by the release alone.
            self._drag(event.position(), self._pressed_at)
        has_dragged = self._anchor_s is not None
        self._pressed_at = self._anchor_s = None
        if has_dragged:
            self._shown.selection.settle()
            return
        time_s = self._plot.time_at(event.position().x())
        span = self._shown.selection.span
        if span is not None and not span[0] <= time_s <= span[1]:
            self._shown.selection.clear()
        self._shown.seek(time_s)

    def _double_click(self, event: QMouseEvent) -> None:
        if event.button() == _LEFT:
            self._shown.reset_zoom()

    def _edge_at(self, event: QMouseEvent) -> int | None:
        """Return 0 or 1 for the selection's start or end where the mouse is near it."""
        span = self._shown.selection.span
        area = self._plot.picture_area
        if span is None or not area.top() <= event.position().y() <= area.bottom():
            return None
        distances = [abs(self._plot.x_of(time_s) - event.position().x()) for time_s in span]
        nearest = distances.index(min(distances))
        return nearest if distances[nearest] <= HANDLE else None

    # Wheel and fingers

    def _on_wheel(self, event: QWheelEvent) -> bool:
        span = self._shown.span
        width = span[1] - span[0]
        turned, pixels = event.angleDelta(), event.pixelDelta()
        # A touchpad reports a little of either direction with every movement.
        sideways = turned.x() if abs(turned.x()) > abs(turned.y()) else 0
        if event.modifiers() & _SHIFT:
            sideways = sideways or turned.y()
        if sideways:
            if pixels.x():
                by_s = pixels.x() / max(self._plot.picture_area.width(), 1.0)
            else:
                by_s = sideways / _NOTCH * _PAN_PER_NOTCH
            self._shown.pan(-by_s * width)
        elif turned.y():
            self._shown.zoom(
                _ZOOM_PER_NOTCH ** (turned.y() / _NOTCH),
                self._plot.time_at(event.position().x()),
            )
        event.accept()
        return True

    def _on_native_gesture(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        if event.value() > -1:
            self._shown.zoom(1.0 + event.value(), self._plot.time_at(event.position().x()))
        return True

    def _on_gesture(self, event: QGestureEvent) -> bool:
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return False
        self._take_back()
        if pinch.scaleFactor() > 0:
            centre = self._plot.viewport().mapFromGlobal(pinch.centerPoint())
            self._shown.zoom(pinch.scaleFactor(), self._plot.time_at(centre.x()))
        event.accept()
        return True

    def _take_back(self) -> None:
        """Forget what the first finger selected before the second one came."""
        if self._pressed_at is None:
            return
        self._pressed_at = self._anchor_s = None
        if self._before is not None:
            self._shown.selection.select(*self._before)
        else:
            self._shown.selection.clear()
