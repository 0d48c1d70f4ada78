"""What is wrong with the sound of a file, as far as it has been read: noted, not mended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.audio.input_check import is_clipped
from core.types import Float32

_STRONG_DC = 0.05
_ANY_DC = 0.002
"""Of full scale; the first counts in any sound, the second where nothing is louder than it."""

_MAINS_HZ = (50, 60)
_OVERTONES = range(1, 7)
_REDUCED_HZ = 2_000
_LEAST_WINDOWS, _MOST_WINDOWS = 3, 30
_STEADY_SHARE = 0.25
"""Of the windows, those in which a line is weakest: mains hum never pauses."""

_LINE, _FUNDAMENTAL = 10 ** (15 / 10), 10 ** (25 / 10)
"""Power over the ground's beside it, from which on a line counts as one."""

_HUM_SHARE, _PURE_SHARE = 0.02, 0.2
"""Of the sound's power in its lines, from which on hum is worth a note."""


class Faults:
    """Watches over samples as they are read, from one end to the other.

    Parameters
    ----------
    rate_hz : int

    Attributes
    ----------
    n_samples, n_damaged : int
        Samples of all channels so far, and those among them that are none.
    """

    def __init__(self, rate_hz: int) -> None:
        self.n_samples = self.n_damaged = 0
        self._is_clipped = False
        self._sum = self._power = 0.0
        self._n_mono = 0
        self._hum = _Hum(rate_hz)

    def take(self, block: Float32, mono: Float32, n_damaged: int) -> None:
        """Take the next samples, shape (n, channels), what they are mixed to, and their damage."""
        self.n_samples += block.size
        self.n_damaged += n_damaged
        self._is_clipped = self._is_clipped or is_clipped(block)
        self._sum += float(mono.sum(dtype=np.float64))
        self._power += float(mono @ mono)
        self._n_mono += len(mono)
        self._hum.take(mono)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is wrong."""
        notes = []
        if self.n_damaged:
            notes.append(
                f"{self.n_damaged} damaged samples (not a number, infinite or far too loud) "
                "were replaced by silence."
            )
        if self._is_clipped:
            notes.append("The sound is clipped: it was too loud where it was recorded.")
        offset = self._sum / max(self._n_mono, 1)
        rest = max(self._power / max(self._n_mono, 1) - offset**2, 0.0) ** 0.5
        if abs(offset) > _STRONG_DC or abs(offset) > max(_ANY_DC, rest):
            notes.append(
                f"The sound is off centre by {100 * abs(offset):.0f} % of full scale (DC offset): "
                "it is analysed as if something low hummed in it."
            )
        hum_hz = self._hum.found_hz
        if hum_hz:
            notes.append(f"Mains hum ({hum_hz} Hz and its overtones) is in the sound.")
        return tuple(notes)


class _Hum:
    """Looks for lines at 50 or 60 Hz and their overtones, in windows of a second."""

    def __init__(self, rate_hz: int) -> None:
        # Averages of samples on end: crude, but what folds down is far above the lines.
        self._factor = max(1, rate_hz // _REDUCED_HZ)
        self._window = round(rate_hz / self._factor)
        self._hann = np.hanning(self._window).astype(np.float32)
        self._rest = np.empty(0, np.float32)
        self._spectra: list[NDArray[np.float32]] = []

    def take(self, mono: Float32) -> None:
        if len(self._spectra) == _MOST_WINDOWS:
            return
        self._rest = np.concatenate([self._rest, mono])
        size = self._window * self._factor
        while len(self._rest) >= size and len(self._spectra) < _MOST_WINDOWS:
            part, self._rest = np.split(self._rest, [size])
            reduced = part.reshape(self._window, self._factor).mean(axis=1)
            spectrum = np.fft.rfft((reduced - reduced.mean()) * self._hann)
            self._spectra.append(np.square(np.abs(spectrum)).astype(np.float32))

    @property
    def found_hz(self) -> int:
        """The mains' frequency whose hum is there; 0 where there is none."""
        if len(self._spectra) < _LEAST_WINDOWS:
            return 0
        # Windows are a second long to within a sample or so: bins are hertz.
        powers = np.sort(np.array(self._spectra[:]), axis=0)
        steady = powers[int(_STEADY_SHARE * len(powers))]
        whole = float(powers.mean(axis=0).sum())
        return next((hz for hz in _MAINS_HZ if whole and _hums(steady, whole, hz)), 0)


def _hums(steady: NDArray[np.float32], whole: float, mains_hz: int) -> bool:
    is_line, power = [], 0.0
    for overtone in _OVERTONES:
        middle = mains_hz * overtone
        if middle + 20 >= len(steady):
            break
        beside = np.concatenate(
            [steady[middle - 20 : middle - 4], steady[middle + 5 : middle + 21]]
        )
        peak = float(steady[middle - 1 : middle + 2].max())
        ground = float(np.median(beside)) + 1e-12
        is_line.append(peak > (_LINE if overtone > 1 else _FUNDAMENTAL) * ground)
        power += float(steady[middle - 2 : middle + 3].sum()) if is_line[-1] else 0.0
    if len(is_line) < len(_OVERTONES):
        return False
    share = power / whole
    return (sum(is_line) >= 3 and share > _HUM_SHARE) or (is_line[0] and share > _PURE_SHARE)
