"""The five seconds before Record: kept only by choice, and the beginning of the recording then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio import inputs, portaudio
from core.audio.pre_roll import PRE_ROLL_S
from gui.search.state import State
from tests.gui.conftest import App, FakeMonitor, FakeRecorder
from tests.virtual_microphone import VirtualMicrophone

TONE_HZ = 1000


def test_nothing_is_kept_without_the_choice_and_never_without_the_level(
    make_app: Callable[..., App], app: App
) -> None:
    commands, bar = app.window.commands, app.window.capture
    app.wait_for(lambda: bar.device.count() == 4)
    assert not commands.pre_roll.isChecked() and not commands.pre_roll.isEnabled()
    commands.show_level.trigger()
    app.wait_for(lambda: len(FakeMonitor.made) == 1)
    assert FakeMonitor.made[0].last is None
    assert commands.pre_roll.isEnabled() and not bar.pre_roll.isVisible()
    commands.pre_roll.trigger()
    app.wait_for(lambda: len(FakeMonitor.made) == 2)
    kept = FakeMonitor.made[1].last
    assert FakeMonitor.made[0].is_closed and kept is not None
    assert bar.pre_roll.isVisible() and bar.pre_roll.text() == "−5 s"
    app.wait_for(lambda: bar.level.text == "−6 dB")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: bool(FakeRecorder.made))
    assert FakeRecorder.made[0].before is kept
    app.coordinator.recording.set_aside()
    app.wait_for(lambda: len(FakeMonitor.made) == 3)
    commands.show_level.trigger()
    assert not commands.pre_roll.isEnabled() and not bar.pre_roll.isVisible()
    app.close()
    assert app.settings.read().keeps_pre_roll is True


@pytest.fixture
def microphone(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> Iterator[None]:
    """A real input in a room with a tone; PortAudio has looked for devices again."""
    portaudio.look_again()
    times_s = np.arange(48_000 * 60) / 48_000
    tone = 0.5 * np.sin(2 * np.pi * TONE_HZ * times_s)
    soundfile.write(tmp_path / "tone.wav", tone, 48_000)
    virtual_microphone.play(tmp_path / "tone.wav")
    yield
    portaudio.look_again()


def test_a_recording_begins_before_the_button_without_a_gap(
    microphone: None, make_app: Callable[..., App]
) -> None:
    app = make_app()
    app.devices = inputs  # type: ignore[assignment]
    commands, bar = app.window.commands, app.window.capture
    commands.show_level.trigger()
    commands.pre_roll.trigger()
    app.show()
    app.wait_for(lambda: bar.device.count() == 3)
    bar.choose_device("microphone")
    app.wait_for(lambda: bar.level.text != "– dB")
    heard_s = time.monotonic()
    app.wait_for(lambda: time.monotonic() > heard_s + 1.5)
    pressed = datetime.now().astimezone()
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.coordinator.recording.recording.n_samples > 2.5 * 16_000)
    pressed_s = (datetime.now().astimezone() - pressed).total_seconds()
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    audio = app.session.audio
    assert audio is not None
    before_s = (pressed - datetime.fromisoformat(audio.made)).total_seconds()
    assert 1.0 < before_s < PRE_ROLL_S + 1
    assert audio.duration_s > pressed_s + 1.0
    assert f"{datetime.fromisoformat(audio.made):%H.%M.%S}" in audio.path.name
    samples = np.concatenate([*audio.raw_blocks()])[:, 0]
    tone = samples[np.flatnonzero(np.abs(samples) > 0.4)[0] :]
    # A sine goes on without a jump: each sample follows from the two before it.
    turn = 2 * np.cos(2 * np.pi * TONE_HZ / audio.rate_hz)
    jumps = np.abs(tone[2:] - turn * tone[1:-1] + tone[:-2])[200:]
    assert len(tone) > 2 * audio.rate_hz and jumps.max() < 0.01
