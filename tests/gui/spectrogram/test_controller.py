"""The sound in sight: its selection, its files, its history."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton

from core.audio.reader import AudioFile
from core.options import Comparison
from gui.history.model import Entry, History, Status
from gui.history.recent_menu import MOST
from gui.search.state import State
from tests.gui.conftest import App, write_wav
from tests.gui.search.test_session import open_and_wait, said


@pytest.fixture
def tones(tmp_path: Path) -> Path:
    """Six seconds, another tone every second."""
    times = np.arange(96_000) / 16_000
    frequencies = 300.0 * (1 + np.floor(times))
    return write_wav(tmp_path / "tones.wav", np.sin(2 * np.pi * frequencies * times))


@pytest.fixture
def shown(app: App, tones: Path) -> App:
    open_and_wait(app, tones)
    app.wait_for(lambda: app.window.spectrogram.can_zoom)
    return app


def queries(app: App) -> list[tuple[object, ...]]:
    return [call for call in app.engine.calls if call[0] == "query"]


def test_a_selection_that_settles_is_matched(shown: App) -> None:
    app = shown
    selection = app.window.spectrogram.selection
    assert not app.window.commands.match_selection.isEnabled()
    selection.select(1.0, 2.5)
    selection.settle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert queries(app)[-1] == ("query", "tones.wav", 1.0, 2.5)
    assert app.window.header.steps.texts == ("tones.wav · 0:06", "0:01.0 – 0:02.5")
    assert selection.span == (1.0, 2.5)
    app.window.commands.match_all.trigger()
    app.wait_for(lambda: queries(app)[-1] == ("query", "tones.wav"))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.header.steps.texts == ("tones.wav · 0:06",)
    app.window.commands.match_selection.trigger()
    app.wait_for(lambda: queries(app)[-1] == ("query", "tones.wav", 1.0, 2.5))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    # The picture was read once.
    assert app.coordinator.sound.loader.file is app.session.audio


def test_one_settled_selection_is_matched_once(shown: App) -> None:
    app = shown
    app.window.spectrogram.selection.select(2.0, 3.0)
    app.window.spectrogram.plot.setFocus()
    app.qtbot.keyClick(app.window.spectrogram.plot, Qt.Key.Key_Return)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.qtbot.wait(600)  # a second time would come after the selection's rest
    assert queries(app).count(("query", "tones.wav", 2.0, 3.0)) == 1


def test_spans_are_entries_of_the_history_and_come_back(shown: App) -> None:
    app = shown
    selection = app.window.spectrogram.selection
    selection.select(1.0, 2.5)
    selection.settle()
    app.wait_for(lambda: app.session.state is State.RESULTS and app.session.span is not None)
    app.wait_for(lambda: app.coordinator.history.rowCount() == 2)
    history = app.coordinator.history
    heard = "Sounds like Dog, Bark (10 of the 10 nearest)\ntones.wav"
    assert history.index(0).data().startswith(f"{heard} · 0:01.0–0:02.5 · today ")
    assert history.index(1).data().startswith(f"{heard} · 0:06.0 · today ")
    app.window.history.view.activated.emit(history.index(1))
    app.wait_for(lambda: len(app.window.header.steps.texts) == 1)
    app.window.history.view.activated.emit(history.index(0))
    app.wait_for(lambda: "0:01.0 – 0:02.5" in app.window.header.steps.texts)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert selection.span == (1.0, 2.5)
    assert len(queries(app)) == 2, "what was listened to is kept"
    app.window.history.clear.click()
    assert history.rowCount() == 0


def test_a_span_and_its_sound_come_back_after_another_sound(shown: App, sine: Path) -> None:
    app = shown
    selection = app.window.spectrogram.selection
    selection.select(3.0, 4.0)
    selection.settle()
    app.wait_for(lambda: app.session.span == (3.0, 4.0) and app.session.state is State.RESULTS)
    open_and_wait(app, sine)
    app.wait_for(lambda: app.window.windowTitle().startswith("sine.wav – 25"))
    app.window.history.view.activated.emit(app.coordinator.history.index(1))
    app.wait_for(lambda: selection.span == (3.0, 4.0))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.audio is not None
    assert app.session.audio.name == "tones.wav"


def test_the_selection_is_saved_as_sound_picture_and_embedding(shown: App, tmp_path: Path) -> None:
    app = shown
    titles = []

    def save_as(ending: str):
        def save(title, name, kinds, chosen):
            titles.append((title, name))
            assert ending in kinds
            chosen(tmp_path / f"saved.{ending}")

        app.window.dialogs.save = save  # type: ignore[method-assign]

    app.window.spectrogram.selection.adopt((1.0, 2.0))
    save_as("flac")
    app.window.commands.save.trigger()
    app.wait_for((tmp_path / "saved.flac").exists)
    assert AudioFile(tmp_path / "saved.flac").duration_s == 1.0
    save_as("png")
    app.window.commands.save_picture.trigger()
    assert (tmp_path / "saved.png").read_bytes().startswith(b"\x89PNG")
    save_as("npz")
    app.window.commands.save_embedding.trigger()
    app.wait_for((tmp_path / "saved.npz").exists)
    assert ("save_embedding", "tones.wav", 1.0, 2.0) in app.engine.calls
    assert titles[0] == ("Save the selection", "tones selection")


def test_an_embedding_that_is_wanted_early_stops_no_analysis(shown: App, tmp_path: Path) -> None:
    app = shown
    app.window.dialogs.save = lambda *given: given[-1](tmp_path / "a.npz")  # type: ignore[method-assign]
    app.engine.gate.clear()
    app.session.match_span((1.0, 2.0))
    app.wait_for(lambda: ("query", "tones.wav", 1.0, 2.0) in app.engine.calls)
    app.window.commands.save_embedding.trigger()
    app.engine.gate.set()
    app.wait_for((tmp_path / "a.npz").exists)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.answer is not None
    assert app.session.answer.span == (1.0, 2.0)


def test_what_cannot_be_saved_is_explained(shown: App, tmp_path: Path) -> None:
    app = shown
    for action, name in (
        (app.window.commands.save, "missing/a.wav"),
        (app.window.commands.save_picture, "missing/a.png"),
    ):
        app.window.banner.clear()
        place = tmp_path / name
        app.window.dialogs.save = lambda *given, place=place: given[-1](place)  # type: ignore[method-assign]
        action.trigger()
        app.wait_for(lambda: "cannot be written" in said(app))


def test_saving_something_long_can_be_cancelled(shown: App, tmp_path: Path) -> None:
    app = shown
    app.engine.gate.clear()
    app.window.dialogs.save = lambda *given: given[-1](tmp_path / "a.npz")  # type: ignore[method-assign]
    app.window.commands.save_embedding.trigger()
    saving = app.coordinator.sound.saving
    app.wait_for(lambda: saving.dialog is not None and saving.dialog.isVisible())
    saving.dialog.findChild(QPushButton).click()
    app.wait_for(lambda: not app.coordinator.workers["searches"].is_busy)
    assert saving.dialog is None
    assert not (tmp_path / "a.npz").exists()
    app.engine.gate.set()


def test_saving_can_be_cancelled_before_its_turn(shown: App, tmp_path: Path) -> None:
    app, worker = shown, shown.coordinator.workers["files"]
    app.window.dialogs.save = lambda *given: given[-1](tmp_path / "a.wav")  # type: ignore[method-assign]
    may_end = threading.Event()
    worker.submit(lambda job: may_end.wait(), must_finish=True)
    app.window.commands.save.trigger()
    dialog = app.coordinator.sound.saving.dialog
    assert dialog is not None
    dialog.findChild(QPushButton).click()
    may_end.set()
    app.wait_for(lambda: not worker.is_busy)
    assert not (tmp_path / "a.wav").exists()
    assert app.coordinator.sound.saving.dialog is None


def names(menu: QMenu) -> list[str]:
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


def test_files_of_the_history_are_opened_again(make_app, tmp_path: Path) -> None:
    first = make_app()
    first.show()
    paths = [write_wav(tmp_path / f"{n} & co.wav", np.sin(np.arange(20_000))) for n in range(12)]
    for path in paths:
        open_and_wait(first, path)
        first.wait_for(lambda path=path: first.window.windowTitle().startswith(path.name + " – 25"))
    expected = [f"&{n % 10}  {12 - n} && co.wav" for n in range(1, MOST + 1)]
    assert names(first.window.recent) == expected
    first.close()
    second = make_app()
    second.show()
    second.wait_for(second.window.recent.isEnabled)
    assert names(second.window.recent) == expected
    second.window.recent.actions()[1].trigger()
    second.wait_for(lambda: second.window.windowTitle().startswith("10 & co.wav – 25"))
    second.window.history.clear.click()
    assert not second.window.recent.isEnabled()


def test_the_comparison_by_seconds_is_asked_for_and_remembered(make_app, sine: Path) -> None:
    first = make_app()
    first.show()
    open_and_wait(first, sine)
    assert first.engine.compared == "mean"
    first.window.options.change(by=Comparison.FRAMES)
    first.wait_for(lambda: first.engine.compared == "frames")
    first.wait_for(lambda: first.session.state is State.RESULTS)
    first.close()
    second = make_app()
    second.show()
    open_and_wait(second, sine)
    assert second.engine.compared == "frames"


def test_the_history_is_a_sound_model(qtmodeltester, tmp_path: Path) -> None:
    history = History()
    qtmodeltester.check(history)
    entries = [Entry(f"<b>{number}</b>", tmp_path / str(number)) for number in range(3)]
    history.add(entries)
    entries[1].status, entries[1].trouble = Status.FAILED, "<i>no</i> sound"
    history.update(entries[1])
    qtmodeltester.check(history)
    assert history.waiting() is entries[0]
    tip = history.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;i&gt;" in tip
    assert "<i>" not in tip
    history.clear()
    qtmodeltester.check(history)


def test_a_file_that_is_gone_later_is_explained(shown: App, tones: Path) -> None:
    app = shown
    tones.unlink()
    selection = app.window.spectrogram.selection
    selection.select(1.0, 2.0)
    selection.settle()
    app.wait_for(lambda: app.session.state is State.TROUBLE)
    assert "cannot be read" in said(app) or "not sound" in said(app)
    assert app.rows == 25
