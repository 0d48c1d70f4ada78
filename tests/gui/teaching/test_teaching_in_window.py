"""A class is taught in the window by the real engine: marked, asked about, heard, given away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.audio.examples import example
from core.audio.writing import save_wav
from core.engine import Engine
from core.jobs import Job
from core.options import ListenerKind, Options
from core.paths import DataFolder
from core.types import CatalogInfo, Matches, Query, Tag
from gui.coordinator import Coordinator
from gui.main_window import MainWindow
from gui.search.state import State
from gui.settings import Settings
from gui.teaching.panel import TeachingPanel
from tests.gui.conftest import App, FakeDevices


class Taught:
    """A window with the real engine, and its panel."""

    def __init__(self, qtbot: QtBot, home: Path) -> None:
        self.qtbot, self.engine = (
            qtbot,
            Engine(DataFolder(home), Options(listener=ListenerKind.BUILT_IN)),
        )
        self.window = MainWindow()
        self.coordinator = Coordinator(
            self.window,
            self.engine,
            Settings(home / "window.ini"),
            DataFolder(home),
            [],
            lambda: FakeDevices(),
        )
        self.window.show()
        session = self.session = self.coordinator.session
        self.wait_for(lambda: self.coordinator.features is not None)
        self.wait_for(lambda: session.loader.model_id != "" and not session.loader.is_loading)
        self.window.permission.adopt(False)
        self.window.commands.teach.setChecked(True)
        self.wait_for(self.is_idle)

    def wait_for(self, condition) -> None:
        self.qtbot.waitUntil(condition)

    def is_idle(self) -> bool:
        return not self.coordinator.workers.is_busy

    @property
    def panel(self) -> TeachingPanel:
        assert self.coordinator.features is not None
        assert self.coordinator.features.teaching is not None
        return self.coordinator.features.teaching.panel

    def find(self, text: str) -> None:
        self.session.find(text)
        self.wait_for(lambda: self.session.state is State.RESULTS and self.is_idle())

    def select(self, *rows: int) -> None:
        table = self.window.results.table
        table.clearSelection()
        flags = QItemSelectionModel.SelectionFlag
        for row in rows:
            place = table.model().index(row, 0)
            table.selectionModel().select(place, flags.Select | flags.Rows)

    def name(self, name: str) -> None:
        self.panel.classes.activated.emit(self.panel.classes.count() - 1)
        (dialog,) = self.panel.findChildren(QInputDialog)
        dialog.setTextValue(name)
        dialog.accept()

    def press(self, button) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.wait_for(self.is_idle)


@pytest.fixture
def taught(qtbot: QtBot, own_data_folder: Path) -> Iterator[Taught]:
    own_data_folder.mkdir()
    made = Taught(qtbot, own_data_folder)
    yield made
    made.window.close()
    assert made.coordinator.wait()
    made.window.deleteLater()
    made.coordinator.deleteLater()
    qtbot.wait(1)


def test_marked_matches_make_a_class_that_asks_finds_and_is_kept(taught: Taught) -> None:
    panel = taught.panel
    assert panel.isVisible()
    assert panel.classes.currentText() == "New class…"
    assert not panel.of_matches.isVisible()
    taught.find("dog")
    taught.name("our  dog")
    assert panel.classes.currentText() == "our dog"
    taught.select(0, 1, 2, 3, 4)
    assert panel.of_matches.label.text() == "5 selected matches"
    taught.press(panel.of_matches.yes)
    assert panel.quality.text().startswith("5 yes, 0 no. Too few examples")
    asked = [row.match for row in panel.questions]
    assert all(match is not None for match in asked)
    marked = {match.video_id for match in taught.window.results.table.selected()}
    assert marked.isdisjoint(match.video_id for match in asked if match is not None)
    for place, row in enumerate(panel.questions):
        assert row.isVisible()
        button = row.yes if place % 2 else row.no
        assert button.accessibleName().startswith("Yes: " if place % 2 else "No: ")
        taught.press(button)
    assert panel.quality.text().startswith("7 yes, 3 no. Of what it finds about ")
    next_ones = [row.match for row in panel.questions]
    assert {m.row for m in next_ones if m}.isdisjoint(m.row for m in asked if m)
    taught.press(panel.show_all)
    taught.wait_for(lambda: taught.session.subject == "our dog" and taught.is_idle())
    assert [each.name for each in taught.engine.taught_classes()] == ["our dog"]


def test_a_mistake_is_mended_by_the_other_answer(taught: Taught) -> None:
    taught.find("dog")
    taught.name("our dog")
    taught.select(0, 1)
    taught.press(taught.panel.of_matches.yes)
    row = taught.panel.questions[0]
    taught.press(row.yes)
    assert taught.panel.quality.text().startswith("3 yes, 0 no.")
    taught.press(row.no)
    assert taught.panel.quality.text().startswith("2 yes, 1 no.")
    assert (row.yes.isChecked(), row.no.isChecked()) == (False, True)


def test_a_sound_of_ones_own_is_taught_and_heard_in_another(taught: Taught, tmp_path: Path) -> None:
    for seed in (0, 1):
        save_wav(example("Siren", seed), tmp_path / f"siren {seed}.wav")
    app = taught
    app.session.open_files([tmp_path / "siren 0.wav"])
    app.wait_for(lambda: app.session.state is State.RESULTS and app.is_idle())
    assert app.panel.of_sound.label.text() == "The sound above"
    app.name("our siren")
    app.press(app.panel.of_sound.yes)
    assert app.panel.quality.text().startswith("1 yes, 0 no.")
    assert "was taught by" in app.panel.message.text(), "VGGish's clips cannot be asked about"
    app.session.open_files([tmp_path / "siren 1.wav"])
    app.wait_for(lambda: app.session.subject == "siren 1.wav")
    app.wait_for(lambda: app.session.state is State.RESULTS and app.is_idle())
    chips = app.window.header.heard.chips
    assert chips[0].label == "our siren"
    assert chips[0].menu() is None, "AudioSet's clips have no label to be steered by"
    assert "our siren" in [label for label, _ in app.window.tags.rows]


def test_a_class_of_audioset_is_refused_in_the_panel(taught: Taught) -> None:
    taught.find("dog")
    taught.name("Dog")
    taught.select(0)
    taught.press(taught.panel.of_matches.yes)
    assert "AudioSet has a class “Dog” already" in taught.panel.message.text()
    assert taught.engine.taught_classes() == []


def test_a_class_is_removed_only_after_asking(taught: Taught) -> None:
    taught.find("dog")
    taught.name("our dog")
    taught.select(0)
    taught.press(taught.panel.of_matches.yes)
    for is_removed in (False, True):
        taught.panel.remove_action.trigger()
        (box,) = taught.window.findChildren(QMessageBox)
        wanted = "Remove" if is_removed else "Keep"
        button = next(each for each in box.buttons() if each.text() == wanted)
        taught.press(button)
        taught.wait_for(lambda: not taught.window.findChildren(QMessageBox))
        assert len(taught.engine.taught_classes()) == (0 if is_removed else 1)
    assert taught.panel.classes.currentText() == "New class…"
    assert not taught.panel.questions[0].isVisible()


def test_what_a_removed_class_was_still_to_learn_does_not_bring_it_back(taught: Taught) -> None:
    taught.find("dog")
    taught.name("our dog")
    taught.select(0)
    taught.press(taught.panel.of_matches.yes)
    taught.coordinator.recording.toggle()
    taught.wait_for(lambda: taught.session.state is State.RECORDING)
    taught.qtbot.mouseClick(taught.panel.questions[0].yes, Qt.MouseButton.LeftButton)
    taught.panel.remove_action.trigger()
    (box,) = taught.window.findChildren(QMessageBox)
    button = next(each for each in box.buttons() if each.text() == "Remove")
    taught.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    taught.wait_for(lambda: taught.engine.taught_classes() == [])
    taught.wait_for(lambda: taught.panel.classes.currentText() == "New class…")
    taught.coordinator.recording.toggle()
    taught.wait_for(lambda: taught.session.state is not State.RECORDING)
    taught.wait_for(lambda: taught.session.state is State.RESULTS and taught.is_idle())
    assert taught.engine.taught_classes() == []


def test_a_search_only_puts_off_what_is_asked_about(
    taught: Taught, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_ask, begun = taught.engine.to_ask, threading.Event()

    def slow(name: str, k: int, job: Job) -> Matches:
        begun.set()
        while True:
            job.check()

    monkeypatch.setattr(taught.engine, "to_ask", slow)
    taught.find("dog")
    taught.name("our dog")
    taught.select(0)
    taught.qtbot.mouseClick(taught.panel.of_matches.yes, Qt.MouseButton.LeftButton)
    taught.wait_for(begun.is_set)
    monkeypatch.setattr(taught.engine, "to_ask", to_ask)
    taught.find("rain")
    taught.wait_for(lambda: taught.panel.has_open_questions)


def test_without_a_name_for_a_new_class_the_one_in_sight_stays(qtbot: QtBot) -> None:
    panel = TeachingPanel()
    qtbot.addWidget(panel)
    panel.show_classes(["our dog", "our gate"], "our gate")
    panel.classes.setCurrentIndex(2)
    panel.classes.activated.emit(2)
    (dialog,) = panel.findChildren(QInputDialog)
    with qtbot.assertNotEmitted(panel.chosen):
        dialog.reject()
    assert panel.classes.currentText() == "our gate"


def test_a_recording_says_when_a_taught_class_begins_to_be_heard(app: App) -> None:
    def match_live(*tags: Tag) -> None:
        query = Query("Recording", app.engine.made_catalog.clip(0).frames, 5.0, heard=tags)
        info = CatalogInfo("", "", 1, "")
        app.session.live_matched.emit(Matches(query, info, ()))

    app.window.permission.adopt(False)  # no question may stand there
    app.window.banner.clear()
    own = Tag("our gate", 0.7, is_taught=True)
    match_live(Tag("Dog", 0.9))
    assert app.window.banner.isHidden()
    match_live(own, Tag("Dog", 0.9))
    assert "“our gate” is heard now." in app.window.banner.message
    app.window.banner.clear()
    match_live(own)
    assert app.window.banner.isHidden(), "it has been said"
    match_live()
    match_live(own, Tag("our dog", 0.8, is_taught=True))
    assert app.window.banner.message == "“our dog” and “our gate” are heard now."
    app.window.banner.clear()
    match_live(own)
