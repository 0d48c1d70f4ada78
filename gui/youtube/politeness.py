"""When a server may be asked again: at once while all is well, later after each failure."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.downloads.waiting import back_off_s

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 15 * 60.0
LONGEST_WANTED_S = 24 * 3600.0
"""A server that asks for a longer wait than a day is asked again after a day."""


class Politeness:
    """One server's patience.

    Parameters
    ----------
    at_once : int
        How many requests may run while all is well; after a failure it is one.
    now_s : callable
        A clock that never goes back.
    """

    def __init__(self, at_once: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._now_s = at_once, now_s
        self.n_failures = 0
        self._free_at_s = -1.0

    @property
    def wait_s(self) -> float:
        """Time to send no request, in seconds."""
        return max(0.0, self._free_at_s - self._now_s())

    def allows(self, n_running: int) -> bool:
        """Whether one more request may begin beside those that run."""
        return self.wait_s == 0 and n_running < (1 if self.n_failures else self._at_once)

    def succeeded(self) -> None:
        """Trust the server again."""
        self.n_failures = 0

    def forgive(self) -> None:
        """Ask again at once: a person says that there is reason to."""
        self.n_failures, self._free_at_s = 0, -1.0

    def failed(self, wanted_wait_s: float | None = None) -> None:
        """Wait twice as long as the last time, or as long as the server said."""
        self.n_failures += 1
        wait_s = back_off_s(self.n_failures, FIRST_WAIT_S, LONGEST_WAIT_S)
        if wanted_wait_s is not None:
            wait_s = max(wait_s, min(LONGEST_WANTED_S, wanted_wait_s))
        self._free_at_s = max(self._free_at_s, self._now_s() + wait_s)
