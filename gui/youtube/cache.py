"""What was looked up, on disk: with its date, up to a size, for as long as it can be trusted."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.sqlite import CacheDatabase
from gui.youtube.services import Standing, Video

MOST_BYTES = 100 * 1024**2
_DAY_S = 86_400.0
_GOOD_S = 30 * _DAY_S
_GONE_S = 7 * _DAY_S
_ROW_BYTES = 300
"""What a row costs beside its picture, roughly."""

_TABLES = """
CREATE TABLE IF NOT EXISTS videos
    (id TEXT PRIMARY KEY, asked_s REAL, standing TEXT, title TEXT, channel TEXT);
CREATE TABLE IF NOT EXISTS pictures
    (id TEXT PRIMARY KEY, asked_s REAL, n_bytes INTEGER, jpeg BLOB);
CREATE INDEX IF NOT EXISTS videos_by_age ON videos (asked_s);
CREATE INDEX IF NOT EXISTS pictures_by_age ON pictures (asked_s, n_bytes);
"""


@dataclass(frozen=True)
class Known:
    """Cached facts of one video; old ones are shown until they are looked up again.

    Attributes
    ----------
    video : Video or None
    is_video_fresh, is_picture_fresh : bool
        Whether there is no need to ask.
    jpeg : bytes or None
        Empty where the video has no picture.
    """

    video: Video | None = None
    is_video_fresh: bool = False
    jpeg: bytes | None = None
    is_picture_fresh: bool = False


class Cache:
    """A small database that any number of windows may share.

    A damaged one is begun anew; where it cannot be read or written, nothing is remembered.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made when the first answer comes.
    most_bytes : int
        What is oldest goes when there is more.
    now_s : callable
        Seconds since 1970.
    """

    def __init__(
        self, path: Path, most_bytes: int = MOST_BYTES, now_s: Callable[[], float] = time.time
    ) -> None:
        self._database = CacheDatabase(path, _TABLES)
        self._most_bytes, self._now_s = most_bytes, now_s

    def read(self, ids: Iterable[str], with_pictures: bool) -> dict[str, Known]:
        """Return what is known of videos; those that nothing is known of are left out."""
        found: dict[str, Known] = {}

        def look(db: sqlite3.Connection) -> None:
            for youtube_id in ids:
                known = self._known(db, youtube_id, with_pictures)
                if known != Known():
                    found[youtube_id] = known

        self._database.read(look)
        return found

    def write(self, videos: Mapping[str, Video], pictures: Mapping[str, bytes]) -> None:
        """Remember answers, as of now; an empty picture says that there is none."""
        if not videos and not pictures:
            return
        now_s = self._now_s()
        rows = [
            (key, now_s, video.standing.value, video.title, video.channel)
            for key, video in videos.items()
        ]
        files = [(key, now_s, len(jpeg), jpeg) for key, jpeg in pictures.items()]

        def store(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO videos VALUES (?, ?, ?, ?, ?)", rows)
            db.executemany("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?)", files)
            self._trim(db)

        self._database.write(store)

    def _known(self, db: sqlite3.Connection, youtube_id: str, with_picture: bool) -> Known:
        row = db.execute(
            "SELECT asked_s, standing, title, channel FROM videos WHERE id = ?", (youtube_id,)
        ).fetchone()
        video, is_fresh = None, False
        if row is not None:
            video = Video(Standing(row[1]), row[2], row[3])
            is_fresh = self._is_fresh(row[0], video.standing.is_watchable)
        if not with_picture:
            return Known(video, is_fresh)
        row = db.execute(
            "SELECT asked_s, jpeg FROM pictures WHERE id = ?", (youtube_id,)
        ).fetchone()
        if row is None:
            return Known(video, is_fresh)
        jpeg = row[1]
        if not isinstance(jpeg, bytes):  # an integer would be so many zeros
            raise ValueError("it is no picture")
        return Known(video, is_fresh, jpeg, self._is_fresh(row[0], bool(jpeg)))

    def _is_fresh(self, asked_s: float, is_good: bool) -> bool:
        # A date in the future is that of a clock that was wrong.
        return 0 <= self._now_s() - asked_s < (_GOOD_S if is_good else _GONE_S)

    def _trim(self, db: sqlite3.Connection) -> None:
        """Let go of what is oldest: pictures first, for a title costs next to nothing."""
        for table, size in (("pictures", "n_bytes"), ("videos", "0")):
            excess = self._n_bytes(db) - self._most_bytes
            if excess <= 0:
                return
            oldest = f"SELECT rowid, {size} FROM {table} ORDER BY asked_s"  # noqa: S608
            for row, n_bytes in db.execute(oldest).fetchall():
                db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))  # noqa: S608
                excess -= n_bytes + _ROW_BYTES
                if excess <= 0:
                    return

    @staticmethod
    def _n_bytes(db: sqlite3.Connection) -> int:
        n_pictures, n_bytes = db.execute(
            "SELECT count(*), coalesce(sum(n_bytes), 0) FROM pictures"
        ).fetchone()
        (n_videos,) = db.execute("SELECT count(*) FROM videos").fetchone()
        return int(n_bytes + _ROW_BYTES * (n_pictures + n_videos))
