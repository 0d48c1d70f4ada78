"""The keys of the spectrogram: cursor, selection, zoom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from gui.spectrogram.navigable import Navigable
from gui.spectrogram.plot import SpectrogramPlot
from gui.spectrogram.spans import Span

_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_ZOOM = 1.5
_PAGE = 0.9
_NUDGE = 0.01

_Action = Callable[[], object]


class KeyboardInput(QObject):
    """Filters the plot's keys; those that mean nothing here are left to the window.

    Arrows move the cursor; with Shift they take an edge of the selection along, with Ctrl they
    nudge all of it. ``[`` and ``]`` set its edges, Escape clears it, Return settles it. Plus, minus
    and 0 zoom; Page Up, Page Down, Home and End move the picture.
    """

    def __init__(self, plot: SpectrogramPlot, shown: Navigable) -> None:
        super().__init__(plot)
        self._shown = shown
        self._pulled: _Pulled | None = None
        whole = shown.selection
        self._actions: dict[int, _Action] = {
            Qt.Key.Key_Plus: lambda: shown.zoom(_ZOOM),
            Qt.Key.Key_Equal: lambda: shown.zoom(_ZOOM),
            Qt.Key.Key_Minus: lambda: shown.zoom(1 / _ZOOM),
            Qt.Key.Key_0: shown.reset_zoom,
            Qt.Key.Key_PageUp: lambda: shown.pan(-_PAGE * shown.width_s),
            Qt.Key.Key_PageDown: lambda: shown.pan(_PAGE * shown.width_s),
            Qt.Key.Key_Home: lambda: shown.pan(-whole.limit[1]),
            Qt.Key.Key_End: lambda: shown.pan(whole.limit[1]),
            Qt.Key.Key_BracketLeft: lambda: whole.set_start(shown.step_cursor(0, 0)),
            Qt.Key.Key_BracketRight: lambda: whole.set_end(shown.step_cursor(0, 0)),
        }
        plot.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that mean something here."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if self._has_acted(event):
            return True
        # Let the window have its keys: a plot would swallow Space.
        event.ignore()
        return event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)

    def _has_acted(self, event: QKeyEvent) -> bool:
        key, shown = event.key(), self._shown
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if shown.is_blank:
            return False
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return self._sideways(1 if key == Qt.Key.Key_Right else -1, modifiers)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not modifiers:
            shown.step_cursor(0, 1 if key == Qt.Key.Key_Up else -1)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shown.selection.settle()
            return False  # it means more than this to the window
        if key == Qt.Key.Key_Escape and shown.selection.span is not None:
            shown.selection.clear()
            return True
        action = self._actions.get(key)
        if action is None or not shown.can_zoom or modifiers & ~_SHIFT:
            return False
        action()
        return True

    def _sideways(self, direction: int, modifiers: Qt.KeyboardModifier) -> bool:
        shown, selection = self._shown, self._shown.selection
        if modifiers == _SHIFT and shown.can_zoom:
            self._pull(direction)
        elif modifiers == _CTRL and selection.span is not None:
            selection.nudge(direction * _NUDGE * shown.width_s)
        elif modifiers:
            return False
        else:
            shown.step_cursor(direction, 0)
        return True

    def _pull(self, direction: int) -> None:
        """Move the cursor, and with it an edge of the selection; the other one stays."""
        selection, cursor_s = self._shown.selection, self._shown.step_cursor(0, 0)
        pulled = self._pulled
        # Anything else that moved the cursor or the selection since begins a new pull.
        if pulled is None or (pulled.cursor_s, pulled.span) != (cursor_s, selection.span):
            anchor_s = _far_edge(selection.span, cursor_s)
        else:
            anchor_s = pulled.anchor_s
        cursor_s = self._shown.step_cursor(direction, 0)
        selection.select(anchor_s, cursor_s)
        self._pulled = _Pulled(anchor_s, cursor_s, selection.span)


@dataclass(frozen=True)
class _Pulled:
    """The edge that stays, and what the last key left behind."""

    anchor_s: float
    cursor_s: float
    span: Span | None


def _far_edge(span: Span | None, cursor_s: float) -> float:
    """Return the edge further from the cursor; without a selection, one begins there."""
    if span is None:
        return cursor_s
    return span[0] if abs(span[1] - cursor_s) <= abs(span[0] - cursor_s) else span[1]
