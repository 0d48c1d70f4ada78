"""Short sounds to try the program with, each made by a few lines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.types import Float32

_SECONDS = 5.0
_Samples = NDArray[np.float64]


def example(name: str, seed: int = 0) -> Waveform:
    """Return an example of five seconds; raise KeyError if `EXAMPLES` has none of this name."""
    times = np.arange(round(_SECONDS * MODEL_RATE_HZ)) / MODEL_RATE_HZ
    samples = EXAMPLES[name](times, np.random.default_rng(seed))
    loud: Float32 = (0.5 * samples / np.abs(samples).max()).astype(np.float32)
    return Waveform(loud, MODEL_RATE_HZ, name)


def _rain(times: _Samples, random: np.random.Generator) -> _Samples:
    drops = np.where(random.random(len(times)) < 2e-3, random.random(len(times)) ** 2, 0.0)
    ringing = np.exp(-np.arange(300) / 8) * random.standard_normal(300)
    return 0.1 * random.standard_normal(len(times)) + np.convolve(drops, ringing, "same")


def _siren(times: _Samples, random: np.random.Generator) -> _Samples:
    hertz = 1150 + 450 * np.sin(2 * np.pi * 0.25 * times)
    phase = 2 * np.pi * np.cumsum(hertz) / MODEL_RATE_HZ
    wail = np.sum([np.sin(n * phase) / n for n in range(1, 6)], axis=0)
    return np.asarray(wail + 0.1 * random.standard_normal(len(times)))


def _bell(times: _Samples, random: np.random.Generator) -> _Samples:
    since = times % 2.5
    # Pitch, share and decay of a church bell's partials, from the hum up.
    partials = [(0.5, 0.6, 0.5), (1.0, 1.0, 1.0), (1.19, 0.6, 1.3), (1.5, 0.4, 1.6)]
    partials += [(2.0, 0.8, 2.0), (2.74, 0.5, 2.6), (3.76, 0.3, 3.5), (5.4, 0.2, 5.0)]
    rung = [
        share * np.sin(2 * np.pi * 600 * pitch * since) * np.exp(-1.2 * decay * since)
        for pitch, share, decay in partials
    ]
    strike = 0.3 * random.standard_normal(len(times)) * np.exp(-60 * since)
    return np.asarray(np.sum(rung, axis=0) + strike)


EXAMPLES: dict[str, Callable[[_Samples, np.random.Generator], _Samples]] = {
    "Bell": _bell,
    "Rain": _rain,
    "Siren": _siren,
}
"""What each is meant to be, and what makes it."""
