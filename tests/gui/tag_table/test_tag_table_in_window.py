"""Thirty files are one table: filled while they wait, offered, filtered, played, jumped from."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from core.tag_tables import csv_texts
from gui.history.queue import QueueProgress
from gui.search.state import State
from gui.tag_table.panel import TagTablePanel
from gui.tag_table.row_model import TagColumn
from tests.gui.conftest import App, write_wav
from tests.gui.search.test_session import open_and_wait
from tests.gui.widgets.test_drops import drop, mime_of

QUIET, BARK = {"Speech": 0.1}, {"Bark": 0.8}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty real files; one is not sound, one is silent."""
    noise = np.random.default_rng(0)
    folder = tmp_path / "sounds"
    folder.mkdir()
    for number in range(30):
        write_wav(folder / f"{number:02}.wav", noise.normal(0, 0.1, 48_000 + 100 * number))
    (folder / "00.wav").write_text("hello")
    write_wav(folder / "07.wav", np.zeros(20_000))
    return folder


def panel_of(app: App) -> TagTablePanel:
    assert app.coordinator.features is not None
    return app.coordinator.features.tag_table.panel


def offer_of(app: App) -> QPushButton:
    assert app.coordinator.features is not None
    return app.coordinator.features.tag_table.offer


def is_done(app: App) -> bool:
    workers = app.coordinator.workers
    return app.coordinator.history.waiting() is None and not workers.is_busy


@pytest.fixture
def thirty(app: App, folder: Path) -> App:
    """A window with thirty files in which a dog barks in the second patch."""
    app.engine.scores = [QUIET, BARK, QUIET]
    drop(app, mime_of(folder))
    app.wait_for(lambda: app.coordinator.collector.model.n_sounds == 30 and is_done(app))
    return app


def test_thirty_files_are_one_table(thirty: App) -> None:
    app, model = thirty, thirty.coordinator.collector.model
    rows = {row.sound.path.name: row for row in model.shown}
    assert len(rows) == 30
    assert "is not sound" in rows["00.wav"].label
    assert rows["07.wav"].label == "07.wav is silent."
    barks = [row for row in model.shown if row.span is not None]
    assert len(barks) == 28
    assert {(row.label, row.time) for row in barks} == {("Bark", "0:00.9–0:01.9")}
    assert all(row.best is not None and row.best.labels == ("Dog", "Bark") for row in barks)
    assert panel_of(app).isHidden()
    assert offer_of(app).isVisible()
    assert offer_of(app).text() == "30 files: show what was heard when"
    app.qtbot.mouseClick(offer_of(app), Qt.MouseButton.LeftButton)
    assert panel_of(app).isVisible()
    assert not offer_of(app).isVisible()
    assert not app.window.results.isVisible()
    assert panel_of(app).count.text() == "30 rows · 30 files"
    app.wait_for(lambda: app.window.focusWidget() is panel_of(app).table)
    app.window.commands.tag_table.trigger()
    assert app.window.results.isVisible()


def test_it_is_filtered_and_says_so(thirty: App) -> None:
    thirty.window.commands.tag_table.trigger()
    panel = panel_of(thirty)
    panel.search.setText("bark 2")
    assert panel.count.text() == "12 of 30 rows"
    panel.only.setChecked(True)
    assert panel.message.text() == "No row passes the filter."
    assert panel.message.isVisible()
    assert not panel.saving.isEnabled()
    panel.search.clear()
    assert [row.sound.path.name for row in thirty.coordinator.collector.model.shown] == ["01.wav"]
    panel.only.setChecked(False)
    panel.least.setValue(0.9)
    assert panel.message.isVisible()
    panel.clear.click()
    assert panel.message.text().startswith("Open some files")
    assert panel.message.isVisible()


def test_a_click_or_return_opens_the_file_and_matches_its_seconds(thirty: App) -> None:
    app, table = thirty, panel_of(thirty).table
    app.window.commands.tag_table.trigger()
    model = app.coordinator.collector.model
    place = next(n for n, row in enumerate(model.shown) if row.sound.path.name == "21.wav")
    table.scrollTo(model.index(place, TagColumn.TAG))
    where = table.visualRect(model.index(place, TagColumn.TAG)).center()
    app.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    app.wait_for(lambda: app.session.state is State.RESULTS and is_done(app))
    assert app.session.audio is not None
    assert app.session.audio.name == "21.wav"
    selection = app.window.spectrogram.selection
    assert selection.span == app.session.span == pytest.approx((0.96, 1.92))
    assert app.engine.calls.count(("query", "21.wav")) == 1  # it was not listened to again
    assert table.isVisible()
    assert model.index(place, TagColumn.MATCH).data().startswith("these seconds: 0.99 Bark, Dog")
    # What is matched already is only shown.
    n_calls, zoomed = len(app.engine.calls), app.window.spectrogram
    zoomed.show_span((2.0, 2.5))
    table.setFocus()
    app.qtbot.keyClick(table, Qt.Key.Key_Return)
    assert zoomed.span[0] < 0.96
    assert zoomed.span[1] > 1.92
    assert len(app.engine.calls) == n_calls
    # A row that says why there is nothing leads nowhere.
    table.setCurrentIndex(model.index(0, TagColumn.TAG))
    app.qtbot.keyClick(table, Qt.Key.Key_Return)
    assert app.session.audio.name == "21.wav"


def test_p_and_the_button_play_the_seconds_of_a_row(
    thirty: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, table = thirty, panel_of(thirty).table
    assert app.coordinator.features is not None
    played: list[tuple[object, ...]] = []
    playback = app.coordinator.features.playback.playback
    monkeypatch.setattr(
        playback,
        "play",
        lambda audio, *span_s: played.append((audio.name, *np.round(span_s[:2], 2), span_s[2])),
    )
    app.window.commands.tag_table.trigger()
    model = app.coordinator.collector.model
    names = [row.sound.path.name for row in model.shown]
    table.setCurrentIndex(model.index(names.index("05.wav"), TagColumn.TAG))
    app.wait_for(lambda: table.hasFocus())
    app.qtbot.keyClick(table, Qt.Key.Key_P)
    assert played == [("05.wav", 0.96, 1.92, None)]
    index = model.index(names.index("06.wav"), TagColumn.PLAY)
    table.scrollTo(index)
    app.qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center()
    )
    assert played[1:] == [("06.wav", 0.96, 1.92, None)]
    app.wait_for(lambda: app.session.state is State.RESULTS and is_done(app))
    assert app.session.audio is not None
    assert app.session.audio.name == "06.wav"


def test_what_is_in_sight_is_saved(
    thirty: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, panel = thirty, panel_of(thirty)
    panel.search.setText("bark 1")
    rows = app.coordinator.collector.model.shown
    table, labels = tmp_path / "tags.csv", tmp_path / "labels"
    labels.mkdir()
    dialogs = app.window.dialogs
    monkeypatch.setattr(dialogs, "save", lambda title, name, kinds, chosen: chosen(table))
    monkeypatch.setattr(dialogs, "choose_folder", lambda title, chosen: chosen(labels))
    to_table, to_audacity, _ = panel.save.actions()
    to_table.trigger()
    app.wait_for(lambda: table.exists() and is_done(app))
    told = [(str(row.sound.path), [row.span]) for row in rows if row.span is not None]
    assert table.read_bytes().decode() == "".join(csv_texts(told))
    to_audacity.trigger()
    app.wait_for(lambda: len([*labels.iterdir()]) == len(rows) and is_done(app))
    to_audacity.trigger()
    app.wait_for(lambda: "is there already" in app.window.banner.message)
    single, panel_text = tmp_path / "one.labels.txt", "21.wav"
    panel.search.setText(panel_text)
    monkeypatch.setattr(dialogs, "save", lambda title, name, kinds, chosen: chosen(single))
    to_audacity.trigger()
    app.wait_for(lambda: single.exists() and is_done(app))
    assert single.read_text() == "0.960000\t1.920000\tBark 0.80\n"


def test_waiting_files_say_how_far_they_are_and_can_be_given_up(app: App, folder: Path) -> None:
    app.engine.scores = [BARK]
    told: list[QueueProgress] = []
    finished = threading.Event()
    queue, history, panel = app.coordinator.queue, app.coordinator.history, panel_of(app)
    queue.progressed.connect(told.append)
    queue.finished.connect(finished.set)

    def hold(answer: object) -> None:
        if len([each for each in told if each.n_done]) and told[-1].n_done == 4:
            app.engine.gate.clear()

    queue.answered.connect(hold)
    app.window.commands.tag_table.trigger()
    drop(app, mime_of(folder))
    app.wait_for(lambda: bool(told) and told[-1].n_done == 5 and panel.progress.isVisible())
    assert told[-1].n_all == 29  # what cannot be read was told at once
    assert told[-1].left_s is not None
    assert panel.progress.stage.text().startswith("5 of 29 files · a few seconds left")
    assert not finished.is_set()
    panel.progress.cancel.click()
    assert finished.is_set()
    assert history.waiting() is None
    app.wait_for(lambda: is_done(app))
    assert not panel.progress.isVisible()
    app.engine.gate.set()
    assert history.rowCount() == 5
    assert app.coordinator.collector.model.n_sounds == 6
    # The next ones are counted anew.
    told.clear()
    queue.add([folder / "20.wav"])
    app.wait_for(lambda: bool(told) and told[-1].n_done == told[-1].n_all == 2)


def test_a_long_sound_is_offered_and_a_short_one_is_not(app: App, tmp_path: Path) -> None:
    app.engine.scores = [BARK, QUIET, QUIET]
    noise = np.random.default_rng(0).normal(0, 0.1, 125 * 8000)
    open_and_wait(app, write_wav(tmp_path / "short.wav", noise[:24_000], 8000))
    app.wait_for(lambda: app.coordinator.collector.model.n_sounds == 1)
    assert not offer_of(app).isVisible()
    panel_of(app).clear.click()
    open_and_wait(app, write_wav(tmp_path / "long.wav", noise, 8000))
    app.wait_for(lambda: app.coordinator.collector.model.n_sounds == 1)
    assert offer_of(app).text() == "A long sound: show what was heard when"
    assert offer_of(app).isVisible()
    assert app.coordinator.collector.model.n_rows == 44
    panel_of(app).clear.click()
    assert not offer_of(app).isVisible()


def test_the_keys_stay_with_the_table_when_another_sound_is_opened(app: App, sine: Path) -> None:
    app.window.commands.tag_table.trigger()
    app.window.words.setFocus()
    open_and_wait(app, sine)
    app.wait_for(lambda: app.window.focusWidget() is panel_of(app).table)
    assert panel_of(app).isVisible()
