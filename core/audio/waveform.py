"""The one form in which sound travels through the program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import AudioFileError
from core.types import Float32

MODEL_RATE_HZ = 16_000
"""The sample rate VGGish was trained on."""


@dataclass(frozen=True)
class Waveform:
    """Mono sound.

    Attributes
    ----------
    samples : float32 array, shape (n,)
        Full scale is -1 to 1; every value is finite.
    rate_hz : int
        Samples a second.
    name : str
        Where it came from, for people: a file name or "Recording".
    notes : tuple of str
        Sentences a person should read, such as what was repaired while reading.
    """

    samples: Float32
    rate_hz: int
    name: str = "Sound"
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz

    @property
    def is_silent(self) -> bool:
        """Whether every sample is zero."""
        return not np.any(self.samples)

    def span(self, start_s: float | None, end_s: float | None) -> Waveform:
        """Return the part between two times in seconds; None stands for the start or the end.

        Raises
        ------
        AudioFileError
            If the span is empty or begins behind the end of the sound.
        """
        start = 0 if start_s is None else round(start_s * self.rate_hz)
        end = len(self.samples) if end_s is None else round(end_s * self.rate_hz)
        if not 0 <= start < min(end, len(self.samples)):
            raise AudioFileError(
                f"There is no sound between {start_s or 0:g} s and "
                f"{self.duration_s if end_s is None else end_s:g} s: "
                f"the sound is {self.duration_s:.2f} s long.",
                "Choose a start before the end, both within the sound.",
            )
        return Waveform(self.samples[start:end], self.rate_hz, self.name, self.notes)
