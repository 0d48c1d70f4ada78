"""SQLite files that several programs share: made when needed, put aside when damaged."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from core.atomic import alone
from core.errors import LibraryError
from core.jobs import Job
from core.private import private_file, private_folder
from core.salvage import salvaged_rows, table_columns, text_or_bytes

T = TypeVar("T")

_WAIT_S, _CACHE_WAIT_S = 10.0, 2.0
_ENDINGS = ("-wal", "-shm", "")

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

_MOST_KEY = 1 << 53
"""More rows than anybody adds; above 2**63 SQLite has no number for another one."""

_NO_ROOM = frozenset(
    (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
)
"""What it says where it may not, or cannot, write."""


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
                if _is_damage(error, self.path) or self._is_out_of_keys(error):
                    self._put_aside()
                    return self._try(work)
                if not self._is_only_readable(error):
                    raise
                try:
                    return self._read(work)
                except sqlite3.Error:  # it wanted to write
                    raise error from None
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
        with suppress(sqlite3.Error), closing(connection(self.path, _WAIT_S)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if not self._is_ready():
            self._prepare()
        with closing(connection(self.path, _WAIT_S)) as db, db:
            if not self._is_checked:
                self._check(db)
            return work(db)

    def _is_only_readable(self, error: Exception) -> bool:
        """Return whether nothing can be written beside the file, and all that was is in it."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        log = self.path.with_name(f"{self.path.name}-wal")
        is_whole = not (log.is_file() and log.stat().st_size)
        return code in _NO_ROOM and is_whole and self.path.is_file()

    def _is_out_of_keys(self, error: Exception) -> bool:
        """Return whether not the disk is full: a damaged key may be the last that there is."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_FULL:
            return False
        numbered = ["SELECT max(seq) FROM sqlite_sequence"]
        numbered += [f"SELECT max(rowid) FROM {table}" for table in self._keyed_tables()]  # noqa: S608
        with closing(connection(self.path, _WAIT_S)) as db:
            highest = [db.execute(text).fetchone()[0] for text in numbered]
        return any(isinstance(key, int) and key > _MOST_KEY for key in highest)

    def _keyed_tables(self) -> list[str]:
        return [name for name, columns in self._expected_columns().items() if columns[0] == "key"]

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work that writes nothing, without the files that SQLite wants beside this one."""
        address = f"{self.path.absolute().as_uri()}?immutable=1"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as db:
            db.text_factory = text_or_bytes
            if _version(db) != self._version:
                raise sqlite3.OperationalError("its tables are other ones")
            return work(db)

    def _check(self, db: sqlite3.Connection) -> None:
        """Look once at the whole file: tables that share a page would overwrite each other."""
        if table_columns(db) != self._expected_columns():
            raise _DamagedError("its tables are other ones")
        (answer,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise _DamagedError("its pages do not fit")
        self._is_checked = True

    def _is_ready(self) -> bool:
        if not self.path.is_file():
            return False
        with closing(connection(self.path, _WAIT_S)) as db:
            return _version(db) == self._version

    def _prepare(self) -> None:
        """Make the tables. One program at a time: others would fail, rather than wait."""
        private_folder(self.path.parent)
        with alone(self.path, Job()), closing(connection(self.path, _WAIT_S)) as db:
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
            return table_columns(db)

    def _put_aside(self) -> None:
        """Give a damaged file another name, unless another program just has; save its rows."""
        before = self.path.stat().st_ino
        with alone(self.path, Job()):
            if not self.path.is_file() or self.path.stat().st_ino != before:
                return
            aside = self._free_name()
            for ending in _ENDINGS:
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

        def insert(db: sqlite3.Connection) -> None:
            nonlocal n_rows
            db.execute("BEGIN IMMEDIATE")
            for table, row in rows:
                if table in keyed and not 0 <= row[0] <= _MOST_KEY:
                    continue
                marks = ", ".join("?" * len(row))
                names = ", ".join(("rowid", *expected[table]))
                text = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
                with suppress(sqlite3.IntegrityError):  # such as a key that is no number
                    n_rows += db.execute(text, row).rowcount

        expected, keyed = self._expected_columns(), self._keyed_tables()
        with closing(salvaged_rows(aside, expected)) as rows:
            self._try(insert)
        return n_rows


class _DamagedError(sqlite3.DatabaseError):
    """Damage that SQLite itself does not mind."""


class CacheDatabase:
    """Database of what can be found again: begun anew if damaged, done without if out of reach.

    Any number of programs and threads may share it.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made by the first writing.
    tables : str
        SQL that makes what is not there yet.
    """

    def __init__(self, path: Path, tables: str) -> None:
        self.path, self._tables = path, tables

    def read(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Call `work` with a connection if there is a file."""
        if self.path.is_file():
            self.write(work)

    def write(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Call `work` with a connection; what it did is kept if it raises nothing."""
        try:
            private_folder(self.path.parent)
            with closing(connection(self.path, _CACHE_WAIT_S)) as db, db:
                db.execute("PRAGMA auto_vacuum = FULL")  # of a new file
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
                db.executescript(self._tables)
                private_file(self.path)
                db.execute("BEGIN")
                work(db)
        except OSError:
            pass  # no room, or no right to write
        # SQLite asks a damaged file how much memory to take.
        except (sqlite3.Error, ValueError, TypeError, OverflowError, MemoryError) as error:
            if not isinstance(error, sqlite3.Error) or _is_damage(error, self.path):
                for ending in _ENDINGS:
                    with suppress(OSError):
                        self.path.with_name(self.path.name + ending).unlink(missing_ok=True)


def connection(path: Path, wait_s: float) -> sqlite3.Connection:
    """Return a connection that commits each statement, and reads text that is no UTF-8 as bytes.

    Parameters
    ----------
    path : Path
    wait_s : float
        How long to wait for another program that writes.
    """
    db = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
    db.text_factory = text_or_bytes
    try:
        # What is forgotten is overwritten, not only marked as free.
        db.execute("PRAGMA secure_delete = ON")
    except BaseException:
        db.close()
        raise
    return db


def _is_damage(error: Exception, path: Path) -> bool:
    """Return whether an error is the file's fault."""
    if isinstance(error, (_DamagedError, UnicodeDecodeError)):  # of a name, or a message
        return True
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return type(error) is sqlite3.DatabaseError
    if code == sqlite3.SQLITE_IOERR_SHORT_READ or code & 0xFF in _DAMAGE:
        return True
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        with suppress(OSError), path.open("rb") as file:
            # The header's two versions of writing and reading; there are only 1 and 2.
            return not {*file.read(20)[18:]} <= {1, 2}
    return False


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
