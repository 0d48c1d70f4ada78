"""Changes to sounds that leave what they are: on mel magnitudes, where they cost next to nothing.

A louder sound is a factor there, an equaliser one factor a band, and two sounds together have about
the root of the sum of their squares.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.audio.logmel import LOG_OFFSET, MEL_BANDS, PATCH_FRAMES, mel_edges_hz
from core.types import Float32
from resources.training.sounds import Sounds

FULL_SCALE_DB = 49.0
"""Root of a patch's mean sum of squared mel magnitudes, for a sound of 0 dBFS, in dB: 51.6 for
white noise, 47.7 for a sine."""

_CENTRES_HZ = mel_edges_hz()[1:-1]


class Augmentation:
    """Draws windows and changes them.

    Parameters
    ----------
    sounds : Sounds
    targets : float32 array, shape (W, 527)
        Scores to learn, one row a window.
    rng : numpy Generator
    """

    def __init__(self, sounds: Sounds, targets: Float32, rng: np.random.Generator) -> None:
        self._sounds, self._targets, self._rng = sounds, targets, rng
        starts = sounds.first_frame
        self._last = starts[sounds.clip + 1] - PATCH_FRAMES
        self._begin = starts[sounds.clip]

    def batch(
        self, windows: NDArray[np.int64], others: NDArray[np.int64]
    ) -> tuple[Float32, Float32]:
        """Return changed patches (N, 96, 64) and their targets (N, 527).

        Parameters
        ----------
        windows, others : int64 arrays, shape (N,)
            The windows, and what may be mixed into each.
        """
        rng = self._rng
        n = len(windows)
        mel, target = self._shifted(windows), self._targets[windows].copy()
        mixed = rng.random(n) < 0.35
        if mixed.any():
            second, scores = self._shifted(others[mixed]), self._targets[others[mixed]]
            ratio_db = rng.uniform(-18, 6, int(mixed.sum()))
            gain = _factor(_level_db(mel[mixed]) + ratio_db - _level_db(second))
            mel[mixed] = np.hypot(mel[mixed], second * gain)
            # What is 18 dB below the other cannot be expected to be found.
            weight = np.clip((ratio_db + 18) / 14, 0, 1)[:, None]
            target[mixed] = 1 - (1 - target[mixed]) * (1 - scores * weight)
        mel *= self._equaliser(n)
        noisy = rng.random(n) < 0.5
        mel[noisy] = np.hypot(mel[noisy], self._noise(_level_db(mel[noisy])))
        mel *= self._band_limit(n)
        wanted = rng.uniform(-46, -10, n) + FULL_SCALE_DB
        mel *= np.where((rng.random(n) < 0.8)[:, None, None], _factor(wanted - _level_db(mel)), 1)
        mel *= self._masks(n)
        return np.log(mel + LOG_OFFSET, dtype=np.float32), target.astype(np.float32)

    def _shifted(self, windows: NDArray[np.int64]) -> Float32:
        shift = self._rng.integers(-20, 21, len(windows))
        first = self._sounds.first[windows] + shift
        return self._sounds.magnitudes(np.clip(first, self._begin[windows], self._last[windows]))

    def _equaliser(self, n: int) -> Float32:
        rng = self._rng
        knots = rng.uniform(-8, 8, (n, 6)) * (rng.random((n, 1)) < 0.6)
        places = np.linspace(0, 5, MEL_BANDS)
        left = np.minimum(places.astype(int), 4)
        part = places - left
        return _factor_of(knots[:, left] * (1 - part) + knots[:, left + 1] * part)[:, None]

    def _noise(self, level_db: NDArray[np.floating]) -> Float32:
        rng = self._rng
        n = len(level_db)
        slope_db = rng.uniform(-9, 2, (n, 1))  # an octave: brown to slightly blue
        width = np.maximum(np.diff(mel_edges_hz())[1:] / 31.25, 1)  # bins a band
        shape = slope_db * np.log2(_CENTRES_HZ / 1000) + 10 * np.log10(width)
        speckle = rng.gamma(2 * width, 1 / (2 * width), (n, PATCH_FRAMES, MEL_BANDS)) ** 0.5
        noise = (_factor_of(shape)[:, None] * speckle).astype(np.float32)
        wanted = level_db - rng.uniform(8, 45, n)
        return noise * _factor(wanted - _level_db(noise))

    def _band_limit(self, n: int) -> Float32:
        rng = self._rng
        upper = np.exp(rng.uniform(np.log(2800), np.log(6500), n))
        upper = np.where(rng.random(n) < 0.15, upper, 1e5)
        lower = np.where(rng.random(n) < 0.15, rng.uniform(150, 500, n), 0)
        octaves = np.maximum(
            np.log2(_CENTRES_HZ / upper[:, None]), np.log2((lower[:, None] + 1e-9) / _CENTRES_HZ)
        )
        return _factor_of(-np.clip(octaves, 0, 1) * np.where(octaves > 0, 60, 0))[:, None]

    def _masks(self, n: int) -> Float32:
        rng = self._rng
        masks = np.ones((n, PATCH_FRAMES, MEL_BANDS), np.float32)
        for row in np.flatnonzero(rng.random(n) < 0.4):
            band, frame = rng.integers(0, MEL_BANDS - 8), rng.integers(0, PATCH_FRAMES - 16)
            masks[row, :, band : band + rng.integers(0, 9)] = 0
            masks[row, frame : frame + rng.integers(0, 17)] = 0
        return masks


def _level_db(mel: Float32) -> NDArray[np.floating]:
    energy = np.square(mel).sum(2).mean(1)
    return np.asarray(10 * np.log10(np.maximum(energy, 1e-8)))


def _factor_of(decibels: NDArray[np.floating]) -> Float32:
    return (10 ** (decibels / 20)).astype(np.float32)


def _factor(decibels: NDArray[np.floating]) -> Float32:
    return _factor_of(decibels)[:, None, None]
