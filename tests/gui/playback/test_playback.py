"""Playing for the window, on a real (null) output."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QDeadlineTimer

from core.audio import portaudio
from core.audio.devices import Device
from core.audio.reader import AudioFile
from core.errors import AudioFileError, PlaybackError
from gui.playback.playback import Playback
from gui.workers import Worker
from tests.speaker import LEAST, RATE_HZ, Monitor, noise, write
from tests.waiting import LONG_S

SOUND = noise(4)


@pytest.fixture
def speaker(virtual_microphone):
    """The virtual speaker, after PortAudio has looked for devices again."""
    portaudio.look_again()
    yield virtual_microphone
    portaudio.look_again()


@pytest.fixture
def monitor(speaker, tmp_path):
    monitor = Monitor(tmp_path)
    yield monitor
    monitor.close()


@pytest.fixture
def audio(tmp_path):
    return AudioFile(write(tmp_path / "noise.wav", SOUND))


class RecordedBlock:
    """What a `Playback` said, in order."""

    def __init__(self, playing: Playback) -> None:
        self.said: list[object] = []
        self.moves: list[float | None] = []
        self.devices: list[list[Device]] = []
        playing.state_changed.connect(self.said.append)
        playing.ended.connect(lambda: self.said.append("ended"))
        playing.failed.connect(self.said.append)
        playing.moved.connect(self.moves.append)
        playing.devices_listed.connect(self.devices.append)

    @property
    def times(self) -> list[float]:
        return [move for move in self.moves if move is not None]


@pytest.fixture
def playing(qapp, speaker):
    worker = Worker("playing")
    playing = Playback(worker)
    playing.setParent(worker)
    yield playing
    playing.close()
    assert worker.wait(QDeadlineTimer(round(1000 * LONG_S)))
    assert not playing.open_players
    worker.deleteLater()


@pytest.fixture
def said(playing):
    return RecordedBlock(playing)


def test_a_span_plays_to_its_end_and_says_where_it_is(playing, said, audio, monitor, qtbot):
    playing.play(audio, 1.0, 2.0)
    assert playing.is_active
    assert said.said == [True]
    with qtbot.waitSignal(playing.ended):
        pass
    assert said.said == [True, False, "ended"]
    assert not playing.is_active
    assert said.moves[-1] is None
    assert said.times == sorted(said.times)
    assert 1.0 <= said.times[0] < said.times[-1] <= 2.0
    assert len(said.times) > 5
    heard = monitor.stop()
    assert np.abs(heard[-9600:] - SOUND[2 * RATE_HZ - 9600 : 2 * RATE_HZ]).max() < LEAST


def test_pause_and_go_on(playing, said, audio, monitor, qtbot):
    playing.play(audio)
    qtbot.waitUntil(lambda: len(said.times) > 10)
    playing.toggle()
    monitor.wait_for_silence()
    # Silence has been heard, so the position stands; it is told with the timer's next stroke.
    qtbot.waitUntil(lambda: said.times[-1] == playing.player.position_s)
    stood_s = said.times[-1]
    qtbot.wait(200)
    assert said.times[-1] == stood_s
    playing.seek(3.0)
    assert said.times[-1] == 3.0
    qtbot.wait(100)
    assert said.times[-1] == 3.0
    playing.toggle()
    qtbot.waitUntil(lambda: said.times[-1] > 3.1)
    playing.stop()
    assert said.said == [True, False, True, False]
    assert said.moves[-1] is None
    monitor.wait_for_silence()


def test_another_sound_replaces_the_one_that_plays(playing, said, audio, monitor, qtbot, tmp_path):
    level = AudioFile(write(tmp_path / "level.wav", np.full(RATE_HZ, 0.5, np.float32)))
    playing.play(audio)
    monitor.wait_for_sound(0.2)
    qtbot.waitUntil(lambda: len(said.times) > 5)
    for _ in range(5):  # a hurried person
        playing.play(audio, 2.0)
        playing.play(level, 0.0, 0.4)
    with qtbot.waitSignal(playing.ended):
        pass
    assert said.said == [True, False, "ended"]
    assert len(playing.open_players) <= 1
    heard = monitor.stop()
    assert np.abs(heard[-9600:] - 0.5).max() < LEAST
    assert np.count_nonzero(np.abs(heard - 0.5) < LEAST) < 0.41 * RATE_HZ


def test_volume_and_looping_hold_for_what_plays_and_what_comes(
    playing, said, audio, monitor, qtbot
):
    playing.set_volume(0.5)
    playing.set_looping(True)
    playing.play(audio, 1.0, 1.2)
    qtbot.waitUntil(lambda: playing.player is not None)
    monitor.wait_for_sound(0.7)
    playing.set_volume(0.25)
    monitor.wait_for_sound(0.5)
    playing.set_looping(False)
    with qtbot.waitSignal(playing.ended):
        pass
    heard, span = monitor.stop(), SOUND[RATE_HZ : RATE_HZ + 9600]
    n_passes = len(heard) // len(span)
    assert n_passes >= 5
    passes = heard[-n_passes * len(span) :].reshape(n_passes, -1)
    assert np.abs(passes[1]).mean() == pytest.approx(0.5 * np.abs(span).mean(), rel=0.1)
    assert np.abs(passes[-1] - 0.25 * span).max() < LEAST
    playing.set_volume(7)
    playing.play(audio, 1.0, 1.2)
    qtbot.waitUntil(lambda: playing.player is not None)
    assert (playing.player.volume, playing.player.is_looping) == (1, False)


def test_a_seek_before_the_device_is_open_counts(playing, said, audio, speaker, qtbot):
    playing.play(audio)
    playing.seek(3.5)
    with qtbot.waitSignal(playing.ended):
        pass
    assert min(said.times) >= 3.5


def test_what_plays_moves_to_another_output(playing, said, audio, speaker, qtbot):
    speaker.control("load-module", "module-null-sink", "sink_name=phones", "rate=48000")
    playing.play(audio)
    qtbot.waitUntil(lambda: bool(said.times) and said.times[-1] > 0.3)
    playing.set_device("phones")
    before_s = said.times[-1]
    qtbot.waitUntil(lambda: playing.player is not None)
    assert playing.player.device.key == "phones"
    qtbot.waitUntil(lambda: said.times[-1] > before_s + 0.2)
    assert before_s - 0.1 < min(said.times[said.times.index(before_s) :])
    playing.set_device("phones")
    assert playing.player is not None
    playing.toggle()
    playing.set_device("")
    qtbot.waitUntil(lambda: playing.player is not None)
    assert playing.player.device.key == "speaker"
    assert said.said == [True, False]


def test_what_cannot_be_played_is_said_once(playing, said, audio, speaker, qtbot):
    playing.set_device("Nowhere")
    with qtbot.waitSignal(playing.failed):
        playing.play(audio)
    assert said.said[:2] == [True, False]
    assert isinstance(said.said[2], PlaybackError)
    assert not playing.is_active
    playing.set_device("")
    with qtbot.waitSignal(playing.failed):
        playing.play(audio, 99.0)
    assert isinstance(said.said[-1], AudioFileError)
    assert said.moves[-1] is None
    assert len(said.said) == 6


def test_a_device_that_goes_ends_it(playing, said, audio, speaker, qtbot):
    playing.set_looping(True)
    playing.play(audio)
    qtbot.waitUntil(lambda: len(said.times) > 10)
    speaker.stop_server()
    with qtbot.waitSignal(playing.failed) as failed:
        pass
    assert "has gone" in failed.args[0].message
    assert not playing.is_active


def test_stopping_at_any_moment_leaves_nothing_open(playing, said, audio, speaker, qtbot):
    for wait_ms in (0, 1, 5, 20, 60):
        playing.play(audio)
        qtbot.wait(wait_ms)
        playing.stop()
        assert not playing.is_active
        assert said.moves[-1] is None
    qtbot.waitUntil(lambda: not playing.worker.is_busy)
    assert not playing.open_players
    assert said.said == [True, False] * 5


def test_the_outputs_are_listed(playing, said, speaker, qtbot, monkeypatch):
    with qtbot.waitSignal(playing.devices_listed):
        playing.refresh()
    assert [device.name for device in said.devices[0]] == ["Speaker"]
    monkeypatch.setattr("core.audio.player.list_outputs", list)
    qtbot.waitUntil(lambda: not playing.worker.is_busy)  # it says so after it gave its answer
    with qtbot.waitSignal(playing.devices_listed):
        playing.refresh()
    assert said.devices[1] == []
    assert said.said == []
