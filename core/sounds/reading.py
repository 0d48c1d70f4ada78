"""Reading the files that are new or have changed: each is kept in parts as soon as it is read."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from core.catalog.clips import Clips
from core.catalog.sound_files import FileState, OwnFile
from core.jobs import Job, duration
from core.options import Options
from core.paths import DataFolder
from core.sounds.analysis import AnalysedFile
from core.sounds.parts import PartsFolder, SoundPart
from core.sounds.survey import FileToRead, Place
from core.sounds.workers import analysed
from core.types import Float32

_TASK_FILES, _TASK_BYTES = 32, 32 << 20
ANALYSING = "Analysing sounds: "
_PART_FILES, _PART_CLIPS, _PART_S = 2_000, 20_000, 2.0

Content: TypeAlias = dict[bytes, tuple[SoundPart | None, OwnFile]]
"""By a content's key where its clips are: in a part, or in the old catalogue."""


class FileReading:
    """Reads files, and counts what came of it.

    Parameters
    ----------
    to_read : sequence of FileToRead
    content : dict
        What is known; filled as files are read.
    in_catalog : mapping of Place to OwnFile
        The files that the old catalogue has; one that goes while others are read is missing.
    kept : PartsFolder
    job : Job

    Attributes
    ----------
    files : list of OwnFile
        Those that were read.
    n_analysed, n_changed, n_recognised : int
        See `core.sounds.update.SoundsReport`.
    """

    def __init__(
        self,
        to_read: Sequence[FileToRead],
        content: Content,
        in_catalog: Mapping[Place, OwnFile],
        kept: PartsFolder,
        job: Job,
    ) -> None:
        self._to_read, self._content, self._in_catalog = to_read, content, in_catalog
        self._kept, self._job = kept, job
        self.files: list[OwnFile] = []
        self.n_analysed = self.n_changed = self.n_recognised = 0
        self._pending: list[tuple[OwnFile, AnalysedFile]] = []
        self._others: list[OwnFile] = []
        self._n_at_work = 0.0  # bytes of files that are being read
        self._written_s = self._begun_s = time.monotonic()
        self._done_bytes = 0
        self._analysed_s = 0.0

    def run(self, data: DataFolder, options: Options, workers: int) -> None:
        """Read all files."""
        tasks = _tasks(self._to_read)
        paths = [[each.path for each in task] for task in tasks]
        known = frozenset(key.decode() for key in self._content)
        self._show()

        def on_progress(n_files: Mapping[int, float]) -> None:
            self._n_at_work = sum(_bytes_of(tasks[task], n) for task, n in n_files.items())

        try:
            for done in analysed(paths, known, data, options, workers, self._job, on_progress):
                if done is not None:
                    number, results = done
                    for each, result in zip(tasks[number], results, strict=True):
                        self._take(each, result)
                self._keep()
                self._show()
        finally:
            self._keep(is_last=True)

    def _take(self, found: FileToRead, result: AnalysedFile) -> None:
        file = OwnFile(
            *found.place,
            result.key.encode(),
            result.n_bytes,
            result.changed_ns,
            result.duration_s,
            result.loudness_db,
            result.state,
            result.reason,
            n_clips=0 if result.clips is None else len(result.clips),
        )
        self._done_bytes += found.n_bytes
        known = self._in_catalog.get(found.place)
        has_clips = known is not None and known.state is FileState.ANALYSED
        is_gone = file.state is FileState.UNREADABLE and not os.path.lexists(found.path)
        if known is not None and has_clips and is_gone:
            self.files.append(replace(known, is_missing=True))
            return
        if file.key in self._content:
            other = self._content[file.key][1]
            file = replace(
                file,
                duration_s=other.duration_s,
                loudness_db=other.loudness_db,
                state=other.state,
                n_clips=other.n_clips,
            )
            self.n_recognised += 1
            self._others.append(file)
        elif file.state is not FileState.UNREADABLE:
            self.n_analysed += 1
            self.n_changed += found.place in self._in_catalog
            self._analysed_s += file.duration_s
            self._pending.append((file, result))
        else:
            self._others.append(file)
        self.files.append(file)

    def _keep(self, is_last: bool = False) -> None:
        """Write what is pending into a part, if that is worth a file."""
        n_clips = sum(file.n_clips for file, _ in self._pending)
        n_files = len(self._pending) + len(self._others)
        is_much = n_files >= _PART_FILES or n_clips >= _PART_CLIPS
        is_due = time.monotonic() - self._written_s >= _PART_S
        if not n_files or not (is_last or is_much or is_due):
            return
        files: list[OwnFile] = []
        written = set(self._content)  # of equal files, two processes may have analysed one each
        clips: list[Clips] = []
        loudness: list[Float32] = []
        first = 0
        for file, result in self._pending:
            if file.key in written:
                self._others.append(file)
                continue
            written.add(file.key)
            files.append(replace(file, first_clip=first))
            if result.clips is not None and result.clip_loudness_db is not None:
                clips.append(result.clips)
                loudness.append(result.clip_loudness_db)
                first += file.n_clips
        part = self._kept.write(files, clips, loudness, self._others)
        for file in files:
            self._content.setdefault(file.key, (part, file))
        self._pending.clear()
        self._others.clear()
        self._written_s = time.monotonic()

    def _show(self) -> None:
        total = sum(each.n_bytes for each in self._to_read)
        took_s = max(time.monotonic() - self._begun_s, 1e-9)
        stage = (
            f"{ANALYSING}{len(self.files):,} of {len(self._to_read):,} files, "
            f"{self._analysed_s / 3600:.2f} h of sound"
        )
        done = self._done_bytes + self._n_at_work
        if took_s > 1 and done:
            stage += f", {duration((total - done) * took_s / done)} left"
        self._job.report(stage, 0.05 + 0.9 * done / max(total, 1))


def _bytes_of(task: Sequence[FileToRead], n_files: float) -> float:
    """Return how much of a task is read: so many files, and a share of the next."""
    whole = int(n_files)
    share = (n_files - whole) * task[whole].n_bytes if whole < len(task) else 0.0
    return sum(each.n_bytes for each in task[:whole]) + share


def _tasks(found: Sequence[FileToRead]) -> list[list[FileToRead]]:
    """Return files in groups that one process reads at a time."""
    tasks: list[list[FileToRead]] = []
    n_bytes = 0
    for each in found:
        if not tasks or len(tasks[-1]) >= _TASK_FILES or n_bytes + each.n_bytes > _TASK_BYTES:
            tasks.append([])
            n_bytes = 0
        tasks[-1].append(each)
        n_bytes += each.n_bytes
    return tasks
