"""Setting up in the window: from the built-in listener to VGGish and AudioSet, no restart."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.catalog.build import tasks
from core.catalog.build.build import build_catalog
from core.catalog.records import tfrecord
from core.downloads import download, pinned
from core.engine import Engine
from core.options import ClipSet
from core.paths import DataFolder
from core.setup.inventory import catalogs
from core.types import CatalogInfo
from core.vggish.model import ModelManifest
from gui.coordinator import Coordinator
from gui.main_window import MainWindow
from gui.results.look_up_questions import MAY_BE
from gui.search.state import State
from gui.settings import Settings
from gui.setup import saved_request
from gui.setup.controller import SetUpController
from gui.setup.dialog import SetUpDialog
from gui.setup.request import SetUpRequest, SetUpStatus
from gui.setup.steps import look
from tests.gui.conftest import INFO, App
from tests.setup.conftest import archive_of, pin
from tests.web_server import WebServer, body, halting, serve, web_server

OFFERED = "Built-in model · Set up…"
QUICK = download.Patience(attempts=2, first_wait_s=0.01, silence_s=5.0)


class RealApp:
    """The window with the real engine, in a data folder where nothing is set up."""

    def __init__(self, qtbot: QtBot, data: DataFolder) -> None:
        self.qtbot, self.data = qtbot, data
        self.window = MainWindow()
        devices = SimpleNamespace(list_inputs=list, Recorder=None)
        self.coordinator = Coordinator(
            self.window,
            Engine(data),
            Settings(data.root / "window.ini"),
            data,
            devices=lambda: devices,
        )
        self.session = self.coordinator.session
        self.window.show()
        self.wait_for(lambda: "clips" in self.status and self.coordinator.features is not None)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    @property
    def set_up(self) -> SetUpController:
        return self.coordinator.features.set_up

    @property
    def dialog(self) -> SetUpDialog:
        return self.set_up.dialog

    @property
    def status(self) -> str:
        return self.window.status.text()

    @property
    def said(self) -> str:
        """What the banner says, but for the question whether titles may be looked up."""
        message = self.window.banner.message
        return "" if message == MAY_BE else message

    def open(self, path: Path) -> None:
        self.coordinator.open_paths([path])
        self.wait_for(lambda: self.session.state is State.RESULTS)


@pytest.fixture(scope="module")
def small_archive(features: Path) -> bytes:
    return archive_of(features, ("bal_train", "eval", "unbal_train"), 60)


@pytest.fixture
def server(
    small_archive: bytes,
    checkpoint: Path,
    pca_file: Path,
    model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[WebServer]:
    """Serve the stand-in model as if it were the released one, and a small AudioSet."""
    for name, path in (("CHECKPOINT", checkpoint), ("PCA", pca_file)):
        pin(monkeypatch, name, path.read_bytes())
    pin(monkeypatch, "FEATURES", small_archive, is_exact=False)
    monkeypatch.setattr(pinned, "FILES", (pinned.CHECKPOINT, pinned.PCA))
    monkeypatch.setattr(tasks, "PART_BYTES", 1 << 19)
    monkeypatch.setattr(tfrecord, "BLOCK_BYTES", 1 << 18)
    monkeypatch.setattr(download, "Patience", lambda: QUICK)
    files = {
        "vggish_model.ckpt": checkpoint.read_bytes(),
        "vggish_pca_params.npz": pca_file.read_bytes(),
        "features.tar.gz": small_archive,
    }
    with web_server(files) as server:
        monkeypatch.setenv("SOUNDALIKE_MIRROR", server.address)
        yield server


@pytest.fixture
def real(
    qtbot: QtBot,
    own_data_folder: Path,
    model_folder: Path,
    server: WebServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[RealApp]:
    data = DataFolder(own_data_folder)
    # Converted once for all tests; here it is to pass for the released model.
    copy = data.models / model_folder.name
    shutil.copytree(model_folder, copy)
    manifest = ModelManifest.load(copy)
    dataclasses.replace(manifest, name="VGGish", is_released=True).save(copy)
    app = RealApp(qtbot, data)
    yield app
    server.released.set()
    app.window.close()
    assert app.coordinator.wait()
    app.window.deleteLater()
    app.coordinator.deleteLater()
    qtbot.wait(1)


def opened(app: RealApp) -> SetUpDialog:
    app.window.commands.set_up.trigger()
    app.wait_for(lambda: "are free in" in app.dialog.room.text())
    return app.dialog


def press(app: RealApp, button: QAbstractButton) -> None:
    app.wait_for(lambda: button.isVisible() and button.isEnabled())
    app.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_status_line_says_what_can_be_had_and_one_button_gets_it(
    real: RealApp, sounds: Path
) -> None:
    real.open(sounds / "barks.wav")
    before = real.session.answer
    assert before is not None
    assert before.matches.catalog.is_balanced
    real.set_up.offer(before.matches.catalog)
    assert real.window.setting_up.text() == OFFERED
    real.window.setting_up.click()
    dialog = real.dialog
    assert dialog.isVisible()
    real.wait_for(lambda: "The trained model VGGish: " in dialog.text.text())
    assert "Google (AudioSet), Creative Commons Attribution 4.0." in dialog.text.text()
    real.wait_for(lambda: "are free in" in dialog.room.text())
    stages: list[str] = []
    show = dialog.show_progress
    dialog.show_progress = lambda stage, done: (stages.append(stage), show(stage, done))  # type: ignore[method-assign]
    press(real, dialog.start)
    assert dialog.pause.isVisible()
    dialog.close()
    real.wait_for(lambda: not real.set_up.is_active)
    real.wait_for(lambda: real.status.startswith("VGGish · audioset, "))
    real.wait_for(lambda: real.session.answer is not before)
    answer = real.session.answer
    assert answer is not None
    real.wait_for(lambda: real.session.answer.matches.catalog.name == "audioset")  # type: ignore[union-attr]
    assert real.session.answer.matches.query.name == before.matches.query.name  # type: ignore[union-attr]
    # The other model heard the sound anew.
    assert (
        real.session.answer.matches.query.frames.tobytes()  # type: ignore[union-attr]
        != before.matches.query.frames.tobytes()
    )
    assert real.said == ""
    assert not real.window.setting_up.isVisible()
    assert "1 kHz sine, embedding" in dialog.outcome.text()
    assert "clips of AudioSet are in the catalogue audioset" in dialog.outcome.text()
    assert any(stage.startswith("1 of 2: Fetching vggish_model.ckpt") for stage in stages)
    assert any(stage.startswith("2 of 2: Fetching AudioSet: ") for stage in stages)


def test_the_model_alone_answers_from_the_balanced_catalogue(real: RealApp) -> None:
    dialog = opened(real)
    dialog.details.click()
    dialog.choices[ClipSet.NONE].click()
    assert not dialog.request.choice().is_balanced
    press(real, dialog.start)
    real.wait_for(lambda: "1 kHz sine, embedding" in dialog.outcome.text())
    assert "differed from the reference" in dialog.outcome.text()
    real.wait_for(lambda: real.status.startswith("VGGish · AudioSet, balanced, "))
    assert not real.set_up.is_active


def test_a_model_with_other_numbers_than_published_answers(real: RealApp) -> None:
    dialog = opened(real)
    dialog.choices[ClipSet.NONE].click()
    press(real, dialog.start)
    real.wait_for(lambda: "further from the published numbers" in dialog.outcome.text())
    real.wait_for(lambda: real.status.startswith("VGGish · AudioSet, balanced, "))


def test_pausing_continuing_and_stopping(
    real: RealApp, server: WebServer, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.behaviour = halting(5_000_000)
    dialog = opened(real)
    dialog.choices[ClipSet.NONE].click()
    press(real, dialog.start)
    part = real.data.files / ".vggish_model.ckpt.part"
    real.wait_for(lambda: part.is_file() and part.stat().st_size >= 4_000_000)
    assert real.window.setting_up.isVisible()
    press(real, dialog.pause)
    assert dialog.pause.text() == "&Continue"
    assert real.window.setting_up.text() == "Setting up: paused"
    real.wait_for(lambda: not real.set_up.fetching.is_busy)
    press(real, dialog.stop)
    assert dialog.start.isVisible()
    assert real.window.setting_up.text() == OFFERED
    real.wait_for(lambda: "of it are there" in dialog.text.text())
    server.behaviour = serve
    press(real, dialog.start)
    real.wait_for(lambda: (real.data.files / "vggish_model.ckpt").is_file())
    assert (real.data.files / "vggish_model.ckpt").read_bytes() == checkpoint.read_bytes()
    assert any(name == "vggish_model.ckpt" and asked for name, asked in server.asked)
    real.wait_for(lambda: not real.set_up.is_active)


def test_what_was_begun_goes_on_after_a_restart_as_chosen(
    real: RealApp, server: WebServer, qtbot: QtBot
) -> None:
    server.behaviour = halting(1_000_000)
    dialog = opened(real)
    dialog.choices[ClipSet.NONE].click()
    request = dataclasses.replace(dialog.request, mirror=server.address)
    real.set_up.start(request)
    part = real.data.files / ".vggish_model.ckpt.part"
    real.wait_for(lambda: part.is_file() and part.stat().st_size > 500_000)
    real.window.close()
    assert real.coordinator.wait()
    server.asked.clear()
    again = RealApp(qtbot, real.data)
    try:
        again.wait_for(lambda: "Setting up was interrupted." in again.said)
        assert "of it are there" in again.said
        assert again.window.banner.action.text() == "&Go on setting up"
        opened(again)
        assert again.dialog.request == request
        assert again.dialog.start.text() == "&Go on setting up"
        again.dialog.close()
        again.window.banner.action.click()
        again.wait_for(lambda: bool(server.asked))
        name, span = server.asked[-1]
        assert name == "vggish_model.ckpt"
        assert int(span.removeprefix("bytes=").rstrip("-")) >= 500_000
        assert again.set_up.is_active
        # What is stopped is not offered again.
        press(again, again.dialog.stop)
        again.wait_for(lambda: not again.set_up.fetching.is_busy)
        again.wait_for(lambda: again.dialog.start.text() == "Set &up")
        assert not again.data.set_up.exists()
        again.set_up.offer(INFO)
        assert again.window.setting_up.text() == OFFERED
    finally:
        server.released.set()
        again.window.close()
        assert again.coordinator.wait()
        again.window.deleteLater()
        again.coordinator.deleteLater()


@pytest.mark.parametrize(
    "wanted",
    [
        SetUpRequest(ClipSet.SOME, ("Cattle, bovinae", "Dog"), "eu", True),
        SetUpRequest(ClipSet.BALANCED, (), "https://example.org/files"),
        SetUpRequest(ClipSet.ALL, paths=(Path("/some/file.bin"),)),
    ],
    ids=lambda wanted: wanted.clips,
)
def test_a_request_is_kept_whole(qtbot: QtBot, tmp_path: Path, wanted: SetUpRequest) -> None:
    data = DataFolder(tmp_path)
    saved_request.keep(data, wanted)
    assert saved_request.kept(data) == wanted
    dialog = SetUpDialog()
    qtbot.addWidget(dialog)
    dialog.take(wanted)
    assert dialog.request == dataclasses.replace(wanted, paths=())
    saved_request.forget(data)
    assert saved_request.kept(data) is None
    for damaged in (b"", b"{", b"[]", b'{"clips": "moon"}', data.set_up.name.encode()):
        data.set_up.write_bytes(damaged)
        assert saved_request.kept(data) is None


def assert_only_what_can_be_pressed_is_named(dialog: SetUpDialog) -> None:
    buttons = {
        button.text().replace("&", ""): button for button in dialog.findChildren(QAbstractButton)
    }
    for name in re.findall("“(.+?)”", dialog.outcome.text()):
        assert buttons[name].isVisible() and buttons[name].isEnabled()
    assert dialog.pause.text() == "&Continue"
    assert dialog.pause.isVisible()
    assert not dialog.stop.isVisible()


def test_after_a_failure_what_is_named_can_be_pressed(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = SetUpDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_running()
    assert dialog.stop.isVisible()
    text = "It cannot be fetched. Press “I have the files already…”."
    dialog.show_trouble(text)
    assert dialog.outcome.text() == text
    assert_only_what_can_be_pressed_is_named(dialog)
    # Also after it was opened anew, and what is missing was looked for.
    dialog.show_status(look(DataFolder(tmp_path)))
    assert_only_what_can_be_pressed_is_named(dialog)
    assert not dialog.start.isVisible()
    dialog.show_running()
    assert dialog.stop.isVisible()
    assert not dialog.have_files.isVisible()


def test_an_error_is_said_with_its_way_out_and_continues(real: RealApp, server: WebServer) -> None:
    server.behaviour = body(b"<html>Log in</html>", Content_Type="text/html")
    dialog = opened(real)
    dialog.choices[ClipSet.NONE].click()
    press(real, dialog.start)
    dialog.close()
    real.wait_for(lambda: bool(dialog.outcome.text()))
    assert real.window.banner.is_trouble
    assert real.said == dialog.outcome.text()
    assert not any(real.data.files.glob("vggish*"))
    real.window.banner.action.click()
    assert dialog.isVisible()
    assert_only_what_can_be_pressed_is_named(dialog)
    assert not real.set_up.is_active, "what has stopped holds nothing else up"
    server.behaviour = serve
    press(real, dialog.pause)
    real.wait_for(lambda: "1 kHz sine" in dialog.outcome.text())
    real.wait_for(lambda: real.status.startswith("VGGish · "))


def test_files_that_are_there_already_are_imported_under_any_name(
    real: RealApp, server: WebServer, checkpoint: Path, pca_file: Path, tmp_path: Path
) -> None:
    mine = [tmp_path / "one.bin", tmp_path / "two.bin"]
    for path, source in zip(mine, (checkpoint, pca_file), strict=True):
        shutil.copy(source, path)
    opened(real)
    real.set_up.take_files([str(path) for path in mine])
    real.wait_for(lambda: "1 kHz sine" in real.dialog.outcome.text())
    assert server.asked == []
    wrong = tmp_path / "wrong.bin"
    wrong.write_bytes(b"no")
    real.wait_for(lambda: not real.set_up.is_active)
    real.set_up.take_files([str(wrong)])
    real.wait_for(lambda: "none of the official files" in real.dialog.outcome.text())


def test_closing_the_window_amid_a_download_ends_at_once(real: RealApp, server: WebServer) -> None:
    server.behaviour = halting(1_000_000)
    press(real, opened(real).start)
    part = real.data.files / ".vggish_model.ckpt.part"
    real.wait_for(part.is_file)
    real.window.close()
    assert real.coordinator.wait()
    assert [entry.name for entry in catalogs(real.data)] != ["audioset"]


def test_the_dialog_asks_for_room_and_for_what_a_choice_needs(qtbot: QtBot) -> None:
    dialog = SetUpDialog()
    qtbot.addWidget(dialog)
    rooms = {ClipSet.ALL: 3_000_000_000, ClipSet.BALANCED: 70_000_000, ClipSet.SOME: 300_000_000}
    dialog.show_status(SetUpStatus((), Path("/data"), 100_000_000, rooms, 2_400_000_000))
    assert "There is no room" in dialog.room.text()
    assert not dialog.start.isEnabled()
    dialog.choices[ClipSet.BALANCED].click()
    assert dialog.start.isEnabled()
    dialog.keeps_archive.click()
    assert "2.5 GB" in dialog.room.text()
    dialog.keeps_archive.click()
    dialog.show_status(SetUpStatus((), Path("/data"), 10_000_000_000, rooms))
    dialog.choices[ClipSet.SOME].click()
    assert not dialog.start.isEnabled(), "no class is named"
    qtbot.keyClicks(dialog.classes, "Dog; Cattle, bovinae;")
    assert dialog.request == SetUpRequest(ClipSet.SOME, ("Dog", "Cattle, bovinae"))
    dialog.mirror.setCurrentIndex(dialog.mirror.findData("own"))
    assert not dialog.start.isEnabled(), "no address is given"
    qtbot.keyClicks(dialog.address, "http://example.org")
    with qtbot.waitSignal(dialog.started) as started:
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert started.args[0].mirror == "http://example.org"


def test_an_address_that_is_not_encrypted_is_refused_before_anything(app: App) -> None:
    app.coordinator.features.set_up.start(SetUpRequest(mirror="http://example.org"))
    assert "not encrypted" in app.coordinator.features.set_up.dialog.outcome.text()
    assert not app.coordinator.features.set_up.is_active


@pytest.fixture
def furnished(
    real: RealApp, small_archive: bytes, checkpoint: Path, pca_file: Path, tmp_path: Path
) -> RealApp:
    """The window with the model and two catalogues, to which it has switched."""
    real.data.files.mkdir()
    for path, name in ((checkpoint, "vggish_model.ckpt"), (pca_file, "vggish_pca_params.npz")):
        shutil.copy(path, real.data.files / name)
    archive = tmp_path / "features.tar.gz"
    archive.write_bytes(small_archive)
    build_catalog(real.data.catalogs / "audioset", "audioset", [archive])
    some = real.data.catalogs / "audioset-dog"
    build_catalog(some, "audioset", [archive], include=("Dog",))
    real.session.loader.reload()
    real.wait_for(lambda: real.status.startswith("VGGish · audioset, "))
    return real


def answer_with(app: RealApp, verb: str) -> None:
    """Press a button of the question that is open."""
    boxes = app.window.findChildren(QMessageBox)
    app.wait_for(lambda: any(box.isVisible() for box in boxes))
    (box,) = (box for box in boxes if box.isVisible())
    press(app, next(button for button in box.buttons() if button.text() == verb))
    app.wait_for(lambda: not app.window.findChildren(QMessageBox))


def test_a_catalogue_is_chosen_and_deleted(furnished: RealApp, sounds: Path) -> None:
    app = furnished
    app.open(sounds / "barks.wav")
    assert app.coordinator.features is not None
    chooser = app.coordinator.features.storage.chooser
    app.window.commands.catalogs.trigger()
    app.wait_for(lambda: chooser.current is not None)
    assert chooser.current is not None
    assert chooser.current.name == "audioset"
    assert not chooser.choose.isEnabled(), "it is searched already"
    listed = {chooser.table.item(row, 0).text() for row in range(chooser.table.rowCount())}
    assert "audioset, searched now" in listed
    (dog,) = chooser.table.findItems("audioset-dog", Qt.MatchFlag.MatchExactly)
    chooser.table.selectRow(dog.row())
    chooser.table.itemActivated.emit(dog)
    app.wait_for(lambda: app.status.startswith("VGGish · audioset-dog, "))
    app.wait_for(lambda: app.session.answer.matches.catalog.name == "audioset-dog")  # type: ignore[union-attr]
    app.wait_for(lambda: chooser.current is not None and chooser.current.name == "audioset-dog")
    press(app, chooser.delete)
    answer_with(app, "Keep")
    assert (app.data.catalogs / "audioset-dog").is_dir()
    press(app, chooser.delete)
    answer_with(app, "Delete")
    app.wait_for(lambda: app.status.startswith("VGGish · audioset, "))
    assert not (app.data.catalogs / "audioset-dog").exists()
    app.wait_for(lambda: app.session.answer.matches.catalog.name == "audioset")  # type: ignore[union-attr]


def test_what_lies_where_is_removed_piece_by_piece(
    furnished: RealApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = furnished
    folders: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: folders.append(url.toLocalFile()))
    assert app.coordinator.features is not None
    page = app.coordinator.features.storage.page
    app.window.commands.storage.trigger()
    app.wait_for(lambda: page.table.rowCount() > 3)
    press(app, page.folder)
    assert folders == [str(app.data.root)]
    assert "in all" in page.message.text()
    (own,) = page.table.findItems("Your history, stars and presets", Qt.MatchFlag.MatchExactly)
    page.table.selectRow(own.row())
    assert not page.remove.isEnabled()
    (item,) = page.table.findItems("The trained model VGGish", Qt.MatchFlag.MatchExactly)
    page.table.selectRow(item.row())
    cells = (page.table.item(item.row(), column) for column in range(page.table.columnCount()))
    assert [cell.text().split()[-1] for cell in cells] == ["VGGish", "MB"], "no names of our files"
    press(app, page.remove)
    answer_with(app, "Remove")
    app.wait_for(lambda: app.status.startswith("Built-in listener · audioset, "))
    assert not any(app.data.files.iterdir())
    assert not any(app.data.models.glob("vggish*"))
    app.wait_for(lambda: app.window.setting_up.text() == OFFERED)


def test_where_it_will_lie_is_chosen_before_it_is_set_up(real: RealApp, tmp_path: Path) -> None:
    dialog, target = opened(real), tmp_path / "disk"
    dialog.details.click()
    choose_folder(real, dialog, real.data.root / "inside")
    real.wait_for(lambda: "lie within each other" in dialog.outcome.text())
    choose_folder(real, dialog, target)
    real.wait_for(lambda: f"moves to {target} at the next start" in dialog.outcome.text())
    assert target.is_dir()
    press(real, dialog.move_away)
    real.wait_for(lambda: dialog.outcome.text() == "" and not target.exists())
    assert "Another folder" in dialog.move_away.text()


def choose_folder(app: RealApp, dialog: SetUpDialog, folder: Path) -> None:
    press(app, dialog.move_away)
    asking = dialog.findChildren(QFileDialog)[-1]
    asking.fileSelected.emit(str(folder))
    asking.reject()


def test_nothing_is_removed_while_something_is_fetched(real: RealApp, server: WebServer) -> None:
    server.behaviour = halting(1_000_000)
    press(real, opened(real).start)
    assert real.coordinator.features is not None
    storage = real.coordinator.features.storage
    real.window.commands.storage.trigger()
    real.wait_for(lambda: storage.page.table.rowCount() > 0)
    part = real.data.files / ".vggish_model.ckpt.part"
    real.wait_for(part.is_file)
    storage.page.removed.emit("unfinished")
    assert "stop it first" in storage.page.message.text()
    real.session.loader.reload()
    real.wait_for(lambda: not real.session.searches.is_busy)
    assert part.is_file()


def test_a_change_waits_for_what_is_at_work_and_matches_anew(app: App, sine: Path) -> None:
    app.engine.gate.clear()
    app.coordinator.open_paths([sine])
    app.wait_for(lambda: ("query", "sine.wav") in app.engine.calls)
    other = dataclasses.replace(INFO, name="Another", model="VGGish")

    def change(job: object) -> CatalogInfo:
        app.engine.calls.append(("changed",))
        return other

    app.session.loader.reload(change)
    app.engine.gate.set()
    app.wait_for(lambda: [call[0] for call in app.engine.calls].count("query") == 2)
    app.wait_for(lambda: app.session.state is State.RESULTS and not app.session.searches.is_busy)
    done = [call[0] for call in app.engine.calls if call[0] != "load"]
    assert done == ["query", "search", "changed", "query", "search"], "the other model hears anew"


def test_a_change_waits_for_the_end_of_a_recording(app: App) -> None:
    changes: list[State] = []

    def change(job: object) -> CatalogInfo:
        changes.append(app.session.state)
        return INFO

    app.session.listen()
    app.session.loader.reload(change)
    app.qtbot.wait(50)
    assert changes == []
    app.session.cancel()
    app.wait_for(lambda: changes == [State.EMPTY])
