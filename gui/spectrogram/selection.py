"""The selected span of a sound, and when it has come to rest."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from gui.spectrogram.spans import LEAST_S, Span, moved

REST_MS = 400
"""So long after the last change, people are done with it."""


class Selection(QObject):
    """At most one span of a sound.

    Signals
    -------
    changed : tuple of float, or None
        Start and end in seconds, at every change.
    settled : tuple of float, or None
        The same once it rests; told once.
    """

    changed = Signal(object)  # tuple[float, float] | None
    settled = Signal(object)  # tuple[float, float] | None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._span: Span | None = None
        self._limit: Span = (0.0, 0.0)
        self._emitted: Span | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.settle)

    @property
    def span(self) -> Span | None:
        """Start and end in seconds, or None."""
        return self._span

    @property
    def limit(self) -> Span:
        """Limit of the selection: the sound's start and end."""
        return self._limit

    def start_anew(self, duration_s: float) -> None:
        """Be empty, for another sound; nobody needs to settle that."""
        self._limit = (0.0, duration_s)
        self._rest.stop()
        self._emitted = None
        self._change(None, is_at_rest=True)

    def adopt(self, span: Span) -> None:
        """Select what was settled before, such as an older answer's span."""
        self._rest.stop()
        self._emitted = span
        self._change(span, is_at_rest=True)

    def limit_to(self, duration_s: float) -> None:
        """Follow what became known of the sound's length."""
        self._limit = (0.0, duration_s)
        if self._span is not None:
            self.select(*self._span)

    def select(self, one_s: float, other_s: float) -> None:
        """Select between two times, in either order, within the sound; too little clears."""
        start_s, end_s = sorted((one_s, other_s))
        start_s, end_s = max(start_s, self._limit[0]), min(end_s, self._limit[1])
        least = min(LEAST_S, self._limit[1] - self._limit[0])
        self._change((start_s, end_s) if end_s - start_s >= least > 0 else None)

    def set_start(self, time_s: float) -> None:
        """Let it begin at a time, and end where it did, or with the sound."""
        end_s = self._span[1] if self._span and self._span[1] > time_s else self._limit[1]
        self.select(time_s, end_s)

    def set_end(self, time_s: float) -> None:
        """Let it end at a time, and begin where it did, or with the sound."""
        start_s = self._span[0] if self._span and self._span[0] < time_s else self._limit[0]
        self.select(start_s, time_s)

    def nudge(self, by_s: float) -> None:
        """Move the whole of it, as far as the sound goes."""
        if self._span is not None:
            self._change(moved(self._span, by_s, self._limit))

    def clear(self) -> None:
        """Select nothing."""
        self._change(None)
        self.settle()

    def settle(self) -> None:
        """Tell what is selected, unless that was told last."""
        self._rest.stop()
        if self._span != self._emitted:
            self._emitted = self._span
            self.settled.emit(self._span)

    def _change(self, span: Span | None, *, is_at_rest: bool = False) -> None:
        if span == self._span:
            return
        self._span = span
        if not is_at_rest:
            self._rest.start()
        self.changed.emit(span)
