"""The rows in sight for other programs, as the command `tags` writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import SoundalikeError
from core.jobs import Job
from core.tag_tables import (
    AUDACITY_ENDING,
    RAVEN_ENDING,
    audacity_text,
    csv_text,
    json_text,
    raven_text,
    write,
)
from core.tagging.spans import TagSpan
from gui.tag_table.rows import TagRow

LabelText = Callable[[Sequence[TagSpan]], str]

LABELS: dict[str, tuple[str, LabelText]] = {
    "Labels for Audacity…": (AUDACITY_ENDING, audacity_text),
    "Selections for Raven…": (RAVEN_ENDING, raven_text),
}
"""Kinds of files of labels, one for each sound: how they end, and how they are written."""


def spans_of(rows: Sequence[TagRow]) -> list[tuple[Path, list[TagSpan]]]:
    """Return the spans of each sound in the order of time; sounds that failed have none to tell."""
    sounds: dict[Path, list[TagSpan]] = {}
    for row in rows:
        if not row.sound.trouble:
            spans = sounds.setdefault(row.sound.path, [])
            if row.span is not None:
                spans.append(row.span)
    for spans in sounds.values():
        spans.sort(key=lambda span: (span.start_s, -span.score, span.label))
    return list(sounds.items())


def write_table(rows: Sequence[TagRow], path: Path) -> None:
    """Write one table of all sounds: JSON where the ending says so, else for spreadsheets."""
    sounds = [(str(sound), spans) for sound, spans in spans_of(rows)]
    if path.suffix.lower() == ".json":
        write(path, "".join(f"{json_text(name, spans)}\n" for name, spans in sounds))
    else:
        write(path, csv_text(sounds))


def write_labels(
    rows: Sequence[TagRow], folder: Path, ending: str, text: LabelText, job: Job
) -> None:
    """Write a file of labels for each sound into a folder.

    Raises
    ------
    SoundalikeError
        If one of them is there already, before any is written, or it cannot be written.
    """
    files: dict[Path, list[TagSpan]] = {}
    for sound, spans in spans_of(rows):
        path = folder / f"{sound.name}{ending}"
        if path in files:
            raise SoundalikeError(
                f"Two of the files are called {sound.name}.", "Filter the table to one of them."
            )
        if path.exists():
            raise SoundalikeError(
                f"{path.name} is there already.", "Choose another folder, or move it away."
            )
        files[path] = spans
    for number, (path, spans) in enumerate(files.items()):
        job.report("Saving", number / len(files))
        write(path, text(spans))
