"""Progress and cancelling for anything that may take longer than half a second."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core.errors import Cancelled

Report = Callable[[str, float | None], None]
"""Called as ``report(stage, fraction)``; the fraction is 0 to 1, or None while it is unknown."""


class Job:
    """A cancel token and a progress callback that travel together through `core`.

    Any thread may call `cancel`; the work itself calls `report` or `check` between steps, and
    these raise `Cancelled` there. ``Job()`` is a job that nobody watches.

    Parameters
    ----------
    report : callable, optional
        Receives the stage in words and the fraction done, in the thread that does the work.
    """

    def __init__(self, report: Report | None = None) -> None:
        self._report = report
        self._cancelled = threading.Event()
        self._start, self._end = 0.0, 1.0

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if `cancel` was called."""
        if self._cancelled.is_set():
            raise Cancelled

    def report(self, stage: str, fraction: float | None = None) -> None:
        """Check for cancelling, then tell the watcher how far the work is."""
        self.check()
        if self._report is not None:
            span = self._end - self._start
            self._report(stage, None if fraction is None else self._start + span * fraction)

    def watched_by(self, report: Report) -> Job:
        """Return a job that tells somebody else; cancelling is shared."""
        child = Job(report)
        child._cancelled = self._cancelled
        return child

    def part(self, start: float, end: float) -> Job:
        """Return a job for the share of this one between two fractions; cancelling is shared."""
        child = Job(self._report)
        child._cancelled = self._cancelled
        span = self._end - self._start
        child._start, child._end = self._start + span * start, self._start + span * end
        return child


def duration(seconds: float) -> str:
    """Return how long work takes or took, such as 12 s, 3 min 5 s or 2 h 40 min."""
    hours, rest_s = divmod(round(seconds), 3600)
    minutes, whole_s = divmod(rest_s, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole_s} s" if minutes else f"{whole_s} s"
