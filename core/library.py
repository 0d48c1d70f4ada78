"""What a person asked for and wants to keep: one small database, shared by any number of windows.

Nothing in it leaves the machine. Each entry is committed before the method that wrote it returns,
so a kill at any moment loses none.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from core.foreign import as_text
from core.library_rows import (
    packed,
    packed_filter,
    past_of,
    path_of,
    preset_of,
    query_of,
    star_of,
    stored_path,
    tag_bytes,
    thumbnail_bytes,
)
from core.library_types import PastSearch, Star
from core.options import Filter
from core.paths import relocated
from core.sqlite import Database
from core.types import Query

T = TypeVar("T")

VERSION = 6
MOST_ENTRIES = 1000
MOST_BYTES = 256 * 1024**2
"""What the frames of all entries may take; a sound of an hour takes half a megabyte."""

_TABLES = """
CREATE TABLE IF NOT EXISTS history (
    key INTEGER PRIMARY KEY AUTOINCREMENT, asked_s REAL, name TEXT, path TEXT,
    start_s REAL, end_s REAL, duration_s REAL, thumbnail BLOB, k INTEGER,
    include TEXT, exclude TEXT, compared TEXT, n_matches INTEGER, label TEXT);
CREATE TABLE IF NOT EXISTS queries (
    key INTEGER PRIMARY KEY REFERENCES history, frames BLOB, n_bytes INTEGER, duration_s REAL,
    hop_s REAL, notes TEXT, direction BLOB);
CREATE TABLE IF NOT EXISTS heard (key INTEGER PRIMARY KEY REFERENCES history, heard_by TEXT);
CREATE TABLE IF NOT EXISTS tags (key INTEGER PRIMARY KEY REFERENCES history, scores BLOB);
CREATE TABLE IF NOT EXISTS asked (
    key INTEGER PRIMARY KEY REFERENCES history, ranking TEXT, model_id TEXT);
CREATE TABLE IF NOT EXISTS taken (
    key INTEGER PRIMARY KEY REFERENCES history, track INTEGER, expansion INTEGER);
CREATE TABLE IF NOT EXISTS kept (
    key INTEGER PRIMARY KEY REFERENCES history, given_name TEXT, is_starred INTEGER);
CREATE TABLE IF NOT EXISTS stars (
    video_id TEXT, start_s REAL, end_s REAL, labels TEXT, url TEXT, note TEXT, starred_s REAL,
    PRIMARY KEY (video_id, start_s));
CREATE TABLE IF NOT EXISTS hidden (video_id TEXT PRIMARY KEY, hidden_s REAL);
CREATE TABLE IF NOT EXISTS presets (name TEXT PRIMARY KEY, include TEXT, exclude TEXT);
"""

_OF_AN_ENTRY = ("history", "queries", "heard", "tags", "asked", "taken", "kept")
"""Tables with a row for each entry."""


class Library:
    """History, stars, hidden videos and presets.

    The file is made when it is first used. A damaged one is put aside under another name, and what
    can be read of it taken over; a row that makes no sense is taken out, and a copy with it kept.
    `notices` says so. Any thread may call any method. All methods raise `LibraryError`
    if the file cannot be read or written; nothing is changed then.

    Parameters
    ----------
    path : Path
        The database's file.
    now_s : callable
        Seconds since 1970.
    """

    def __init__(self, path: Path, now_s: Callable[[], float] = time.time) -> None:
        self.database = Database(path, _TABLES, VERSION)
        self._now_s = now_s

    @property
    def notices(self) -> list[str]:
        """Sentences about what was found, for people; whoever shows them clears the list."""
        return self.database.notices

    # History

    def remember(self, past: PastSearch, query: Query) -> int:
        """Add an entry, or renew the one that has its key; return the key.

        The oldest entries go where there are too many, but for those with a name or a star.
        """
        span = past.span or (None, None)
        row = (
            *(
                past.key or None,
                past.time_s or self._now_s(),
                past.name,
                stored_path(past.path),
                *span,
            ),
            *(past.duration_s, thumbnail_bytes(past), past.k, *packed_filter(past.filters)),
            *(past.by, past.n_matches, past.label),
        )
        frames = np.ascontiguousarray(query.frames, np.uint8).tobytes()
        direction = None if query.direction is None else query.direction.tobytes()
        searched = (
            frames,
            len(frames),
            query.duration_s,
            query.hop_s,
            packed(query.notes),
            direction,
        )

        def write(db: sqlite3.Connection) -> int:
            db.execute("BEGIN IMMEDIATE")
            cursor = db.execute(f"INSERT OR REPLACE INTO history VALUES ({_marks(row)})", row)  # noqa: S608
            key = int(cursor.lastrowid or 0)
            db.execute(
                "INSERT OR REPLACE INTO queries VALUES (?, ?, ?, ?, ?, ?, ?)", (key, *searched)
            )
            db.execute("INSERT OR REPLACE INTO heard VALUES (?, ?)", (key, past.model_key))
            db.execute("INSERT OR REPLACE INTO tags VALUES (?, ?)", (key, tag_bytes(query)))
            asked = (key, past.ranking, past.model_id)
            db.execute("INSERT OR REPLACE INTO asked VALUES (?, ?, ?)", asked)
            taken = (key, past.track, past.expansion)
            db.execute("INSERT OR REPLACE INTO taken VALUES (?, ?, ?)", taken)
            _trim(db)
            return key

        return self.database.do(write)

    def history(self) -> list[PastSearch]:
        """Return all entries, the newest first."""
        text = (
            "SELECT history.rowid, history.*, heard_by, ranking, model_id, track, expansion, "
            "given_name, is_starred FROM history LEFT JOIN heard USING (key) "
            "LEFT JOIN asked USING (key) LEFT JOIN taken USING (key) LEFT JOIN kept USING (key) "
            "ORDER BY key DESC"
        )
        return self._rows(text, past_of, _OF_AN_ENTRY)

    def query(self, past: PastSearch) -> Query | None:
        """Return what an entry searched for; None where it has been removed meanwhile."""
        text = (
            "SELECT queries.rowid, frames, duration_s, notes, hop_s, direction, scores "
            "FROM queries LEFT JOIN tags USING (key) WHERE key = ?"
        )
        found = self._rows(text, lambda row: query_of(past, row), _OF_AN_ENTRY, past.key)
        return found[0] if found else None

    def keep(self, key: int, given_name: str, is_starred: bool) -> None:
        """Give an entry a name and a star, or take them away; with either it stays for good."""
        if given_name or is_starred:
            text = "INSERT OR REPLACE INTO kept SELECT key, ?, ? FROM history WHERE key = ?"
            self._write(text, given_name, is_starred, key)
        else:
            self._write("DELETE FROM kept WHERE key = ?", key)

    def kept_paths(self) -> list[Path]:
        """Return the files of the entries that have a name or a star."""
        text = "SELECT key, path FROM kept JOIN history USING (key)"
        return self._rows(text, lambda row: Path(path_of(row[0])), _OF_AN_ENTRY)

    def remove(self, key: int) -> None:
        """Forget one entry, and what the file still holds of it."""
        self._forget("WHERE key = ?", key)

    def clear_history(self, newest_key: int) -> None:
        """Forget all entries up to one, and what the file still holds of them.

        Those with a name or a star stay.
        """
        self._forget("WHERE key <= ? AND key NOT IN (SELECT key FROM kept)", newest_key)

    def relocate(self, old: Path, new: Path) -> None:
        """Take note that a folder has moved in which sounds lay."""

        def write(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            for key, path in db.execute("SELECT key, path FROM history").fetchall():
                now = None
                if isinstance(path, str | bytes):
                    now = relocated(Path(os.fsdecode(path)), old, new)
                if now is not None:
                    text = stored_path(str(now))
                    db.execute("UPDATE history SET path = ? WHERE key = ?", (text, key))

        self.database.do(write)

    # Stars

    def star(self, star: Star) -> None:
        """Keep a clip, or renew what is kept of it."""
        star = replace(star, starred_s=star.starred_s or self._now_s())
        row = (star.video_id, star.start_s, star.end_s, packed(star.labels), star.url, star.note)
        self._write(
            "INSERT OR REPLACE INTO stars VALUES (?, ?, ?, ?, ?, ?, ?)", *row, star.starred_s
        )

    def unstar(self, video_id: str, start_s: float) -> None:
        """Let go of a clip and its note."""
        self._write("DELETE FROM stars WHERE video_id = ? AND start_s = ?", video_id, start_s)

    def stars(self) -> list[Star]:
        """Return what is kept, the newest first."""
        text = "SELECT rowid, * FROM stars ORDER BY starred_s DESC, video_id, start_s"
        return self._rows(text, star_of, ("stars",))

    # Hidden videos

    def hide(self, video_id: str) -> None:
        """Remember that a video is not to be shown."""
        self._write("INSERT OR REPLACE INTO hidden VALUES (?, ?)", video_id, self._now_s())

    def show(self, video_id: str) -> None:
        """Forget that a video is not to be shown."""
        self._write("DELETE FROM hidden WHERE video_id = ?", video_id)

    def hidden(self) -> frozenset[str]:
        """Return the videos that are not to be shown."""
        text = "SELECT rowid, video_id FROM hidden"
        found = self._rows(text, lambda row: as_text(row[0]), ("hidden",))
        return frozenset(found)

    # Presets

    def save_preset(self, name: str, filters: Filter) -> None:
        """Keep a filter under a name, instead of what had that name."""
        packed = packed_filter(filters)
        self._write("INSERT OR REPLACE INTO presets VALUES (?, ?, ?)", name, *packed)

    def remove_preset(self, name: str) -> None:
        """Let go of a filter."""
        self._write("DELETE FROM presets WHERE name = ?", name)

    def presets(self) -> dict[str, Filter]:
        """Return the filters that are kept, by name, in alphabetical order."""
        text = "SELECT rowid, * FROM presets ORDER BY name COLLATE NOCASE, name"
        return dict(self._rows(text, preset_of, ("presets",)))

    def _rows(
        self,
        text: str,
        parse: Callable[[tuple[Any, ...]], T],
        tables: tuple[str, ...],
        *values: object,
    ) -> list[T]:
        """Return what rows say; those that make no sense are put aside.

        Parameters
        ----------
        text : str
            Selects the row's id, and what `parse` takes; that raises ValueError or TypeError.
        tables : tuple of str
            What to take the row out of.
        """

        def read(db: sqlite3.Connection) -> tuple[list[T], list[int]]:
            found, odd = [], []
            for rowid, *row in db.execute(text, values):
                try:
                    found.append(parse(tuple(row)))
                except (ValueError, TypeError, OverflowError):
                    odd.append(rowid)
            return found, odd

        found, odd = self.database.do(read)
        if odd:
            self.database.remove_rows(tables, odd)
        return found

    def _write(self, text: str, *values: object) -> None:
        self.database.do(lambda db: db.execute(text, values).close())

    def _forget(self, which: str, *values: object) -> None:
        def delete(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            for table in _OF_AN_ENTRY:
                db.execute(f"DELETE FROM {table} {which}", values)  # noqa: S608

        self.database.do(delete)
        self.database.erase()


def _trim(db: sqlite3.Connection) -> None:
    """Let go of the oldest entries where there are too many, or too large ones; one stays.

    Those with a name or a star stay, and do not count.
    """
    n_bytes, are_free = 0, "key NOT IN (SELECT key FROM kept)"
    text = (
        f"SELECT key, coalesce(length(frames), 0) FROM queries WHERE {are_free} "  # noqa: S608
        "ORDER BY key DESC"
    )
    rows = db.execute(text).fetchall()
    for place, (key, size) in enumerate(rows):
        n_bytes += size
        if place and (place >= MOST_ENTRIES or n_bytes > MOST_BYTES):
            for table in _OF_AN_ENTRY:
                db.execute(f"DELETE FROM {table} WHERE key <= ? AND {are_free}", (key,))  # noqa: S608
            return


def _marks(row: tuple[object, ...]) -> str:
    return ", ".join("?" * len(row))
