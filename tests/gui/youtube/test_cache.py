"""Titles and thumbnails on disk: a damaged file is begun anew, whatever SQLite makes of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gui.youtube.cache import Cache
from gui.youtube.services import Standing, Video

PAGE_BYTES = 4096
IDS = [f"video{number:06}" for number in range(200)]
NEW = {"new": Video(Standing.ALIVE, "New", "A channel")}


def test_records_that_ask_for_more_memory_than_there_is_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "look-ups.sqlite"
    videos = {key: Video(Standing.ALIVE, f"Title of {key}", "A channel") for key in IDS}
    Cache(path, now_s=lambda: 1e9).write(
        videos, {key: b"\xff\xd8\xff" + key.encode() * 9 for key in IDS}
    )
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        text = "SELECT rootpage FROM sqlite_schema WHERE name = 'pictures_by_age'"
        end = PAGE_BYTES * db.execute(text).fetchone()[0]
    whole = path.read_bytes()
    middle = end - PAGE_BYTES // 2
    for at in range(middle, middle + 36):  # three records
        for rest in tmp_path.glob("look-ups*"):
            rest.unlink()
        path.write_bytes(whole[:at] + b"\xff" * 22 + whole[at + 22 :])
        for _ in range(2):
            Cache(path).write(NEW, {"new": b"\xff\xd8\xff"})
        assert Cache(path).read(["new"], with_pictures=True)["new"].video == NEW["new"]
