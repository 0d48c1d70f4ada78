"""One SQLite file that several programs share: made when needed, put aside when damaged."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from core.atomic import alone
from core.errors import LibraryError
from core.jobs import Job
from core.private import private_file, private_folder

T = TypeVar("T")

_WAIT_S = 10.0
_MOST_ROWS = 100_000
"""Of a damaged table; its links may lead in a circle."""

_MOST_GAP = 10_000
"""Between two damaged places of a table, rows are asked for one by one, up to so many."""

_DAMAGE = frozenset(
    (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_ERROR,  # such as a table that is not there any more
        sqlite3.SQLITE_INTERNAL,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_TOOBIG,
    )
)
"""SQLite's codes that tell of the file itself; others tell of no room, no right, no answer."""


class Database:
    """A database in the write-ahead mode: readers and a writer do not stop each other.

    Any thread may use it; each piece of work has a connection of its own. Text that is no UTF-8 is
    read as bytes.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made by the first work.
    tables : str
        SQL that makes what is not there yet.
    version : int
        Of the tables.

    Attributes
    ----------
    notices : list of str
        What a person should know of what was found.
    """

    def __init__(self, path: Path, tables: str, version: int) -> None:
        self.path, self._tables, self._version = path, tables, version
        self.notices: list[str] = []
        self._is_checked = False
        self._aside: Path | None = None

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` returns, called with a connection that commits each statement.

        Where the file is damaged, it is put aside, and `work` called again with a new one, into
        which all rows are taken over that can be read.

        Raises
        ------
        LibraryError
            If the file cannot be read or written, or a newer program has made it.
        """
        try:
            try:
                return self._try(work)
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if not self._is_damage(error):
                    raise
                self._put_aside()
                return self._try(work)
        except (sqlite3.Error, UnicodeDecodeError, OSError) as error:
            raise LibraryError(
                f"History and stars cannot be read or kept ({self.path.name}: {error}).",
                "Searching works without them; see that the data folder can be written.",
            ) from error

    def remove_rows(self, tables: Sequence[str], rowids: Sequence[int]) -> None:
        """Take rows that make no sense out of tables; the file with them is kept, and said once."""

        def copy(db: sqlite3.Connection) -> Path:
            aside = self._free_name()
            with closing(sqlite3.connect(aside)) as kept:
                private_file(aside)
                db.backup(kept)
            return aside

        def remove(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            for table in tables:
                for rowid in rowids:
                    db.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))  # noqa: S608

        if self._aside is None:  # else it has them already
            self._aside = self.do(copy)
            self.notices.append(
                "Some of the history and stars could not be read and was left out; "
                f"the file with it is kept as {self._aside.name}."
            )
        self.do(remove)

    def erase(self) -> None:
        """Take what was deleted out of the write-ahead log, too."""
        with suppress(sqlite3.Error), closing(_connection(self.path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if not self._is_ready():
            self._prepare()
        with closing(_connection(self.path)) as db, db:
            if not self._is_checked:
                self._check(db)
            return work(db)

    def _check(self, db: sqlite3.Connection) -> None:
        """Look once at the whole file: tables that share a page would overwrite each other."""
        if _columns(db) != self._expected_columns():
            raise _DamagedError("its tables are other ones")
        (answer,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise _DamagedError("its pages do not fit")
        self._is_checked = True

    def _is_ready(self) -> bool:
        if not self.path.is_file():
            return False
        with closing(_connection(self.path)) as db:
            return _version(db) == self._version

    def _prepare(self) -> None:
        """Make the tables. One program at a time: others would fail, rather than wait."""
        private_folder(self.path.parent)
        with alone(self.path, Job()), closing(_connection(self.path)) as db:
            if _version(db) > self._version:
                raise LibraryError(
                    f"{self.path.name} was written by a newer Soundalike.",
                    "Use that one; here, history and stars are neither shown nor kept.",
                )
            private_file(self.path)  # its log gets the same mode
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(
                f"BEGIN IMMEDIATE; {self._tables} PRAGMA user_version = {self._version}; COMMIT;"
            )

    def _expected_columns(self) -> dict[str, list[str]]:
        with closing(sqlite3.connect(":memory:")) as db:
            db.executescript(self._tables)
            return _columns(db)

    def _is_damage(self, error: Exception) -> bool:
        if isinstance(error, (_DamagedError, UnicodeDecodeError)):  # of a name, or a message
            return True
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return type(error) is sqlite3.DatabaseError
        if code == sqlite3.SQLITE_IOERR_SHORT_READ or code & 0xFF in _DAMAGE:
            return True
        if code & 0xFF == sqlite3.SQLITE_READONLY:
            with suppress(OSError), self.path.open("rb") as file:
                # The header's two versions of writing and reading; there are only 1 and 2.
                return not {*file.read(20)[18:]} <= {1, 2}
        return False

    def _put_aside(self) -> None:
        """Give a damaged file another name, unless another program just has; save its rows."""
        before = self.path.stat().st_ino
        with alone(self.path, Job()):
            if not self.path.is_file() or self.path.stat().st_ino != before:
                return
            aside = self._free_name()
            for ending in ("-wal", "-shm", ""):
                part = self.path.with_name(self.path.name + ending)
                if part.is_file():
                    part.replace(aside.with_name(aside.name + ending))
        self._is_checked, self._aside = False, aside
        n_rows = self._take_over(aside)
        kept = f"{n_rows} rows of it are kept" if n_rows else "they were begun anew"
        self.notices.append(
            f"The file of history and stars was damaged: {kept}; "
            f"the old file is kept as {aside.name}."
        )

    def _free_name(self) -> Path:
        stamp, number = time.strftime("%Y%m%d-%H%M%S"), 1
        while True:
            more = f"-{number}" if number > 1 else ""
            aside = self.path.with_name(f"{self.path.stem}-damaged-{stamp}{more}{self.path.suffix}")
            if not aside.exists():
                return aside
            number += 1

    def _take_over(self, aside: Path) -> int:
        """Copy what can be read of a damaged file into the new one; return how many rows."""
        n_rows = 0
        # Reading may change a file, or its log; so what is kept aside is not touched.
        with tempfile.TemporaryDirectory(prefix="soundalike-") as folder:
            copy = Path(folder) / "damaged.sqlite"
            for ending in ("", "-wal"):
                part = aside.with_name(aside.name + ending)
                if part.is_file():
                    shutil.copyfile(part, copy.with_name(copy.name + ending))

            def insert(db: sqlite3.Connection) -> None:
                nonlocal n_rows
                db.execute("BEGIN IMMEDIATE")
                for table, columns in self._expected_columns().items():
                    marks = ", ".join("?" * (len(columns) + 1))
                    names = ", ".join(("rowid", *columns))
                    text = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
                    for row in _readable_rows(copy, table, len(columns)):
                        with suppress(sqlite3.IntegrityError):  # such as a key that is no number
                            n_rows += db.execute(text, row).rowcount

            self._try(insert)
        return n_rows


class _DamagedError(sqlite3.DatabaseError):
    """What SQLite itself does not mind."""


def _connection(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    db.text_factory = _text
    try:
        # What is forgotten is overwritten, not only marked as free.
        db.execute("PRAGMA secure_delete = ON")
    except BaseException:
        db.close()
        raise
    return db


def _text(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _columns(db: sqlite3.Connection) -> dict[str, list[str]]:
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


def _readable_rows(path: Path, table: str, n_columns: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a damaged table with their ids, from both ends and what is between.

    A row may come twice.
    """
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
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(_connection(path)) as db:
        for number, row in enumerate(db.execute(text)):
            if number == _MOST_ROWS:
                return
            yield row
