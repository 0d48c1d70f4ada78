"""The command `tags`: what was heard when, printed or written beside each sound."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from core.cli.inputs import STANDARD_INPUT, Input, Reading, inputs, queries
from core.cli.output import Progress, plain, put, tag_header, tag_lines
from core.engine import Engine
from core.errors import AudioFileError, OutputError
from core.tagging.spans import TagSpan, query_spans


def print_tags(engine: Engine, arguments: Namespace) -> None:
    """Print what was heard when in some sounds, or write files of labels."""
    if (arguments.out or arguments.force) and not (arguments.audacity or arguments.raven):
        raise OutputError(
            "--out and --force are for files of labels.", "Add --audacity or --raven."
        )
    labels = _LabelFiles(arguments) if arguments.audacity or arguments.raven else None
    check = (lambda _: None) if labels is None else labels.check
    reading = Reading.of(arguments)
    items = inputs(arguments.path, reading.has_subfolders)
    width = max(len(plain(str(item.path))) for item in items)
    is_first = True
    with Progress() as progress:
        found = queries([engine], arguments.path, progress, check=check, reading=reading)
        for item, (query,) in found:
            spans = query_spans(query)
            # A file of embeddings may have many queries in it.
            number = query.name.removeprefix(item.path.name) if item.has_embeddings else ""
            progress.clear()
            if labels is not None:
                labels.write(item, number, spans)
            else:
                _print(f"{item.path}{number}", spans, arguments, width, is_first)
            is_first = False


def _print(
    name: str, spans: Sequence[TagSpan], arguments: Namespace, width: int, is_first: bool
) -> None:
    from core.tag_tables import csv_text, json_text

    if arguments.json:
        put(json_text(name, spans))
    elif arguments.csv:
        text = csv_text([(name, spans)])
        put(text if is_first else text.partition("\r\n")[2], end="")
    else:
        lines = tag_lines(name, spans, width)
        put("\n".join([tag_header(width), *lines] if is_first else lines))


class _LabelFiles:
    """Places of the label files of sounds: beside each, or below one folder."""

    def __init__(self, arguments: Namespace) -> None:
        from core.tag_tables import AUDACITY_ENDING, RAVEN_ENDING, audacity_text, raven_text

        self._out: Path | None = arguments.out
        self._may_replace: bool = arguments.force
        self._text = audacity_text if arguments.audacity else raven_text
        self._ending = AUDACITY_ENDING if arguments.audacity else RAVEN_ENDING
        self._written: set[Path] = set()

    def check(self, item: Input) -> None:
        """Raise AudioFileError if a sound's labels have no place, before it is listened to."""
        path = self._path(item, "")
        if path in self._written:
            raise AudioFileError(f"{path} has another sound's labels.", "Write them elsewhere.")
        if path.exists() and not self._may_replace:
            raise AudioFileError(
                f"{path} is there already.", "Replace it with --force, or use --out."
            )

    def write(self, item: Input, number: str, spans: Sequence[TagSpan]) -> None:
        """Write a sound's labels."""
        from core.tag_tables import write

        path = self._path(item, number)
        if self._out is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        write(path, self._text(spans))
        self._written.add(path)
        put(f"{len(spans)} labels in {plain(str(path))}")

    def _path(self, item: Input, number: str) -> Path:
        if self._out is not None:
            inner = Path("standard input") if item.path == STANDARD_INPUT else item.inner
            path = self._out / inner
        elif item.path == STANDARD_INPUT:
            raise AudioFileError(
                "Labels of the standard input have no file to stand beside.",
                "Name a folder for them with --out.",
            )
        else:
            path = item.path
        return path.with_name(f"{path.name}{number}{self._ending}")
