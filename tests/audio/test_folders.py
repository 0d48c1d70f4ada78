"""Folders of sounds: which files are found, in which order, and what is said of the others."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from core.audio.folders import SoundFolder
from core.errors import Cancelled
from core.jobs import Job


def made(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def found(walk: SoundFolder) -> list[str]:
    return [path.relative_to(walk.folder).as_posix() for path in walk]


def test_sounds_come_in_order_with_or_without_subfolders(tmp_path):
    made(tmp_path, "c.WAV", "b/2.mp4", "b/1.flac", "b/deep/er/x.ogg", "a.m4a", "b.wav")
    made(tmp_path, ".hidden.wav", ".trash/gone.wav", "notes.txt", "b/cover.jpg", "wav")
    walk = SoundFolder(tmp_path)
    assert found(walk) == ["a.m4a", "b/1.flac", "b/2.mp4", "b/deep/er/x.ogg", "b.wav", "c.WAV"]
    assert (walk.n_sounds, walk.n_others, walk.n_closed) == (6, 3, 0)
    assert walk.notes == [
        f"3 files in {tmp_path} left out, by the ending no sound: "
        f"{Path('b', 'cover.jpg')}, notes.txt, wav"
    ]
    flat = SoundFolder(tmp_path, has_subfolders=False, name="sounds")
    assert found(flat) == ["a.m4a", "b.wav", "c.WAV"]
    assert flat.notes == ["2 files in sounds left out, by the ending no sound: notes.txt, wav"]


def test_links_never_lead_round(tmp_path):
    outside = made(tmp_path / "outside", "far.wav")
    folder = made(tmp_path / "folder", "a.wav", "in/b.wav")
    for place, target in {
        "up": tmp_path,
        "self": folder,
        "in/back": folder,
        "in/itself": folder / "in" / "itself",
        "nowhere": tmp_path / "nothing",
        "to-outside": outside,
        "twice": outside,
        "linked.wav": outside / "far.wav",
        "dangling.wav": tmp_path / "nothing.wav",
    }.items():
        (folder / place).symlink_to(target)
    walk = SoundFolder(folder)
    assert found(walk) == ["a.wav", "in/b.wav", "linked.wav", "to-outside/far.wav"]
    assert {"dangling.wav", "nowhere"} <= set(walk.others)


def test_pipes_and_folders_called_sounds_are_none(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    made(tmp_path, "folder.wav/real.wav")
    walk = SoundFolder(tmp_path)
    assert found(walk) == ["folder.wav/real.wav"]
    assert walk.others == ["pipe.wav"]


def test_folders_that_may_not_be_read_are_named(tmp_path, monkeypatch):
    made(tmp_path, "a.wav", "shut/b.wav", "z.wav")
    usual = os.scandir

    def scandir(path):  # whoever runs the tests may be allowed everything
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return usual(path)

    monkeypatch.setattr(os, "scandir", scandir)
    walk = SoundFolder(tmp_path)
    assert found(walk) == ["a.wav", "z.wav"]
    assert walk.notes == [f"1 folder in {tmp_path} cannot be read: shut (Permission denied)"]
    shut = SoundFolder(tmp_path / "shut")
    assert found(shut) == []
    assert shut.emptiness.message.endswith("cannot be read: Permission denied.")


def test_of_much_that_is_left_out_the_first_is_named(tmp_path):
    made(tmp_path, *(f"{n:04}.txt" for n in range(1200)))
    walk = SoundFolder(tmp_path)
    assert found(walk) == []
    assert walk.notes[0].startswith("1,200 files in ")
    assert walk.notes[0].endswith("0000.txt, 0001.txt, 0002.txt, 0003.txt, 0004.txt, …")
    assert "no sound file in it. 1,200 files in" in walk.emptiness.message


def test_a_walk_is_lazy_and_can_be_cancelled(tmp_path):
    made(tmp_path, *(f"{folder}/{n}.wav" for folder in "ab" for n in range(5)))
    job = Job()
    walk = SoundFolder(tmp_path, job=job)
    paths = iter(walk)
    assert [path.name for path in itertools.islice(paths, 2)] == ["0.wav", "1.wav"]
    assert walk.n_sounds == 2
    job.cancel()
    with pytest.raises(Cancelled):
        next(paths)
