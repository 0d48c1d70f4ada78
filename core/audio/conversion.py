"""Samples of any file become what the program computes with: sound alone, mono, at 16 kHz."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.audio.waveform import MODEL_RATE_HZ
from core.types import Float32

_LOUDEST = 1e4
"""Samples beyond this many times full scale are damage, not sound."""


def silence_damaged(block: Float32) -> int:
    """Silence what is no sound, in place; return how many values that were."""
    # A comparison with NaN is false, so this finds NaN, infinity and absurd values alike.
    damaged = ~(np.abs(block) <= _LOUDEST)
    if not damaged.any():
        return 0
    block[damaged] = 0.0
    return int(np.count_nonzero(damaged))


def resampled(blocks: Iterator[Float32], rate_hz: int) -> Iterator[Float32]:
    """Yield mono blocks at 16 kHz."""
    if rate_hz == MODEL_RATE_HZ:
        yield from blocks
        return
    import soxr

    stream = soxr.ResampleStream(rate_hz, MODEL_RATE_HZ, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, np.float32), last=True)
