"""Running a build's tasks, here or in several processes, with progress and cancelling."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from core.catalog.decoding import Task, run_task
from core.catalog.parts import BuildInterruptedError, found_parts
from core.jobs import Job

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
        stage = f"Reading clips: {self._n_new:,} ({self._n_new / took_s:,.0f} a second"
        new = done - self._reused
        if took_s > 1 and new > 0:
            stage += f", {_duration((self._total - done) * took_s / new)} left"
        # Merging what was read takes about a tenth of the time.
        self._job.report(f"{stage})", 0.9 * done / self._total)


def _duration(seconds: float) -> str:
    minutes, whole_s = divmod(round(seconds), 60)
    return f"{minutes} min {whole_s} s" if minutes else f"{whole_s} s"


def run_tasks(tasks: Sequence[Task], folder: Path, workers: int, job: Job) -> None:
    """Make the parts of all tasks; see `run_task`.

    Parameters
    ----------
    workers : int
        Processes for the shards of files and folders. An archive is one stream, read by this
        process and a thread that decompresses.
    """
    meter = Meter(sum(task.n_bytes for task in tasks), job)
    left = unfinished(tasks, folder, meter)
    shards = [task for task in left if not task.is_archive]
    if workers > 1 and len(shards) > 1:
        _in_processes(shards, folder, workers, meter)
        left = [task for task in left if task.is_archive]
    for task in left:
        _here(task, folder, meter)


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


def _here(task: Task, folder: Path, meter: Meter) -> None:
    run_task(task, folder, meter.show)
    meter.add(0, task.n_bytes)


def _in_processes(tasks: Sequence[Task], folder: Path, workers: int, meter: Meter) -> None:
    # Fresh processes: a forked one would inherit the threads' locks of a window or a network.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    try:
        running = {pool.submit(run_task, task, folder): task for task in tasks}
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
        pool.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    # Ctrl-C is for the process that started this one, or both would complain.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Do not outlive a build that was killed: the pool's own pipes would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
