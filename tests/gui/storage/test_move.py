"""The data folder is to move: planned in the window, done by the next start behind a small one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QProgressDialog, QPushButton
from pytestqt.qtbot import QtBot

from core.errors import DownloadError
from core.paths import MOVED_TO, PLANNED_MOVE, DataFolder
from core.setup.folder_lock import alone_in
from core.setup.planned_move import has_work, plan_move, planned_move
from gui.storage.opening import OpenedData, open_data
from gui.storage.page import StoragePage
from tests.conftest import PROJECT
from tests.gui.conftest import App
from tests.waiting import wait_until

MEGABYTES = 200


@pytest.fixture
def page(app: App) -> StoragePage:
    assert app.coordinator.features is not None
    page = app.coordinator.features.storage.page
    app.window.commands.storage.trigger()
    app.wait_for(lambda: "in all" in page.message.text())
    return page


def choose_folder(app: App, page: StoragePage, folder: Path) -> None:
    app.qtbot.mouseClick(page.move_away, Qt.MouseButton.LeftButton)
    asking = page.findChildren(QFileDialog)[-1]
    asking.fileSelected.emit(str(folder))
    asking.reject()


def test_a_move_is_planned_and_undone_in_the_banner(
    app: App, page: StoragePage, own_data_folder: Path, tmp_path: Path
) -> None:
    data, target, banner = DataFolder(own_data_folder), tmp_path / "disk", app.window.banner
    choose_folder(app, page, target)
    app.wait_for(lambda: f"moves to {target} at the next start" in banner.text.text())
    assert planned_move(data) == target
    assert "in all" in page.message.text()
    assert f"It moves to {target} at the next start." in page.message.text()
    assert "Undo" in page.move_away.text()
    assert banner.action.text() == "Undo"
    app.qtbot.mouseClick(banner.action, Qt.MouseButton.LeftButton)
    app.wait_for(lambda: "Move…" in page.move_away.text())
    assert "stays where it is" in banner.text.text()
    assert "moves" not in page.message.text()
    assert not has_work(data)
    assert not target.exists()


def test_a_move_that_was_planned_before_is_undone_in_the_list(
    make_app: Callable[..., App], own_data_folder: Path, tmp_path: Path
) -> None:
    app, data = make_app(), DataFolder(own_data_folder)
    plan_move(data, tmp_path / "disk")
    app.show()
    assert app.coordinator.features is not None
    page = app.coordinator.features.storage.page
    app.window.commands.storage.trigger()
    app.wait_for(lambda: f"It moves to {tmp_path / 'disk'}" in page.message.text())
    app.qtbot.mouseClick(page.move_away, Qt.MouseButton.LeftButton)
    app.wait_for(lambda: "Move…" in page.move_away.text())
    assert not has_work(data)


def test_a_folder_that_cannot_be_used_is_one_clear_sentence_at_once(
    app: App, page: StoragePage, own_data_folder: Path, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.odt").touch()
    for folder, words in (
        (full, "is not empty, so it is left as it is. Choose a new"),
        (full / "thesis.odt", "is no folder"),
        (own_data_folder / "inside", "lie within each other"),
    ):
        choose_folder(app, page, folder)
        app.wait_for(lambda words=words: words in page.message.text())  # type: ignore[misc]
    assert not has_work(DataFolder(own_data_folder))
    assert "Move…" in page.move_away.text()


# The start


@pytest.fixture
def data(own_data_folder: Path) -> DataFolder:
    data = DataFolder(own_data_folder)
    data.recordings.mkdir(parents=True)
    (data.recordings / "mine.flac").write_bytes(os.urandom(100_000))
    return data


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[Callable[[Callable[[QProgressDialog], None]], None]]:
    """Have something done with the small window of a start whenever its progress may be new."""
    timer = QTimer()

    def begin(look: Callable[[QProgressDialog], None]) -> None:
        def look_for_it() -> None:
            for widget in qapp.topLevelWidgets():
                if isinstance(widget, QProgressDialog) and widget.isVisible():
                    look(widget)

        timer.timeout.connect(look_for_it)
        timer.start(0)

    yield begin
    timer.stop()


Watch = Callable[[Callable[[QProgressDialog], None]], None]


def fill(data: DataFolder) -> None:
    """Put so much there that moving it takes a while."""
    with (data.recordings / "long.flac").open("wb") as file:
        file.truncate(MEGABYTES << 20)


def test_a_start_without_a_plan_shows_nothing_and_keeps_the_folder(
    data: DataFolder, held: ExitStack, watch: Watch
) -> None:
    shown: list[QProgressDialog] = []
    watch(shown.append)
    assert open_data(data, held) == OpenedData(data)
    assert shown == []
    with pytest.raises(DownloadError, match="Another Soundalike"), alone_in(data.root):
        pass
    held.close()
    with alone_in(data.root):
        pass


def test_a_start_moves_the_data_as_planned(
    data: DataFolder, held: ExitStack, watch: Watch, tmp_path: Path
) -> None:
    seen: dict[str, int] = {}
    fill(data)
    target = plan_move(data, tmp_path / "disk" / "<b>sounds<b>")
    watch(lambda dialog: seen.update({dialog.labelText(): dialog.value()}))
    assert open_data(data, held) == OpenedData(DataFolder(target))
    assert f"Moving the data to {target}\nCopying the data folder" in seen
    assert max(seen.values()) > 0
    assert (target / "recordings" / "mine.flac").is_file()
    assert [path.name for path in data.root.iterdir()] == [MOVED_TO]


@pytest.mark.parametrize("how", ["button", "escape", "frame"])
def test_a_start_whose_move_is_cancelled_leaves_the_data_where_it_is(
    data: DataFolder, held: ExitStack, watch: Watch, qtbot: QtBot, tmp_path: Path, how: str
) -> None:
    fill(data)
    target = plan_move(data, tmp_path / "disk")

    def cancel(dialog: QProgressDialog) -> None:
        if 0 < dialog.value() < 1000:
            {
                "button": lambda: dialog.findChild(QPushButton).click(),
                "escape": lambda: qtbot.keyClick(dialog, Qt.Key.Key_Escape),
                "frame": dialog.close,
            }[how]()

    watch(cancel)
    assert open_data(data, held) == OpenedData(data, None, is_cancelled=True)
    assert not target.exists()
    assert not has_work(data)


def test_a_start_that_cannot_move_goes_on_where_the_data_is(
    data: DataFolder, held: ExitStack, tmp_path: Path
) -> None:
    target = plan_move(data, tmp_path / "disk")
    (target / "thesis.odt").touch()
    opened = open_data(data, held)
    assert opened.folder == data
    assert "is not empty" in str(opened.error)
    assert planned_move(data) == target


def test_a_start_waits_for_another_program_that_moves_the_data(
    data: DataFolder, held: ExitStack, watch: Watch
) -> None:
    other, texts = ExitStack(), []

    def look(dialog: QProgressDialog) -> None:
        texts.append(dialog.labelText())
        if "Waiting" in texts[-1]:
            other.close()

    other.enter_context(alone_in(data.root))
    watch(look)
    assert open_data(data, held) == OpenedData(data)
    assert "Opening the data\nWaiting for another Soundalike that moves the data" in texts


def test_a_start_that_is_not_to_wait_any_longer_ends(
    data: DataFolder, held: ExitStack, watch: Watch
) -> None:
    watch(lambda dialog: dialog.findChild(QPushButton).click())
    with alone_in(data.root):
        assert open_data(data, held) == OpenedData(None)


PROGRAM = """
import gui.app
from PySide6.QtCore import QTimer

class Watched(gui.app.MainWindow):
    def __init__(self):
        super().__init__()
        self.painted.connect(lambda: QTimer.singleShot(0, self.look))

    def look(self):
        print("banner:", self.banner.text.text(), "|", self.banner.action.text())
        self.close()

gui.app.MainWindow = Watched
import main
raise SystemExit(main.main([]))
"""


def start_window() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=PROJECT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(program: subprocess.Popen[str]) -> tuple[str, list[str]]:
    """Return what a program printed, without what Qt's plugin for no screen always says."""
    out, errors = program.communicate()
    lines = errors.splitlines()
    return out, [line for line in lines if not line.startswith("This plugin does not support")]


@pytest.mark.slow
def test_the_program_starts_with_the_data_in_its_new_place(
    data: DataFolder, tmp_path: Path
) -> None:
    target = plan_move(data, tmp_path / "disk")
    assert outcome(start_window()) == ("banner:  | \n", [])
    assert (target / "window.ini").is_file()
    assert [path.name for path in data.root.iterdir()] == [MOVED_TO]


@pytest.mark.slow
def test_the_program_says_why_the_data_is_where_it_was(data: DataFolder, tmp_path: Path) -> None:
    target = plan_move(data, tmp_path / "disk")
    target.rename(tmp_path / "unplugged")
    out, errors = outcome(start_window())
    assert errors == []
    assert f"cannot be moved to {target}: that folder is not there. Connect the disk" in out
    assert out.endswith("| Storage…\n")
    assert (data.root / "window.ini").is_file()
    assert (data.root / PLANNED_MOVE).is_file()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_start_that_is_ended_while_it_moves_goes_on_at_the_next(
    data: DataFolder, tmp_path: Path, number: signal.Signals
) -> None:
    for name in range(10):
        (data.recordings / f"{name}.flac").write_bytes(os.urandom(MEGABYTES << 17))
    before = {path.name: path.read_bytes() for path in data.recordings.iterdir()}
    target = plan_move(data, tmp_path / "disk")
    program = start_window()
    wait_until((target / "recordings" / "1.flac").is_file)
    program.send_signal(number)
    assert outcome(program) == ("", ["interrupted"] if number == signal.SIGINT else [])
    assert DataFolder.default() == data
    assert {path.name: path.read_bytes() for path in data.recordings.iterdir()} == before
    assert outcome(start_window()) == ("banner:  | \n", [])
    assert DataFolder.default().root == target
    now = {path.name: path.read_bytes() for path in (target / "recordings").iterdir()}
    assert now == before
