"""How a file's samples become mono sound of the usual scale: decided once, from a look at parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.audio.decoder import Decoder, DecodingError
from core.types import Float32

_N_PLACES, _PLACE_FRAMES = 8, 4096
_INTEGER_SCALES = (1 << 15, 1 << 23, 1 << 31)
_BEYOND_SCALE = 64.0
"""No float file of the usual scale, however loud, is mostly louder than this."""

_CANCELLED = 10 ** (-20 / 10)
"""The average's power over the loudest channel's, below which channels cancel each other out."""


@dataclass(frozen=True)
class Mixing:
    """Mixing of a file's samples to mono.

    Attributes
    ----------
    scale : float
        What full scale is in the file; samples are divided by it.
    weights : float32 array, shape (channels,)
        What each channel counts.
    notes : tuple of str
        Sentences on what is unusual about that.
    """

    scale: float
    weights: Float32
    notes: tuple[str, ...] = ()

    def scaled(self, block: Float32) -> Float32:
        """Return samples with full scale at 1."""
        return block if self.scale == 1 else np.asarray(block / np.float32(self.scale), np.float32)

    def mixed(self, block: Float32) -> Float32:
        """Return scaled samples, shape (n, channels), as mono, shape (n,)."""
        mono: Float32 = block @ self.weights
        return mono


def mixing(decoder: Decoder) -> Mixing:
    """Return how an open file's samples are to be mixed, after a look at some of them.

    Channels are averaged. Where they cancel each other out, as when one of two has its wires
    swapped, the louder one is taken. Numbers that are as large as those of an integer format are
    divided as that one's are.
    """
    n = decoder.channels
    average = np.full(n, 1.0 / n, np.float32)
    if n == 1 and not decoder.is_float:
        return Mixing(1.0, average)
    parts = _parts(decoder)
    notes = []
    scale = _scale(parts) if decoder.is_float else 1
    if scale != 1:
        notes.append(
            f"Its numbers are those of a {scale.bit_length()}-bit format, not between −1 and 1; "
            f"they were divided by {scale:,}."
        )
    powers = np.zeros(n + 1)
    for part in parts:
        usable = np.where(np.abs(part) <= 2.0 * max(scale, 1e4), part, 0.0).astype(np.float64)
        powers[:n] += np.square(usable).sum(axis=0)
        powers[n] += np.square(usable.mean(axis=1)).sum()
    loudest = int(np.argmax(powers[:n]))
    # Of many channels a single one may have the sound: that is no cancelling.
    if n > 1 and powers[n] < _CANCELLED * powers[:n].sum() / n**2:
        notes.append(
            f"The channels cancel each other out (one is in antiphase): only channel {loudest + 1} "
            "was used."
        )
        average = np.eye(n, dtype=np.float32)[loudest]
    return Mixing(float(scale), average, tuple(notes))


def _parts(decoder: Decoder) -> list[Float32]:
    parts = []
    n_frames = decoder.n_frames or 0
    for place in range(_N_PLACES):
        try:
            decoder.seek(place * n_frames // _N_PLACES)
            parts.append(decoder.read(_PLACE_FRAMES))
        except DecodingError:  # reading will say so
            break
    return parts


def _scale(parts: Sequence[Float32]) -> int:
    """Return what full scale is: 1, or an integer format's; single wild values do not count."""
    sizes = [np.abs(part[np.isfinite(part)]) for part in parts]
    usual = [float(np.quantile(size, 0.9)) for size in sizes if len(size)]
    if not usual or max(usual) <= _BEYOND_SCALE:
        return 1
    peak = max(float(np.quantile(size, 0.999)) for size in sizes if len(size))
    return next((scale for scale in _INTEGER_SCALES if peak <= 1.01 * scale), 1)
