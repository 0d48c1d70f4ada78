"""Waiting for what another process does, and that sends no signal."""

from __future__ import annotations

import time
from collections.abc import Callable

LONG_S = 120.0
"""How long a test waits for what must come: far longer than a busy machine takes."""


def wait_until(condition: Callable[[], bool], timeout_s: float = LONG_S) -> None:
    """Wait for something another process does, and that sends no signal."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "waited in vain"
        time.sleep(0.02)
