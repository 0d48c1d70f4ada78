"""Devices that differ, go while they are used, or refuse: PulseAudio and PortAudio for real."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from core.audio import portaudio
from core.audio.devices import list_inputs, list_outputs
from core.audio.player import Player
from core.audio.reader import AudioFile
from core.audio.recorder import Recorder
from core.audio.waveform import MODEL_RATE_HZ
from core.errors import MicrophoneError, PlaybackError
from tests.conftest import PROJECT
from tests.virtual_microphone import VirtualMicrophone
from tests.waiting import wait_until

TONE_HZ = 7000


@pytest.fixture
def microphone(virtual_microphone: VirtualMicrophone):
    """The virtual microphone, after PortAudio has looked for devices again."""
    portaudio.look_again()
    yield virtual_microphone
    portaudio.look_again()


@pytest.fixture
def tone(tmp_path):
    times_s = np.arange(48_000 * 30) / 48_000
    path = tmp_path / "tone.wav"
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * TONE_HZ * times_s), 48_000)
    return path


def unload(microphone, what: str) -> None:
    """Take away the devices that a module made, as if they were unplugged."""
    for line in reversed(microphone.control("list", "short", "modules").splitlines()):
        if what in line:
            microphone.control("unload-module", line.split()[0])


def level_of(samples, rate_hz: int, frequency_hz: float) -> float:
    """Return the amplitude of a tone."""
    times_s = np.arange(len(samples)) / rate_hz
    return float(2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * frequency_hz * times_s))))


def wait_for_sound(recorder: Recorder, n_seconds: float = 1) -> None:
    n_samples = 0

    def is_enough() -> bool:
        nonlocal n_samples
        n_samples += sum(np.count_nonzero(abs(part.samples) > 0.1) for part in recorder.drain())
        return n_samples > n_seconds * MODEL_RATE_HZ / 2

    wait_until(is_enough)


@pytest.mark.parametrize("rates_hz", [(48_000, 8_000), (8_000, 96_000), (44_100, 22_050, 16_000)])
def test_each_device_has_the_rate_that_is_its_own(microphone, rates_hz):
    expected = {"speaker": 48_000}
    for i, rate_hz in enumerate(rates_hz):
        expected[f"other{i}"] = rate_hz
        microphone.control(
            "load-module", "module-null-sink", f"sink_name=other{i}", f"rate={rate_hz}"
        )
        microphone.control(
            "load-module", "module-null-source", f"source_name=source{i}", f"rate={rate_hz}"
        )
    assert {device.key: device.rate_hz for device in list_outputs()} == expected
    inputs = {device.key: device.rate_hz for device in list_inputs()}
    assert inputs == {
        "microphone": 48_000,
        **{f"{key}.monitor": rate_hz for key, rate_hz in expected.items()},
        **{f"source{i}": rate_hz for i, rate_hz in enumerate(rates_hz)},
    }


def test_a_tone_that_a_headset_could_not_give_survives(microphone, tone, tmp_path):
    microphone.control("load-module", "module-null-sink", "sink_name=headset", "rate=8000")
    microphone.play(tone)
    recorder = Recorder("microphone", tmp_path / "recording.flac")
    try:
        wait_for_sound(recorder)
    finally:
        audio = AudioFile(recorder.stop())
    assert audio.rate_hz == 48_000
    samples = audio.waveform().samples
    loud = samples[np.flatnonzero(np.abs(samples) > 0.1)[0] :][:8000]
    assert level_of(loud, MODEL_RATE_HZ, TONE_HZ) == pytest.approx(0.5, rel=0.1)


def test_a_microphone_that_is_unplugged_is_not_exchanged_for_another(microphone, tone, tmp_path):
    microphone.control("load-module", "module-null-sink", "sink_name=other")
    microphone.play(tone)
    recorder = Recorder("microphone", tmp_path / "recording.flac")
    try:
        wait_for_sound(recorder)
        unload(microphone, "module-remap-source")
        wait_until(lambda: not recorder.drain() and recorder.problem is not None)
    finally:
        path = recorder.stop()
    assert recorder.problem.message == (
        "Microphone has gone; what was recorded until then is kept."
    )
    assert AudioFile(path).duration_s > 0.4
    with pytest.raises(MicrophoneError, match="is not there"):
        Recorder("microphone", tmp_path / "again.flac")
    other = Recorder("", tmp_path / "next.flac")
    try:
        assert other.device.key != "microphone"
        wait_for_sound(other)
    finally:
        other.stop()


def test_an_output_that_is_unplugged_is_not_exchanged_for_another(microphone, tone):
    microphone.control("load-module", "module-null-sink", "sink_name=phones")
    player = Player(AudioFile(tone), key="phones")
    try:
        wait_until(lambda: player.position_s > 0.2)
        unload(microphone, "sink_name=phones")
        wait_until(lambda: player.problem is not None)
        assert "has gone" in player.problem.message
    finally:
        player.stop()


def test_another_device_that_goes_changes_nothing(microphone, tone, tmp_path):
    microphone.control("load-module", "module-null-sink", "sink_name=other")
    microphone.play(tone)
    recorder = Recorder("microphone", tmp_path / "recording.flac")
    try:
        unload(microphone, "sink_name=other")
        wait_for_sound(recorder)
        assert recorder.problem is None
    finally:
        recorder.stop()


def test_after_the_sound_server_has_gone_a_sentence_says_so(microphone, tone, tmp_path):
    recorder = Recorder("", tmp_path / "recording.flac")
    microphone.play(tone)
    wait_for_sound(recorder, 0.5)
    microphone.stop_server()
    wait_until(lambda: not recorder.drain() and recorder.problem is not None)
    recorder.stop()
    with pytest.raises(MicrophoneError) as raised:
        Recorder("", tmp_path / "again.flac")
    assert_plain(raised.value)
    with pytest.raises(PlaybackError) as raised:
        Player(AudioFile(tone))
    assert_plain(raised.value)


PROGRAM = """
import sys, time
from pathlib import Path
from core.audio.reader import AudioFile
from core.audio.recorder import Recorder
from core.audio.player import Player
from core.errors import SoundalikeError

folder = Path(sys.argv[1])
recorder = Recorder("", folder / "recording.flac")
player = Player(AudioFile(folder / "tone.wav"), key="speaker")
while not recorder.drain():
    time.sleep(0.02)
print("open", flush=True)
while recorder.problem is None or player.problem is None:
    recorder.drain()
    time.sleep(0.02)
recorder.stop()
player.stop()
for attempt in (lambda: Recorder("", folder / "again.flac"), lambda: Player(player_file)):
    player_file = AudioFile(folder / "tone.wav")
    try:
        attempt()
    except SoundalikeError as error:
        print(error, flush=True)
kept = recorder, player  # as if the program ended before anything was let go
print("said by Python", file=sys.stderr)
"""


@pytest.mark.parametrize("how", ["server", "devices"])
def test_what_goes_leaves_no_native_lines_on_the_terminal(microphone, tone, tmp_path, how):
    program = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", PROGRAM, str(tmp_path)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "open\n"
    if how == "server":
        microphone.stop_server()
    else:
        unload(microphone, "module-remap-source")
        unload(microphone, "module-null-sink")
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, err
    assert len(out.splitlines()) == 2
    assert err == "said by Python\n"


def assert_plain(error) -> None:
    for word in ("PaErrorCode", "-99", "Error opening", "Stream", "None"):
        assert word not in error.in_full


@pytest.mark.parametrize("where", ["open", "start"])
def test_every_error_of_portaudio_becomes_a_sentence(
    microphone, tone, tmp_path, monkeypatch, where
):

    import sounddevice

    def refuse(*_: object, **__: object) -> None:
        raise error

    for name in ("RawInputStream", "RawOutputStream"):
        if where == "open":
            monkeypatch.setattr(sounddevice, name, refuse)
        else:
            monkeypatch.setattr(getattr(sounddevice, name), "start", refuse)
    folder, audio = tmp_path / "recordings", AudioFile(tone)
    for code in range(-10_000, -9_960):
        error = sounddevice.PortAudioError(f"Error opening Stream [PaErrorCode {code}]", code)
        with pytest.raises(MicrophoneError) as raised:
            Recorder("", folder / "recording.flac")
        assert_plain(raised.value)
        assert not folder.exists() or not list(folder.iterdir())
        with pytest.raises(PlaybackError) as raised:
            Player(audio)
        assert_plain(raised.value)


def test_a_list_that_portaudio_refuses_and_a_start_that_fails_are_explained(
    microphone, monkeypatch
):

    import sounddevice

    def refuse(*_: object) -> None:
        raise sounddevice.PortAudioError("Error querying device -1 [PaErrorCode -9999]", -9999)

    monkeypatch.setattr(sounddevice, "query_devices", refuse)
    with pytest.raises(MicrophoneError, match="cannot be listed: it does not answer") as raised:
        list_inputs()
    assert_plain(raised.value)


def test_too_loud_a_sound_is_heard_as_it_is_kept(microphone, tmp_path):
    times_s = np.arange(48_000 * 20) / 48_000
    loud = tmp_path / "loud.wav"
    soundfile.write(loud, 1.8 * np.sin(2 * np.pi * 700 * times_s), 48_000, "FLOAT")
    microphone.control(
        "load-module", "module-null-sink", "sink_name=exact", "format=float32le", "rate=48000"
    )
    recorder = Recorder("exact.monitor", tmp_path / "recording.flac")
    program = subprocess.Popen(["paplay", "--device=exact", str(loud)])
    heard: list[np.ndarray] = []

    def is_enough() -> bool:
        heard.extend(part.samples for part in recorder.drain())
        return sum(map(len, heard)) > 2 * MODEL_RATE_HZ

    try:
        wait_until(is_enough)
    finally:
        audio = AudioFile(recorder.stop())
        program.kill()
        program.wait()
    heard.extend(part.samples for part in recorder.drain())
    kept = audio.waveform().samples
    assert np.abs(kept).max() > 0.99
    assert np.abs(np.concatenate(heard) - kept).max() < 1e-5
