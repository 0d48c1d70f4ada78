"""What was heard when, as tables: for people, spreadsheets, Audacity and Raven."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.atomic import written_whole
from core.errors import SoundalikeError
from core.foreign import plain
from core.match_lists import spreadsheet_text
from core.tagging.spans import TagSpan

AUDACITY_ENDING, RAVEN_ENDING = ".labels.txt", ".selections.txt"
"""What a file of labels is called beside its sound: the sound's whole name, then this."""

_LOW_HZ, _HIGH_HZ = 125, 7500
"""Of VGGish's mel bands: tags say when, not at which frequency; Raven asks for a box."""

_RAVEN_COLUMNS = (
    "Selection",
    "View",
    "Channel",
    "Begin Time (s)",
    "End Time (s)",
    "Low Freq (Hz)",
    "High Freq (Hz)",
    "Annotation",
    "Score",
)


def csv_texts(sounds: Iterable[tuple[str, Sequence[TagSpan]]]) -> Iterator[str]:
    """Yield a table for spreadsheets, file, start_s, end_s, label, score: its heading, each sound.

    However many sounds there are, one at a time is in memory.
    """
    yield _csv_rows([("file", "start_s", "end_s", "label", "score")])
    for name, spans in sounds:
        shown = spreadsheet_text(name)
        yield _csv_rows(
            (shown, f"{span.start_s:.2f}", f"{span.end_s:.2f}", span.label, f"{span.score:.3f}")
            for span in spans
        )


def _csv_rows(rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def record(span: TagSpan) -> dict[str, Any]:
    """Return a span for JSON."""
    return {
        "start_s": round(span.start_s, 2),
        "end_s": round(span.end_s, 2),
        "label": span.label,
        "score": round(span.score, 4),
    }


def json_text(name: str, spans: Sequence[TagSpan]) -> str:
    """Return one line of JSON for a sound."""
    return json.dumps({"file": name, "tags": [record(span) for span in spans]})


def audacity_text(spans: Sequence[TagSpan]) -> str:
    """Return a label track: start, end and text, with tabs between.

    https://manual.audacityteam.org/man/importing_and_exporting_labels.html
    """
    return "".join(
        f"{span.start_s:.6f}\t{span.end_s:.6f}\t{span.label} {span.score:.2f}\n" for span in spans
    )


def raven_text(spans: Sequence[TagSpan]) -> str:
    """Return a selection table of Raven's, with tabs between."""
    lines = ["\t".join(_RAVEN_COLUMNS)]
    for number, span in enumerate(spans, start=1):
        times = (f"{span.start_s:.6f}", f"{span.end_s:.6f}")
        box = (str(_LOW_HZ), str(_HIGH_HZ))
        row = (str(number), "Spectrogram 1", "1", *times, *box, span.label, f"{span.score:.3f}")
        lines.append("\t".join(row))
    return "\n".join(lines) + "\n"


def write(path: Path, texts: Iterable[str]) -> None:
    """Write a table, text after text, whole or not at all.

    Raises
    ------
    SoundalikeError
        If it cannot be written.
    """
    try:
        with written_whole(path) as file:
            for text in texts:
                file.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise SoundalikeError(
            f"{plain(str(path))} cannot be written: {error.strerror or error}.",
            "Choose another place, or free some space.",
        ) from error


def is_free(path: Path) -> bool:
    """Return whether nothing is at a path; also where it is a name that no system takes."""
    return not os.path.exists(path)  # noqa: PTH110 - a path's own way raises where it is no name


def write_in_folder(path: Path, texts: Iterable[str]) -> None:
    """Write a table as `write` does, into a folder that is made where there is none.

    Raises
    ------
    SoundalikeError
        If either cannot be.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SoundalikeError(
            f"The folder {plain(str(path.parent))} cannot be made: {error.strerror or error}.",
            "Choose another one with --out.",
            "Choose another folder.",
        ) from error
    write(path, texts)
