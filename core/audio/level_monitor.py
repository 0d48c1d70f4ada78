"""How loud an input is while nothing is recorded; a recording takes the open input over."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from core.audio.devices import Device
from core.audio.open_input import OpenInput
from core.audio.pre_roll import PreRoll
from core.errors import MicrophoneError
from core.types import Float32


class LevelMonitor:
    """Keeps the loudest sample since the last look, and the last seconds if that is wanted.

    Parameters
    ----------
    key : str
        A device's key; empty for the default input.
    keeps_last : bool
        Whether the last seconds are kept, in memory, for a recording that may follow.

    Attributes
    ----------
    last : PreRoll or None
        What is kept.

    Raises
    ------
    MicrophoneError
        As for `OpenInput`.
    """

    def __init__(self, key: str, keeps_last: bool = False) -> None:
        self._peak: float | None = None
        self.source = OpenInput(key)
        self.last = PreRoll(self.source.rate_hz) if keeps_last else None
        try:
            self.source.send_to(self._on_block)
        except MicrophoneError:
            self.close()
            raise

    @property
    def device(self) -> Device:
        """The input that is open."""
        return self.source.device

    @property
    def is_fed(self) -> bool:
        """Whether the device still sends."""
        return self.source.is_fed

    def read_peak(self) -> float | None:
        """Return the largest magnitude since the last call; None if no sound came."""
        peak, self._peak = self._peak, None
        return peak

    def close(self) -> None:
        """Let go of the device, whatever it says."""
        with suppress(MicrophoneError):
            self.source.close()

    def _on_block(self, block: Float32) -> None:
        peak = float(np.abs(np.nan_to_num(block)).max(initial=0.0))
        self._peak = max(peak, self._peak or 0.0)
        if self.last is not None:
            self.last.push(block.mean(axis=1))
