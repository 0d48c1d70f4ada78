"""The picture of a sound that is still arriving."""

from __future__ import annotations

import numpy as np

from core.audio.frequency import Spectrum
from core.audio.levels import CEILING_DB, FLOOR_DB, level_of, to_levels
from core.audio.logmel import HOP, HOP_S, magnitudes, mel_magnitudes
from core.types import Float32, UInt8

_FALL_DB_S = 6.0
"""How fast the brightest level follows when it gets quiet; it rises at once."""

_RANGE_DB = 65.0
_LEAST_TOP_DB = -45.0


class LivePicture:
    """The last seconds of a sound that is still arriving; its size never changes.

    Parameters
    ----------
    span_s : float
        How much is shown, in seconds.
    """

    def __init__(self, span_s: float = 10.0) -> None:
        self.span_s = span_s
        self.n_frames = 0
        n_columns = round(span_s / HOP_S)
        self._levels: dict[Spectrum, UInt8] = {
            spectrum: np.zeros((spectrum.value, n_columns), np.uint8) for spectrum in Spectrum
        }
        self._peaks = {spectrum: np.zeros(n_columns, np.uint8) for spectrum in Spectrum}
        self._tops = dict.fromkeys(Spectrum, level_of(_LEAST_TOP_DB))
        self._rest = np.empty(0, np.float32)

    def push(self, samples: Float32) -> None:
        """Move the picture on by new samples, mono at 16 kHz."""
        samples = np.concatenate([self._rest, samples])
        bins = magnitudes(samples)
        self._rest = samples[len(bins) * HOP :]
        mel = to_levels(mel_magnitudes(bins))
        self._move(len(bins), {Spectrum.STFT: to_levels(bins), Spectrum.MEL: mel})

    def _move(self, n_new: int, columns: dict[Spectrum, UInt8]) -> None:
        self.n_frames += n_new
        if not n_new:
            return
        fall = n_new * HOP_S * _FALL_DB_S * 255 / (CEILING_DB - FLOOR_DB)
        for spectrum, new in columns.items():
            peaks = self._peaks[spectrum]
            _shift(self._levels[spectrum], new.T)
            _shift(peaks[None], new.max(axis=1)[None])
            top = max(float(peaks.max()), level_of(_LEAST_TOP_DB))
            self._tops[spectrum] = max(top, self._tops[spectrum] - fall)

    def levels_of(self, spectrum: Spectrum) -> UInt8:
        """Return what is shown, shape (rows, columns of 10 ms); valid until the next `push`."""
        return self._levels[spectrum]

    @property
    def levels(self) -> UInt8:
        """The log-mel levels."""
        return self._levels[Spectrum.MEL]

    def range_db(self, spectrum: Spectrum) -> tuple[float, float]:
        """Return the levels between which the last seconds are best seen, in dB."""
        top_db = FLOOR_DB + self._tops[spectrum] * (CEILING_DB - FLOOR_DB) / 255
        return top_db - _RANGE_DB, top_db

    @property
    def start_s(self) -> float:
        """The time at the left edge, negative while the picture is not yet full."""
        return self.n_frames * HOP_S - self.span_s


def _shift(levels: UInt8, new: UInt8) -> None:
    """Move columns to the left and put new ones at the right, in place."""
    width = levels.shape[1]
    new = new[:, -width:]
    kept = width - new.shape[1]
    levels[:, :kept] = levels[:, width - kept :].copy()
    levels[:, kept:] = new
