"""Pictures of sound in memory: one that is whole, and one that is still arriving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.audio.levels import CEILING_DB, FLOOR_DB, level_of, to_levels
from core.audio.logmel import (
    HOP,
    HOP_S,
    LOG_OFFSET,
    WINDOW,
    LogMel,
    magnitudes,
    mel_magnitudes,
)
from core.audio.overview import range_of
from core.audio.pyramid import Pyramid
from core.audio.scales import BIN_HZ, Spectrum, View
from core.types import Float32, UInt8

_LIVE_FALL_DB_S = 6.0
"""How fast a live picture's top follows when it gets quiet; it rises at once."""

_LIVE_RANGE_DB = 65.0
_LIVE_LEAST_TOP_DB = -45.0


@dataclass(frozen=True, eq=False)
class Picture:
    """The spectrogram of a whole sound, from its log-mel frames alone.

    Attributes
    ----------
    duration_s, sound_s : float
        Length of the picture and of the sound, in seconds: a short sound is padded.
    """

    pyramid: Pyramid
    duration_s: float
    sound_s: float

    @classmethod
    def of(cls, sound: LogMel) -> Picture:
        """Return the picture of a sound."""
        pyramid = Pyramid(Spectrum.MEL.value, len(sound.frames), (WINDOW - HOP) / 32_000, HOP_S)
        pyramid.put(0, _levels_of_log_mel(sound.frames))
        return cls(pyramid, len(sound.frames) * HOP_S, sound.duration_s)

    @property
    def column_s(self) -> float:
        """Width of the finest columns, in seconds."""
        return self.pyramid.column_s

    def resolution_s(self, end_s: float) -> float:
        """Return the same: all of it is known."""
        return self.column_s

    def levels(self, spectrum: Spectrum, start_s: float, end_s: float, n_columns: int) -> UInt8:
        """Return the levels between two times, uint8, shape (rows, n_columns)."""
        levels = self.pyramid.take(start_s, end_s, n_columns)
        return levels if spectrum is Spectrum.MEL else levels[_bands_of_bins()]

    def range_db(self, spectrum: Spectrum) -> tuple[float, float]:
        """Return the levels between which this sound is best seen, in dB."""
        return range_of(self.pyramid.coarsest)


def _levels_of_log_mel(frames: Float32) -> UInt8:
    return to_levels(np.maximum(np.exp(frames) - np.float32(LOG_OFFSET), 0))


def _bands_of_bins() -> list[int]:
    scale = View.LOG_MEL.scale
    bins = range(Spectrum.STFT.value)
    return [min(max(int(scale.height_of(k * BIN_HZ)), 0), scale.n_rows - 1) for k in bins]


def peak_db(samples: Float32) -> float:
    """Return the peak of some samples in dB below full scale; minus infinity for silence."""
    peak = float(np.abs(samples).max(initial=0.0))
    return float(20 * np.log10(peak)) if peak > 0 else -np.inf


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
        self._tops = dict.fromkeys(Spectrum, level_of(_LIVE_LEAST_TOP_DB))
        self._rest = np.empty(0, np.float32)

    def push(self, samples: Float32) -> Float32:
        """Move the picture on by new samples, mono at 16 kHz.

        Returns
        -------
        float32 array, shape (new, 64)
            The log-mel frames that the samples complete, as `LogMelStream.push` returns them.
        """
        samples = np.concatenate([self._rest, samples])
        bins = magnitudes(samples)
        mel = mel_magnitudes(bins)
        self._rest = samples[len(bins) * HOP :]
        self._move(len(bins), {Spectrum.STFT: to_levels(bins), Spectrum.MEL: to_levels(mel)})
        log_mel: Float32 = np.log(mel + np.float32(LOG_OFFSET))
        return log_mel

    def append(self, frames: Float32) -> None:
        """Move the picture on by new log-mel frames, shape (n, 64), as far as these tell."""
        levels = _levels_of_log_mel(frames)
        self._move(len(frames), {Spectrum.MEL: levels, Spectrum.STFT: levels[:, _bands_of_bins()]})

    def _move(self, n_new: int, columns: dict[Spectrum, UInt8]) -> None:
        self.n_frames += n_new
        if not n_new:
            return
        fall = n_new * HOP_S * _LIVE_FALL_DB_S * 255 / (CEILING_DB - FLOOR_DB)
        for spectrum, new in columns.items():
            peaks = self._peaks[spectrum]
            _shift(self._levels[spectrum], new.T)
            _shift(peaks[None], new.max(axis=1)[None])
            top = max(float(peaks.max()), level_of(_LIVE_LEAST_TOP_DB))
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
        return top_db - _LIVE_RANGE_DB, top_db

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
