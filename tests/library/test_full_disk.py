"""History and stars can be looked at where nothing can be written, and nothing of them is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import LibraryError
from core.library import Library
from core.library_types import Star
from tests.conftest import as_root, small_disk

pytestmark = pytest.mark.slow


def fill(disk: Path) -> Path:
    """Take all the room there is."""
    filling = disk / "filling"
    with filling.open("wb") as file, pytest.raises(OSError, match="No space"):
        while True:
            os.write(file.fileno(), bytes(4096))
    return filling


def test_on_a_full_disk_history_is_read_and_not_written(tmp_path):
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        path = disk / "library.sqlite"
        Library(path).star(Star("before", 1.0))
        filling = fill(disk)
        library = Library(path)
        assert [star.video_id for star in library.stars()] == ["before"]
        with pytest.raises(LibraryError, match="cannot be read or kept"):
            library.star(Star("after", 1.0))
        assert library.history() == []
        assert library.notices == []
        filling.unlink()
        library.star(Star("after", 1.0))
        assert {star.video_id for star in library.stars()} == {"before", "after"}


def test_on_a_read_only_disk_history_is_read(tmp_path):
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        path = disk / "library.sqlite"
        Library(path).star(Star("before", 1.0))
        as_root("mount", "-o", "remount,ro", str(disk))
        library = Library(path)
        assert [star.video_id for star in library.stars()] == ["before"]
        with pytest.raises(LibraryError, match="cannot be read or kept"):
            library.unstar("before", 1.0)
        as_root("mount", "-o", "remount,rw", str(disk))
        library.unstar("before", 1.0)
        assert library.stars() == []


def test_what_is_still_in_the_log_is_not_passed_over(tmp_path):
    """A file without its log would show an older state: then there is an error instead."""
    with small_disk(tmp_path / "disk", 4 << 20) as disk:
        path = disk / "library.sqlite"
        library = Library(path)
        library.star(Star("before", 1.0))

        def keep(database):
            database.execute("SELECT * FROM stars").fetchall()  # so that the log stays open
            Library(path).star(Star("logged", 1.0))
            log = path.with_name("library.sqlite-wal").read_bytes()
            content = path.read_bytes()
            return log, content

        log, content = library.database.do(keep)
        path.write_bytes(content)
        path.with_name("library.sqlite-wal").write_bytes(log)
        path.with_name("library.sqlite-shm").unlink(missing_ok=True)
        fill(disk)
        with pytest.raises(LibraryError):
            Library(path).stars()
        assert (disk / "library.sqlite-wal").stat().st_size
