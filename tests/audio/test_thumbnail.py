"""The small picture that is kept of a sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio.reader import AudioFile
from core.audio.thumbnail import COLUMNS, ROWS, thumbnail
from core.errors import AudioFileError, Cancelled
from core.jobs import Job

RATE_HZ = 16_000


def written(path: Path, seconds: float) -> AudioFile:
    """A low tone, then in the second half a high one."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    hertz = np.where(times < seconds / 2, 200.0, 5000.0)
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * hertz * times), RATE_HZ)
    return AudioFile(path)


@pytest.mark.parametrize("seconds", [0.3, 2.0, 59.0, 90.0])
def test_low_and_high_tones_are_where_they_sound(tmp_path: Path, seconds: float):
    levels = thumbnail(written(tmp_path / "a.wav", seconds), None, Job())
    assert levels.shape == (ROWS, COLUMNS)
    assert levels.dtype == np.uint8
    first, second = levels[:, 4:28].argmax(axis=0), levels[:, 36:60].argmax(axis=0)
    assert (first < 6).mean() > 0.9
    assert (second > 24).mean() > 0.9
    assert levels.max() == 255


def test_a_span_is_all_of_the_picture(tmp_path: Path):
    for seconds, span in ((4.0, (0.5, 1.5)), (400.0, (10.0, 190.0))):
        levels = thumbnail(written(tmp_path / "a.wav", seconds), span, Job())
        assert (levels[:, 2:-2].argmax(axis=0) < 6).all()


def test_silence_is_dark(tmp_path: Path):
    soundfile.write(tmp_path / "mute.wav", np.zeros(RATE_HZ), RATE_HZ)
    assert thumbnail(AudioFile(tmp_path / "mute.wav"), None, Job()).max() == 0


def test_trouble_and_cancelling(tmp_path: Path):
    file = written(tmp_path / "a.wav", 2.0)
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        thumbnail(file, None, job)
    file.path.unlink()
    with pytest.raises(AudioFileError):
        thumbnail(file, None, Job())
