"""A sound's spectrogram, small enough to be kept beside its name."""

from __future__ import annotations

import numpy as np

from core.audio.frequency import Spectrum
from core.audio.levels import level_of
from core.audio.reader import AudioFile
from core.audio.spectrogram import Overview, detail, range_of
from core.jobs import Job
from core.types import UInt8

ROWS, COLUMNS = 32, 64

_READ_WHOLE_S = 60.0
"""What is longer is only sketched, from excerpts."""


def thumbnail(
    file: AudioFile,
    span: tuple[float, float] | None,
    job: Job,
    size: tuple[int, int] = (ROWS, COLUMNS),
) -> UInt8:
    """Return a small picture of a sound, or of a span of it in seconds.

    Parameters
    ----------
    file : AudioFile
    span : tuple of two floats, or None
    job : Job
        May cancel.
    size : pair of int
        Rows, 64 or a part of that, and columns.

    Returns
    -------
    uint8 array, of shape `size`
        Mel bands, low ones first; 0 for what is quiet in this sound and 255 for what is loud.

    Raises
    ------
    AudioFileError
        If it cannot be read.
    """
    rows, columns = size
    start_s, end_s = span or (0.0, file.duration_s)
    if end_s - start_s > _READ_WHOLE_S:
        overview = Overview(file.duration_s)
        overview.sketch(file, job)
        levels = overview.levels(Spectrum.MEL, start_s, end_s, columns)
    else:
        found = detail(file, Spectrum.MEL, start_s, end_s, columns, job)
        levels = found.take(start_s, end_s, columns)
    bands = levels.reshape(rows, -1, columns).max(axis=1)
    quiet, loud = map(level_of, range_of(bands))
    shares = (bands.astype(np.float32) - quiet) / (loud - quiet)
    return np.asarray(np.clip(shares, 0.0, 1.0) * 255, np.uint8)
