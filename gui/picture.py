"""A log-mel spectrogram made ready to be painted: bytes, no wider than a screen can show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audio.logmel import (
    HOP_S,
    LOG_OFFSET,
    MEL_BANDS,
    LogMel,
    hertz_to_mel,
    mel_edges_hz,
    mel_to_hertz,
)
from core.types import Float32, UInt8

MAX_COLUMNS = 4096
FULL_SCALE = 100.0
"""Mel magnitude of a full-scale sine: half of the 400-sample Hann window's sum of 200."""

_LOW, _HIGH = float(np.log(LOG_OFFSET)), float(np.log(FULL_SCALE))
_LIVE_TOP = 190
_LEAST_TOP = 96


@dataclass(frozen=True)
class Picture:
    """The spectrogram of a whole sound.

    Attributes
    ----------
    levels : uint8 array, shape (64, columns)
        0 is silence, 255 a full-scale tone, in even steps of the logarithm; lowest band first.
    duration_s : float
        Length that the columns span, in seconds.
    sound_s : float
        Length of the sound, in seconds: the last window may not be full, a short sound is padded.
    top : int
        The level that gets the brightest colour.
    """

    levels: UInt8
    duration_s: float
    sound_s: float
    top: int

    @classmethod
    def of(cls, sound: LogMel) -> Picture:
        """Return the picture of a sound; a column shows the loudest of the frames it stands for."""
        frames = sound.frames
        per_column = -(-len(frames) // MAX_COLUMNS)
        columns = np.maximum.reduceat(frames, np.arange(0, len(frames), per_column), axis=0)
        levels = np.ascontiguousarray(to_levels(columns).T)
        top = int(np.percentile(levels, 99.9))
        return cls(
            levels, levels.shape[1] * per_column * HOP_S, sound.duration_s, max(_LEAST_TOP, top)
        )


def to_levels(frames: Float32) -> UInt8:
    """Return log-mel values as bytes of the same shape."""
    scaled = (frames - _LOW) * (255.0 / (_HIGH - _LOW))
    levels: UInt8 = np.clip(scaled + 0.5, 0, 255).astype(np.uint8)
    return levels


def level_db(level: int) -> float:
    """Return a byte's level in dB below a full-scale tone; minus infinity for silence."""
    magnitude = np.exp(_LOW + level * (_HIGH - _LOW) / 255.0) - LOG_OFFSET
    return float(20 * np.log10(magnitude / FULL_SCALE)) if magnitude > 1e-6 else -np.inf


def peak_db(samples: Float32) -> float:
    """Return the peak of some samples in dB below full scale; minus infinity for silence."""
    peak = float(np.abs(samples).max(initial=0.0))
    return float(20 * np.log10(peak)) if peak > 0 else -np.inf


def band_of(frequency_hz: float) -> float:
    """Return a frequency's height in the picture, in bands from its lower edge."""
    low, step = _mel_scale()
    return float((hertz_to_mel(frequency_hz) - low) / step - 0.5)


def frequency_of(band: float) -> float:
    """Return the frequency in hertz at a height in the picture."""
    low, step = _mel_scale()
    return float(mel_to_hertz(low + (band + 0.5) * step))


def _mel_scale() -> tuple[float, float]:
    edges: NDArray[np.floating] = hertz_to_mel(mel_edges_hz()[[0, -1]])
    return float(edges[0]), float(edges[1] - edges[0]) / (MEL_BANDS + 1)


class LivePicture:
    """The last seconds of a sound that is still arriving; its size never changes.

    Parameters
    ----------
    span_s : float
        How much is shown, in seconds.
    """

    def __init__(self, span_s: float = 10.0) -> None:
        self.levels: UInt8 = np.zeros((MEL_BANDS, round(span_s / HOP_S)), np.uint8)
        self.span_s = span_s
        self.n_frames = 0
        self.top = _LIVE_TOP

    def append(self, frames: Float32) -> None:
        """Move the picture on by new log-mel frames, shape (n, 64)."""
        self.n_frames += len(frames)
        width = self.levels.shape[1]
        new = to_levels(frames[-width:]).T
        kept = width - new.shape[1]
        self.levels[:, :kept] = self.levels[:, width - kept :].copy()
        self.levels[:, kept:] = new

    @property
    def start_s(self) -> float:
        """The time at the left edge, negative while the picture is not yet full."""
        return self.n_frames * HOP_S - self.span_s
