"""How long a window stops answering: the gaps between the beats of a fast timer, by phases."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

BEAT_MS = 5

Gaps = list[tuple[float, float]]
"""Seconds from one beat to the next, and how long all of the process's threads computed in them.

On a busy machine a gap tells of what others do, too: what the process computed is its own part.
"""


class Beats:
    """A timer of the window's thread, and what it noted.

    Parameters
    ----------
    parent : QObject
    on_beat : callable
        Called at each beat; drives the program.
    """

    def __init__(self, parent: QObject, on_beat: Callable[[], None]) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.phase = "start"
        self._found: dict[str, list[tuple[float, float]]] = {}
        self._on_beat = on_beat
        self._timer = QTimer(parent)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)

    def _beat(self) -> None:
        now = time.perf_counter(), time.process_time()
        self._found.setdefault(self.phase, []).append(now)
        self._on_beat()

    def end(self) -> dict[str, Gaps]:
        """Stop, and return the gaps of each phase; the gap between two phases is the first's."""
        self._timer.stop()
        phases = list(self._found.values())
        for one, following in itertools.pairwise(phases):
            one.append(following[0])
        return {
            phase: [
                (later[0] - earlier[0], later[1] - earlier[1])
                for earlier, later in itertools.pairwise(beats)
            ]
            for phase, beats in self._found.items()
        }


def largest_ms(gaps: Sequence[Sequence[float]]) -> float:
    """Return the longest gap."""
    return 1000 * max(gap for gap, _ in gaps)


def largest_own_ms(gaps: Sequence[Sequence[float]]) -> float:
    """Return the longest that the process itself computed in a gap, or the gap where that is less.

    Several threads may compute at a time, so this is the most that can be its own part.
    """
    return 1000 * max(min(gap, computed) for gap, computed in gaps)


def p99_ms(gaps: Sequence[Sequence[float]]) -> float:
    """Return the 99th percentile of the gaps."""
    return 1000 * statistics.quantiles([gap for gap, _ in gaps], n=100)[98]


def joined(phases: Mapping[str, Sequence[Sequence[float]]]) -> list[Sequence[float]]:
    """Return the gaps of all phases."""
    return [gap for gaps in phases.values() for gap in gaps]
