"""Recording in the window: what is heard live, what is advised, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, QRect, Qt

from core.audio.devices import Device
from core.audio.input_check import Finding
from core.audio.recorder import RecordedBlock
from core.errors import CatalogError, MicrophoneError
from gui.search.state import State
from tests.gui.conftest import App, FakeRecorder
from tests.gui.search.test_session import open_and_wait, qt_key, said


@pytest.fixture
def recording(app: App) -> App:
    """A window that records."""
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.coordinator.recording.recording.n_samples > 0)
    return app


def live_searches(app: App) -> int:
    return sum(call[0] == "search" for call in app.engine.calls)


def test_matches_come_while_it_still_sounds(recording: App) -> None:
    app = recording
    app.wait_for(lambda: app.rows == 25)
    assert app.session.state is State.RECORDING
    assert app.window.header.heading.text() == "Sounds like Dog, Bark (10 of the 10 nearest)"
    assert not app.window.results.is_dimmed
    assert app.window.header.live.isVisible()
    seen = live_searches(app)
    app.wait_for(lambda: live_searches(app) > seen + 2)
    app.window.header.live.setValue(9)
    app.wait_for(lambda: ("live", 9) in app.engine.calls)
    app.window.options.change(k=7)
    app.wait_for(lambda: app.rows == 7)
    assert app.session.state is State.RECORDING


def test_each_sample_is_heard_once_and_the_end_gives_all_of_it(
    recording: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = recording
    app.wait_for(lambda: live_searches(app) >= 2)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert [call[0] for call in app.engine.calls].count("query_stream") == 1
    assert [call[0] for call in app.engine.calls].count("query") == 0
    answer = app.session.answer
    assert answer is not None
    assert answer.audio is not None
    assert answer.matches.query.duration_s == pytest.approx(answer.audio.duration_s)
    assert app.engine.calls[-2:] == [
        ("live", None),
        ("search", "Recording", 25, app.session.options.values.filters),
    ]
    assert not app.window.header.live.isVisible()
    assert app.coordinator.history.rowCount() == 1


def test_a_second_recording_begins_anew(recording: App) -> None:
    app = recording
    app.wait_for(lambda: live_searches(app) >= 1)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: live_searches(app) >= 4)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert [call[0] for call in app.engine.calls].count("query_stream") == 2
    answer = app.session.answer
    assert answer is not None
    assert answer.audio is not None
    assert answer.matches.query.duration_s == pytest.approx(answer.audio.duration_s)
    assert app.coordinator.history.rowCount() == 2


def test_a_model_that_is_not_ready_holds_nothing_up(make_app: Callable[..., App]) -> None:
    app = make_app()
    app.engine.gate.clear()
    app.show()
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.capture.elapsed.text() >= "0:02.0")
    assert live_searches(app) == 0
    app.engine.gate.set()
    app.wait_for(lambda: live_searches(app) >= 1)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    answer = app.session.answer
    assert answer is not None
    assert answer.audio is not None
    assert answer.matches.query.duration_s == pytest.approx(answer.audio.duration_s)


def test_a_catalogue_that_breaks_does_not_stop_the_recording(
    recording: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = recording

    def refuse(*_: object) -> None:
        raise CatalogError("The catalogue has gone.", "Plug its disk in.")

    monkeypatch.setattr(app.engine, "search", refuse)
    app.wait_for(lambda: "has gone" in said(app))
    assert app.session.state is State.RECORDING
    before = app.coordinator.recording.recording.n_samples
    app.wait_for(lambda: app.coordinator.recording.recording.n_samples > before)


@pytest.mark.parametrize(
    ("device", "finding", "part"),
    [
        (Device("m", "Mic", 48_000, 1, True), Finding.ZEROS, "may be muted, or not allowed"),
        (Device("m", "Mic", 48_000, 1, True, is_muted=True), Finding.ZEROS, "It is muted"),
        (Device("m", "Mic", 48_000, 1, True, True), Finding.ZEROS, "Start a sound"),
        (Device("m", "Mic", 48_000, 1, True), Finding.FAINT, "very quiet"),
    ],
)
def test_the_doctor_speaks_and_takes_it_back(
    recording: App, device: Device, finding: Finding, part: str
) -> None:
    app = recording
    FakeRecorder.made[0].device = device
    FakeRecorder.finding = finding
    app.wait_for(lambda: part in said(app) and "Mic" in said(app))
    FakeRecorder.finding = Finding.FINE
    app.wait_for(lambda: said(app) == "")


def test_the_clip_light_stays_until_it_is_clicked(recording: App) -> None:
    app = recording
    light = app.window.capture.clip
    assert not light.is_lit
    FakeRecorder.has_clipped = True
    app.wait_for(lambda: light.is_lit)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert light.is_lit
    light.click()
    assert not light.is_lit
    # What comes first of the next recording may be clipped already.
    app.coordinator.recording.toggle()
    app.wait_for(lambda: light.is_lit)
    FakeRecorder.has_clipped = False


def test_inputs_are_watched_and_the_choice_outlives_an_absence(app: App) -> None:
    device = app.window.capture.device
    app.wait_for(lambda: device.count() == 4)
    assert [device.itemText(row) for row in range(4)] == [
        "Default input", "This computer (Speaker)", "Built-in", "USB microphone",
    ]  # fmt: skip
    assert app.window.capture.gain.text() == "Gain 65 %"
    app.window.capture.choose_device("usb")
    assert app.window.capture.gain.text() == ""
    listed, app.devices.list_inputs = app.devices.list_inputs, lambda: listed()[:1]
    app.wait_for(lambda: device.count() == 2)
    assert app.window.capture.chosen_device == ""
    app.devices.list_inputs = listed
    app.wait_for(lambda: app.window.capture.chosen_device == "usb")


def test_a_folder_that_cannot_be_written_is_explained(app: App, own_data_folder: Path) -> None:
    (own_data_folder / "recordings").write_text("in the way")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: "cannot be written" in said(app))
    assert app.session.state is State.EMPTY
    assert app.window.capture.record.text() == "Record"


def test_trouble_ends_a_recording_without_sound(
    app: App, monkeypatch: pytest.MonkeyPatch, own_data_folder: Path
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MicrophoneError("Built-in cannot be opened: busy.", "Close the other program.")

    monkeypatch.setattr(app.devices, "Recorder", refuse)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: "busy" in said(app))
    assert list((own_data_folder / "recordings").iterdir()) == []


def test_space_records_in_the_spectrogram_too(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    app.window.activateWindow()
    app.window.spectrogram.plot.setFocus()
    app.qtbot.keyClick(app.window.spectrogram.plot, Qt.Key.Key_Space)
    app.wait_for(lambda: app.session.state is State.RECORDING)
    qt_key(app, Qt.Key.Key_Escape)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.windowTitle().startswith("sine.wav")


def test_a_recording_can_be_saved(recording: App, tmp_path: Path) -> None:
    app = recording
    app.wait_for(lambda: app.window.capture.elapsed.text() >= "0:01.2")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    audio = app.session.audio
    assert audio is not None
    target = tmp_path / "saved.wav"
    app.window.dialogs.save = lambda title, name, kinds, chosen: chosen(target)  # type: ignore[method-assign]
    app.window.commands.save.trigger()
    app.wait_for(target.exists)
    app.wait_for(lambda: not app.coordinator.workers["files"].is_busy)
    saved, rate_hz = soundfile.read(target)
    assert rate_hz == audio.rate_hz
    assert np.array_equal(saved, soundfile.read(audio.path)[0])


def test_after_a_device_has_gone_the_next_one_is_offered(app: App) -> None:
    device = app.window.capture.device
    app.wait_for(lambda: device.count() == 4)
    app.window.capture.choose_device("usb")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.capture.elapsed.text() > "0:00.2")
    listed = app.devices.list_inputs
    app.devices.list_inputs = lambda: [each for each in listed() if each.key != "usb"]
    FakeRecorder.made[-1].problem = MicrophoneError("USB microphone has gone.", "Choose another.")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.wait_for(lambda: app.window.banner.action.isVisible())
    assert said(app) == "USB microphone has gone. Choose another."
    assert app.window.banner.action.text() == "Record from Built-in"
    app.window.banner.action.click()
    app.wait_for(lambda: app.session.state is State.RECORDING and len(FakeRecorder.made) == 2)
    assert FakeRecorder.made[-1].key == ""
    # What was chosen is chosen again as soon as it is there.
    app.devices.list_inputs = listed
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.capture.chosen_device == "usb")


def test_a_device_that_went_before_it_was_opened_leads_to_the_next_one(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    listed = app.devices.list_inputs
    app.devices.list_inputs = lambda: [replace(listed()[1], is_default=True)]

    def refuse(*_: object, **__: object) -> None:
        raise MicrophoneError("The device is not there.", "Choose another input.")

    monkeypatch.setattr(app.devices, "Recorder", refuse)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.banner.action.isVisible() and "not there" in said(app))
    assert app.window.banner.action.text() == "Record from USB microphone"


def test_a_device_that_is_still_there_is_not_exchanged(app: App) -> None:
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    app.window.capture.choose_device("usb")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.capture.elapsed.text() > "0:00.2")
    FakeRecorder.made[-1].problem = MicrophoneError("The disk is full.", "Make room.")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    with app.qtbot.waitSignal(app.coordinator.recording.recording.devices_listed):
        app.coordinator.recording.recording.refresh()
    assert said(app) == "The disk is full. Make room."
    assert not app.window.banner.action.isVisible()


def test_a_recording_that_ends_before_the_model_is_ready_is_matched_whole(
    make_app: Callable[..., App],
) -> None:
    app = make_app()
    app.engine.gate.clear()
    app.show()
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.capture.elapsed.text() >= "0:03.0")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.ANALYSING)
    app.engine.gate.set()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert_matched_whole(app)


def assert_matched_whole(app: App) -> None:
    answer = app.session.answer
    assert answer is not None
    assert answer.audio is not None
    assert answer.matches.query.name == "Recording"
    assert answer.matches.query.duration_s == pytest.approx(answer.audio.duration_s)


def test_a_recording_during_which_something_else_was_asked_is_matched_whole(
    recording: App,
) -> None:
    app = recording
    app.wait_for(lambda: app.rows == 25)
    app.session.more_like("somevideo00")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    begun = app.window.capture.elapsed.text()
    app.wait_for(lambda: app.window.capture.elapsed.text() > begun[:-1] + "9")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.windowTitle().startswith("Recording"))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert_matched_whole(app)


def test_rows_that_wait_are_painted_once_wherever_a_message_moves_them(
    app: App, sine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_and_wait(app, sine)

    def silent(recorder: FakeRecorder) -> list[RecordedBlock]:
        recorder.blocks.append(np.zeros(160, np.float32))
        return [RecordedBlock(recorder.blocks[-1], 0.0, FakeRecorder.finding, False)]

    monkeypatch.setattr(FakeRecorder, "drain", silent)
    window, table = app.window, app.window.results.table
    window.resize(1024, 640)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RECORDING)
    app.qtbot.waitUntil(lambda: window.results.is_dimmed)
    app.wait_for(lambda: window.banner.height() == 0)
    FakeRecorder.finding = Finding.ZEROS
    app.wait_for(lambda: "silence" in said(app))
    app.wait_for(lambda: window.banner.height() >= 40)

    def is_painted_once() -> bool:
        """Whether what is on the screen is what the table looks like when it is painted anew."""
        place = QRect(table.mapTo(window, QPoint(0, 0)), table.size())
        shown = window.screen().grabWindow(window.winId()).toImage().copy(place)
        return bool(shown == table.grab().toImage().convertToFormat(shown.format()))

    app.wait_for(is_painted_once)
    app.coordinator.recording.toggle()
