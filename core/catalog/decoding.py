"""Decoding sources in their order, in this process or in several with the same result."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from core.catalog.clips import Clips, Decoder
from core.catalog.sources import (
    archive_records,
    batched,
    file_records,
    is_archive,
    readable,
    shard_files,
)
from core.errors import CatalogError
from core.jobs import Job

_TASK_BYTES = 8 << 20


def decoded(
    sources: Sequence[Path], decoder: Decoder, workers: int, job: Job
) -> Iterator[tuple[Clips, float]]:
    """Yield batches of decoded clips and the fraction of all sources read so far.

    Parameters
    ----------
    workers : int
        Processes for the shards of files and folders. An archive is one stream, read by one.
    job : Job
        Asked, while a process is waited for, whether to stop.
    """
    for position, source in enumerate(sources):
        if is_archive(source) and source.is_file():
            parts = _decode_archive(source, decoder)
        else:
            parts = _decode_files(shard_files(source), decoder, workers, job)
        for clips, fraction in parts:
            yield clips, (position + fraction) / len(sources)


def _decode_archive(source: Path, decoder: Decoder) -> Iterator[tuple[Clips, float]]:
    read = 0.0

    def records() -> Iterator[tuple[str, int, bytes]]:
        nonlocal read
        for shard, number, record, read in archive_records(source):  # noqa: B007
            yield shard, number, record

    for batch in batched(records()):
        yield decoder(batch), read


def _decode_files(
    shards: Sequence[Path], decoder: Decoder, workers: int, job: Job
) -> Iterator[tuple[Clips, float]]:
    tasks = list(_tasks(shards))
    if workers > 1 and len(tasks) > 1:
        results = _in_processes(tasks, decoder, workers, job)
    else:
        results = (_decode_task(task, decoder) for task in tasks)
    for done, batches in enumerate(results, start=1):
        for clips in batches:
            yield clips, done / len(tasks)


def _in_processes(
    tasks: Sequence[Sequence[Path]], decoder: Decoder, workers: int, job: Job
) -> Iterator[list[Clips]]:
    # Fresh processes: a forked one would inherit the threads' locks of a window or a network.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts)
    try:
        waiting: deque[Future[list[Clips]]] = deque()
        for task in tasks:
            waiting.append(pool.submit(_decode_task, task, decoder))
            if len(waiting) > 2 * workers:  # so that results do not pile up in memory
                yield _result(waiting.popleft(), job)
        while waiting:
            yield _result(waiting.popleft(), job)
    except BrokenProcessPool as error:
        raise CatalogError(
            "A process that decoded shards has died.",
            "Build again, with fewer workers if memory is short.",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _result(future: Future[list[Clips]], job: Job) -> list[Clips]:
    while True:
        try:
            return future.result(timeout=0.1)
        except TimeoutError:
            job.check()


def _leave_interrupts() -> None:
    """Leave Ctrl-C to the process that started this one, or both would complain."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _decode_task(shards: Sequence[Path], decoder: Decoder) -> list[Clips]:
    return [decoder(batch) for batch in batched(file_records(shards))]


def _tasks(shards: Sequence[Path]) -> Iterator[list[Path]]:
    """Group shards so that each task is worth its way to another process."""
    task: list[Path] = []
    size = 0
    for shard in shards:
        task.append(shard)
        with readable(str(shard)):
            size += shard.stat().st_size
        if size >= _TASK_BYTES:
            yield task
            task, size = [], 0
    if task:
        yield task
