"""Ctrl-C where nothing has begun yet, or all is done: the end, at once and without a traceback."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

INTERRUPTED = 130
"""The exit status that shells know: 128 and the number of the signal."""


@contextmanager
def ending_on_interrupt() -> Iterator[None]:
    """End the program on Ctrl-C while modules are imported, which leave nothing to tidy up."""
    with suppress(ValueError):  # only the main thread hears of signals
        # Who starts a program in the background has it ignore Ctrl-C, and so it stays.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            end_on_interrupt()
    try:
        yield
    finally:
        with suppress(ValueError):
            if signal.getsignal(signal.SIGINT) is _end:
                signal.signal(signal.SIGINT, signal.default_int_handler)


def end_on_interrupt() -> None:
    """End the program on Ctrl-C from now on."""
    signal.signal(signal.SIGINT, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)
