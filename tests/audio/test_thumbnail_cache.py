"""Thumbnails of clips are made once, and their folder stays small."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from core.audio.examples import example
from core.audio.thumbnail_cache import ThumbnailCache
from core.audio.writing import save_wav
from core.errors import AudioFileError
from core.jobs import Job


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "siren.wav"
    save_wav(example("Siren"), path)
    return path


def test_it_is_made_once_also_for_a_file_that_moved(tmp_path: Path, sound: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    made = cache.thumbnail("ab12", sound, (0.0, 10.0), Job())
    assert made.shape == (32, 64)
    assert made.max() > 200
    sound.unlink()
    again = ThumbnailCache(tmp_path / "cache").thumbnail("ab12", sound, (0.0, 10.0), Job())
    assert np.array_equal(made, again)
    with pytest.raises(AudioFileError):
        cache.thumbnail("ab12", sound, (2.0, 3.0), Job())


def test_a_damaged_one_is_made_again(tmp_path: Path, sound: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    made = cache.thumbnail("ab12", sound, (0.0, 2.0), Job())
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(b"half")
    assert np.array_equal(cache.thumbnail("ab12", sound, (0.0, 2.0), Job()), made)
    assert kept.stat().st_size == 32 * 64


def test_the_oldest_go(tmp_path: Path, sound: Path) -> None:
    folder = tmp_path / "cache"
    cache = ThumbnailCache(folder, most=4)
    for number in range(5):
        cache.thumbnail(f"k{number}", sound, (0.0, 1.0), Job())
        os.utime(folder / f"k{number}-0.mel", (number, number))
    assert sorted(path.name for path in folder.iterdir()) == [
        f"k{number}-0.mel" for number in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize("key", ["../out", "", "a/b", "ö"])
def test_an_odd_key_names_no_file(tmp_path: Path, sound: Path, key: str) -> None:
    cache = ThumbnailCache(tmp_path / "cache" / "inner")
    assert cache.thumbnail(key, sound, (0.0, 1.0), Job()).shape == (32, 64)
    assert not (tmp_path / "cache").exists()


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path, sound: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    cache = ThumbnailCache(tmp_path / "cache")
    assert cache.thumbnail("ab12", sound, (0.0, 1.0), Job()).shape == (32, 64)
