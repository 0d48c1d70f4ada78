"""One SQLite file that several programs share: made when needed, put aside when damaged."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from core.atomic import alone
from core.errors import LibraryError
from core.jobs import Job
from core.private import private_file, private_folder

T = TypeVar("T")

_WAIT_S = 10.0


class Database:
    """A database in the write-ahead mode: readers and a writer do not stop each other.

    Any thread may use it; each piece of work has a connection of its own.

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

    def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` returns, called with a connection that commits each statement.

        Where the file is damaged, or holds JSON that is none, it is put aside, and `work` called
        again with a new one.

        Raises
        ------
        LibraryError
            If the file cannot be read or written, or a newer program has made it.
        """
        try:
            try:
                return self._try(work)
            except (sqlite3.DatabaseError, ValueError) as error:
                # Its subclasses stand for other troubles: no room, no right to write, locked.
                if type(error) not in (sqlite3.DatabaseError, json.JSONDecodeError):
                    raise
                self._put_aside()
                return self._try(work)
        except (sqlite3.Error, OSError) as error:
            raise LibraryError(
                f"History and stars cannot be read or kept ({self.path.name}: {error}).",
                "Searching works without them; see that the data folder can be written.",
            ) from error

    def erase(self) -> None:
        """Take what was deleted out of the write-ahead log, too."""
        with suppress(sqlite3.Error), closing(_connection(self.path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if not self._is_ready():
            self._prepare()
        with closing(_connection(self.path)) as db, db:
            return work(db)

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

    def _put_aside(self) -> None:
        """Give a damaged file another name, unless another program just has."""
        before = self.path.stat().st_ino
        with alone(self.path, Job()):
            if not self.path.is_file() or self.path.stat().st_ino != before:
                return
            stamp = time.strftime("%Y%m%d-%H%M%S")
            aside = self.path.with_name(f"{self.path.stem}-damaged-{stamp}{self.path.suffix}")
            for ending in ("-wal", "-shm", ""):
                part = self.path.with_name(self.path.name + ending)
                if part.is_file():
                    part.replace(aside.with_name(aside.name + ending))
        self.notices.append(
            "History and stars could not be read and were begun anew; "
            f"the old file is kept as {aside.name}."
        )


def _connection(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    # What is forgotten is overwritten, not only marked as free.
    db.execute("PRAGMA secure_delete = ON")
    return db


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
