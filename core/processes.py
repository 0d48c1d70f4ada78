"""Processes of their own for long work: started afresh, of low priority, and never orphans."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TypeVar

from core.errors import CatalogError
from core.jobs import Job

Result = TypeVar("Result")

_POLL_S = 0.1
_NICENESS = 10

# Fresh processes: a forked one would inherit the threads' locks of a window or a network.
SPAWN = multiprocessing.get_context("spawn")


def run_apart(function: Callable[..., Result], *arguments: object, job: Job) -> Result:
    """Return ``function(*arguments, job)``, computed in a process of low priority.

    So whatever it imports, and however long it computes in one piece, no window stops meanwhile.

    Parameters
    ----------
    function : callable
        Of a module that the process can import. Its arguments and its result can be pickled.
    job : Job
        Hears of the progress over there, and may cancel.

    Raises
    ------
    CatalogError
        If the process died.
    Exception
        What the function raised.
    """
    ours, theirs = SPAWN.Pipe()  # not an event: setting one hangs once who waits for it has died
    try:
        with ProcessPoolExecutor(1, SPAWN, initializer=_begin, initargs=(theirs,)) as pool:
            running = pool.submit(_run, function, arguments)
            try:
                while not running.done():
                    if ours.poll(_POLL_S):
                        job.report(*ours.recv())
                    job.check()
                return running.result()
            finally:
                ours.send("stop")
    except BrokenProcessPool as error:
        raise CatalogError(
            "The process that did the work has died.",
            "Start again to go on from there; if memory is short, close other programs first.",
        ) from error
    finally:
        ours.close()
        theirs.close()


_job = Job()
"""In a process that `run_apart` has started: what its function is given."""


def _begin(connection: Connection) -> None:
    global _job

    def report(stage: str, fraction: float | None) -> None:
        connection.send((stage, fraction))

    _job = Job(report)
    begin_worker()
    give_way()
    threading.Thread(target=_cancel_on_word, args=(connection, _job), daemon=True).start()


def _cancel_on_word(connection: Connection, job: Job) -> None:
    connection.poll(None)
    job.cancel()


def _run(function: Callable[..., Result], arguments: tuple[object, ...]) -> Result:
    return function(*arguments, _job)


def begin_worker() -> None:
    """Make the process that this is called in one that ends with its parent, and not by Ctrl-C."""
    # Ctrl-C is for the process that started this one, or both would complain.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Do not outlive work that was killed: a pool's own pipes would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def give_way() -> None:
    """Let the window, and all else, go before the process that this is called in."""
    with suppress(OSError):
        if sys.platform == "win32":
            import ctypes

            below_normal = 0x4000
            kernel = ctypes.windll.kernel32
            kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
        else:
            now = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, 0, max(now, _NICENESS))
