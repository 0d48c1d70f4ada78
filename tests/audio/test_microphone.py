"""Recording, with a real microphone: PulseAudio's null sink."""

from __future__ import annotations

import builtins
import sys

import numpy as np
import pytest
import soundfile

from core.audio.microphone import Recorder, list_inputs
from core.audio.waveform import MODEL_RATE_HZ
from core.errors import MicrophoneError
from tests.conftest import wait_until

TONE_HZ = 1000


@pytest.fixture
def microphone(virtual_microphone):
    """The virtual microphone, after PortAudio has looked for devices again."""
    import sounddevice

    sounddevice._terminate()
    sounddevice._initialize()
    yield virtual_microphone
    sounddevice._terminate()
    sounddevice._initialize()


@pytest.fixture
def tone(tmp_path):
    times_s = np.arange(48_000 * 20) / 48_000
    path = tmp_path / "tone.wav"
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * TONE_HZ * times_s), 48_000)
    return path


def spectrum_peak_hz(samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * MODEL_RATE_HZ / len(samples))


def test_a_real_microphone_is_listed_by_name(microphone):
    assert microphone.name in [device.name for device in list_inputs()]


def test_what_is_played_is_recorded(microphone, tone):
    recorder = Recorder(microphone.name)
    microphone.play(tone)
    drained = []

    def has_heard_two_seconds():
        drained.append(recorder.drain())
        heard = np.concatenate(drained)
        return len(heard[np.abs(heard) > 0.01]) > MODEL_RATE_HZ

    wait_until(has_heard_two_seconds)
    waveform = recorder.stop()
    assert recorder.problem is None
    assert waveform.rate_hz == MODEL_RATE_HZ
    assert waveform.samples.dtype == np.float32
    # Nothing that was drained is lost, and the rest is added at the end.
    live = np.concatenate(drained)
    assert np.array_equal(waveform.samples[: len(live)], live)
    loud = waveform.samples[np.flatnonzero(np.abs(waveform.samples) > 0.1)[0] :]
    middle = loud[1000:9000]
    assert spectrum_peak_hz(middle) == pytest.approx(TONE_HZ, abs=3)
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.05)


def test_a_microphone_that_is_pulled_out_keeps_what_was_recorded(microphone, tone):
    recorder = Recorder(microphone.name)
    microphone.play(tone)
    drained = []

    def has_heard_something():
        drained.append(recorder.drain())
        return sum(map(len, drained)) > MODEL_RATE_HZ // 2

    wait_until(has_heard_something)
    microphone.stop_server()

    def has_noticed():
        drained.append(recorder.drain())
        return recorder.problem is not None

    wait_until(has_noticed, timeout_s=5)
    waveform = recorder.stop()
    assert waveform.duration_s >= 0.5
    assert "kept" in recorder.problem.message


def test_an_unknown_input_is_named(microphone):
    with pytest.raises(MicrophoneError, match="“Nowhere” is not there"):
        Recorder("Nowhere")


def test_without_portaudio_the_reason_is_given(monkeypatch):
    original = builtins.__import__

    def refuse(name, *arguments, **options):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return original(name, *arguments, **options)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    for attempt in (list_inputs, Recorder):
        with pytest.raises(MicrophoneError, match="PortAudio library is missing") as raised:
            attempt()
        assert "libportaudio2" in raised.value.hint


def test_without_any_input_the_person_is_told(monkeypatch):
    import sounddevice

    monkeypatch.setattr(sounddevice, "query_devices", lambda *_: [])
    monkeypatch.setattr(sounddevice, "query_hostapis", lambda *_: ())
    with pytest.raises(MicrophoneError, match="No microphone was found"):
        list_inputs()
