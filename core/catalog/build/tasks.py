"""The work of a build in tasks: each decodes some shards, or an archive, into part files."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.catalog.build.parts import Part, found_parts, part_path, rows_of, write_part
from core.catalog.build.places import DTYPES, OwnFiles, RowPlace, Stored, store
from core.catalog.clips import Clips, Decoder, Noting, RecordBatch, offsets
from core.catalog.manifest import FRAMES, VECTORS
from core.catalog.records import audioset, youtube8m
from core.catalog.records.sources import (
    ArchiveStream,
    guarded,
    is_archive,
    is_in,
    open_archive,
    open_files,
    readable,
    shard_files,
    split_of,
)
from core.catalog.records.tfrecord import read_batches
from core.errors import CatalogError
from core.filters import label_mask
from core.options import CatalogKind
from core.vectors import CENTRE

TASK_BYTES = 32 << 20
PART_BYTES = 64 << 20
_VERSION = 5
"""Of what parts hold; another number, and parts of older programs are not used."""


@dataclass(frozen=True)
class TaskOptions:
    """Choice of the records that are kept.

    Attributes
    ----------
    kind : CatalogKind
        One of `BUILT_KINDS`.
    include, exclude : tuple of int
        Class indices, sorted; see `core.filters.label_mask`.
    visual : bool
        Whether to keep YouTube-8M's visual vectors.
    splits : tuple of str
        Folders whose shards are read, such as "bal_train"; empty for all.
    noting : Noting, optional
        What asks the tagger.
    """

    kind: CatalogKind
    include: tuple[int, ...] = ()
    exclude: tuple[int, ...] = ()
    visual: bool = False
    splits: tuple[str, ...] = ()
    noting: Noting | None = None

    @property
    def decoder(self) -> Decoder:
        """Decoder of the records."""
        if self.kind == CatalogKind.YOUTUBE8M:
            return partial(youtube8m.decode, visual=self.visual)
        return audioset.decode

    def kept(self, clips: Clips) -> Clips:
        """Return the clips that pass the filter, with what is noted of them."""
        bounds = offsets(clips.n_labels)
        mask = label_mask(clips.label_indices, bounds, set(self.include), set(self.exclude))
        clips = clips if mask.all() else clips.take(np.flatnonzero(mask))
        return clips if self.noting is None else self.noting(self.kind, clips)

    @property
    def facts(self) -> dict[str, Any]:
        """All of it as JSON takes it."""
        return {**asdict(replace(self, noting=None)), "is_noted": self.noting is not None}


@dataclass(frozen=True)
class Task:
    """Files that are decoded in one go, in order; their parts are named by `digest`.

    Attributes
    ----------
    files : tuple of Path
        Shards, or one archive.
    n_bytes : int
    digest : str
        Differs where the files (names, sizes, times) or the options do.
    options : TaskOptions
    stream : ArchiveStream, optional
        What is read instead of files.
    """

    files: tuple[Path, ...]
    n_bytes: int
    digest: str
    options: TaskOptions
    stream: ArchiveStream | None = field(default=None, compare=False)

    @property
    def is_archive(self) -> bool:
        """Whether it is one archive, which is read as one stream."""
        return self.stream is not None or (is_archive(self.files[0]) and self.files[0].is_file())

    @property
    def name(self) -> str:
        """Name of the source, for people."""
        return self.stream.name if self.stream is not None else str(self.files[0])


def plan(source: Path | ArchiveStream, options: TaskOptions) -> list[Task]:
    """Return the tasks of a source, in order.

    Shards are grouped so that each task is worth its way to another process.

    Raises
    ------
    CatalogError
        If the source cannot be read or has no shard.
    """
    if isinstance(source, ArchiveStream):
        digest = _digest(options, [source.digest])
        return [Task((), source.n_bytes, digest, options, source)]
    if is_archive(source) and source.is_file():
        return [_task([_facts(source)], options)]
    tasks, group, size = [], [], 0
    for shard in shard_files(source):
        if not is_in(str(shard), options.splits):
            continue
        facts = _facts(shard)
        group.append(facts)
        size += facts[1]
        if size >= TASK_BYTES:
            tasks.append(_task(group, options))
            group, size = [], 0
    return [*tasks, _task(group, options)] if group else tasks


def _facts(file: Path) -> tuple[Path, int, int]:
    """Return a file, its size and when it was changed last."""
    with readable(str(file)):
        found = file.stat()
    return file, found.st_size, found.st_mtime_ns


def _task(files: Sequence[tuple[Path, int, int]], options: TaskOptions) -> Task:
    facts = [(str(file.absolute()), size, changed) for file, size, changed in files]
    paths = tuple(file for file, _, _ in files)
    return Task(paths, sum(size for _, size, _ in files), _digest(options, facts), options)


def _digest(options: TaskOptions, facts: Sequence[object]) -> str:
    content = json.dumps([_VERSION, TASK_BYTES, PART_BYTES, options.facts, facts])
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()[:20]


OnProgress = Callable[[int, int], None]
"""Called with numbers of newly read records and bytes."""


def shared_name(tasks: Sequence[Task]) -> str:
    """Return what to call the files for the rows of these tasks in this order, and no others."""
    joined = "".join(task.digest for task in tasks)
    return hashlib.sha256(joined.encode()).hexdigest()[:20]


def run_task(
    task: Task,
    folder: Path,
    place: RowPlace | None = None,
    on_progress: OnProgress = lambda *_: None,
) -> int:
    """Decode a task into part files; those that are there already are left as they are.

    Parameters
    ----------
    task : Task
    folder : Path
        Where the parts lie.
    place : RowPlace, optional
        Where frames and vectors go; files of its own unless given.
    on_progress : callable
        Called now and then with the records and bytes newly read; may raise to stop.

    Returns
    -------
    int
        How many records the task has.

    Raises
    ------
    CatalogError
        If a file cannot be read or decoded.
    OSError
        If a part cannot be written.
    AbandonedError
        If a task before this one has failed.
    """
    parts = found_parts(folder, task.digest)
    if parts and parts[-1].is_last:
        return parts[-1].n_read
    writer = _PartWriter(task, folder, parts, place or OwnFiles(uuid.uuid4().hex))
    position = 0

    def progress(n_bytes: int) -> None:
        nonlocal position
        position = n_bytes
        on_progress(0, n_bytes)  # also where nothing is found for long, a wish to stop is heard

    batches = _batches(task, progress)
    with closing(guarded(task.name, batches)) as sound:
        for batch in sound:
            n_new = writer.add(batch, position)
            on_progress(n_new, position)
    return writer.close()


def _batches(task: Task, progress: Callable[[int], None]) -> Iterator[RecordBatch]:
    """Yield a task's records; end as soon as all that are wanted have been there."""
    if not task.is_archive:
        yield from read_batches(open_files(task.files, progress))
        return
    splits, n_seen = task.options.splits, Counter[str]()
    with closing(open_archive(task.stream or task.files[0], progress, splits)) as opened:
        # What is not wanted ends a group, in whatever order the archive has its folders.
        for is_wanted, group in groupby(opened, lambda shard: shard is not None):
            for batch in read_batches(_present(group)) if is_wanted else ():
                n_seen.update(_counted(batch))
                yield batch
            if splits and all(n_seen[split] >= audioset.N_CLIPS[split] for split in splits):
                return
    if task.stream is not None:
        task.stream.check(n_seen)


def _present(
    shards: Iterable[tuple[str, BinaryIO] | None],
) -> Iterator[tuple[str, BinaryIO]]:
    return (shard for shard in shards if shard is not None)


def _counted(batch: RecordBatch) -> dict[str, int]:
    """Return how many records of a batch are of each folder."""
    counts = Counter[str]()
    ends = [*(first for first, _, _ in batch.places[1:]), len(batch)]
    for (first, name, _), end in zip(batch.places, ends, strict=True):
        counts[split_of(name)] += end - first
    return counts


class _PartWriter:
    """Writes a task's clips as parts of limited size."""

    def __init__(self, task: Task, folder: Path, parts: Sequence[Part], place: RowPlace) -> None:
        self._task, self._folder, self._place = task, folder, place
        self._number = len(parts)
        self._n_done = parts[-1].n_read if parts else 0
        self._n_read = 0
        # Of the whole task, as far as it is written.
        self._n_rows = rows_of(parts)
        self._clear()

    def _clear(self) -> None:
        self._clips: list[Clips] = []
        self._rows: dict[str, list[NDArray[Any]]] = {file: [] for file in DTYPES}
        self._stored: dict[str, Stored] = {}
        self._size = 0

    def add(self, batch: RecordBatch, position: int) -> int:
        """Decode what no part has yet; return how many records that are."""
        from core.kernels.columns import clip_directions

        n_old = min(max(self._n_done - self._n_read, 0), len(batch))
        self._n_read += len(batch)
        if n_old == len(batch):
            return 0
        clips = self._task.options.kept(self._task.options.decoder(batch.rows_from(n_old)))
        self._rows[VECTORS].append(clip_directions(clips.frames, clips.n_frames, CENTRE))
        self._rows[FRAMES].append(clips.frames)
        self._clips.append(replace(clips, frames=clips.frames[:0]))
        self._size += len(batch.data)
        if self._stored or self._place.is_known():
            self._store()
        if self._size >= PART_BYTES:
            self._write(position, is_last=False)
        return len(batch) - n_old

    def _store(self) -> None:
        """Write frames and vectors, as soon as may be: memory that is used again costs nothing."""
        if not self._stored:
            first = self._place.first_rows()
            self._stored = {
                file: Stored(self._folder / f"{self._place.name}.{file}", first[file] + n, 0, 0)
                for file, n in self._n_rows.items()
            }
        for file, waiting in self._rows.items():
            for rows in waiting:
                self._stored[file] = store(self._stored[file], rows)
                self._n_rows[file] += len(rows)
            waiting.clear()

    def _write(self, position: int, is_last: bool) -> None:
        path = part_path(self._folder, self._task.digest, self._number)
        if is_last:
            waiting = {file: sum(map(len, rows)) for file, rows in self._rows.items()}
            self._place.took({file: n + waiting[file] for file, n in self._n_rows.items()})
        self._store()
        clips = Clips.concatenate(self._clips or [Clips.from_lists([], [], [], [], [])])
        write_part(path, clips, self._stored, self._n_read, position, is_last)
        self._number += 1
        self._clear()

    def close(self) -> int:
        """Write what is left, and return the number of records."""
        if self._n_read < self._n_done:
            raise CatalogError(
                f"{self._task.name} has changed while it was being read.",
                "Build again, and leave the file alone meanwhile.",
            )
        self._write(self._task.n_bytes, is_last=True)
        return self._n_read
