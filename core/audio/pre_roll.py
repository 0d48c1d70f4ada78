"""What an input sent just before a recording began: the sound that made a person press Record."""

from __future__ import annotations

from collections import deque

import numpy as np

from core.types import Float32

PRE_ROLL_S = 5.0


class PreRoll:
    """The last seconds of an input, and never more.

    One thread may `push` while another one takes `samples`.

    Parameters
    ----------
    rate_hz : int
    length_s : float
        How much is kept.
    """

    def __init__(self, rate_hz: int, length_s: float = PRE_ROLL_S) -> None:
        self.rate_hz = rate_hz
        self._most = round(length_s * rate_hz)
        self._blocks: deque[Float32] = deque()
        self._n_samples = 0

    def push(self, samples: Float32) -> None:
        """Take new mono samples, float32 (n,); the oldest beyond the length are let go of."""
        block = np.array(samples[-self._most :], np.float32)
        self._blocks.append(block)
        self._n_samples += len(block)
        while self._n_samples - len(self._blocks[0]) >= self._most:
            self._n_samples -= len(self._blocks.popleft())

    @property
    def samples(self) -> Float32:
        """Samples that are kept, mono, float32 (n,), the oldest first."""
        blocks = [np.empty(0, np.float32), *self._blocks.copy()]
        kept: Float32 = np.concatenate(blocks)[-self._most :]
        return kept

    @property
    def duration_s(self) -> float:
        """Length of what is kept, in seconds."""
        return min(self._n_samples, self._most) / self.rate_hz
