"""What the command line is given to listen to: files, folders, standard input, embeddings."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from core.cli.output import Progress, tell_line
from core.engine import Engine
from core.errors import AudioFileError
from core.jobs import Job
from core.types import Query

STANDARD_INPUT = Path("-")
_RECORDS = ".tfrecord"
Span = tuple[float | None, float | None]


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
    only = paths[0]
    return len(paths) == 1 and only.suffix.lower() != _RECORDS and not only.is_dir()


def inputs(paths: Sequence[Path]) -> list[Input]:
    """Return the files that are meant, in order; of folders, all sounds in them.

    Raises
    ------
    AudioFileError
        If there is no sound in a folder.
    """
    found = []
    for path in paths:
        if path == STANDARD_INPUT or not path.is_dir():
            found.append(Input(path, Path(path.name)))
            continue
        sounds = _sounds_in(path)
        if not sounds:
            raise AudioFileError(
                f"{path} has no sound file in it.", "Choose a folder with sounds, or a sound."
            )
        found += [Input(sound, sound.relative_to(path)) for sound in sounds]
    return found


def _sounds_in(folder: Path) -> list[Path]:
    from core.audio.sound_file import SUFFIXES

    return sorted(
        Path(inside, name)
        for inside, _, names in os.walk(folder)
        for name in names
        if Path(name).suffix.lower().removeprefix(".") in SUFFIXES and not name.startswith(".")
    )


def queries(
    engine: Engine,
    paths: Sequence[Path],
    progress: Progress,
    span: Span = (None, None),
    check: Callable[[Input], None] = lambda _: None,
) -> Iterator[tuple[Input, Query]]:
    """Yield what is heard in each file; of several, one that cannot be read is a line of its own.

    Parameters
    ----------
    engine : Engine
    paths : sequence of Path
    progress : Progress
    span : pair of float or None
        The part of each sound, in seconds.
    check : callable
        Told about each file before it is listened to; may raise AudioFileError.

    Raises
    ------
    AudioFileError
        If the only file cannot be read, or none can.
    """
    items, n_queries = inputs(paths), 0
    for place, item in enumerate(items):
        job = progress.job.part(place / len(items), (place + 1) / len(items))
        try:
            check(item)
            for query in _queries(engine, item, span, job):
                n_queries += 1
                yield item, query
        except AudioFileError as error:
            if len(items) == 1:
                raise
            progress.clear()
            tell_line(f"{item.path}: {error.message}")
    if not n_queries:
        raise AudioFileError(
            f"None of {len(items)} files could be listened to.", "The lines above say why."
        )


def _queries(engine: Engine, item: Input, span: Span, job: Job) -> Iterator[Query]:
    if item.has_embeddings:
        if span != (None, None):
            raise AudioFileError(
                f"{item.path} has embeddings in it, no sound to take a span of.",
                "Leave out --start and --end.",
            )
        yield from engine.embedding_queries(item.path)
        return
    from core.audio.reader import AudioFile

    with ExitStack() as stack:
        if item.path == STANDARD_INPUT:
            # Formats have their lengths at their ends: a pipe cannot be read as a sound.
            file = stack.enter_context(tempfile.NamedTemporaryFile())
            if sys.stdin is not None:
                shutil.copyfileobj(sys.stdin.buffer, file)
                file.flush()
            if not file.tell():
                raise AudioFileError("The standard input is empty.", "Send a sound file into it.")
            sound = AudioFile(Path(file.name), "standard input", job)
        else:
            sound = AudioFile(item.path, "", job)
        yield engine.query(sound, *span, job)
