"""How loud an input is while nothing is recorded; a recording takes the open input over."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from core.audio.devices import Device
from core.audio.open_input import OpenInput
from core.errors import MicrophoneError
from core.types import Float32


class LevelMonitor:
    """Keeps nothing of the sound but the loudest sample since the last look.

    Whoever is to keep the seconds before a recording pushes the blocks into a `PreRoll` here.

    Parameters
    ----------
    key : str
        A device's key; empty for the default input.

    Raises
    ------
    MicrophoneError
        As for `OpenInput`.
    """

    def __init__(self, key: str) -> None:
        self._peak: float | None = None
        self.source = OpenInput(key)
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
