"""Running a build's tasks, here or in several processes, with progress and cancelling."""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import groupby
from multiprocessing.synchronize import Event
from pathlib import Path

from core.catalog.build.parts import BuildInterruptedError, found_parts, rows_of
from core.catalog.build.places import DTYPES, UNKNOWN, AbandonedError, Counts, InTurn
from core.catalog.build.tasks import Task, run_task, shared_name
from core.errors import Cancelled
from core.jobs import Job, duration
from core.processes import SPAWN, begin_worker

READING = "Reading clips"
"""What the job is told first of all while records are read."""

_POLL_S = 0.1


class Meter:
    """Counts what is read, and tells the person how fast it goes and how long it will take.

    Parameters
    ----------
    n_bytes : int
        Of all sources.
    job : Job
        Told about it, and asked whether to stop.
    """

    def __init__(self, n_bytes: int, job: Job) -> None:
        self._total = max(n_bytes, 1)
        self._job = job
        self._begun_s = time.monotonic()
        self._done = self._reused = 0
        self._n_new = 0

    def reuse(self, n_bytes: int) -> None:
        """Count what an earlier build has done."""
        self._done += n_bytes
        self._reused += n_bytes

    def add(self, n_records: int, n_bytes: int) -> None:
        """Count what has been done now."""
        self._done += n_bytes
        self.show(n_records)

    def show(self, n_records: int = 0, n_more_bytes: int = 0) -> None:
        """Report; some bytes of a task that is not done yet count as well."""
        self._n_new += n_records
        done = min(self._done + n_more_bytes, self._total)
        took_s = max(time.monotonic() - self._begun_s, 1e-9)
        stage = f"{READING}: {self._n_new:,} ({self._n_new / took_s:,.0f} a second"
        new = done - self._reused
        if took_s > 1 and new > 0:
            stage += f", {duration((self._total - done) * took_s / new)} left"
        # Merging what was read takes about a tenth of the time.
        self._job.report(f"{stage})", 0.9 * done / self._total)


def run_tasks(tasks: Sequence[Task], folder: Path, workers: int, job: Job) -> None:
    """Make the parts of all tasks; see `run_task`.

    Parameters
    ----------
    workers : int
        Processes for the shards of files and folders. An archive is one stream, read by this
        process and a thread that decompresses.
    """
    meter = Meter(sum(task.n_bytes for task in tasks), job)
    meter.show()
    left = {task.digest for task in unfinished(tasks, folder, meter)}
    unknown = dict.fromkeys(DTYPES, UNKNOWN)
    n_rows = [
        unknown if task.digest in left else rows_of(found_parts(folder, task.digest))
        for task in tasks
    ]
    counts: Counts = {file: [each[file] for each in n_rows] for file in DTYPES}
    if workers > 1:
        counts = {file: SPAWN.RawArray("q", each) for file, each in counts.items()}
    places = [InTurn(shared_name(tasks), counts, number) for number in range(len(tasks))]
    # In order, because each task's place depends on those before it.
    for is_archive, group in groupby(zip(tasks, places, strict=True), _is_of_archive):
        some = [(task, place) for task, place in group if task.digest in left]
        if workers > 1 and len(some) > 1 and not is_archive:
            _in_processes(some, folder, workers, meter)
        else:
            for task, place in some:
                run_task(task, folder, place, meter.show)
                meter.add(0, task.n_bytes)


def _is_of_archive(pair: tuple[Task, InTurn]) -> bool:
    return pair[0].is_archive


def unfinished(tasks: Sequence[Task], folder: Path, meter: Meter) -> list[Task]:
    """Return the tasks whose last part is not there yet."""
    left = []
    for task in tasks:
        parts = found_parts(folder, task.digest)
        if parts and parts[-1].is_last:
            meter.reuse(task.n_bytes)
        else:
            left.append(task)
    return left


def _in_processes(
    tasks: Sequence[tuple[Task, InTurn]], folder: Path, workers: int, meter: Meter
) -> None:
    counts, stop = tasks[0][1].counts, SPAWN.Event()
    pool = ProcessPoolExecutor(
        min(workers, len(tasks)), SPAWN, initializer=_begin_worker, initargs=(counts, stop)
    )
    try:
        running = {
            pool.submit(in_turn, task, folder, place.name, place.number): task
            for task, place in tasks
        }
        while running:
            done, _ = wait(running, _POLL_S, FIRST_COMPLETED)
            for future in done:
                meter.add(future.result(), running.pop(future).n_bytes)
            meter.show()
    except BrokenProcessPool as error:
        raise BuildInterruptedError(
            "A process that decoded shards has died.",
            "Build again to go on from there, with fewer workers if memory is short.",
        ) from error
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


_counts: Counts = {}
"""In a worker: what all processes of the build know of the tasks' rows; see `InTurn`."""


_stop: Event | None = None
"""In a worker: set when nobody waits for its task any more."""


def _begin_worker(counts: Counts, stop: Event) -> None:
    global _counts, _stop
    _counts, _stop = counts, stop
    # Numba would import its linear algebra and a parser of C, which take as long as the rest of its
    # start.
    sys.modules.update({"scipy": None, "cffi": None})  # type: ignore[dict-item]
    # Nothing is left to do at the end, and taking the compiler apart takes 0.3 s.
    atexit.register(os._exit, 0)
    _keep_memory()
    begin_worker()


def _keep_memory() -> None:
    """Have glibc use freed memory again: giving each task's back takes a fifth of a build's time.

    Parameters: mallopt(3), malloc.h. Older versions refuse a larger threshold for mappings.
    """
    m_trim_threshold, m_mmap_threshold = -1, -3
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            mallopt = ctypes.CDLL(None).mallopt
            if mallopt(m_mmap_threshold, 32 << 20):
                mallopt(m_trim_threshold, 256 << 20)


def in_turn(task: Task, folder: Path, name: str, number: int) -> int:
    """Run a task in a worker."""
    place = InTurn(name, _counts, number)
    try:
        return run_task(task, folder, place, _check_stop)
    except AbandonedError:
        place.failed()
        return 0  # the task that failed says why
    except BaseException:
        place.failed()
        raise


def _check_stop(*_: int) -> None:
    if _stop is not None and _stop.is_set():
        raise Cancelled
