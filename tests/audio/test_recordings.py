"""Recordings survive a crash, once, and belong to the program that makes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import core.audio.recordings as recordings_module
from core.audio.reader import AudioFile
from core.audio.recordings import Recordings
from core.audio.writing import save_sound
from core.errors import AudioFileError
from core.jobs import Job
from tests.conftest import PROJECT

RECORDING = """
import os, sys
from pathlib import Path
import numpy as np, soundfile
from core.audio.recordings import Recordings

place = Recordings(Path(sys.argv[1])).begin()
file = soundfile.SoundFile(place.path, "x", 48_000, 1, "PCM_24", format="FLAC")
for _ in range(int(sys.argv[2])):
    file.write(np.random.default_rng(0).uniform(-0.5, 0.5, 4800))
print("recording", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def record(tmp_path):
    """Begin recordings in processes of their own, and kill those that are left."""
    running = []

    def begin(n_blocks: int) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", RECORDING, str(tmp_path), str(n_blocks)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
        )
        running.append(process)
        assert process.stdout.readline() == b"recording\n"
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_a_killed_recording_is_offered_once_and_loses_less_than_two_seconds(tmp_path, record):
    process = record(100)
    process.kill()
    process.wait()
    found = Recordings(tmp_path).recover()
    assert len(found) == 1
    audio = AudioFile(found[0])
    assert audio.notes == ()
    assert audio.duration_s > 8
    assert np.abs(audio.waveform().samples).max() > 0.3
    assert Recordings(tmp_path).recover() == []
    assert [path.name for path in tmp_path.iterdir()] == [found[0].name]
    assert found[0].name.startswith("recording ")


def test_a_recording_that_still_runs_is_left_alone(tmp_path, record):
    process = record(20)
    assert Recordings(tmp_path).recover() == []
    process.kill()
    process.wait()
    assert len(Recordings(tmp_path).recover()) == 1


def test_another_program_may_recover_a_recording_meanwhile(tmp_path, record):
    for _ in range(2):
        process = record(20)
        process.kill()
        process.wait()
    oldest = min(tmp_path.glob("*.flac"))
    found = Recordings(tmp_path).recover(Job(lambda *_: oldest.unlink(missing_ok=True)))
    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == [found[0].name]


def test_a_recording_without_sound_is_removed(tmp_path, record):
    process = record(0)
    process.kill()
    process.wait()
    assert Recordings(tmp_path).recover() == []
    assert list(tmp_path.iterdir()) == []


def test_recordings_of_one_second_have_names_of_their_own(tmp_path):
    recordings = Recordings(tmp_path / "new")
    finished = []
    for _ in range(3):
        place = recordings.begin()
        soundfile.write(place.path, np.zeros(100), 16_000, format="FLAC")
        finished.append(place.finish())
    assert len(set(finished)) == 3
    assert sorted(path.name for path in recordings.folder.iterdir()) == sorted(
        path.name for path in finished
    )


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError):
        Recordings(tmp_path / "file").begin()


@pytest.mark.parametrize("ending", ["wav", "flac", "WAV"])
def test_a_span_is_saved_as_it_is(tmp_path, ending):
    sound = np.random.default_rng(3).uniform(-0.9, 0.9, (88_200, 2))
    soundfile.write(tmp_path / "source.wav", sound, 44_100, "PCM_24")
    audio = AudioFile(tmp_path / "source.wav")
    target = tmp_path / f"saved.{ending}"
    save_sound(audio, target, 0.5, 1.25)
    saved, rate_hz = soundfile.read(target)
    assert rate_hz == 44_100
    assert np.array_equal(saved, soundfile.read(tmp_path / "source.wav")[0][22_050:55_125])


@pytest.mark.parametrize(
    ("kind", "saved"),
    [("PCM_U8", "PCM_16"), ("PCM_16", "PCM_16"), ("PCM_24", "PCM_24"), ("FLOAT", "PCM_24")],
)
@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_a_sound_keeps_its_bits(tmp_path, kind, saved, ending):
    soundfile.write(tmp_path / "source.wav", np.arange(-100, 100) / 128, 16_000, kind)
    save_sound(AudioFile(tmp_path / "source.wav"), tmp_path / f"saved.{ending}")
    assert soundfile.info(tmp_path / f"saved.{ending}").subtype == saved
    ours, theirs = (soundfile.read(tmp_path / n)[0] for n in ("source.wav", f"saved.{ending}"))
    assert np.abs(ours - theirs).max() < 2**-22


def test_saving_fails_whole(tmp_path):
    soundfile.write(tmp_path / "source.wav", np.zeros(16_000), 16_000)
    audio = AudioFile(tmp_path / "source.wav")
    with pytest.raises(AudioFileError, match="neither"):
        save_sound(audio, tmp_path / "saved.mp3")
    with pytest.raises(AudioFileError, match=r"saved\.wav cannot be written: No such file[^/]*$"):
        save_sound(audio, tmp_path / "missing" / "saved.wav")
    with pytest.raises(AudioFileError, match="no sound between"):
        save_sound(audio, tmp_path / "saved.wav", 2, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["source.wav"]


@pytest.mark.parametrize(("rate_hz", "channels"), [(16_000, 9), (1_000_000, 1)])
def test_what_flac_cannot_hold_is_said_before_anything_is_written(tmp_path, rate_hz, channels):
    soundfile.write(tmp_path / "source.wav", np.zeros((5000, channels)), rate_hz)
    audio = AudioFile(tmp_path / "source.wav")
    with pytest.raises(AudioFileError, match="up to 8 channels and 655,350 Hz") as caught:
        save_sound(audio, tmp_path / "saved.flac")
    assert ".wav" in caught.value.hint
    save_sound(audio, tmp_path / "saved.wav")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["saved.wav", "source.wav"]


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_a_span_says_when_it_was_made(tmp_path, ending):
    with soundfile.SoundFile(tmp_path / "source.flac", "w", 48_000, 1, "PCM_24") as file:
        file.date = "2026-03-01T23:59:30+01:00"
        file.write(np.zeros(48_000 * 60))
    audio = AudioFile(tmp_path / "source.flac")
    assert audio.made == "2026-03-01T23:59:30+01:00"
    target = tmp_path / f"span.{ending}"
    save_sound(audio, target, 45, 50)
    assert AudioFile(target).made == "2026-03-02T00:00:15+01:00"


@pytest.mark.parametrize(("made", "kept"), [("2026-03-01", "2026-03-01"), ("yesterday", "")])
def test_a_day_is_kept_and_what_is_no_time_is_not(tmp_path, made, kept):
    with soundfile.SoundFile(tmp_path / "source.flac", "w", 48_000, 1, "PCM_24") as file:
        file.date = made
        file.write(np.zeros(48_000))
    save_sound(AudioFile(tmp_path / "source.flac"), tmp_path / "span.wav")
    assert AudioFile(tmp_path / "span.wav").made == kept


def test_the_oldest_recordings_go_but_for_those_that_are_kept(tmp_path: Path):
    names = [f"recording 2026-01-01 10.00.{n:02}.flac" for n in range(5)]
    for name in (*names, "mine.flac", "unfinished 2025-01-01.flac"):
        (tmp_path / name).write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recordings_module, "MOST_KEPT", 2)
        Recordings(tmp_path).prune([Path("/moved since") / names[1]])
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {names[1], names[3], names[4], "mine.flac", "unfinished 2025-01-01.flac"}
