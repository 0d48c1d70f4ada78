"""What is wrong with the sound that arrives, said while it can still be mended."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from core.types import Float32

NOTICED_AFTER_S = 1.5
"""Long enough for a pause in speech, short enough to tell before two seconds are over."""

FAINT = 10 ** (-50 / 20)
"""Peak below which a recording is mostly the input's own noise: 50 dB below full scale."""

FULL = 0.999
_CLIPPED_IN_A_ROW = 3
"""A sound may touch full scale; equal samples on end there are a top that was cut off."""


class Finding(Enum):
    """Fault that an input may have."""

    FINE = "fine"
    ZEROS = "zeros"
    FAINT = "faint"


class InputCheck:
    """Listens to what an input sends.

    Parameters
    ----------
    rate_hz : int

    Attributes
    ----------
    finding : Finding
        What is wrong by now.
    has_clipped : bool
        Whether any sound so far was cut off at full scale.
    """

    def __init__(self, rate_hz: int) -> None:
        self.finding = Finding.FINE
        self.has_clipped = False
        self._patience = round(NOTICED_AFTER_S * rate_hz)
        self._n_zeros = self._n_faint = 0
        self._last: Float32 | None = None

    def listen(self, samples: Float32) -> None:
        """Take new samples of one channel, or shape (n, channels), as the device sent them."""
        level = np.abs(samples) if samples.ndim == 1 else np.abs(samples).max(axis=1, initial=0)
        self._n_zeros = _run_at_the_end(level == 0, self._n_zeros)
        self._n_faint = _run_at_the_end(level < FAINT, self._n_faint)
        if not self.has_clipped:
            wide = samples if samples.ndim == 2 else samples[:, None]
            if self._last is not None:
                wide = np.concatenate([self._last, wide])
            self.has_clipped = is_clipped(wide)
            self._last = wide[1 - _CLIPPED_IN_A_ROW :]
        if self._n_zeros >= self._patience:
            self.finding = Finding.ZEROS
        elif self._n_faint >= self._patience:
            self.finding = Finding.FAINT
        else:
            self.finding = Finding.FINE


def is_clipped(samples: Float32) -> bool:
    """Return whether any channel, shape (n, channels), has a flat top at full scale."""
    if len(samples) < _CLIPPED_IN_A_ROW or np.abs(samples).max(initial=0) < FULL:
        return False
    same = (samples[1:] == samples[:-1]) & (np.abs(samples[1:]) >= FULL)
    return bool((same[1:] & same[:-1]).any())


def _run_at_the_end(holds: NDArray[np.bool_], before: int) -> int:
    """Return for how many samples on end something holds, `before` of them earlier ones."""
    others = np.flatnonzero(~holds)
    return len(holds) - 1 - int(others[-1]) if len(others) else before + len(holds)
