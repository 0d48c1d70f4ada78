"""From a sound to its matches in the window: every state, every way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from core.audio.reader import AudioFile
from core.errors import MicrophoneError, ModelError
from core.options import Filter
from gui.filters.model import ClassChoice
from gui.results.look_up_questions import MAY_BE
from gui.search.state import State
from tests.gui.conftest import INFO, NOTE, App, FakeRecorder, write_wav


def open_and_wait(app: App, path: Path) -> None:
    app.coordinator.open_paths([path])
    app.wait_for(lambda: app.session.state is State.RESULTS)


def said(app: App) -> str:
    """Return what the banner says, but for the question whether titles may be looked up."""
    banner = app.window.banner
    return banner.message if banner.isVisible() and banner.message != MAY_BE else ""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that would have been opened in the browser."""
    urls: list[str] = []

    def open_url(url: QUrl) -> bool:
        urls.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return urls


def test_the_window_begins_empty_and_says_what_is_searched(app: App) -> None:
    assert app.session.state is State.EMPTY
    assert app.window.empty.isVisible()
    assert not app.window.results.isVisible()
    assert app.window.windowTitle() == "Soundalike"
    assert said(app).startswith(NOTE)
    assert app.window.status.text() == "Built-in listener · AudioSet, balanced, 132 clips"


def test_a_sound_given_at_the_start_waits_for_the_model(
    make_app: Callable[..., App], sine: Path
) -> None:
    app = make_app(sine)
    app.engine.gate.clear()
    app.show()
    app.wait_for(lambda: app.window.spectrogram.picture is not None)
    assert app.session.state is State.ANALYSING
    assert app.engine.calls == [("load",)]
    app.engine.gate.set()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.rows == 25
    assert len(app.engine.threads) == 1, "the engine belongs to one thread"


def test_loading_shows_its_progress_before_there_is_any_sound(
    make_app: Callable[..., App],
) -> None:
    app = make_app()
    app.engine.gate.clear()
    app.show()
    progress = app.window.empty.progress
    app.wait_for(progress.bar.isVisible)
    app.wait_for(lambda: progress.stage.text() == "Loading the model · 50%")
    assert not progress.cancel.isVisible()
    app.window.resize(1024, 640)
    app.engine.gate.set()
    app.wait_for(lambda: not progress.bar.isVisible())
    assert progress.stage.text() == ""


def test_cancelling_a_waiting_sound_leaves_the_model_loading(
    make_app: Callable[..., App], sine: Path
) -> None:
    app = make_app(sine)
    app.engine.gate.clear()
    app.show()
    app.wait_for(lambda: app.window.spectrogram.picture is not None)
    app.wait_for(app.window.header.progress.cancel.isVisible)
    qt_key(app, Qt.Key.Key_Escape)
    assert app.session.state is State.EMPTY
    app.engine.gate.set()
    app.wait_for(lambda: "132 clips" in app.window.status.text())
    assert [call[0] for call in app.engine.calls] == ["load"]


def test_progress_shows_and_goes_without_moving_anything(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    app.window.banner.clear()
    app.window.permission.adopt(False)
    place = app.window.results.geometry()
    app.engine.gate.clear()
    app.coordinator.open_paths([sine])
    app.wait_for(app.window.header.progress.bar.isVisible)
    app.wait_for(lambda: "VGGish" in app.window.header.progress.stage.text())
    assert app.window.header.progress.cancel.isVisible()
    assert app.window.results.is_dimmed
    assert app.rows == 25, "old results are dimmed, not gone"
    assert app.window.results.geometry() == place
    app.window.header.progress.cancel.click()
    assert app.session.state is State.RESULTS
    assert not app.window.results.is_dimmed
    assert not app.window.header.progress.bar.isVisible()


def test_the_newest_sound_wins(app: App, tmp_path: Path) -> None:
    app.engine.gate.clear()
    paths = [write_wav(tmp_path / f"{name}.wav", np.sin(np.arange(20_000))) for name in "abc"]
    for path in paths:
        app.coordinator.open_paths([path])
    app.engine.gate.set()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.windowTitle().startswith("c.wav")
    assert [call[1] for call in app.engine.calls if call[0] == "search"] == ["c.wav"]


def test_changing_filters_searches_again_without_listening_again(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    app.window.options.change(k=7)
    app.wait_for(lambda: app.rows == 7)
    app.wait_for(lambda: app.window.filter.model.rowCount() > 0)
    app.window.filter.model.choose("Music", ClassChoice.WITHOUT)
    app.wait_for(lambda: ("search", "sine.wav", 7, Filter((), ("Music",))) in app.engine.calls)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert [call[0] for call in app.engine.calls].count("query") == 1


def test_an_unknown_class_is_explained_and_taken_back(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    app.window.options.change(filters=Filter(("Dgo",)))
    app.wait_for(lambda: "Did you mean Dog" in said(app))
    assert app.window.options.filters == Filter()
    assert app.window.options.filters == Filter()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.rows == 25


def test_an_unknown_class_chosen_before_the_first_sound(app: App, sine: Path) -> None:
    app.window.options.change(filters=Filter(("Dgo",)))
    open_and_wait(app, sine)
    assert "Did you mean Dog" in said(app)
    assert app.rows == 25


def test_more_like_this_and_back(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    app.window.results.table.selectRow(1)
    app.window.commands.more.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert ("similar", "sin00000002", 25, Filter()) in app.engine.calls
    assert app.window.header.steps.texts == ("sine.wav · 0:01", "more like sin00000002")
    assert app.window.commands.back.isEnabled()
    app.window.options.change(k=5)
    app.wait_for(lambda: app.rows == 5)
    assert app.engine.calls[-1] == ("similar", "sin00000002", 5, Filter())
    app.window.commands.more.trigger()
    app.wait_for(lambda: app.window.header.steps.texts[-1] == "more like sin00000001")
    assert len(app.window.header.steps.texts) == 3
    for expected in ("sin00000002", "sine.wav"):
        app.window.commands.back.trigger()
        app.wait_for(
            lambda expected=expected: (
                app.session.state is State.RESULTS and expected in app.window.header.steps.texts[-1]
            )
        )
        assert app.rows == 5, "filters of now hold for what one goes back to"
    assert not app.window.commands.back.isEnabled()
    app.window.header.forward.click()
    app.wait_for(lambda: app.window.header.steps.texts[-1] == "more like sin00000002")
    assert app.window.commands.back.isEnabled()
    app.window.results.table.selectRow(3)
    app.window.commands.more.trigger()
    app.wait_for(lambda: app.window.header.steps.texts[-1] == "more like sin00000004")
    assert not app.window.header.forward.isEnabled(), "what lay ahead is forgotten"
    # The step that is taken back leads to where it was taken.
    app.window.header.steps.chips[1].click()
    app.wait_for(lambda: app.window.header.steps.texts == ("sine.wav · 0:01",))
    assert app.window.header.forward.isEnabled()


def test_sounds_are_steps_and_their_parts_are_not(app: App, sine: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.wav"
    other.write_bytes(sine.read_bytes())
    open_and_wait(app, sine)
    app.session.match_span((0.2, 0.9))
    app.wait_for(lambda: app.session.state is State.RESULTS and app.session.answer.span is not None)
    assert not app.window.commands.back.isEnabled()
    open_and_wait(app, other)
    app.window.commands.back.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.audio is not None
    assert (app.session.audio.name, app.session.span) == ("sine.wav", (0.2, 0.9))
    app.window.commands.forward.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert (app.session.audio.name, app.session.span) == ("other.wav", None)


def test_links_open_and_are_copied(app: App, sine: Path, opened: list[str]) -> None:
    open_and_wait(app, sine)
    url = "https://www.youtube.com/watch?v=sin00000001&t=30s"
    qt_key(app, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert opened == [url]
    qt_key(app, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == url
    app.window.results.table.selectRow(2)
    app.window.commands.open_link.trigger()
    assert opened == [url]
    assert "cannot be opened" in said(app)


def test_without_a_browser_the_link_can_be_copied(
    app: App, sine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    open_and_wait(app, sine)
    app.window.commands.open_link.trigger()
    assert "No browser" in said(app)
    app.window.banner.action.click()
    assert QGuiApplication.clipboard().text().endswith("sin00000001&t=30s")


def test_notes_of_the_sound_are_shown(app: App, tmp_path: Path) -> None:
    open_and_wait(app, write_wav(tmp_path / "short.wav", np.sin(np.arange(4_000))))
    assert "padded with silence" in said(app)


def test_a_model_that_does_not_load_is_explained(make_app: Callable[..., App], sine: Path) -> None:
    app = make_app()
    app.engine.load_error = ModelError("The checkpoint is cut off.", "Fetch it again.")
    app.show()
    app.wait_for(lambda: "cut off" in said(app))
    assert app.window.banner.is_trouble
    assert not app.window.header.progress.bar.isVisible()


def test_what_nobody_foresaw_reaches_the_banner(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    app.engine.search = None  # type: ignore[method-assign, assignment]
    app.window.options.change(k=3)
    app.wait_for(lambda: "Something went wrong" in said(app))
    assert app.rows == 25


def test_recording_is_seen_and_matched(app: App) -> None:
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    app.window.capture.choose_device("usb")
    qt_key(app, Qt.Key.Key_Space)
    app.wait_for(lambda: app.session.state is State.RECORDING and bool(FakeRecorder.made))
    assert app.window.windowTitle() == "Recording – Soundalike"
    assert app.window.capture.record.text() == "Stop"
    app.wait_for(lambda: app.window.capture.elapsed.text() >= "0:01.2")
    assert app.window.capture.level.text == "−6 dB"
    assert FakeRecorder.made[0].key == "usb"
    qt_key(app, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.windowTitle() == "Recording – 25 matches – Soundalike"
    assert app.window.capture.record.text() == "Record"
    assert FakeRecorder.made[0].is_stopped


def test_a_long_recording_costs_no_more_than_a_short_one(app: App) -> None:
    app.coordinator.recording.toggle()
    app.wait_for(lambda: bool(FakeRecorder.made) and app.window.spectrogram.picture is not None)
    shape = app.window.spectrogram.picture.levels.shape
    app.wait_for(lambda: app.window.capture.elapsed.text() >= "0:11")
    assert app.window.spectrogram.picture.levels.shape == shape
    start_s, end_s = app.window.spectrogram.span
    assert end_s - start_s == pytest.approx(10.0)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)


def test_a_microphone_that_goes_leaves_its_recording(app: App) -> None:
    app.coordinator.recording.toggle()
    app.wait_for(lambda: bool(FakeRecorder.made) and bool(FakeRecorder.made[0].blocks))
    FakeRecorder.made[0].problem = MicrophoneError("The microphone has gone.", "Plug it in.")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert "has gone" in said(app)


def test_escape_puts_a_recording_aside_and_it_can_be_matched(app: App) -> None:
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.capture.elapsed.text() > "0:00.5")
    qt_key(app, Qt.Key.Key_Escape)
    app.wait_for(lambda: "put aside" in said(app))
    assert app.session.state is State.EMPTY
    app.window.banner.action.click()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.windowTitle().startswith("Recording")


def test_a_drop_while_recording_loses_neither(app: App, sine: Path) -> None:
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.capture.elapsed.text() > "0:00.5")
    app.coordinator.open_paths([sine])
    app.wait_for(lambda: app.session.state is State.RESULTS and "put aside" in said(app))
    assert app.window.windowTitle().startswith("sine.wav")


def test_without_a_microphone_the_rest_works(make_app: Callable[..., App], sine: Path) -> None:
    app = make_app()
    app.devices.error = MicrophoneError("PortAudio is missing.", "Install it.")
    app.show()
    app.wait_for(lambda: not app.window.capture.record.isEnabled())
    for part in (app.window.capture.record, app.window.empty.record):
        assert part.toolTip() == "PortAudio is missing. Install it."
        assert part.accessibleDescription() == "PortAudio is missing. Install it."
    assert app.window.empty.reason.isVisible()
    assert app.window.empty.reason.text() == "PortAudio is missing. Install it."
    qt_key(app, Qt.Key.Key_Space)
    assert app.session.state is State.EMPTY
    open_and_wait(app, sine)
    app.devices.error = None
    app.window.commands.inputs.trigger()
    app.wait_for(app.window.capture.record.isEnabled)


@pytest.mark.parametrize("moment", ["loading", "thinking", "recording"])
def test_closing_at_any_moment_is_clean(
    make_app: Callable[..., App], sine: Path, moment: str
) -> None:
    app = make_app()
    if moment == "loading":
        app.engine.gate.clear()
    app.show()
    if moment == "thinking":
        app.engine.gate.clear()
        app.coordinator.open_paths([sine])
    elif moment == "recording":
        app.coordinator.recording.toggle()
        app.wait_for(lambda: bool(FakeRecorder.made))
    app.window.close()
    assert app.coordinator.wait()
    assert app.engine.is_closed
    assert all(recorder.is_stopped for recorder in FakeRecorder.made)


def test_a_recording_that_was_running_at_the_end_is_offered_once(
    make_app: Callable[..., App], own_data_folder: Path
) -> None:
    first = make_app()
    first.show()
    first.coordinator.recording.toggle()
    first.wait_for(lambda: first.coordinator.recording.recording.n_samples > 16_000)
    first.close()
    second = make_app()
    second.show()
    second.wait_for(lambda: INFO.name in second.window.status.text())
    second.wait_for(
        lambda: said(second).startswith("A recording was running when the program ended.")
    )
    second.window.banner.action.click()
    second.wait_for(lambda: second.session.state is State.RESULTS)
    assert second.session.subject.startswith("recording ")
    second.close()
    third = make_app()
    third.show()
    third.wait_for(lambda: INFO.name in third.window.status.text())
    assert said(third) == "", "it is known"
    assert third.window.setting_up.text() == "Built-in model · Set up…"
    assert len(list((own_data_folder / "recordings").iterdir())) == 1  # it stays


def test_choices_are_remembered(make_app: Callable[..., App], sine: Path) -> None:
    first = make_app()
    first.show()
    first.wait_for(lambda: first.window.capture.device.count() == 4)
    first.window.resize(920, 650)
    first.window.options.change(k=12)
    first.window.options.change(filters=Filter(("Cattle, bovinae",), ("Music",)))
    first.window.capture.choose_device("usb")
    first.close()
    second = make_app()
    second.show()
    assert second.window.size() == first.window.size()
    assert second.window.options.filters == Filter(("Cattle, bovinae",), ("Music",))
    second.wait_for(lambda: second.window.capture.chosen_device == "usb")
    open_and_wait(second, sine)
    assert second.rows == 12


def test_damaged_settings_do_not_matter(
    make_app: Callable[..., App], own_data_folder: Path
) -> None:
    (own_data_folder / "window.ini").write_bytes(b"[General]\nk=many\ngeometry=@\x00\xff\n")
    app = make_app()
    app.show()
    assert app.window.options.values.k == 25


def test_everything_has_a_name_and_a_place_in_the_tab_order(app: App, sine: Path) -> None:
    from PySide6.QtWidgets import (
        QAbstractButton,
        QComboBox,
        QLineEdit,
        QListView,
        QSlider,
        QSpinBox,
        QTableView,
        QWidget,
    )

    open_and_wait(app, sine)
    nameless = [
        widget
        for kind in (QAbstractButton, QComboBox, QLineEdit, QSpinBox)
        for widget in app.window.findChildren(kind)
        if widget.isVisible()
        and not (widget.accessibleName() or getattr(widget, "text", str)())
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []
    kinds = (QAbstractButton, QComboBox, QLineEdit, QSpinBox, QTableView, QListView, QSlider)
    unexplained = [
        widget
        for kind in kinds
        for widget in app.window.findChildren(kind)
        if widget.isVisible()
        and not (widget.accessibleDescription() or widget.toolTip())
        and not widget.objectName().startswith("qt_")
    ]
    assert unexplained == []
    reached: list[QWidget] = []
    app.window.capture.record.setFocus()
    for _ in range(40):
        widget = app.window.focusWidget()
        if widget in reached:
            break
        reached.append(widget)
        app.window.focusNextChild()
    for wanted in (
        app.window.capture.open,
        app.window.spectrogram.plot,
        app.window.header.match,
        app.window.header.filter,
        app.window.results.table,
    ):
        assert wanted in reached


def test_everything_fits_a_small_screen(app: App, sine: Path) -> None:
    """Twice the scale on a screen of 2048 × 1280 leaves a window these 1024 × 640 points."""
    open_and_wait(app, sine)
    least = app.window.minimumSizeHint().expandedTo(app.window.minimumSize())
    assert least.width() <= 1024
    assert least.height() <= 640
    app.window.resize(1024, 640)
    app.wait_for(lambda: app.window.size() == QSize(1024, 640))
    for part in (app.window.capture, app.window.sound, app.window.results.table):
        assert part.width() >= part.minimumSizeHint().width()
        assert app.window.rect().contains(part.mapTo(app.window, part.rect().bottomRight()))


def test_a_recording_of_silence_is_explained(app: App, tmp_path: Path) -> None:
    app.session.match(AudioFile(write_wav(tmp_path / "a.wav", np.zeros(32_000)), "Recording"))
    app.wait_for(lambda: app.session.state is State.TROUBLE)
    assert "silent" in said(app)


def qt_key(
    app: App,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    app.window.activateWindow()
    app.wait_for(app.window.isActiveWindow)
    target = app.window.results.table if app.window.results.isVisible() else app.window
    target.setFocus()
    app.qtbot.keyClick(target, key, modifier)


def test_trouble_with_the_first_sound_leads_back_to_the_empty_page(
    app: App, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.wav"
    letter.write_text("Not a sound.")
    app.coordinator.open_paths([letter])
    app.wait_for(lambda: app.session.state is State.TROUBLE)
    assert app.window.empty.isVisible()
    assert "letter.wav is not sound" in said(app)


def test_a_far_answer_says_so(app: App, sine: Path) -> None:
    app.engine.is_close = False
    open_and_wait(app, sine)
    assert app.window.header.heading.text().startswith("No close match")
    app.engine.is_close = True
    app.window.options.change(k=3)
    app.wait_for(lambda: app.rows == 3)
    assert app.window.header.heading.text() == "Sounds like Dog, Bark (3 of the 3 nearest)"
