"""Inputs come and go without a restart where PortAudio lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QComboBox

from core.audio.devices import Device
from core.errors import MicrophoneError
from gui.recording import plugging
from tests.gui.conftest import App, FakeMonitor

BUILT_IN = Device("builtin", "Built-in", 48_000, 1, True, index=0)
HEADSET = Device("headset", "Headset", 16_000, 1, False, index=1)


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Linux's folder of devices."""
    folder = tmp_path / "dev" / "snd"
    folder.mkdir(parents=True)
    monkeypatch.setattr(plugging, "DEVICES", folder)
    monkeypatch.setattr(plugging, "SETTLING_MS", 20)
    return folder


Make = Callable[[list[Device]], App]


@pytest.fixture
def make(make_app: Callable[..., App], devices: Path) -> Make:
    def make(there: list[Device]) -> App:
        app = make_app()

        def list_inputs() -> list[Device]:
            if not there:
                raise MicrophoneError("No microphone was found.", "Plug one in.")
            return [*there]

        app.devices.list_inputs = list_inputs
        app.show()
        return app

    return make


def names(chooser: QComboBox) -> list[str]:
    return [chooser.itemText(row) for row in range(chooser.count())]


def test_an_input_that_is_plugged_in_appears_and_goes_again(make: Make, devices: Path) -> None:
    there = [BUILT_IN]
    app = make(there)
    chooser = app.window.capture.device
    app.wait_for(lambda: names(chooser)[1:] == ["Built-in"])
    there.append(HEADSET)
    (devices / "pcmC1D0c").touch()
    app.wait_for(lambda: names(chooser)[1:] == ["Built-in", "Headset"])
    there.remove(HEADSET)
    (devices / "pcmC1D0c").unlink()
    app.wait_for(lambda: names(chooser)[1:] == ["Built-in"])


def test_the_first_microphone_of_a_machine_switches_recording_on(make: Make, devices: Path) -> None:
    there: list[Device] = []
    devices.rmdir()
    app = make(there)
    record = app.window.capture.record
    app.wait_for(lambda: not record.isEnabled())
    there.append(BUILT_IN)
    devices.mkdir()
    app.wait_for(record.isEnabled)
    there.append(HEADSET)
    (devices / "pcmC1D0c").touch()
    app.wait_for(lambda: app.window.capture.device.count() == 3)


def test_who_is_about_to_choose_sees_what_is_there_now(make: Make) -> None:
    there = [BUILT_IN]
    app = make(there)
    chooser = app.window.capture.device
    app.wait_for(lambda: chooser.count() == 2)
    there.append(HEADSET)
    QApplication.sendEvent(chooser, QEvent(QEvent.Type.Enter))
    app.wait_for(lambda: chooser.count() == 3)


def test_the_seconds_that_are_kept_are_not_given_up_for_a_look(make: Make) -> None:
    there = [BUILT_IN]
    app = make(there)
    chooser, commands = app.window.capture.device, app.window.commands
    app.wait_for(lambda: chooser.count() == 2)
    commands.show_level.trigger()
    commands.pre_roll.trigger()
    app.wait_for(lambda: bool(FakeMonitor.made) and FakeMonitor.made[-1].last is not None)
    monitor = FakeMonitor.made[-1]
    app.wait_for(lambda: not app.coordinator.workers["in"].is_busy)
    QApplication.sendEvent(chooser, QEvent(QEvent.Type.Enter))
    assert not app.coordinator.workers["in"].is_busy and not monitor.is_closed


def test_no_list_is_made_anew_while_a_recording_runs(make: Make, devices: Path) -> None:
    there = [BUILT_IN]
    app = make(there)
    app.wait_for(lambda: app.window.capture.device.count() == 2)
    recording = app.coordinator.recording
    recording.toggle()
    app.wait_for(lambda: recording.recording.n_samples > 0)
    there.append(HEADSET)
    with app.qtbot.waitSignal(plugged(app).changed):
        (devices / "pcmC1D0c").touch()
    assert app.window.capture.device.count() == 2
    recording.set_aside()
    app.wait_for(lambda: app.window.capture.device.count() == 3)


def plugged(app: App) -> plugging.Plugging:
    (found,) = app.window.findChildren(plugging.Plugging)
    return found


def test_a_headset_that_sends_little_is_noted_beside_it(make: Make) -> None:
    app = make([BUILT_IN, replace(HEADSET, gain=0.5)])
    bar = app.window.capture
    app.wait_for(lambda: bar.device.count() == 3)
    assert bar.gain.text() == ""
    bar.choose_device("headset")
    assert bar.gain.text() == "Gain 50 % · 16 kHz"
    assert "as Bluetooth headsets do" in bar.gain.accessibleDescription()
