"""What lies under the cursor, in words."""

from __future__ import annotations

import math

from core.audio.frequency import FrequencyScale
from core.audio.levels import level_db
from core.types import UInt8
from gui import formats
from gui.spectrogram.plot import CursorPlace
from gui.spectrogram.spans import Span

_CLOCK_FROM_S = 60.0
_FINE_BELOW_S = 2.0


def read_out(rows: UInt8, span: Span, scale: FrequencyScale, place: CursorPlace) -> str:
    """Return time, frequency and level of a place, such as 2.31 s · 1.2 kHz · −34 dB.

    Parameters
    ----------
    rows : uint8 array, shape (scale's rows, columns)
        The levels in sight.
    span : tuple of float
        The time in sight, in seconds.
    scale : FrequencyScale
    place : CursorPlace

    Returns
    -------
    str
        Empty before the start of a sound and outside of the picture.
    """
    n_rows, n_columns = rows.shape
    width_s = span[1] - span[0]
    column = math.floor((place.time_s - span[0]) / width_s * n_columns)
    row = math.floor(place.height)
    if place.time_s < 0 or not (0 <= column <= n_columns and 0 <= row < n_rows):
        return ""
    level = level_db(int(rows[row, min(column, n_columns - 1)]))
    loudness = "silent" if math.isinf(level) else formats.decibels(level)
    decimals = 2 if width_s > _FINE_BELOW_S else 3
    if place.time_s >= _CLOCK_FROM_S:
        time = formats.clock(place.time_s, decimals)
    else:
        time = f"{place.time_s:.{decimals}f} s"
    return f"{time} · {formats.hertz(max(scale.frequency_of(place.height), 0.0))} · {loudness}"
