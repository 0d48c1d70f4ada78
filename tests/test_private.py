"""What is personal is for one person's eyes, and the data folder is where it is said to be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio.recordings import Recordings
from core.library import Library
from core.library_types import PastSearch
from core.paths import MOVED_FROM, MOVED_TO, DataFolder
from core.private import private_folder
from core.setup.moving import move
from core.setup.stored_items import remove, storage
from core.types import Query


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def ask_something(data: DataFolder) -> None:
    query = Query("dog", np.zeros((1, 128), np.uint8), 1.0)
    Library(data.library).remember(PastSearch(name="dog"), query)


def test_the_data_folder_is_made_for_its_owner_alone(own_data_folder: Path):
    data = DataFolder.default()
    assert mode(own_data_folder) == 0o700
    place = Recordings(data.recordings).begin()
    soundfile.write(place.path, np.zeros(16_000), 16_000, "PCM_16", format="FLAC")
    place.release()
    assert mode(data.recordings) == 0o700
    ask_something(data)
    assert {path.name: mode(path) for path in data.root.glob("library.sqlite*")} == {
        path.name: 0o600 for path in data.root.glob("library.sqlite*")
    }
    (found,) = Recordings(data.recordings).recover()
    assert DataFolder.default() == data
    assert mode(found) == 0o600


def test_what_an_older_version_left_open_is_mended(own_data_folder: Path):
    data = DataFolder(own_data_folder)
    data.recordings.mkdir(parents=True)
    data.cache.mkdir()
    files = [
        data.recordings / "recording 1.flac",
        data.library,
        data.root / "library-damaged-1.sqlite",
        data.root / "window.ini",
        data.look_ups,
        data.youtube_ids,
    ]
    for file in files:
        file.touch()
    mine = own_data_folder / "script.sh"  # a person may keep other things there
    mine.touch()
    mine.chmod(0o755)
    assert mode(own_data_folder) == 0o755
    DataFolder.default()
    assert {mode(folder) for folder in (data.root, data.recordings, data.cache)} == {0o700}
    assert {mode(file) for file in files} == {0o600}
    assert mode(mine) == 0o755


def test_a_link_in_the_data_folder_changes_nothing_elsewhere(own_data_folder: Path, tmp_path: Path):
    elsewhere, file = tmp_path / "elsewhere", tmp_path / "file"
    elsewhere.mkdir()
    file.touch()
    own_data_folder.mkdir()
    (own_data_folder / "window.ini").symlink_to(file)
    (own_data_folder / "cache").symlink_to(elsewhere)
    DataFolder.default()
    assert (mode(elsewhere), mode(file)) == (0o755, 0o644)


def test_a_folder_that_people_share_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home, shared = tmp_path / "home", tmp_path / "shared"
    home.mkdir()
    shared.mkdir()
    shared.chmod(0o1777)
    monkeypatch.setenv("HOME", str(home))
    for folder, before in ((home, 0o755), (shared, 0o1777)):
        monkeypatch.setenv("SOUNDALIKE_HOME", str(folder))
        DataFolder.default()
        private_folder(folder)
        assert mode(folder) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b".",
        b"..",
        b"elsewhere",
        b"~",
        b"/nowhere/at/all",
        b"\0",
        b"/tmp\0/x",
        b"/\xff\xfe",
        b"/etc/passwd",
        b"x" * 100_000,
        b"/" + b"y" * 100_000,
        b"/dev/null",
    ],
)
@pytest.mark.parametrize("name", [MOVED_TO, MOVED_FROM])
def test_a_pointer_that_makes_no_sense_leads_nowhere(
    own_data_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    name: str,
):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    own_data_folder.mkdir()
    (own_data_folder / name).write_bytes(content)
    data = DataFolder.default()
    assert data.root == own_data_folder
    assert [item.key for item in storage(data) if item.key == "left-behind"] == []


def test_a_pointer_that_is_no_file_leads_nowhere(own_data_folder: Path):
    own_data_folder.mkdir()
    os.mkfifo(own_data_folder / MOVED_TO)
    assert DataFolder.default().root == own_data_folder


def test_pointers_in_a_circle_end(own_data_folder: Path, tmp_path: Path):
    other = tmp_path / "other"
    for folder, to in ((own_data_folder, other), (other, own_data_folder)):
        folder.mkdir()
        (folder / MOVED_TO).write_text(str(to))
    assert DataFolder.default().root in (own_data_folder, other)


def test_moving_keeps_links(own_data_folder: Path, tmp_path: Path):
    data, disk = DataFolder.default(), tmp_path / "disk"
    (disk / "catalogs" / "mine").mkdir(parents=True)
    (disk / "catalogs" / "mine" / "x").write_text("x")
    (disk / "note").write_text("note")
    data.catalogs.symlink_to(disk / "catalogs")
    (data.files).mkdir()
    (data.files / "inside").mkdir()
    (data.files / "inside" / "y").write_text("y")
    (data.files / "relative").symlink_to("inside")
    (data.root / "note").symlink_to("../disk/note")
    (data.root / "gone").symlink_to(tmp_path / "unplugged")
    new = move(data, tmp_path / "new" / "home")
    assert DataFolder.default() == new
    assert (new.catalogs / "mine" / "x").read_text() == "x"
    assert new.catalogs.readlink() == disk / "catalogs"
    assert (new.files / "relative" / "y").read_text() == "y"
    assert (new.files / "relative").readlink() == new.files / "inside"
    assert (new.root / "note").read_text() == "note"
    assert (new.root / "gone").readlink() == tmp_path / "unplugged"
    assert (disk / "catalogs" / "mine" / "x").read_text() == "x"
    assert [path.name for path in own_data_folder.iterdir()] == [MOVED_TO]
    assert mode(new.root) == 0o700
    assert "left-behind" not in {item.key for item in storage(new)}
    remove(new, "file:relative")
    assert (new.files / "inside" / "y").exists()


def test_the_windows_settings_are_private_also_when_written_again(own_data_folder: Path):
    from gui.settings import Remembered, Settings, settings_path

    path = settings_path(DataFolder.default())
    for k in (5, 6):
        Settings(path).write(Remembered(k=k))
        assert mode(path) == 0o600
        path.chmod(0o644)
    Settings(path).write(Remembered(k=7))
    assert mode(path) == 0o600
    assert Settings(path).read().k == 7
