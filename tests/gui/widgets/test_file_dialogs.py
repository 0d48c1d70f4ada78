"""Where the dialogs begin: where people keep such files, then where they were last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.file_dialogs import FileDialogs

SOUND, LIST = {"wav": "Sound", "flac": "Sound"}, {"csv": "Table"}


@pytest.fixture
def dialogs(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileDialogs]:
    places = QStandardPaths.StandardLocation
    folders = {
        places.MusicLocation: tmp_path / "Music",
        places.DocumentsLocation: tmp_path / "Documents",
        places.HomeLocation: tmp_path,
    }
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda place: str(folders[place]))
    window = QWidget()
    qtbot.addWidget(window)
    yield FileDialogs(window)
    for dialog in window.findChildren(QFileDialog):
        dialog.close()


def begins_in(dialogs: FileDialogs, kinds: dict[str, str]) -> Path:
    dialogs.save("Save", "a name", kinds, lambda path: None)
    parent = dialogs.parent()
    assert isinstance(parent, QWidget)
    return Path(parent.findChildren(QFileDialog)[-1].directory().absolutePath())


def test_a_sound_goes_to_the_music_and_a_list_to_the_documents(
    dialogs: FileDialogs, tmp_path: Path
) -> None:
    assert begins_in(dialogs, SOUND) == tmp_path / "Music"
    assert begins_in(dialogs, LIST) == tmp_path / "Documents"


def test_who_has_no_such_folder_begins_at_home(dialogs: FileDialogs, tmp_path: Path) -> None:
    (tmp_path / "Music").rmdir()
    assert begins_in(dialogs, SOUND) == tmp_path


def test_where_something_was_saved_is_remembered(dialogs: FileDialogs, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    saved: list[Path] = []
    dialogs.save("Save", "a name", LIST, saved.append)
    parent = dialogs.parent()
    assert isinstance(parent, QWidget)
    parent.findChildren(QFileDialog)[-1].fileSelected.emit(str(tmp_path / "mine" / "x.csv"))
    assert saved == [tmp_path / "mine" / "x.csv"]
    assert begins_in(dialogs, SOUND) == tmp_path / "mine"


def suggested(dialogs: FileDialogs) -> list[str]:
    parent = dialogs.parent()
    assert isinstance(parent, QWidget)
    dialog = parent.findChildren(QFileDialog)[-1]
    return [Path(name).name for name in dialog.selectedFiles()]


@pytest.mark.parametrize("name", ["Recording 2026-05-12 12.30.45", "rain.wav.labels", "a name"])
def test_a_name_with_dots_is_suggested_whole_in_each_format(
    dialogs: FileDialogs, name: str
) -> None:
    dialogs.save("Save", name, SOUND, lambda path: None)
    assert suggested(dialogs) == [f"{name}.wav"]
    parent = dialogs.parent()
    assert isinstance(parent, QWidget)
    dialog = parent.findChildren(QFileDialog)[-1]
    dialog.selectNameFilter(dialog.nameFilters()[1])
    assert suggested(dialogs) == [f"{name}.flac"]


def test_a_name_follows_the_format_where_the_dialog_leaves_it_alone(dialogs: FileDialogs) -> None:
    dialogs.save("Save", "12.30.45", SOUND, lambda path: None)
    parent = dialogs.parent()
    assert isinstance(parent, QWidget)
    dialog = parent.findChildren(QFileDialog)[-1]
    dialog.filterSelected.emit(dialog.nameFilters()[1])
    assert suggested(dialogs) == ["12.30.45.flac"]
    dialog.selectFile("12.30.45")  # what a person typed has no ending of ours
    dialog.filterSelected.emit(dialog.nameFilters()[0])
    assert suggested(dialogs) == ["12.30.45"]


def test_a_long_name_in_letters_of_several_bytes_is_one_that_a_disk_takes(
    dialogs: FileDialogs, tmp_path: Path
) -> None:
    dialogs.save("Save", 100 * "音", SOUND, lambda path: None)
    (tmp_path / suggested(dialogs)[0]).touch()
