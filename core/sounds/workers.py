"""Processes at low priority that analyse files while others go on with theirs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event
from pathlib import Path

from core.errors import Cancelled, CatalogError
from core.jobs import Job
from core.listeners import Listener
from core.options import ListenerKind, Options
from core.paths import DataFolder
from core.processes import SPAWN, begin_worker, give_way
from core.setup.selection import listener, listener_kind
from core.sounds.analysis import AnalysedFile, analysed_file

_POLL_S = 0.1
_AHEAD = 2
"""Tasks that wait for each process: with more, a cancelled build would drop as many."""


def usual_workers(data: DataFolder, options: Options) -> int:
    """Return how many processes analyse sounds best.

    VGGish computes one patch with all processors, and takes half a gigabyte a process.
    """
    is_light = listener_kind(data, options) is ListenerKind.BUILT_IN
    return os.cpu_count() or 1 if is_light else 1


def analysed(
    tasks: Sequence[Sequence[Path]],
    known: frozenset[str],
    data: DataFolder,
    options: Options,
    workers: int,
    job: Job,
) -> Iterator[tuple[int, list[AnalysedFile]] | None]:
    """Yield the number of each task, as it is done, with what its files hold; None meanwhile.

    Parameters
    ----------
    tasks : sequence of sequences of Path
    known : frozenset of str
        Keys of contents that need not be analysed again.
    data : DataFolder
    options : Options
        What analyses them.
    workers : int
        Processes.
    job : Job
        May cancel.

    Raises
    ------
    CatalogError
        If a process has died.
    ModelError
        If the listener cannot be loaded.
    """
    stop = SPAWN.Event()
    workers = min(workers, len(tasks))
    pool = ProcessPoolExecutor(
        workers, SPAWN, initializer=_begin_worker, initargs=(data, options, known, stop)
    )
    waiting = iter(enumerate(tasks))
    running: dict[Future[list[AnalysedFile]], int] = {}
    try:
        while True:
            while len(running) < workers * _AHEAD and (task := next(waiting, None)) is not None:
                running[pool.submit(_analyse, list(task[1]))] = task[0]
            if not running:
                return
            done, _ = wait(running, _POLL_S, FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()
            if not done:
                yield None
            job.check()
    except BrokenProcessPool as error:
        raise CatalogError(
            "A process that analysed sounds has died.",
            "Start again to go on from there, with --workers 1 if memory is short.",
        ) from error
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


class _Analyser:
    """The listener of a worker process, and what it knows."""

    def __init__(
        self, data: DataFolder, options: Options, known: frozenset[str], stop: Event
    ) -> None:
        self._data, self._options, self._known, self._stop = data, options, known, stop
        self._job = Job(self._check)
        self._listener: Listener | None = None

    def _check(self, _stage: str, _fraction: float | None) -> None:
        if self._stop.is_set():
            raise Cancelled

    def analyse(self, paths: Sequence[Path]) -> list[AnalysedFile]:
        """Return what files hold."""
        if self._listener is None:
            self._listener = listener(self._data, self._options, Job())
        found = []
        for path in paths:
            self._check("", None)
            found.append(analysed_file(self._listener, path, self._known, self._job))
        return found


_worker: _Analyser | None = None


def _begin_worker(data: DataFolder, options: Options, known: frozenset[str], stop: Event) -> None:
    global _worker
    _worker = _Analyser(data, options, known, stop)
    # Libraries complain there about damaged files, each in its own way; reasons say what is wrong.
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    begin_worker()
    give_way()


def _analyse(paths: list[Path]) -> list[AnalysedFile]:
    assert _worker is not None  # noqa: S101 - the pool has begun it
    return _worker.analyse(paths)
