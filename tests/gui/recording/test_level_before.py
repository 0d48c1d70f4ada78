"""The level before a recording: only with permission, only in sight, and handed over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.errors import MicrophoneError
from gui.search.state import State
from tests.gui.conftest import App, FakeMonitor, FakeRecorder


@pytest.fixture
def allowed(app: App) -> App:
    """A window that shows the level."""
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    assert not FakeMonitor.made
    app.window.commands.show_level.trigger()
    app.wait_for(lambda: app.window.capture.level.text == "−6 dB")
    return app


def still(app: App) -> bool:
    return not app.coordinator.workers["in"].is_busy


def test_nothing_is_opened_before_the_first_recording_and_the_level_after_it(app: App) -> None:
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    app.window.capture.choose_device("usb")
    with app.qtbot.waitSignal(app.coordinator.recording.recording.devices_listed):
        app.coordinator.recording.recording.refresh()
    assert not FakeMonitor.made
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.coordinator.recording.recording.n_samples > 0)
    assert not FakeMonitor.made
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS and bool(FakeMonitor.made))
    assert FakeMonitor.made[0].key == "usb"
    app.wait_for(lambda: app.window.capture.level.text == "−6 dB")
    app.close()
    assert FakeMonitor.made[-1].is_closed
    assert app.settings.read().shows_level is True


def test_who_does_not_want_it_is_not_listened_to(
    make_app: Callable[..., App], allowed: App
) -> None:
    allowed.window.commands.show_level.trigger()
    allowed.wait_for(lambda: FakeMonitor.made[0].is_closed)
    assert allowed.window.capture.level.text == "– dB"
    allowed.coordinator.recording.toggle()
    allowed.wait_for(lambda: allowed.coordinator.recording.recording.n_samples > 0)
    allowed.coordinator.recording.toggle()
    allowed.wait_for(lambda: allowed.session.state is State.RESULTS)
    allowed.wait_for(lambda: still(allowed))
    assert len(FakeMonitor.made) == 1
    allowed.close()
    assert allowed.settings.read().shows_level is False


def test_a_recording_takes_the_open_input_over(allowed: App) -> None:
    monitor = FakeMonitor.made[-1]
    allowed.coordinator.recording.toggle()
    allowed.wait_for(lambda: bool(FakeRecorder.made))
    assert FakeRecorder.made[0].source is monitor.source
    assert not monitor.is_closed
    allowed.wait_for(lambda: allowed.coordinator.recording.recording.n_samples > 0)
    assert len(FakeMonitor.made) == 1
    allowed.coordinator.recording.toggle()
    allowed.wait_for(lambda: len(FakeMonitor.made) == 2)


def test_another_input_is_followed_and_never_recorded_from_in_its_place(allowed: App) -> None:
    allowed.window.capture.choose_device("usb")
    allowed.wait_for(lambda: FakeMonitor.made[-1].key == "usb" and still(allowed))
    assert FakeMonitor.made[0].is_closed
    allowed.window.capture.choose_device("")
    allowed.coordinator.recording.toggle()
    allowed.wait_for(lambda: bool(FakeRecorder.made))
    source = FakeRecorder.made[0].source
    assert source is None or source is FakeMonitor.made[-1].source
    assert all(monitor.is_closed or monitor.source is source for monitor in FakeMonitor.made)
    assert FakeMonitor.made[-1].key == "builtin" or source is None


def test_a_window_that_is_not_seen_lets_the_input_go(allowed: App) -> None:
    allowed.window.showMinimized()
    allowed.wait_for(lambda: FakeMonitor.made[-1].is_closed)
    allowed.window.showNormal()
    allowed.wait_for(lambda: len(FakeMonitor.made) == 2 and not FakeMonitor.made[-1].is_closed)
    allowed.window.hide()
    allowed.wait_for(lambda: FakeMonitor.made[-1].is_closed)
    allowed.window.show()


def test_an_input_that_goes_is_nobodys_trouble_and_followed_when_it_is_back(allowed: App) -> None:
    listed = allowed.devices.list_inputs
    FakeMonitor.made[-1].is_fed = False
    allowed.wait_for(lambda: allowed.window.capture.level.text == "– dB")
    allowed.wait_for(lambda: FakeMonitor.made[-1].is_closed and still(allowed))
    assert not allowed.window.banner.is_trouble
    assert len(FakeMonitor.made) == 1
    allowed.devices.list_inputs = lambda: [replace(listed()[1], is_default=True)]
    allowed.wait_for(lambda: FakeMonitor.made[-1].key == "usb")
    allowed.wait_for(lambda: allowed.window.capture.level.text == "−6 dB")


def test_an_input_that_cannot_be_opened_is_not_tried_over_and_over(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def refuse(key: str, keeps_last: bool) -> None:
        tried.append(key)
        raise MicrophoneError("It is in use.", "Close the other program.")

    monkeypatch.setattr(app.devices, "LevelMonitor", refuse)
    app.wait_for(lambda: app.window.capture.device.count() == 4)
    app.window.commands.show_level.trigger()
    app.wait_for(lambda: bool(tried) and still(app))
    for _ in range(2):
        with app.qtbot.waitSignal(app.coordinator.recording.recording.devices_listed):
            app.coordinator.recording.recording.refresh()
        app.wait_for(lambda: still(app))
    assert tried == ["builtin"]
    assert not app.window.banner.is_trouble


def test_an_input_chosen_while_another_is_refused_is_tried_all_the_same(
    allowed: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, tried, may_go_on = allowed.devices.LevelMonitor, threading.Event(), threading.Event()

    def refuse(key: str, keeps_last: bool) -> FakeMonitor:
        if key == "usb":
            tried.set()
            may_go_on.wait(10)
            raise MicrophoneError("It is in use.", "Close the other program.")
        return make(key, keeps_last)

    monkeypatch.setattr(allowed.devices, "LevelMonitor", refuse)
    allowed.window.capture.choose_device("usb")
    allowed.wait_for(tried.is_set)
    allowed.window.capture.choose_device("builtin")
    may_go_on.set()
    allowed.wait_for(lambda: len(FakeMonitor.made) == 2)
    assert FakeMonitor.made[-1].key == "builtin"


def test_what_this_computer_plays_is_one_command_away(app: App) -> None:
    command = app.window.commands.record_computer
    app.wait_for(command.isEnabled)
    command.trigger()
    app.wait_for(lambda: bool(FakeRecorder.made))
    assert FakeRecorder.made[0].key == "out.monitor"
    assert app.window.capture.device.currentText() == "This computer (Speaker)"
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is not State.RECORDING)
    listed = app.devices.list_inputs
    app.devices.list_inputs = lambda: listed()[:2]
    app.wait_for(lambda: not command.isEnabled())
