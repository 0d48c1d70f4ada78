"""Inputs and recording, with a real microphone: PulseAudio's null sink."""

from __future__ import annotations

import builtins
import os
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from core.audio import portaudio
from core.audio.devices import Device, find, list_inputs, list_outputs
from core.audio.input_check import Finding
from core.audio.reader import AudioFile
from core.audio.recorder import Recorder
from core.audio.waveform import MODEL_RATE_HZ
from core.errors import MicrophoneError
from tests.waiting import wait_until

TONE_HZ = 1000


@pytest.fixture
def microphone(virtual_microphone):
    """The virtual microphone, after PortAudio has looked for devices again."""
    portaudio.look_again()
    yield virtual_microphone
    portaudio.look_again()


@pytest.fixture
def record(microphone, tmp_path):
    """Begin recordings; those that a test does not stop are stopped after it."""
    recorders = []

    def begin(key: str = "microphone") -> Recorder:
        recorders.append(Recorder(key, tmp_path / "recordings" / f"{len(recorders)}.flac"))
        return recorders[-1]

    yield begin
    for recorder in recorders:
        if not recorder.is_stopped:
            recorder.stop()


def write_tone(path, duration_s=20, peak=0.5, frequency_hz=TONE_HZ):
    times_s = np.arange(round(48_000 * duration_s)) / 48_000
    soundfile.write(path, peak * np.sin(2 * np.pi * frequency_hz * times_s), 48_000)
    return path


@pytest.fixture
def tone(tmp_path):
    return write_tone(tmp_path / "tone.wav")


def spectrum_peak_hz(samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * MODEL_RATE_HZ / len(samples))


def drained(recorder) -> list:
    """Return a list that grows, and a function that lets it."""
    heard = []

    def more() -> list:
        heard.extend(recorder.drain())
        return heard

    return more


def samples_of(heard) -> np.ndarray:
    return np.concatenate([np.empty(0, np.float32), *(item.samples for item in heard)])


def test_microphones_and_what_is_playing_are_listed_by_plain_names(microphone):
    microphone.control(
        "load-module", "module-null-sink", "sink_name=phones", "rate=44100", "channels=1",
        "sink_properties=device.description=Headphones",
    )  # fmt: skip
    found = list_inputs()
    assert [(device.key, device.name, device.is_monitor) for device in found] == [
        ("microphone", "Microphone", False),
        ("speaker.monitor", "This computer (Speaker)", True),
        ("phones.monitor", "This computer (Headphones)", True),
    ]
    assert [device.is_default for device in found] == [True, False, False]
    assert found[2].rate_hz == 44_100
    assert found[2].channels == 1
    assert {device.name for device in list_outputs()} == {"Speaker", "Headphones"}


def test_devices_come_and_go(microphone):
    assert len(list_inputs()) == 2
    number = microphone.control("load-module", "module-null-sink", "sink_name=later")
    assert "later.monitor" in [device.key for device in list_inputs()]
    microphone.control("unload-module", number)
    assert len(list_inputs()) == 2


def test_gain_and_muting_are_known(microphone):
    microphone.control("set-source-volume", "microphone", "40%")
    microphone.control("set-source-mute", "microphone", "1")
    device = find(list_inputs(), "microphone")
    assert device.gain == pytest.approx(0.4, abs=0.01)
    assert device.is_muted


def test_what_is_played_is_recorded(microphone, record, tone):
    recorder = record()
    more = drained(recorder)
    microphone.play(tone)
    wait_until(lambda: np.count_nonzero(np.abs(samples_of(more())) > 0.01) > MODEL_RATE_HZ)
    path = recorder.stop()
    live = samples_of(more())
    assert recorder.problem is None
    assert path == recorder.path
    audio = AudioFile(path)
    assert (audio.rate_hz, audio.channels, audio.notes) == (48_000, 1, ())
    # What was shown while it sounded is what the file has, to its 24 bits.
    kept = audio.waveform().samples
    assert len(kept) == len(live)
    assert np.abs(kept - live).max() < 1e-5
    loud = kept[np.flatnonzero(np.abs(kept) > 0.1)[0] :]
    middle = loud[1000:9000]
    assert spectrum_peak_hz(middle) == pytest.approx(TONE_HZ, abs=3)
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.05)
    peaks = [item.peak for item in more()]
    assert max(peaks) == pytest.approx(0.5, abs=0.05)


def test_what_the_computer_is_playing_is_recorded(microphone, record, tmp_path):
    microphone.control("load-module", "module-null-sink", "sink_name=phones", "rate=44100")
    other = write_tone(tmp_path / "other.wav", frequency_hz=440)
    recorder = record("speaker.monitor")
    microphone.control("set-default-source", "phones.monitor")
    more = drained(recorder)
    microphone.play(other)
    wait_until(lambda: np.count_nonzero(np.abs(samples_of(more())) > 0.1) > MODEL_RATE_HZ)
    recorder.stop()
    sound = samples_of(more())
    loud = sound[np.flatnonzero(np.abs(sound) > 0.1)[0] :]
    assert spectrum_peak_hz(loud[1000:9000]) == pytest.approx(440, abs=3)
    assert "PULSE_SOURCE" not in os.environ


def test_a_microphone_that_is_pulled_out_keeps_what_was_recorded(microphone, record, tone):
    recorder = record()
    more = drained(recorder)
    microphone.play(tone)
    wait_until(lambda: len(samples_of(more())) > MODEL_RATE_HZ // 2)
    microphone.stop_server()
    wait_until(lambda: bool(more()) and recorder.problem is not None)
    path = recorder.stop()
    assert AudioFile(path).duration_s >= 0.5
    assert "kept" in recorder.problem.message


def test_silence_and_faint_sound_and_clipping_are_found(microphone, record, tmp_path):
    recorder = record()
    more = drained(recorder)
    wait_until(lambda: any(item.finding is Finding.ZEROS for item in more()))
    assert not more()[-1].has_clipped
    faint = microphone.play(write_tone(tmp_path / "faint.wav", 4, peak=0.001))
    wait_until(lambda: more()[-1].finding is Finding.FAINT)
    faint.kill()
    microphone.play(write_tone(tmp_path / "loud.wav", 4, peak=0.9))
    wait_until(lambda: more()[-1].finding is Finding.FINE)
    assert not more()[-1].has_clipped
    clipped = np.clip(5 * np.sin(np.arange(96_000) / 20), -1, 1)
    soundfile.write(tmp_path / "clipped.wav", clipped, 48_000)
    microphone.play(tmp_path / "clipped.wav")
    wait_until(lambda: more()[-1].has_clipped)


def test_an_unknown_input_is_named(microphone, record, tmp_path):
    with pytest.raises(MicrophoneError, match="“Nowhere” is not there"):
        record("Nowhere")
    assert not (tmp_path / "recordings").exists()


def test_a_place_that_cannot_be_written_is_named_and_lets_go_of_the_device(microphone, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MicrophoneError, match=r"cannot be written to \S*/file: [^/]*$"):
        Recorder("", tmp_path / "file" / "recording.flac")
    recorder = Recorder("", tmp_path / "recording.flac")
    wait_until(lambda: bool(recorder.drain()))
    recorder.stop()


def test_a_disk_that_fills_keeps_what_was_written(microphone, record, tone, monkeypatch):
    recorder = record()
    more = drained(recorder)
    microphone.play(tone)
    wait_until(lambda: len(samples_of(more())) > MODEL_RATE_HZ)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(soundfile.SoundFile, "write", refuse)
    wait_until(lambda: more() and recorder.problem is not None)
    assert "No space left" in recorder.problem.message
    path = recorder.stop()
    assert AudioFile(path).duration_s > 0.8


def test_a_device_that_sends_nothing_leaves_no_file(microphone, record, monkeypatch):
    def nothing(**_):
        return None

    mute = SimpleNamespace(active=True, start=nothing, abort=nothing, close=nothing)
    monkeypatch.setattr("core.audio.open_input.open_stream", lambda *_: (mute, 48_000, 1))
    recorder = record()
    with pytest.raises(MicrophoneError):
        recorder.stop()
    assert not recorder.path.exists()


def test_without_portaudio_the_reason_is_given(monkeypatch, tmp_path):
    original = builtins.__import__

    def refuse(name, *arguments, **options):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return original(name, *arguments, **options)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    for attempt in (list_inputs, list_outputs, lambda: Recorder("", tmp_path / "a.flac")):
        with pytest.raises(MicrophoneError, match="PortAudio library is missing") as raised:
            attempt()
        assert "libportaudio2" in raised.value.hint


def test_without_any_input_the_person_is_told(monkeypatch):
    import sounddevice

    monkeypatch.setattr(sounddevice, "query_devices", lambda *_: [])
    monkeypatch.setattr(sounddevice, "query_hostapis", lambda *_: ())
    with pytest.raises(MicrophoneError, match="No microphone was found"):
        list_inputs()
    assert list_outputs() == []


def test_elsewhere_the_devices_of_one_interface_are_listed(monkeypatch):
    import sounddevice

    def device(name, api, inputs, index):
        return {
            "name": name, "hostapi": api, "max_input_channels": inputs, "index": index,
            "max_output_channels": 0, "default_samplerate": 44_100.0,
        }  # fmt: skip

    devices = [
        device("Mapper", 0, 2, 0), device("USB mic", 0, 1, 1), device("USB mic", 1, 1, 2),
        device("Speakers [Loopback]", 1, 2, 3), device("Speakers", 1, 0, 4),
    ]  # fmt: skip
    apis = [
        {"name": "MME", "default_input_device": 0, "default_output_device": -1},
        {"name": "Windows WASAPI", "default_input_device": 2, "default_output_device": 4},
    ]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sounddevice, "query_devices", lambda *_: devices)
    monkeypatch.setattr(sounddevice, "query_hostapis", lambda *_: apis)
    assert list_inputs() == [
        Device("USB mic", "USB mic", 44_100, 1, True, index=2),
        Device("Speakers [Loopback]", "Speakers [Loopback]", 44_100, 2, False, True, index=3),
    ]
