"""What a fault is: something that is done to the program on purpose, and a look at what is lost."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from core.errors import SoundalikeError

Try = Callable[[Path, Random], str]
"""Tries a fault once in an empty folder; returns what was lost, empty where nothing was.

An AssertionError means that something is lost that may not be.
"""

_FAILED = 3


@dataclass(frozen=True)
class Fault:
    """A row of the table.

    Attributes
    ----------
    name : str
        What the command line calls it.
    words : str
        What is done, for people.
    once : callable
    times : int
        How often it is usually tried.
    """

    name: str
    words: str
    once: Try
    times: int


def killed_after(seconds: float, work: Callable[[], None]) -> bool:
    """Do work in a child that is killed after so many seconds; return whether it was not done yet.

    Raises
    ------
    AssertionError
        If the work failed before.
    """
    child = begun(work)
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            assert status == 0, "the work failed before it was killed"
            return False
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] != 0


def begun(work: Callable[[], None]) -> int:
    """Begin work in a child, and return its process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        with suppress(OSError):
            traceback.print_exc()
    finally:
        os._exit(_FAILED)


def ended(child: int) -> int:
    """Wait for a child and return its exit status."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused(work: Callable[[], object]) -> bool:
    """Do work that may be refused, in one error of the program's that says what to do."""
    try:
        work()
    except SoundalikeError as error:
        assert error.message
        assert error.hint
        assert "inside the program" not in error.message, error.message
        return True
    return False


def leftovers(folder: Path) -> list[str]:
    """Return what work that was not finished has left, and nobody will take up again."""
    return [path.name for path in folder.rglob("*") if path.suffix in (".partial", ".making")]
