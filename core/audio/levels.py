"""Loudness as bytes: the one scale that all pictures of sound share."""

from __future__ import annotations

import numpy as np

from core.types import Float32, UInt8

FULL_SCALE = 100.0
"""Magnitude of a full-scale sine: half of the 400-sample Hann window's sum of 200."""

FLOOR_DB, CEILING_DB = -110.0, 10.0
"""What the bytes 0 and 255 stand for, in dB; a mel band sums bins and so may exceed 0 dB."""

_PER_DB = 255.0 / (CEILING_DB - FLOOR_DB)
_PER_DECADE = 20.0 * _PER_DB
_OFFSET = -(FLOOR_DB + 20.0 * np.log10(FULL_SCALE)) * _PER_DB + 0.5
_NOTHING = 1e-7
"""Far below the floor; keeps the logarithm of silence finite."""


def to_levels(magnitudes: Float32) -> UInt8:
    """Return magnitudes, of bins or of mel bands, as bytes of the same shape.

    0 is silence, 255 is 10 dB above a full-scale sine, in even steps of decibels.
    """
    scaled = np.log10(magnitudes + np.float32(_NOTHING))
    scaled *= np.float32(_PER_DECADE)
    scaled += np.float32(_OFFSET)
    np.clip(scaled, 0.0, 255.0, out=scaled)
    levels: UInt8 = scaled.astype(np.uint8)
    return levels


def level_db(level: float) -> float:
    """Return a byte's level in dB relative to a full-scale sine; minus infinity for silence."""
    return FLOOR_DB + level / _PER_DB if level > 0 else -np.inf


def level_of(decibels: float) -> float:
    """Return the byte, with its fraction, that stands for a level in dB; 0 to 255."""
    return min(max((decibels - FLOOR_DB) * _PER_DB, 0.0), 255.0)
