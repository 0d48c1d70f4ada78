"""The level before a recording, and the recording that takes the open input over."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
import soundfile

from core.audio import portaudio
from core.audio.level_monitor import LevelMonitor
from core.audio.reader import AudioFile
from core.audio.recorder import Recorder
from core.errors import MicrophoneError
from tests.audio.test_recorder import write_tone
from tests.waiting import wait_until

TONE_HZ = 1000


@pytest.fixture
def microphone(virtual_microphone):
    portaudio.look_again()
    yield virtual_microphone
    portaudio.look_again()


def test_the_level_is_that_of_the_sound(microphone, tmp_path):
    monitor = LevelMonitor("microphone")
    try:
        assert monitor.device.key == "microphone"
        peaks = []

        def loudest():
            peaks.append(monitor.read_peak())
            return max(filter(None, peaks), default=0.0)

        microphone.play(write_tone(tmp_path / "tone.wav", peak=0.5))
        wait_until(lambda: loudest() > 0.4)
        assert loudest() == pytest.approx(0.5, abs=0.03)
    finally:
        monitor.close()
    assert not monitor.is_fed
    assert portaudio.open_streams == 0


def test_a_recording_that_takes_the_input_over_loses_nothing(microphone, tmp_path):
    monitor = LevelMonitor("microphone", keeps_last=True)
    source, ring = monitor.source, monitor.last
    microphone.play(write_tone(tmp_path / "tone.wav"))
    wait_until(lambda: np.abs(ring.samples[-4800:]).max(initial=0) > 0.4)
    wait_until(lambda: ring.duration_s > 1.0)
    kept_s, began = ring.duration_s, datetime.now().astimezone()
    recorder = Recorder("", tmp_path / "recording.flac", ring, source)
    heard = []
    wait_until(lambda: heard.extend(recorder.drain()) or len(heard) > 40)
    path = recorder.stop()
    samples, rate_hz = soundfile.read(path)
    made = datetime.fromisoformat(AudioFile(path).made)
    assert (began - made).total_seconds() == pytest.approx(kept_s, abs=1.1)  # whole seconds
    assert portaudio.open_streams == 0
    tone = samples[np.flatnonzero(np.abs(samples) > 0.4)[0] :]
    assert len(tone) > rate_hz
    # A sine goes on without a jump: each sample follows from the two before it.
    turn = 2 * np.cos(2 * np.pi * TONE_HZ / rate_hz)
    jumps = np.abs(tone[2:] - turn * tone[1:-1] + tone[:-2])[200:]
    assert jumps.max() < 0.01


def test_an_input_that_is_not_there_is_named(microphone):
    with pytest.raises(MicrophoneError, match="not there"):
        LevelMonitor("nowhere")
    assert portaudio.open_streams == 0


def test_an_input_that_is_taken_away_is_noticed(microphone):
    number = microphone.control("load-module", "module-null-sink", "sink_name=later")
    monitor = LevelMonitor("later.monitor")
    assert monitor.is_fed
    microphone.control("unload-module", number)
    wait_until(lambda: not monitor.is_fed)
    monitor.close()
    assert portaudio.open_streams == 0
