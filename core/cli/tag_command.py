"""The command `tags`: what was heard when in sounds, or in all of a catalogue's."""

from __future__ import annotations

import glob
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.cli.inputs import STANDARD_INPUT, Input, Reading, inputs, queries
from core.cli.output import Progress, plain, put, remark, tag_header, tag_lines, tell_line
from core.engine import Engine
from core.errors import AudioFileError, OutputError, SoundalikeError
from core.tagging.spans import TagSpan, query_spans


def print_tags(engine: Engine, arguments: Namespace) -> None:
    """Print what was heard when in some sounds, or in a catalogue's; or write files of labels."""
    if (arguments.out or arguments.force) and not (arguments.audacity or arguments.raven):
        raise OutputError(
            "--out and --force are for files of labels.", "Add --audacity or --raven."
        )
    labels = _LabelFiles(arguments) if arguments.audacity or arguments.raven else None
    if arguments.catalog is not None:
        _print_catalog(arguments, labels)
        return
    check = (lambda _: None) if labels is None else labels.check
    reading = Reading.of(arguments)
    items = inputs(arguments.path, reading.has_subfolders)
    table = _Table(arguments, (str(item.path) for item in items))
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
                table.print(f"{item.path}{number}", spans)


def _print_catalog(arguments: Namespace, labels: _LabelFiles | None) -> None:
    from core.catalog.catalog import Catalog
    from core.sounds.catalog_tags import CatalogTags

    with Progress() as progress:
        tags = CatalogTags.of(Catalog.open(arguments.catalog), progress.job)
        progress.clear()
        table = _Table(arguments, (file.path for file in tags.files))
        n_failed = 0
        for number, (file, spans) in enumerate(tags.by_file()):
            if labels is None:
                table.print(file.path, spans)
                continue
            progress.job.report("Writing labels", number / len(tags.files))
            item = Input(Path(file.path), Path(file.inner))
            try:
                labels.check(item)
                labels.write(item, "", spans)
            except SoundalikeError as error:
                progress.clear()
                tell_line(f"{file.path}: {error.message}")
                n_failed += 1
    if labels is not None and n_failed and not labels.n_written:
        raise OutputError(
            f"None of {n_failed:,} files of labels could be written.", "The lines above say why."
        )
    n_without = sum(bool(file.reason) for file in tags.files)
    if n_without:
        remark(f"Nothing is to be heard in {n_without:,} of {len(tags.files):,} files.")


class _Table:
    """Prints sound after sound, as the arguments say.

    Parameters
    ----------
    arguments : Namespace
    names : iterable of str
        All that may come, which the column of names is as wide as.
    """

    def __init__(self, arguments: Namespace, names: Iterable[str]) -> None:
        self._is_json, self._is_csv = arguments.json, arguments.csv
        self._is_first = True
        is_aligned = not (self._is_json or self._is_csv)
        self._width = max(map(len, map(plain, names)), default=0) if is_aligned else 0

    def print(self, name: str, spans: Sequence[TagSpan]) -> None:
        """Print what was heard when in a sound."""
        from core.tag_tables import csv_texts, json_text

        if self._is_json:
            put(json_text(name, spans))
        elif self._is_csv:
            heading, rows = csv_texts([(name, spans)])
            put(heading + rows if self._is_first else rows, end="")
        else:
            lines = tag_lines(name, spans, self._width)
            put("\n".join([tag_header(self._width), *lines] if self._is_first else lines))
        self._is_first = False


class _LabelFiles:
    """Places of the label files of sounds: beside each, or below one folder."""

    def __init__(self, arguments: Namespace) -> None:
        from core.tag_tables import AUDACITY_ENDING, RAVEN_ENDING, audacity_text, raven_text

        self._out: Path | None = arguments.out
        self._may_replace: bool = arguments.force
        self._text = audacity_text if arguments.audacity else raven_text
        self._ending = AUDACITY_ENDING if arguments.audacity else RAVEN_ENDING
        self._written: set[Path] = set()

    @property
    def n_written(self) -> int:
        """Number of files that were written."""
        return len(self._written)

    def check(self, item: Input) -> None:
        """Raise AudioFileError if a sound's labels have no place, before it is listened to."""
        from core.tag_tables import is_free

        path = self._path(item, "")
        if path in self._written:
            raise AudioFileError(f"{path} has another sound's labels.", "Write them elsewhere.")
        taken = [] if is_free(path) else [path]
        if item.has_embeddings and not is_free(path.parent):  # several queries are numbered
            name = glob.escape(path.name.removesuffix(self._ending))
            taken += sorted(path.parent.glob(f"{name} #*{self._ending}"))
        if taken and not self._may_replace:
            raise AudioFileError(
                f"{taken[0]} is there already.", "Replace it with --force, or use --out."
            )

    def write(self, item: Input, number: str, spans: Sequence[TagSpan]) -> None:
        """Write a sound's labels."""
        from core.tag_tables import write_in_folder

        path = self._path(item, number)
        write_in_folder(path, [self._text(spans)])
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
