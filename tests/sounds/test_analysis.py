"""Clips of a file: spans, frames, loudness, and what is wrong with a file as a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.audio.reader import AudioFile
from core.audio.waveform import Waveform
from core.audio.writing import save_wav
from core.catalog.sound_files import NOTHING_DB, FileState
from core.listeners import BuiltIn
from core.query import query_of
from core.sounds.analysis import analysed_file, clip_of_patch, content_key, first_patch
from tests.sounds.conftest import write_long


@pytest.fixture(scope="module")
def listener() -> BuiltIn:
    return BuiltIn()


@pytest.mark.parametrize("duration_s", [0.3, 9.9, 10.0, 10.5, 20.6, 21.0, 33.3])
def test_clips_have_all_patches_of_a_file_and_cover_it(listener, tmp_path, duration_s):
    path = tmp_path / "rain.wav"
    write_long(path, duration_s)
    found = analysed_file(listener, path)
    query = query_of(listener, AudioFile(path))
    assert found.state is FileState.ANALYSED
    assert found.clips is not None
    assert np.array_equal(found.clips.frames, query.frames)
    assert found.clips.end_s[-1] == pytest.approx(duration_s)
    assert np.array_equal(found.clips.start_s, 10.0 * np.arange(len(found.clips)))
    assert np.array_equal(found.clips.end_s[:-1], found.clips.start_s[1:])
    assert (found.clips.n_frames >= 1).all()


def test_a_patch_belongs_to_the_clip_that_it_begins_in():
    for patch in range(1_000):
        clip = clip_of_patch(patch)
        assert clip * 10 <= patch * 0.96 + 1e-9 < clip * 10 + 10
        assert first_patch(clip) <= patch < first_patch(clip + 1)


def test_loudness_is_that_of_the_samples(listener, tmp_path):
    path = tmp_path / "two.wav"
    loud = np.sin(np.arange(160_000) * 0.3).astype(np.float32) * 0.5
    save_wav(Waveform(np.concatenate([loud, loud / 10]), 16_000, "two"), path)
    found = analysed_file(listener, path)
    assert found.clip_loudness_db == pytest.approx([-9.03, -29.03], abs=0.01)
    assert found.loudness_db == pytest.approx(-12.0, abs=0.02)


def test_silent_clips_are_left_out(listener, tmp_path):
    path = tmp_path / "mixed.wav"
    write_long(path, 10)
    sound = AudioFile(path).waveform().samples
    silence = np.full(160_000, 0.1, np.float32)  # direct current is no sound
    save_wav(Waveform(np.concatenate([sound, silence * 0, sound]), 16_000, "mixed"), path)
    found = analysed_file(listener, path)
    assert found.clips is not None
    assert found.clips.start_s.tolist() == [0, 20]
    save_wav(Waveform(silence, 16_000, "current"), path)
    assert analysed_file(listener, path).state is FileState.SILENT


@pytest.mark.parametrize("duration_s", [0.1, 0.5, 0.9])
def test_direct_current_is_no_sound_in_a_file_shorter_than_a_patch(listener, tmp_path, duration_s):
    path = tmp_path / "short.wav"
    samples = np.full(round(duration_s * 16_000), 0.1, np.float32)
    save_wav(Waveform(samples, 16_000, "current"), path)
    assert analysed_file(listener, path).state is FileState.SILENT


def test_digital_silence_has_no_loudness(listener, tmp_path):
    path = tmp_path / "nothing.wav"
    save_wav(Waveform(np.zeros(16_000, np.float32), 16_000, "nothing"), path)
    found = analysed_file(listener, path)
    assert (found.state, found.loudness_db, found.clips) == (FileState.SILENT, NOTHING_DB, None)


def test_known_content_is_not_analysed_again(listener, tmp_path):
    path = tmp_path / "rain.wav"
    write_long(path, 2)
    key = content_key(path)
    found = analysed_file(listener, path, {key})
    assert (found.key, found.clips, found.state) == (key, None, FileState.ANALYSED)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"RIFF", "RIFF"), (b"ID3" * 99, "odd")]
)
def test_what_is_wrong_is_a_reason(listener, tmp_path, content, words):
    path = tmp_path / f"{words}.wav"
    path.write_bytes(content)
    found = analysed_file(listener, path)
    assert found.state is FileState.UNREADABLE
    assert found.changed_ns == path.stat().st_mtime_ns
    assert found.reason.endswith(".")


def test_a_file_that_is_gone_or_grows_is_read_again_next_time(tmp_path):
    gone = analysed_file(BuiltIn(), tmp_path / "gone.wav")
    assert (gone.state, gone.changed_ns) == (FileState.UNREADABLE, -1)
    path = tmp_path / "growing.wav"
    write_long(path, 40)

    class Growing(BuiltIn):
        """Appends to the file while it analyses."""

        def analyse(self, patches, job=None):
            with path.open("ab") as file:
                file.write(b"more")
            return super().analyse(patches, job)

    found = analysed_file(Growing(), path)
    assert (found.state, found.changed_ns) == (FileState.UNREADABLE, -1)
    assert "changed" in found.reason


def test_any_name(listener, tmp_path: Path):
    write_long(tmp_path / "rain.wav", 2)
    odd = Path(str(tmp_path / "rain").encode().decode() + "\udcff\n.wav")
    (tmp_path / "rain.wav").rename(odd)
    assert analysed_file(listener, odd).state is FileState.ANALYSED
