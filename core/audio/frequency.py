"""The three ways to lay out frequency, from the lowest row to the highest."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum
from functools import cache

import numpy as np

from core.audio.logmel import (
    FFT_SIZE,
    MEL_BANDS,
    MEL_HIGH_HZ,
    MEL_LOW_HZ,
    hertz_to_mel,
    mel_to_hertz,
)
from core.audio.waveform import MODEL_RATE_HZ
from core.types import UInt8

BIN_HZ = MODEL_RATE_HZ / FFT_SIZE
TOP_HZ = MODEL_RATE_HZ / 2
LOG_LOW_HZ = 50.0
"""Where the logarithmic view begins; a window of 25 ms tells little of what is lower."""

_LOG_ROWS = 240


class Spectrum(Enum):
    """Content of a column of levels; the value is its number of rows."""

    MEL = MEL_BANDS
    STFT = FFT_SIZE // 2 + 1


class FrequencyView(Enum):
    """View of a spectrogram; the value is for settings."""

    LOG_MEL = "log-mel"
    LINEAR = "linear"
    LOGARITHMIC = "logarithmic"

    @property
    def spectrum(self) -> Spectrum:
        """The levels that this view is drawn from."""
        return Spectrum.MEL if self is FrequencyView.LOG_MEL else Spectrum.STFT

    @property
    def scale(self) -> FrequencyScale:
        """The layout of this view's rows."""
        return _scale(self)


class FrequencyScale(ABC):
    """Rows and the frequencies they stand for; a height is counted in rows from the lowest edge.

    Attributes
    ----------
    n_rows : int
    span : tuple of float
        The heights between which the picture is shown.
    ticks_hz : tuple of float
        Frequencies worth a label, rising; the first and last matter most.
    """

    n_rows: int
    span: tuple[float, float]
    ticks_hz: tuple[float, ...]

    @abstractmethod
    def height_of(self, frequency_hz: float) -> float:
        """Return a frequency's height."""

    @abstractmethod
    def frequency_of(self, height: float) -> float:
        """Return the frequency at a height, in hertz."""

    def rows_of(self, levels: UInt8) -> UInt8:
        """Lay out levels of shape (spectrum's rows, columns); returns (n_rows, columns)."""
        return levels


class _MelScale(FrequencyScale):
    n_rows = MEL_BANDS
    span = (0.0, float(MEL_BANDS))
    ticks_hz = (150.0, 250.0, 500.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0, 7000.0)

    def __init__(self) -> None:
        low, high = (float(mel) for mel in hertz_to_mel([MEL_LOW_HZ, MEL_HIGH_HZ]))
        self._low, self._step = low, (high - low) / (MEL_BANDS + 1)

    def height_of(self, frequency_hz: float) -> float:
        # The first triangle's peak lies a step above its lower edge, and half a row up.
        return (float(hertz_to_mel(frequency_hz)) - self._low) / self._step - 0.5

    def frequency_of(self, height: float) -> float:
        return float(mel_to_hertz(self._low + (height + 0.5) * self._step))


class _LinearScale(FrequencyScale):
    n_rows = FFT_SIZE // 2 + 1
    span = (0.5, n_rows - 0.5)  # the lowest and the highest bin are cut at 0 and 8000 Hz
    ticks_hz = tuple(float(hertz) for hertz in range(0, 8001, 1000))

    def height_of(self, frequency_hz: float) -> float:
        return frequency_hz / BIN_HZ + 0.5

    def frequency_of(self, height: float) -> float:
        return (height - 0.5) * BIN_HZ


class _LogScale(FrequencyScale):
    n_rows = _LOG_ROWS
    span = (0.0, float(_LOG_ROWS))
    ticks_hz = (50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)

    def __init__(self) -> None:
        self._per_row = math.log(TOP_HZ / LOG_LOW_HZ) / _LOG_ROWS
        edges = LOG_LOW_HZ * np.exp(np.arange(_LOG_ROWS + 1) * self._per_row) / BIN_HZ
        first, behind = np.ceil(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int)
        # Bins are further apart than low rows: those are drawn between two bins, while the others
        # show the loudest of the bins they hold.
        self._n_between = int(np.flatnonzero(behind <= first)[-1]) + 1
        self._first = first[self._n_between :]
        self._last = np.minimum(behind[self._n_between :], Spectrum.STFT.value) - 1
        centres = np.sqrt(edges[:-1] * edges[1:])[: self._n_between]
        self._below = centres.astype(int)
        self._share = (centres - self._below).astype(np.float32)[:, None]

    def height_of(self, frequency_hz: float) -> float:
        return math.log(max(frequency_hz, 1.0) / LOG_LOW_HZ) / self._per_row

    def frequency_of(self, height: float) -> float:
        return LOG_LOW_HZ * math.exp(height * self._per_row)

    def rows_of(self, levels: UInt8) -> UInt8:
        rows = np.empty((_LOG_ROWS, levels.shape[1]), np.uint8)
        below, above = levels[self._below], levels[self._below + 1]
        between = below + (above.astype(np.float32) - below) * self._share
        rows[: self._n_between] = between + 0.5
        loudest = levels[self._first]
        for step in range(1, int((self._last - self._first).max()) + 1):
            np.maximum(loudest, levels[np.minimum(self._first + step, self._last)], out=loudest)
        rows[self._n_between :] = loudest
        return rows


@cache
def _scale(view: FrequencyView) -> FrequencyScale:
    scales: dict[FrequencyView, Callable[[], FrequencyScale]] = {
        FrequencyView.LOG_MEL: _MelScale,
        FrequencyView.LINEAR: _LinearScale,
        FrequencyView.LOGARITHMIC: _LogScale,
    }
    return scales[view]()
