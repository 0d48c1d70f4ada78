"""Own sounds are added, kept true and looked through in the window, by the real core."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.audio.examples import EXAMPLES, example
from core.audio.waveform import Waveform
from core.audio.writing import save_wav
from core.catalog.catalog import Catalog
from core.engine import Engine
from core.paths import DataFolder
from gui.coordinator import Coordinator
from gui.features import Features
from gui.main_window import MainWindow
from gui.search.state import State
from gui.settings import Settings
from gui.sounds.add_dialog import AddSoundsDialog
from gui.sounds.progress import SoundsProgress
from gui.sounds.request import SoundsRequest
from tests.gui.conftest import App, FakeDevices
from tests.gui.search.test_session import open_and_wait


def features_of(app: App) -> Features:
    assert app.coordinator.features is not None
    return app.coordinator.features


def chip(app: App) -> SoundsProgress:
    return features_of(app).sounds.progress


def wait_for_the_end(app: App) -> None:
    app.wait_for(lambda: not features_of(app).sounds.is_active)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def dialog_of(app: App) -> AddSoundsDialog:
    app.window.commands.add_sounds.trigger()
    dialog = features_of(app).sounds.dialog
    assert dialog is not None
    app.wait_for(dialog.isVisible)
    app.wait_for(lambda: not app.coordinator.workers["own catalogues"].is_busy)
    return dialog


def add(app: App, folder: Path, name: str = "Field") -> Catalog:
    """Add a folder as a person does."""
    dialog = dialog_of(app)
    dialog.add_folder(folder)
    dialog.name.setText(name)
    assert dialog.add.isEnabled(), dialog.message.text()
    dialog.add.click()
    wait_for_the_end(app)
    return Catalog.open(app.settings_folder / "catalogs" / name)


def write_minutes(folder: Path, number: int) -> Path:
    """Write so many minutes of noise, each in a file of its own."""
    folder.mkdir()
    random = np.random.default_rng(0)
    for each in range(number):
        noise = random.normal(0, 0.1, 44_100 * 60).astype(np.float32)
        save_wav(Waveform(noise, 44_100, "noise"), folder / f"{each:02}.wav")
    return folder


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """A folder with sounds, one of them below, one of them silent, and one that is none."""
    folder = tmp_path / "Field notes"
    (folder / "below").mkdir(parents=True)
    for name in EXAMPLES:
        save_wav(example(name), folder / f"{name}.wav")
    shutil.copy(folder / "Bell.wav", folder / "below" / "the same.wav")
    save_wav(Waveform(np.zeros(32_000, np.float32), 16_000, "silence"), folder / "silence.wav")
    (folder / "damaged.wav").write_bytes(b"RIFF of something else")
    return folder


def test_a_folder_becomes_a_catalogue_that_can_be_searched(app: App, field: Path) -> None:
    dialog = dialog_of(app)
    assert not dialog.add.isEnabled()
    dialog.add_folder(field)
    assert dialog.name.text() == "Field notes"
    dialog.close()
    catalog = add(app, field, "Field")
    assert len(catalog) == 3
    banner = app.window.banner
    assert banner.message == "“Field” has 3 clips of 4 files. 2 files were left out."
    assert [banner.action.text(), banner.other.text()] == ["&Search them", "Show &which"]
    assert not chip(app).isVisible()
    assert not (app.settings_folder / ".adding-sounds.json").exists()
    banner.action.click()
    app.wait_for(lambda: ("choose", ("Field",)) in app.engine.calls)


def test_the_end_is_told_until_it_is_answered_and_no_search_takes_it_back(
    app: App, field: Path, sine: Path
) -> None:
    app.window.permission.adopt(False)
    add(app, field)
    banner = app.window.banner
    said = banner.message
    open_and_wait(app, sine)
    assert banner.message == said
    app.session.find("dog barking")
    app.wait_for(lambda: app.session.subject == "dog barking")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    banner.clear()
    assert banner.message == said
    assert banner.action.text() == "&Search them"
    app.window.commands.cancel.trigger()  # Escape
    assert banner.message == ""


def test_the_end_is_not_told_any_more_once_they_are_searched(app: App, field: Path) -> None:
    app.window.permission.adopt(False)
    add(app, field)
    assert app.window.banner.action.text() == "&Search them"
    app.engine.info = replace(app.engine.info, others=("Field",))
    app.session.loader.reload(app.engine.load)
    app.wait_for(lambda: app.window.banner.message == "")
    (field / "new.wav").write_bytes((field / "Bell.wav").read_bytes()[:-4])
    features_of(app).sounds.update_catalog("Field")
    wait_for_the_end(app)
    assert ("reload",) in app.engine.calls, "it is searched beside the main one"


def test_what_was_left_out_is_listed_with_its_reason(app: App, field: Path) -> None:
    add(app, field)
    app.window.banner.other.click()
    page = features_of(app).sounds.left_out
    assert page is not None
    app.wait_for(page.isVisible)
    model = page.list.model()
    lines = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert len(lines) == 2
    assert lines[0].startswith("damaged.wav: ")
    assert lines[1].startswith("silence.wav: Nothing is to be heard in it.")
    page.close()


def test_a_folder_without_sound_is_told_and_leaves_nothing(app: App, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    features_of(app).sounds.start(SoundsRequest("Field", (str(tmp_path / "empty"),)))
    wait_for_the_end(app)
    assert "has no sound file in it" in app.window.banner.message
    assert not chip(app).isVisible()
    assert not (app.settings_folder / "catalogs" / "Field").exists()
    assert not (app.settings_folder / ".adding-sounds.json").exists()


def test_before_it_is_known_what_is_installed_none_is_chosen(qtbot: QtBot, field: Path) -> None:
    dialog = AddSoundsDialog()
    qtbot.addWidget(dialog)
    dialog.add_folder(field)
    dialog.show()
    assert dialog.request.listener is None
    dialog.show_known({}, has_vggish=True)
    assert dialog.request.listener == "vggish"


def test_names_that_no_folder_can_have_are_refused(app: App, field: Path) -> None:
    dialog = dialog_of(app)
    dialog.add_folder(field)
    for name in ("", "a/b", ".hidden", "x" * 200, "line\nbreak", "what?"):
        dialog.name.setText(name)
        if dialog.name.text() == name:  # a line edit makes spaces of line breaks
            assert not dialog.add.isEnabled(), name
            assert dialog.message.text()
    dialog.close()


def test_more_is_added_to_a_catalogue_of_the_same_name(
    app: App, field: Path, tmp_path: Path
) -> None:
    assert len(add(app, field)) == 3
    other = tmp_path / "other"
    other.mkdir()
    save_wav(example("Rain", seed=1), other / "more.wav")
    dialog = dialog_of(app)
    dialog.add_folder(other)
    dialog.name.setText("fIELD")
    assert "added to it" in dialog.message.text()
    dialog.add.click()
    wait_for_the_end(app)
    assert len(Catalog.open(app.settings_folder / "catalogs" / "Field")) == 4


def test_an_update_tells_what_is_new_changed_moved_and_missing(app: App, field: Path) -> None:
    add(app, field)
    (field / "Bell.wav").rename(field / "below" / "moved.wav")
    save_wav(example("Bell", seed=7), field / "Rain.wav")
    save_wav(example("Siren", seed=7), field / "new.wav")
    (field / "Siren.wav").unlink()
    chooser = features_of(app).storage.chooser
    app.window.commands.catalogs.trigger()
    app.wait_for(lambda: chooser.table.rowCount() == 2)
    chooser.table.selectRow(1)
    assert chooser.renew.isEnabled()
    chooser.renew.click()
    wait_for_the_end(app)
    told = chooser.message.text()
    assert told.startswith(
        "“Field” is up to date: 1 new, 1 changed, 1 moved, renamed or copied. "
        "2 files were left out. 1 file is missing, and kept."
    )
    banner = app.window.banner
    assert banner.action.text() == "Remove the &missing…"
    banner.action.click()
    (box,) = app.window.findChildren(QMessageBox)
    assert "Remove 1 missing file from “Field”?" in box.text()
    next(each for each in box.buttons() if each.text() == "Remove").click()
    wait_for_the_end(app)
    assert "1 removed" in banner.message
    assert "missing" not in banner.message
    chooser.close()


def test_a_folder_that_is_not_there_is_told_and_loses_nothing(app: App, field: Path) -> None:
    add(app, field)
    field.rename(field.with_name("unplugged"))
    chooser = features_of(app).storage.chooser
    app.window.commands.catalogs.trigger()
    app.wait_for(lambda: chooser.table.rowCount() == 2)
    chooser.table.selectRow(1)
    app.wait_for(lambda: "Not there now" in chooser.message.text())
    assert str(field) in chooser.message.text()
    chooser.renew.click()
    wait_for_the_end(app)
    assert len(Catalog.open(app.settings_folder / "catalogs" / "Field")) == 3
    chooser.close()


def test_what_is_cancelled_goes_on_from_there(app: App, tmp_path: Path) -> None:
    minutes = write_minutes(tmp_path / "minutes", 24)
    sounds, progress = features_of(app).sounds, chip(app)
    sounds.start(SoundsRequest("Long", (str(minutes),)))
    app.wait_for(lambda: re.search(r": [1-9]\d* of 24 files", progress.text.text()) is not None)
    progress.cancel.click()
    progress.go_on.click()  # once what was cancelled has ended
    assert sounds.is_active
    progress.cancel.click()
    assert progress.go_on.isVisible()
    app.wait_for(lambda: not sounds.is_active)
    assert progress.go_on.isVisible()
    parts = app.settings_folder / "catalogs" / ".Long.parts"
    assert any(parts.iterdir())
    progress.go_on.click()
    wait_for_the_end(app)
    assert "“Long” has 144 clips of 24 files." in app.window.banner.message
    assert not parts.exists()


def test_closing_the_window_keeps_it_for_the_next_start(make_app, tmp_path: Path) -> None:
    minutes = write_minutes(tmp_path / "minutes", 24)
    app = make_app()
    app.show()
    features_of(app).sounds.start(SoundsRequest("Long", (str(minutes),)))
    text = chip(app).text
    app.wait_for(lambda: re.search(r": [1-9]\d* of 24 files", text.text()) is not None)
    app.close()
    assert any((app.settings_folder / "catalogs" / ".Long.parts").iterdir())
    again = make_app()
    again.show()
    progress = chip(again)
    again.wait_for(progress.go_on.isVisible)
    assert progress.text.text() == "“Long” is not done"
    dialog = dialog_of(again)
    assert dialog.request.folders == (str(minutes),)
    dialog.close()
    progress.give_up.click()
    wait_for_the_end(again)
    assert not (again.settings_folder / ".adding-sounds.json").exists()
    assert not (again.settings_folder / "catalogs" / ".Long.parts").exists()


def test_duplicates_are_listed_with_sizes_and_can_be_shown(app: App, field: Path) -> None:
    add(app, field)
    chooser = features_of(app).storage.chooser
    app.window.commands.catalogs.trigger()
    app.wait_for(lambda: chooser.table.rowCount() == 2)
    chooser.table.selectRow(1)
    chooser.find_duplicates.click()
    dialog = features_of(app).duplicates.dialog
    assert dialog is not None
    app.wait_for(lambda: dialog.message.text() == "1 group of 2 files")
    head = dialog.tree.topLevelItem(0)
    assert head is not None
    assert "2 files, equal content" in head.text(0)
    names = {head.child(row).text(0) for row in range(head.childCount())}
    assert names == {"Bell.wav", "the same.wav"}
    assert head.child(0).text(2) == "0:05.0"
    asked: list[object] = []
    features_of(app).duplicates.played.connect(asked.append)
    dialog.folder_pressed.disconnect()
    dialog.folder_pressed.connect(asked.append)
    dialog.folder.click()
    assert asked == [dialog.current]
    Path(dialog.current).unlink()
    dialog.play.click()
    app.wait_for(lambda: dialog.current != "" and "Bell.wav" in dialog.message.text())
    dialog.close()
    chooser.close()


def test_own_sounds_answer_once_they_are_searched(
    qtbot: QtBot, own_data_folder: Path, field: Path
) -> None:
    """By the real engine, from the folder to the match."""
    data = DataFolder(own_data_folder)
    data.root.mkdir()
    window = MainWindow()
    coordinator = Coordinator(
        window, Engine(data), Settings(data.root / "window.ini"), data, [], FakeDevices
    )
    try:
        window.show()
        qtbot.waitUntil(lambda: coordinator.features is not None)
        qtbot.waitUntil(lambda: not coordinator.workers.is_busy)
        assert coordinator.features is not None
        coordinator.features.sounds.start(SoundsRequest("Field", (str(field),)))
        qtbot.waitUntil(lambda: window.banner.action.text() == "&Search them")
        assert window.banner.message.startswith("“Field” has 3 clips of 4 files.")
        window.banner.action.click()
        qtbot.waitUntil(lambda: "Field, 3 clips" in window.status.text())
        coordinator.open_paths([field / "Siren.wav"])
        qtbot.waitUntil(lambda: coordinator.session.state is State.RESULTS)
        answer = coordinator.session.answer
        assert answer is not None
        assert Path(answer.matches.matches[0].path).name == "Siren.wav"
        assert answer.matches.matches[0].sound == pytest.approx(1.0)
        window.commands.filter.trigger()
        qtbot.waitUntil(lambda: window.filter.tree.model().rowCount() > 0)
        qtbot.waitUntil(lambda: not coordinator.workers.is_busy)
    finally:
        window.close()
        assert coordinator.wait()
        window.deleteLater()
        coordinator.deleteLater()
        qtbot.wait(1)


def test_a_damaged_note_of_what_is_not_done_is_none(make_app, own_data_folder: Path) -> None:
    (own_data_folder / ".adding-sounds.json").write_text('{"name": "../x", "folders": 3}')
    app = make_app()
    app.show()
    app.wait_for(lambda: not app.coordinator.workers["own catalogues"].is_busy)
    assert not chip(app).isVisible()
