"""Hearing the sound in sight, on a real output: PulseAudio's null sink."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.audio import portaudio
from core.audio.player import Player
from gui.search.state import State
from tests.gui.conftest import App, write_wav
from tests.gui.search.test_session import open_and_wait, said
from tests.virtual_microphone import VirtualMicrophone


@pytest.fixture
def playable(virtual_microphone: VirtualMicrophone, make_app, tmp_path: Path) -> App:
    """A window with a sound of eight seconds, and a speaker."""
    portaudio.look_again()
    app = make_app()
    app.show()
    sound = np.sin(np.arange(8 * 16_000) / 5)
    open_and_wait(app, write_wav(tmp_path / "long.wav", sound))
    app.wait_for(lambda: app.window.spectrogram.can_zoom)
    return app


def playhead_s(app: App) -> float | None:
    return app.window.spectrogram.plot.overlay.playhead_s


def test_p_plays_pauses_and_goes_on(playable: App) -> None:
    app = playable
    app.window.activateWindow()
    app.window.spectrogram.plot.setFocus()
    app.qtbot.keyClick(app.window.spectrogram.plot, Qt.Key.Key_P)
    app.wait_for(lambda: (playhead_s(app) or 0) > 0.5)
    assert app.window.playback.play.accessibleName() == "Pause"
    app.window.playback.play.click()
    assert app.window.playback.play.accessibleName() == "Play"
    paused_s = playhead_s(app)
    app.window.playback.play.click()
    app.wait_for(lambda: (playhead_s(app) or 0) > paused_s + 0.3)
    app.window.playback.stop.click()
    assert playhead_s(app) is None


def test_the_selection_is_played_and_looped(playable: App) -> None:
    app = playable
    app.window.spectrogram.selection.adopt((2.0, 2.6))
    app.window.commands.loop.trigger()
    assert app.window.playback.loop.isChecked()
    app.window.playback.play.click()
    seen: list[float] = []

    def has_come_round() -> bool:
        place = playhead_s(app)
        if place is not None:
            seen.append(place)
        return any(later < earlier - 0.3 for earlier, later in itertools.pairwise(seen))

    app.wait_for(has_come_round)
    assert min(seen) >= 1.95
    assert max(seen) <= 2.65
    app.window.commands.loop.trigger()
    app.wait_for(lambda: playhead_s(app) is None)
    assert app.window.playback.play.accessibleName() == "Play"


def test_a_click_says_where_to_begin(playable: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app = playable
    begun: list[float | None] = []

    def open_player(*given, from_s: float | None, **others) -> Player:
        begun.append(from_s)
        return Player(*given, from_s=from_s, **others)

    monkeypatch.setattr("gui.playback.playback.Player", open_player)
    app.wait_for(lambda: not app.coordinator.workers["out"].is_busy)
    app.window.spectrogram.seek(5.0)
    assert playhead_s(app) == 5.0
    app.window.playback.play.click()
    app.wait_for(lambda: (playhead_s(app) or 0) > 5.2)
    assert begun == [5.0], "the start would be heard first"
    app.window.spectrogram.seek(1.0)
    app.wait_for(lambda: 1.0 <= (playhead_s(app) or 9) < 3.0)


def test_a_recording_or_another_sound_ends_playback(playable: App, sine: Path) -> None:
    app = playable
    app.window.playback.play.click()
    app.wait_for(lambda: (playhead_s(app) or 0) > 0.2)
    app.coordinator.recording.toggle()
    assert not app.coordinator.features.playback.playback.is_active
    app.window.commands.play.trigger()
    assert not app.coordinator.features.playback.playback.is_active, (
        "what is played would be recorded"
    )
    app.wait_for(lambda: app.coordinator.recording.recording.n_samples > 16_000)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.window.playback.play.click()
    app.wait_for(lambda: app.coordinator.features.playback.playback.is_active)
    open_and_wait(app, sine)
    app.wait_for(lambda: not app.coordinator.features.playback.playback.is_active)


def test_outputs_are_offered_and_remembered(
    playable: App, make_app, virtual_microphone: VirtualMicrophone
) -> None:
    app = playable
    virtual_microphone.control(
        "load-module", "module-null-sink", "sink_name=phones",
        "sink_properties=device.description=Headphones",
    )  # fmt: skip
    menu = app.window.commands.output_menu
    menu.aboutToShow.emit()
    app.wait_for(lambda: len(menu.actions()) == 3)
    assert [action.text() for action in menu.actions()] == [
        "Default output", "Speaker", "Headphones",
    ]  # fmt: skip
    assert menu.actions()[0].isChecked()
    menu.actions()[2].trigger()
    app.window.playback.play.click()
    app.wait_for(lambda: "phones" in virtual_microphone.control("list", "short", "sinks"))
    app.wait_for(lambda: (playhead_s(app) or 0) > 0.2)
    running = [
        line
        for line in virtual_microphone.control("list", "short", "sinks").splitlines()
        if "phones" in line
    ]
    assert "RUNNING" in running[0]
    app.window.playback.volume.setValue(30)
    app.close()
    again = make_app()
    again.show()
    assert again.coordinator.features.playback.output == "phones"
    assert again.window.playback.volume.value() == 30


def test_without_an_output_the_reason_is_given(make_app, sine: Path, monkeypatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    portaudio.look_again()
    app = make_app()
    app.show()
    open_and_wait(app, sine)
    app.window.playback.play.click()
    app.wait_for(lambda: said(app) != "" and app.window.banner.is_trouble)
    assert not app.coordinator.features.playback.playback.is_active
