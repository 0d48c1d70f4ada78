"""Processes at low priority that analyse files while others go on with theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
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
_MOST_FILES = 1 << 20
"""Of a task: more than any has."""

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
    on_progress: Callable[[Mapping[int, float]], None] = lambda _: None,
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
    on_progress : callable
        Told, several times a second, of each task at work how many of its files are read, and what
        share of the next one.

    Raises
    ------
    CatalogError
        If a process has died.
    ModelError
        If the listener cannot be loaded.
    """
    stop = SPAWN.Event()
    workers = min(workers, len(tasks))
    progress = _SharedProgress(workers)
    pool = ProcessPoolExecutor(
        workers, SPAWN, initializer=_begin_worker, initargs=(data, options, known, stop, progress)
    )
    waiting = iter(enumerate(tasks))
    running: dict[Future[list[AnalysedFile]], int] = {}
    try:
        while True:
            while len(running) < workers * _AHEAD and (task := next(waiting, None)) is not None:
                running[pool.submit(_analyse, task[0], list(task[1]))] = task[0]
            if not running:
                return
            done, _ = wait(running, _POLL_S, FIRST_COMPLETED)
            at_work = {number for future, number in running.items() if future not in done}
            on_progress({task: n for task, n in progress.read() if task in at_work})
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


class _SharedProgress:
    """Progress of each process in its task, in memory that all of them share."""

    def __init__(self, workers: int) -> None:
        # A task and how far it is are one number, so that nobody reads halves of two.
        self._numbers = SPAWN.RawArray("d", [-1.0] * workers)
        self._taken = SPAWN.Value("i", 0)
        self._own = 0

    def take(self) -> None:
        """Become a process's own."""
        with self._taken.get_lock():
            self._own = self._taken.value
            self._taken.value += 1

    def tell(self, task: int, n_files: float) -> None:
        """Say which task this process is at, and how many of its files are read."""
        self._numbers[self._own] = task * _MOST_FILES + n_files

    def read(self) -> list[tuple[int, float]]:
        """Return the tasks at work, and how many files are read of each."""
        pairs = (divmod(number, _MOST_FILES) for number in self._numbers if number >= 0)
        return [(int(task), n_files) for task, n_files in pairs]


class _Analyser:
    """The listener of a worker process, and what it knows."""

    def __init__(
        self,
        data: DataFolder,
        options: Options,
        known: frozenset[str],
        stop: Event,
        progress: _SharedProgress,
    ) -> None:
        self._data, self._options, self._known, self._stop = data, options, known, stop
        self._progress = progress
        progress.take()
        self._job = Job(self._check)
        self._listener: Listener | None = None

    def _check(self, _stage: str, _fraction: float | None) -> None:
        if self._stop.is_set():
            raise Cancelled

    def analyse(self, task: int, paths: Sequence[Path]) -> list[AnalysedFile]:
        """Return what the files of a task hold."""
        if self._listener is None:
            self._listener = listener(self._data, self._options, Job())
        found = []
        for number, path in enumerate(paths):
            self._check("", None)

            def on_progress(share: float, number: int = number) -> None:
                self._progress.tell(task, number + share)

            on_progress(0.0)
            found.append(analysed_file(self._listener, path, self._known, self._job, on_progress))
        return found


_worker: _Analyser | None = None


def _begin_worker(
    data: DataFolder,
    options: Options,
    known: frozenset[str],
    stop: Event,
    progress: _SharedProgress,
) -> None:
    global _worker
    _worker = _Analyser(data, options, known, stop, progress)
    # Libraries complain there about damaged files, each in its own way; reasons say what is wrong.
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    begin_worker()
    give_way()


def _analyse(task: int, paths: list[Path]) -> list[AnalysedFile]:
    assert _worker is not None  # noqa: S101 - the pool has begun it
    return _worker.analyse(task, paths)
