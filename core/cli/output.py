"""What the command line shows people: answers, progress, tables and plain text."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import OutputError, SoundalikeError
from core.foreign import plain as plain
from core.jobs import Job

if TYPE_CHECKING:
    from core.catalog.counting import ClassCount, ClassQuality
    from core.catalog.manifest import CatalogManifest
    from core.tagging.spans import TagSpan
    from core.types import Match, Matches

SOURCE_NAME = "python -m core"
"""What the command line is called in a checkout, and in the program's own sentences."""

_INTERVAL_S = 0.1
_LEAST_LABELS, _ENDS = 20, 10
"""A share of fewer labels says little; so many classes are shown at either end."""

_IN_ASCII = {
    "·": "-", "–": "-", "−": "-", "…": "...", "“": '"', "”": '"', "’": "'", "×": "x"
}  # fmt: skip
"""What stands for our own signs where a terminal lacks them."""


def prepare() -> None:
    """Make the standard streams take any text, and keep files that are opened off their places."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:  # closed: the next file would be opened there, and be printed into
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for as long as the program
    codecs.register_error("soundalike", _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="soundalike")


def _replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    """Return what stands for the first sign that cannot be written, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    sign = error.object[error.start]
    escaped = sign.encode("ascii", "backslashreplace").decode()
    return _IN_ASCII.get(sign, escaped), error.start + 1


def put(text: str, end: str = "\n") -> None:
    """Print an answer's lines on standard output, at once.

    Raises
    ------
    OutputError
        If it cannot be written. What was done is done.
    BrokenPipeError
        If nobody reads it any more.
    """
    try:
        if sys.stdout is None:
            raise OSError("it is closed")
        print(text, end=end, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise OutputError(
            f"The answer cannot be written to the standard output: {error.strerror or error}.",
            "Send it to a file on a disk with room, or to a terminal.",
        ) from error


def put_json(content: Any, is_line: bool = False) -> None:
    """Print JSON, on one line if need be; what the terminal's encoding lacks is escaped."""
    indent = None if is_line else 2
    text = json.dumps(content, indent=indent, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(content, indent=indent)
    # What a terminal might obey stands in texts alone, where JSON has escapes for it.
    put("".join(each if each.isprintable() or each == "\n" else _escaped(each) for each in text))


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else json.dumps(sign)[1:-1]


def command_name() -> str:
    """Return how this command line is called where it runs: its own name where it is installed."""
    return "soundalike" if Path(sys.argv[0]).stem.startswith("soundalike") else SOURCE_NAME


def tell(error: SoundalikeError) -> None:
    """Say on standard error what happened and what to do, a line each."""
    hint = plain(error.hint).replace(SOURCE_NAME, command_name())
    sys.stderr.write(f"error: {plain(error.message)}\nhint: {hint}\n")


def tell_line(message: str) -> None:
    """Say on standard error what went wrong with one of several things, while others go on."""
    sys.stderr.write(f"error: {plain(message)}\n")


def remark(message: str) -> None:
    """Say on standard error what a person should know, though nothing failed."""
    sys.stderr.write(f"note: {plain(message)}\n")


def drop_output() -> None:
    """Have what waits to be written go nowhere: at the end it could only complain."""
    with contextlib.suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Progress:
    """A line on standard error that is written over and over, and is gone at the end.

    Attributes
    ----------
    job : Job
        What to hand to the work; nothing is shown where standard error is no terminal.
    """

    def __init__(self) -> None:
        self.job = Job(self.show if sys.stderr.isatty() else None)
        self._last_s, self._last_stage = 0.0, ""
        self._is_shown = False

    def show(self, stage: str, fraction: float | None) -> None:
        """Show each stage as it begins, and how far it is at most ten times a second."""
        now_s, kind = time.monotonic(), stage.partition(":")[0]  # figures may follow
        if kind == self._last_stage and now_s - self._last_s < _INTERVAL_S:
            return
        self._last_s, self._last_stage, self._is_shown = now_s, kind, True
        percent = "" if fraction is None else f" {100 * fraction:3.0f} %"
        width = _columns() - 1
        sys.stderr.write(f"\r\x1b[K{plain(f'{stage}…{percent}')[:width]}")
        sys.stderr.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, so that another one can stand there."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._is_shown, self._last_stage = False, ""


def _columns() -> int:
    """Return the width of the terminal that standard error is."""
    with contextlib.suppress(OSError, ValueError):
        return os.get_terminal_size(sys.stderr.fileno()).columns
    return shutil.get_terminal_size().columns


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> str:
    """Return rows in aligned columns.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences of str
    right : str
        Names in the header, separated by blanks, whose columns are aligned right.
    """
    cells = [list(header), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    flush_right = [name in right.split() for name in header]
    lines = (
        "  ".join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, flush_right, strict=True)
        ).rstrip()
        for row in cells
    )
    return "\n".join(lines)


def catalog_text(manifest: CatalogManifest, categories: Sequence[tuple[str, int]]) -> str:
    """Return what a catalogue holds, and where it came from."""
    from core.catalog.manifest import TAGS, VISUAL

    size = sum(n_bytes for n_bytes, _ in manifest.files.values())
    lines = [
        f"Catalogue of {manifest.n_clips:,} clips ({plain(manifest.kind)}),"
        f" {manifest.n_frames:,} frames, {size / 1e6:,.1f} MB"
        + (", with pictures" if VISUAL in manifest.files else "")
        + (", with tags" if TAGS in manifest.files else ""),
        f"Vectors by {plain(manifest.model.name)}, last changed {plain(manifest.created)}",
        "",
        table(
            ("source", "added", "clips", "include", "exclude"),
            [
                (
                    source.name,
                    source.added,
                    f"{source.n_clips:,}",
                    ", ".join(source.include) or "all",
                    ", ".join(source.exclude) or "none",
                )
                for source in manifest.sources
            ],
            right="clips",
        ),
    ]
    if categories:
        rows = [(name, f"{count:,}") for name, count in categories]
        lines += ["", table(("class", "clips"), rows, right="clips")]
    return "\n".join([*lines, ""])


def quality_text(quality: Sequence[ClassQuality]) -> str:
    """Return the worst and best of classes by the share of labels that are sure, worst first."""
    usual = [each for each in quality if each.n_labels >= _LEAST_LABELS]
    if not usual:
        return ""
    shown = usual if len(usual) <= 2 * _ENDS else [*usual[:_ENDS], None, *usual[-_ENDS:]]
    rows = [
        ("…", "", "", "")
        if each is None
        else (each.name, f"{each.n_labels:,}", f"{each.n_sure:,}", f"{each.quality:.2f}")
        for each in shown
    ]
    header = ("labels that the tagger is sure of", "all", "sure", "share")
    return f"{table(header, rows, right='all sure share')}\n\n"


def class_table(listed: Iterable[tuple[int, ClassCount]]) -> str:
    """Return classes with the numbers of their clips, set in by their depth."""
    rows = [
        ("  " * depth + count.name, f"{count.n_own:,}", f"{count.n_all:,}")
        for depth, count in listed
    ]
    return table(("class", "own", "all"), rows, right="own all")


def match_table(answer: Matches) -> str:
    """Return matches as a table, with what a person should know before reading it."""
    from core.types import spoken

    query, catalog = answer.query, answer.catalog
    length = f" ({query.duration_s:.1f} s)" if query.duration_s else ""
    searched = f"{plain(query.name)}{length}"
    lines = [
        f"{searched} · {plain(catalog.model)} · {plain(catalog.name)}, {catalog.n_clips} clips"
    ]
    if query.heard:
        verb = "Heard" if len(query.frames) else "Looked for"
        lines.append(f"{verb}: {plain(spoken(query.heard))}")
    if not answer.is_close:
        lines.append("No close match: this is the nearest there is.")
    lines += [plain(note) for note in (*query.notes, *catalog.notes)]
    if not answer.matches:
        return "\n".join([*lines, "", "No clip passes the filters."])
    rows = [_row(match) for match in answer.matches]
    first = answer.matches[0]
    parts = [name for name in ("sound", "meaning") if getattr(first, name) is not None]
    parts = parts if len(parts) > 1 else []
    best = () if first.best_second is None else ("best",)
    where = "file" if first.path else "video"
    header = ("rank", "similarity", *parts, "span", *best, "labels", where)
    right = "rank similarity sound meaning span best"
    return "\n".join([*lines, "", table(header, rows, right=right)])


def tag_header(width: int) -> str:
    """Return the heading of `tag_lines`."""
    return f"{'sound':<{width}}  {'start':>9}  {'end':>9}  score  class"


def tag_lines(name: str, spans: Sequence[TagSpan], width: int) -> list[str]:
    """Return what was heard when in a sound as lines of a table; its name has this width."""
    begin = f"{plain(name):<{width}}"
    return [
        f"{begin}  {tenths(span.start_s):>9}  {tenths(span.end_s):>9}  {span.score:.3f}  "
        + plain(span.label)
        for span in spans
    ] or [f"{begin}  {'–':>9}  {'–':>9}  {'–':>5}  nothing for sure"]


def _row(match: Match) -> tuple[str, ...]:
    from core.catalog.ontology import Ontology

    return (
        str(match.rank),
        f"{match.similarity:.3f}",
        *(
            (f"{match.sound:.3f}", f"{match.meaning:.3f}")
            if match.sound is not None and match.meaning is not None
            else ()
        ),
        _span(match),
        *(() if match.best_second is None else (clock(match.best_second),)),
        " · ".join(Ontology.load().specific_first(match.labels)),
        _link(match),
    )


def _span(match: Match) -> str:
    """Return the clip's span; a video known only as a whole, as YouTube-8M has it, has none."""
    if match.end_s == 0:
        return "whole"
    return f"{clock(match.start_s)}–{clock(match.end_s)}"


def _link(match: Match) -> str:
    """Return the link, or why there is none, beside the id that `similar` asks for; or the path."""
    if match.path:
        more = f" (and {len(match.other_paths)} more)" if match.other_paths else ""
        return f"{match.path}{more}{' (missing)' if match.is_missing else ''}"
    if match.video_id in match.url:
        return match.url
    return f"{match.video_id} {match.url or f'({match.no_link})'}"


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds, such as 1:07."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def tenths(seconds: float) -> str:
    """Return a time as minutes and seconds with a tenth, such as 1:07.4."""
    n_tenths = round(seconds * 10)
    return f"{n_tenths // 600}:{n_tenths // 10 % 60:02d}.{n_tenths % 10}"
