"""Sounds that a converted network is compared with the reference on: noise, tones and sweeps."""

from __future__ import annotations

import numpy as np

from core.audio.logmel import log_mel
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.types import Float32

_SEED = 0
_SECONDS = 2.0


def probe_patches() -> Float32:
    """Return log-mel patches of seeded sounds from loud to quiet, float32 (N, 96, 64)."""
    random = np.random.default_rng(_SEED)
    times = np.arange(round(_SECONDS * MODEL_RATE_HZ)) / MODEL_RATE_HZ
    noise = random.standard_normal(len(times))
    sweep = np.sin(2 * np.pi * (100 + 1900 * times) * times)
    tones = [np.sin(2 * np.pi * hertz * times) for hertz in (220.0, 1000.0, 5000.0)]
    chord = np.mean(tones, axis=0)
    clicks = np.where(random.random(len(times)) < 1e-3, 1.0, 0.0)
    sounds = (0.3 * noise, 0.5 * sweep, *(0.1 * tone for tone in tones), chord, clicks)
    levels = (1.0, 0.01)
    waves = [
        Waveform((level * sound).astype(np.float32), MODEL_RATE_HZ)
        for sound in sounds
        for level in levels
    ]
    return np.concatenate([log_mel(wave).patches for wave in waves])
