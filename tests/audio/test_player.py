"""Playing, heard through the monitor of a real (null) output."""

from __future__ import annotations

import builtins
import functools
import sys
import threading
import time
import tracemalloc
from collections import Counter

import numpy as np
import pytest
import soundfile
import soxr

from core.audio import player as playback
from core.audio import portaudio
from core.audio.player import Player, outputs
from core.audio.read_ahead import AHEAD_S, ReadAhead
from core.audio.reader import AudioFile
from core.errors import AudioFileError, PlaybackError
from tests.speaker import LEAST, RATE_HZ, Monitor, noise, write
from tests.waiting import wait_until

FADED = round(0.005 * RATE_HZ)
MISSED = round(0.02 * RATE_HZ)
"""A null sink's monitor may miss what another program's stream begins with, as `paplay` shows."""

SOUND = noise(6)


@pytest.fixture
def speaker(virtual_microphone):
    """The virtual speaker, after PortAudio has looked for devices again."""
    portaudio.look_again()
    yield virtual_microphone
    assert portaudio.open_streams == 0
    portaudio.look_again()


@pytest.fixture
def monitor(speaker, tmp_path):
    monitor = Monitor(tmp_path)
    yield monitor
    monitor.close()


class Players:
    """Plays, and knows what has played."""

    def __init__(self) -> None:
        self.players: list[Player] = []

    def __call__(self, *arguments, **options) -> Player:
        self.players.append(Player(*arguments, **options))
        return self.players[-1]

    def stop(self) -> None:
        while self.players:
            self.players.pop().stop()


@pytest.fixture
def play(speaker):
    """Play, and stop what a test leaves playing."""
    players = Players()
    yield players
    players.stop()
    assert not [t for t in threading.enumerate() if t.name == "reading ahead"]


def steady(test):
    """Repeat a test in which the machine stalled for so long that the player counted it."""

    @functools.wraps(test)
    def run(play, monitor, **fixtures):
        for _ in range(12):
            try:
                return test(play=play, monitor=monitor, **fixtures)
            except AssertionError:
                if not any(player.n_underruns for player in play.players):
                    raise
            play.stop()
            monitor.close()
            monitor.begin()
        return test(play=play, monitor=monitor, **fixtures)

    return run


@pytest.fixture
def audio(tmp_path):
    """Six seconds of noise at the speaker's own rate."""
    return AudioFile(write(tmp_path / "noise.wav", SOUND))


def span(start_s, end_s):
    return SOUND[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]


def assert_same(heard, expected):
    """Compare all but the fade at the beginning, some of which the monitor may have missed."""
    n_cut = len(expected) - len(heard)
    assert 0 <= n_cut < MISSED
    assert np.abs(heard[FADED:] - expected[n_cut + FADED :]).max() < LEAST


def difference(heard, sound):
    """Return how far a piece is from the nearest one near the beginning of a sound."""
    places = range(MISSED + FADED)
    return min(np.abs(sound[i : i + len(heard)] - heard).max() for i in places)


def silences(heard, shortest=1000):
    """Return begin and end of each run of zeros."""
    loud = np.flatnonzero(np.abs(heard) > LEAST)
    gaps = np.flatnonzero(np.diff(loud) > shortest)
    return [(int(loud[i]) + 1, int(loud[i + 1])) for i in gaps]


@steady
def test_a_span_is_heard_as_it_is_and_nothing_else(audio, monitor, play):
    player = play(audio, 1.5, 3.0)
    assert player.position_s == pytest.approx(1.5, abs=0.05)
    wait_until(lambda: player.is_ended)
    assert player.position_s == 3.0
    assert player.n_underruns == 0
    assert player.problem is None
    assert_same(monitor.stop(), span(1.5, 3.0))


@steady
def test_both_channels_are_heard(tmp_path, monitor, play):
    left, right = noise(1, seed=1), noise(1, seed=2)
    path = write(tmp_path / "stereo.wav", np.column_stack([left, right]))
    player = play(AudioFile(path))
    wait_until(lambda: player.is_ended)
    heard = monitor.stop()
    expected = (left + right) / 2
    assert RATE_HZ - MISSED < len(heard) <= RATE_HZ
    assert np.abs(heard[-RATE_HZ // 2 :] - expected[-RATE_HZ // 2 :]).max() < LEAST


@steady
def test_a_loop_joins_without_a_gap_and_ends_where_the_span_does(audio, monitor, play):
    player = play(audio, 2.0, 2.3, is_looping=True)
    monitor.wait_for_sound(1.0)
    assert not player.is_ended
    player.is_looping = False
    wait_until(lambda: player.is_ended)
    heard = monitor.stop()
    n_passes = round(len(heard) / len(span(2.0, 2.3)))
    assert n_passes >= 3
    assert player.n_underruns == 0
    assert_same(heard, np.tile(span(2.0, 2.3), n_passes))


@steady
def test_pause_pauses_and_resume_goes_on_where_it_was(audio, monitor, play):
    player = play(audio, 0.0, 3.0)
    monitor.wait_for_sound(0.3)
    player.pause()
    monitor.wait_for_silence()
    stood_s = player.position_s
    monitor.wait_for_silence()
    assert player.position_s == stood_s < 2.5
    player.resume()
    wait_until(lambda: player.is_ended)
    heard = monitor.stop()
    [(begin, end)] = silences(heard)
    expected = span(0.0, 3.0)
    # The fades around the pause may round to silence at their ends.
    n_cut = len(expected) - (len(heard) - (end - begin))
    assert 0 <= n_cut < MISSED + 2 * FADED
    assert np.abs(heard[end + FADED :] - expected[-(len(heard) - end - FADED) :]).max() < LEAST
    first = heard[FADED : begin - FADED]
    assert difference(first, expected) < LEAST
    assert stood_s == pytest.approx(begin / RATE_HZ, abs=0.01)


@steady
def test_the_volume_scales(audio, monitor, play):
    player = play(audio, 0.0, 1.0, volume=0.25)
    wait_until(lambda: player.is_ended)
    assert_same(monitor.stop(), 0.25 * span(0.0, 1.0))


@steady
def test_nothing_clicks(tmp_path, monitor, play):
    level = 0.5
    audio = AudioFile(write(tmp_path / "level.wav", np.full(20 * RATE_HZ, level, np.float32)))
    player = play(audio)
    monitor.wait_for_sound()
    for volume in (0.1, 1.0, 0.0, 0.7):
        player.volume = volume
        monitor.wait_for_sound() if volume else monitor.wait_for_silence()
    player.pause()
    monitor.wait_for_silence()
    player.resume()
    monitor.wait_for_sound()
    player.seek(10.0)
    monitor.wait_for_sound(0.3)
    player.stop()
    heard = monitor.stop()
    assert heard.max() == pytest.approx(level, abs=LEAST)
    assert np.abs(np.diff(heard, append=0)).max() < 1.5 * level / FADED


def test_the_position_is_what_is_heard_now(audio, monitor, play):
    player = play(audio)
    monitor.wait_for_sound(0.5)
    sound, n_last = audio.waveform().samples, 1600
    late = []
    while len(late) < 40:
        n_before = len(monitor.live())
        wait_until(lambda n_before=n_before: len(monitor.live()) > n_before)
        position_s, last = player.position_s, monitor.live()[-n_last:]
        heard = int(np.argmax(np.correlate(sound, last, "valid"))) + n_last
        late.append(position_s - heard / 16_000)
    # What is recorded comes a little after it is heard, so the position is ahead, if anything. On a
    # busy machine a look at both may be torn apart.
    assert -0.05 < np.median(late) < 0.1


def test_the_position_moves_evenly(audio, play):
    player = play(audio)
    wait_until(lambda: player.position_s > 0.3)
    ahead_s = []
    while player.position_s < 1.3:
        ahead_s.append(player.position_s - time.monotonic())
        time.sleep(0.003)
    assert np.ptp(np.percentile(ahead_s, [10, 90])) < 0.015  # some looks are torn apart


@steady
def test_a_seek_goes_there_also_after_the_end(audio, monitor, play):
    player = play(audio, 0.5, 5.0)
    monitor.wait_for_sound(0.2)
    player.seek(4.0)
    assert 4.0 <= player.position_s < 4.2
    wait_until(lambda: player.is_ended)
    player.seek(99)
    wait_until(lambda: player.is_ended)
    player.seek(0)
    assert player.position_s == pytest.approx(0.5, abs=0.05)
    player.seek(4.5)
    monitor.wait_for_sound(0.2)
    assert not player.is_ended
    wait_until(lambda: player.is_ended)
    heard = monitor.stop()
    assert np.abs(heard[-23_000:] - span(4.5, 5.0)[-23_000:]).max() < LEAST
    before = heard[: silences(heard)[-1][0]]
    assert np.abs(before[-47_000:] - span(4.0, 5.0)[-47_000:]).max() < LEAST


@steady
def test_late_in_a_long_file_it_begins_in_little_memory(tmp_path, monitor, play):
    path, start_s, n_frames = tmp_path / "long.wav", 9000, 3 * 3600 * RATE_HZ
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_16") as file:
        file.write(np.zeros((1, 2)))
        header = path.stat().st_size
    size = 4 * n_frames
    with path.open("r+b") as raw:  # no byte of silence is written: the file has holes
        raw.seek(4)
        raw.write((header + size - 8 - 4).to_bytes(4, "little"))
        raw.seek(40)
        raw.write(size.to_bytes(4, "little"))
        raw.truncate(44 + size)
        raw.seek(44 + 4 * start_s * RATE_HZ)
        raw.write((np.repeat(SOUND, 2) * 32767).astype("<i2").tobytes())
    audio = AudioFile(path)
    assert audio.duration_s == 3 * 3600
    tracemalloc.start()
    n_before = len(monitor.live())
    player = play(audio, start_s)
    wait_until(lambda: np.any(np.abs(monitor.live()[n_before:]) > 0.01))
    try:
        monitor.wait_for_sound(1.0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8e6
    assert start_s + 0.9 < player.position_s < start_s + 2
    player.stop()
    heard = monitor.stop()
    assert difference(heard[FADED:40_000], SOUND[FADED:]) < 2 * LEAST


@steady
def test_a_rate_that_the_device_refuses_is_converted(tmp_path, monitor, play, monkeypatch):
    import sounddevice

    asked = []

    class Choosy(sounddevice.RawOutputStream):
        def __init__(self, **options):
            asked.append((options["samplerate"], options["channels"]))
            if options["samplerate"] != RATE_HZ:
                raise sounddevice.PortAudioError("Invalid sample rate")
            super().__init__(**options)

    monkeypatch.setattr(sounddevice, "RawOutputStream", Choosy)
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(66_150) / 44_100)
    player = play(AudioFile(write(tmp_path / "tone.wav", tone, 44_100)), 0.5)
    assert player.rate_hz == RATE_HZ
    assert asked == [(44_100, 2), (44_100, 1), (RATE_HZ, 2)]
    wait_until(lambda: player.is_ended)
    heard = monitor.stop()
    assert RATE_HZ - MISSED < len(heard) <= RATE_HZ + 2
    times_s = np.arange(len(heard)) / RATE_HZ
    waves = np.column_stack([np.sin(2000 * np.pi * times_s), np.cos(2000 * np.pi * times_s)])
    middle = slice(2000, -2000)
    fit, *_ = np.linalg.lstsq(waves[middle], heard[middle])
    assert np.hypot(*fit) == pytest.approx(0.5, abs=0.001)
    assert np.abs(heard[middle] - waves[middle] @ fit).max() < 0.001


def test_a_device_that_refuses_everything_is_named(audio, speaker, monkeypatch):
    import sounddevice

    def refuse(**options):
        raise sounddevice.PortAudioError("Device unavailable")

    monkeypatch.setattr(sounddevice, "RawOutputStream", refuse)
    with pytest.raises(PlaybackError, match="Speaker cannot be opened: it does not answer"):
        Player(audio)
    assert portaudio.open_streams == 0


def test_the_chosen_output_is_used(audio, speaker, tmp_path, play):
    speaker.control("load-module", "module-null-sink", "sink_name=phones", "rate=48000")
    assert [device.key for device in outputs()] == ["speaker", "phones"]
    player = play(audio, 0, 0.5, "phones")
    assert player.device.key == "phones"
    streams = speaker.control("list", "short", "sink-inputs").splitlines()
    sinks = [line.split()[0] for line in speaker.control("list", "short", "sinks").splitlines()]
    # The fixture's silence plays on the first, this sound on the second.
    assert sorted(line.split()[1] for line in streams) == sorted(sinks)


def test_a_slow_file_is_waited_for_in_silence_and_counted(audio, monitor, play, monkeypatch):
    gate, read = threading.Event(), audio.raw_blocks

    def slow_blocks(*arguments):
        for number, block in enumerate(read(*arguments)):
            if number == 40:
                assert gate.wait(20)
            yield block

    monkeypatch.setattr(audio, "raw_blocks", slow_blocks)
    player = play(audio, 0.0, 2.0)
    wait_until(lambda: player.n_underruns > 0)
    monitor.wait_for_silence()
    assert player.position_s == pytest.approx(0.8, abs=0.001)
    gate.set()
    wait_until(lambda: player.is_ended)
    heard = monitor.stop()
    [(begin, end)] = silences(heard)
    assert_same(np.concatenate([heard[:begin], heard[end:]]), span(0.0, 2.0))


def test_a_device_that_goes_is_noticed(audio, speaker, play):
    player = play(audio, is_looping=True)
    wait_until(lambda: player.position_s > 0.2)
    speaker.stop_server()
    wait_until(lambda: player.problem is not None)
    assert isinstance(player.problem, PlaybackError)
    assert "Speaker has gone" in player.problem.message
    player.stop()
    assert "Speaker has gone" in player.problem.message


def test_a_file_that_goes_is_noticed(audio, play):
    player = play(audio, 1.0)
    audio.path.unlink()
    player.seek(2.0)
    wait_until(lambda: player.problem is not None)
    assert isinstance(player.problem, AudioFileError)


def test_a_file_that_is_gone_lets_go_of_the_device(audio, speaker):
    audio.path.unlink()
    with pytest.raises(AudioFileError):
        Player(audio)
    assert portaudio.open_streams == 0
    assert not [t for t in threading.enumerate() if t.name == "reading ahead"]


def test_an_empty_span_and_an_unknown_output_are_named(audio, speaker):
    with pytest.raises(AudioFileError, match="no sound between"):
        Player(audio, 7.0)
    with pytest.raises(PlaybackError, match="“Nowhere” is not there"):
        Player(audio, key="Nowhere")
    assert portaudio.open_streams == 0


def test_without_any_output_the_person_is_told(audio, monkeypatch):
    monkeypatch.setattr(playback, "list_outputs", list)
    with pytest.raises(PlaybackError, match="nothing to play on"):
        Player(audio)


def test_without_portaudio_the_reason_is_given(audio, monkeypatch):
    original = builtins.__import__

    def refuse(name, *arguments, **options):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return original(name, *arguments, **options)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(PlaybackError, match="Playing is off") as raised:
        Player(audio)
    assert "libportaudio2" in raised.value.hint


# Reading ahead, without a device


@pytest.fixture
def ahead():
    readers = []

    def begin(audio, start_s, end_s, rate_hz=RATE_HZ, channels=2) -> ReadAhead:
        readers.append(ReadAhead(audio, start_s, end_s, rate_hz, channels))
        readers[-1].seek(1, start_s)
        return readers[-1]

    yield begin
    for reader in readers:
        reader.stop()


def taken(reader, n_samples, number=1):
    """Return samples and the time of each, and the places where the span begins again."""
    parts, times, again, n_taken = [], [], [], 0
    while n_taken < n_samples:
        block = reader.take(number)
        if block is None:
            assert reader.problem is None
            time.sleep(0.001)
            continue
        if block.begins_again:
            again.append(n_taken)
        parts.append(block.samples)
        times.append(block.start_s + np.arange(len(block.samples)) / RATE_HZ)
        n_taken += len(block.samples)
    return np.concatenate(parts)[:n_samples], np.concatenate(times)[:n_samples], again


@pytest.mark.parametrize("n_channels", [1, 2, 6])
@pytest.mark.parametrize("wanted", [1, 2])
def test_channels_become_what_the_device_has(tmp_path, ahead, n_channels, wanted):
    sound = np.column_stack([noise(0.2, seed) for seed in range(n_channels)])
    audio = AudioFile(write(tmp_path / "sound.wav", sound))
    samples, *_ = taken(ahead(audio, 0, 0.2, channels=wanted), len(sound))
    expected = sound if n_channels == wanted == 2 else sound.mean(axis=1)[:, None]
    assert samples.shape == (len(sound), wanted)
    assert np.allclose(samples, expected, atol=1e-6)


def test_a_converted_loop_is_the_conversion_of_the_loop(tmp_path, ahead):
    sound = noise(1.0)[:44_100]
    audio = AudioFile(write(tmp_path / "sound.wav", sound, 44_100))
    samples, times_s, again = taken(ahead(audio, 0.25, 0.55), 3 * RATE_HZ)
    looped = np.tile(sound[11_025:24_255], 12)
    expected = soxr.resample(looped, 44_100, RATE_HZ, "HQ")[: 3 * RATE_HZ]
    assert np.allclose(samples, expected[:, None], atol=1e-4)
    assert again == [14_400 * i for i in range(1, 10)]
    assert np.allclose(times_s, 0.25 + np.arange(3 * RATE_HZ) % 14_400 / RATE_HZ)


def test_a_span_of_a_few_samples_is_repeated(audio, ahead):
    samples, *_ = taken(ahead(audio, 1.0, 1.001, channels=1), 4800)
    assert np.array_equal(samples[:, 0], np.tile(span(1.0, 1.001), 100))


def test_no_more_than_a_second_is_read_ahead_and_a_seek_drops_it(audio, ahead, monkeypatch):
    n_read, read = Counter(), audio.raw_blocks

    def counted_blocks(start_s, *arguments):
        for block in read(start_s, *arguments):
            n_read[start_s] += len(block)
            yield block

    monkeypatch.setattr(audio, "raw_blocks", counted_blocks)
    reader = ahead(audio, 0.0, 6.0)
    most = round((AHEAD_S + 0.1) * RATE_HZ)
    wait_until(lambda: n_read[0.0] >= RATE_HZ)
    assert n_read[0.0] < most
    reader.seek(2, 3.0)
    samples, times_s, _ = taken(reader, 4800, number=2)
    assert np.array_equal(samples[:, 0], span(3.0, 3.1))
    assert times_s[0] == 3.0
    wait_until(lambda: n_read[3.0] >= RATE_HZ)
    assert n_read[3.0] < most + 4800
    assert n_read[0.0] < most


def test_nothing_is_given_before_there_is_enough_for_a_beginning(audio, ahead, monkeypatch):
    gate, waits, read = threading.Event(), threading.Event(), audio.raw_blocks

    def slow_blocks(*arguments):
        for number, block in enumerate(read(*arguments)):
            if number == 5:
                waits.set()
                assert gate.wait(20)
            yield block

    monkeypatch.setattr(audio, "raw_blocks", slow_blocks)
    reader = ahead(audio, 1.0, 6.0)
    assert waits.wait(20)
    assert not reader.began.is_set()
    assert reader.take(1) is None
    gate.set()
    assert reader.began.wait(20)
    assert reader.take(1).start_s == 1.0


def test_a_file_that_became_shorter_is_a_problem(tmp_path, ahead):
    path = write(tmp_path / "sound.wav", SOUND)
    audio = AudioFile(path)
    write(path, SOUND[:RATE_HZ])
    reader = ahead(audio, 3.0, 5.0)
    wait_until(lambda: reader.problem is not None)
    assert "no sound from 3 s on" in reader.problem.message
