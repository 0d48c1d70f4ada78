"""The rows in sight for other programs, as the command `tags` writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import SoundalikeError
from core.jobs import Job
from core.tag_tables import (
    AUDACITY_ENDING,
    RAVEN_ENDING,
    audacity_text,
    csv_texts,
    is_free,
    json_text,
    raven_text,
    write,
    write_in_folder,
)
from core.tagging.spans import TagSpan
from gui.tag_table.rows import TagRow

# The window shows before catalogues are imported.
if TYPE_CHECKING:
    from core.sounds.catalog_tags import CatalogTags

LabelText = Callable[[Sequence[TagSpan]], str]

LABELS: dict[str, tuple[str, LabelText]] = {
    "Labels for Audacity…": (AUDACITY_ENDING, audacity_text),
    "Selections for Raven…": (RAVEN_ENDING, raven_text),
}
"""Kinds of files of labels, one for each sound: how they end, and how they are written."""


@dataclass(frozen=True)
class SoundSpans:
    """A sound and what was heard in it when, in the order of time.

    Attributes
    ----------
    path : str
    inner : str
        Where its labels go below a folder.
    spans : sequence of TagSpan
    """

    path: str
    inner: str
    spans: Sequence[TagSpan]


@dataclass(frozen=True)
class Selected:
    """Sounds to be written, which come one at a time, however many there are.

    Attributes
    ----------
    number : int
    sounds : callable
        Yields them, as often as it is called.
    """

    number: int
    sounds: Callable[[], Iterator[SoundSpans]]


def of_rows(rows: Sequence[TagRow]) -> Selected:
    """Return the sounds of some rows; those that failed have nothing to tell."""
    found: dict[Path, list[TagSpan]] = {}
    for row in rows:
        if not row.sound.trouble:
            spans = found.setdefault(row.sound.path, [])
            if row.span is not None:
                spans.append(row.span)
    for spans in found.values():
        spans.sort(key=lambda span: (span.start_s, -span.score, span.label))

    def sounds() -> Iterator[SoundSpans]:
        for path, spans in found.items():
            yield SoundSpans(str(path), path.name, spans)

    return Selected(len(found), sounds)


def of_catalog(tags: CatalogTags, rows: NDArray[np.int64]) -> Selected:
    """Return the sounds of some rows of a catalogue, rising."""

    def sounds() -> Iterator[SoundSpans]:
        for file, spans in tags.by_file(rows):
            yield SoundSpans(file.path, file.inner, spans)

    files = (tags.files[place] for place in np.unique(tags.file[rows]).tolist())
    return Selected(sum(not file.reason for file in files), sounds)


def write_table(selected: Selected, path: Path, job: Job) -> None:
    """Write one table of all sounds: JSON where the ending says so, else for spreadsheets."""
    if path.suffix.lower() == ".json":
        lines = (f"{json_text(sound.path, sound.spans)}\n" for sound in _told(selected, job))
        write(path, lines)
    else:
        write(path, csv_texts((sound.path, sound.spans) for sound in _told(selected, job)))


def write_labels(selected: Selected, folder: Path, ending: str, text: LabelText, job: Job) -> None:
    """Write a file of labels for each sound into a folder.

    Raises
    ------
    SoundalikeError
        If one of them is there already, before any is written, or it cannot be written.
    """
    taken: set[str] = set()
    for sound in selected.sounds():
        job.check()
        name = f"{sound.inner}{ending}"
        if name in taken:
            raise SoundalikeError(
                f"Two of the files are called {sound.inner}.", "Filter the table to one of them."
            )
        if not is_free(folder / name):
            raise SoundalikeError(
                f"{Path(name).name} is there already.", "Choose another folder, or move it away."
            )
        taken.add(name)
    for sound in _told(selected, job):
        path = folder / f"{sound.inner}{ending}"
        write_in_folder(path, [text(sound.spans)])


def _told(selected: Selected, job: Job) -> Iterator[SoundSpans]:
    for number, sound in enumerate(selected.sounds()):
        job.report("Saving", number / selected.number)
        yield sound
