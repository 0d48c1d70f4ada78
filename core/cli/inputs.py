"""What the command line is given to listen to: files, folders, standard input, embeddings."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.output import Progress, remark, tell_line
from core.engine import Engine
from core.errors import AudioFileError
from core.jobs import Job
from core.options import ListenerKind
from core.types import Query

if TYPE_CHECKING:
    from argparse import Namespace

    from core.audio.reader import AudioFile

STANDARD_INPUT = Path("-")
_RECORDS = ".tfrecord"
Span = tuple[float | None, float | None]


@dataclass(frozen=True)
class Reading:
    """Options of finding and reading files.

    Attributes
    ----------
    track : int
        Of a video's sound tracks; 1 is the first.
    expansion : int
        How many times slower sounds are taken.
    has_subfolders : bool
        Whether a folder stands for the sounds in those below it, too.
    """

    track: int = 1
    expansion: int = 1
    has_subfolders: bool = True

    @staticmethod
    def of(arguments: Namespace) -> Reading:
        """Return what a command line says."""
        return Reading(arguments.track, arguments.expand, not arguments.no_subfolders)


@dataclass(frozen=True)
class Input:
    """A file to listen to.

    Attributes
    ----------
    path : Path
        `STANDARD_INPUT`, or a file's.
    inner : Path
        The same from the folder on that was given; of a file, its name.
    """

    path: Path
    inner: Path

    @property
    def has_embeddings(self) -> bool:
        """Whether it is no sound, but what was made of some."""
        return self.path.suffix.lower() in (".npz", _RECORDS)


def is_one_query(paths: Sequence[Path]) -> bool:
    """Return whether these paths can only be one query: they name one sound."""
    from core.audio.folders import is_folder

    only = paths[0]
    return len(paths) == 1 and only.suffix.lower() != _RECORDS and not is_folder(only)


def inputs(
    paths: Sequence[Path],
    has_subfolders: bool = True,
    leave_out: Callable[[str], None] = lambda _: None,
) -> list[Input]:
    """Return the files that are meant, in order; of folders, all sounds in them.

    Parameters
    ----------
    paths : sequence of Path
    has_subfolders : bool
        Whether folders in a folder count, too.
    leave_out : callable
        Told in a sentence what of a folder is left out.

    Raises
    ------
    AudioFileError
        If there is no sound in a folder, or it cannot be read.
    """
    from core.audio.folders import SoundFolder, is_folder

    found = []
    for path in paths:
        if path == STANDARD_INPUT or not is_folder(path):
            found.append(Input(path, Path(path.name)))
            continue
        folder = SoundFolder(path, has_subfolders)
        found += [Input(sound, sound.relative_to(path)) for sound in folder]
        if not folder.n_sounds:
            raise folder.emptiness
        for note in folder.notes:
            leave_out(note)
    return found


def queries(
    engines: Sequence[Engine],
    paths: Sequence[Path],
    progress: Progress,
    span: Span = (None, None),
    check: Callable[[Input], None] = lambda _: None,
    reading: Reading = Reading(),
) -> Iterator[tuple[Input, list[Query]]]:
    """Yield what is heard in each file; of several, one that cannot be read is a line of its own.

    Parameters
    ----------
    engines : sequence of Engine
        Each gets a query; those with equal listeners the same one.
    paths : sequence of Path
    progress : Progress
    span : pair of float or None
        The part of each sound, in seconds.
    check : callable
        Told about each file before it is listened to; may raise AudioFileError.
    reading : Reading

    Raises
    ------
    AudioFileError
        If the only file cannot be read, or none can.
    """
    items, n_queries, n_failed = inputs(paths, reading.has_subfolders, remark), 0, 0
    for place, item in enumerate(items):
        job = progress.job.part(place / len(items), (place + 1) / len(items))
        try:
            check(item)
            for query in _queries(engines, item, span, reading, job):
                n_queries += 1
                yield item, query
        except AudioFileError as error:
            if len(items) == 1:
                raise
            progress.clear()
            tell_line(f"{item.path}: {error.message}")
            n_failed += 1
    if n_failed > 1 and n_queries:
        progress.clear()
        remark(f"{n_failed} of {len(items)} files could not be listened to.")
    if not n_queries:
        raise AudioFileError(
            f"None of {len(items)} files could be listened to.", "The lines above say why."
        )


def _queries(
    engines: Sequence[Engine], item: Input, span: Span, reading: Reading, job: Job
) -> Iterator[list[Query]]:
    if item.has_embeddings:
        if span != (None, None):
            raise AudioFileError(
                f"{item.path} has embeddings in it, no sound to take a span of.",
                "Leave out --start and --end.",
            )
        for query in engines[0].embedding_queries(item.path):
            yield [query] * len(engines)
        return
    with opened_sound(item.path, reading, job) as sound:
        found: dict[ListenerKind, Query] = {}
        for engine in engines:
            if engine.listener_kind not in found:
                found[engine.listener_kind] = engine.query(sound, *span, job)
        yield [found[engine.listener_kind] for engine in engines]


@contextmanager
def opened_sound(path: Path, reading: Reading, job: Job) -> Iterator[AudioFile]:
    """Open a sound, or what comes in at the standard input.

    Raises
    ------
    AudioFileError
        If it cannot be read.
    """
    from core.audio.reader import AudioFile

    track, expansion = reading.track, reading.expansion
    if path != STANDARD_INPUT:
        yield AudioFile(path, "", job, track, expansion)
        return
    # Formats have their lengths at their ends: a pipe cannot be read as a sound.
    with tempfile.NamedTemporaryFile() as file:
        if sys.stdin is not None:
            shutil.copyfileobj(sys.stdin.buffer, file)
            file.flush()
        if not file.tell():
            raise AudioFileError("The standard input is empty.", "Send a sound file into it.")
        yield AudioFile(Path(file.name), "standard input", job, track, expansion)
