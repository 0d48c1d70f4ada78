"""What can still be read of a damaged SQLite file."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

_MOST_ROWS = 100_000
"""Of a damaged table; its links may lead in a circle."""

_MOST_GAP = 10_000
"""Between two damaged places of a table, rows are asked for one by one, up to so many."""


def salvaged_rows(
    path: Path, tables: Mapping[str, Sequence[str]]
) -> Generator[tuple[str, tuple[Any, ...]]]:
    """Yield the rows of a damaged file that can be read, each with its table's name.

    A row begins with its id, and may come twice. Text that is no UTF-8 comes as bytes. The file
    itself is not touched: reading may change it, or its log, so a copy is read.

    Parameters
    ----------
    path : Path
    tables : mapping of str to sequence of str
        The columns of each table.
    """
    with tempfile.TemporaryDirectory(prefix="soundalike-") as folder:
        copy = Path(folder) / "damaged.sqlite"
        for ending in ("", "-wal"):
            part = path.with_name(path.name + ending)
            if part.is_file():
                shutil.copyfile(part, copy.with_name(copy.name + ending))
        for table, columns in tables.items():
            for row in _readable_rows(copy, table, len(columns)):
                yield table, row


def table_columns(db: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the names of each table's columns."""
    text = (
        "SELECT tables.name, columns.name FROM sqlite_schema AS tables, "
        "pragma_table_info(tables.name) AS columns "
        "WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'"
    )
    found: dict[str, list[str]] = {}
    for table, column in db.execute(text):
        found.setdefault(table, []).append(column)
    return found


def text_or_bytes(data: bytes) -> str | bytes:
    """Return a text of a database; bytes where it is no UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _readable_rows(path: Path, table: str, n_columns: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table with their ids, from both ends and what is between."""
    ends = []
    for order in ("ASC", "DESC"):
        last = None
        for row in _rows(path, f"SELECT rowid, * FROM {table} ORDER BY rowid {order}"):  # noqa: S608
            last = row[0]
            if len(row) == n_columns + 1:
                yield row
        ends.append(last)
    first, last = ends
    if isinstance(first, int) and isinstance(last, int) and 0 < last - first <= _MOST_GAP:
        for rowid in range(first + 1, last):
            for row in _rows(path, f"SELECT rowid, * FROM {table} WHERE rowid = {rowid}"):  # noqa: S608
                if len(row) == n_columns + 1:
                    yield row


def _rows(path: Path, text: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows as long as they can be read."""
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(path)) as db:
        db.text_factory = text_or_bytes
        for number, row in enumerate(db.execute(text)):
            if number == _MOST_ROWS:
                return
            yield row
