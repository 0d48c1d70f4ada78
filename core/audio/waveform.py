"""The one form in which sound travels through the program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import AudioFileError
from core.types import Float32

MODEL_RATE_HZ = 16_000
"""The sample rate VGGish was trained on."""


def native_name(path: str | Path) -> str | bytes:
    """Return a file's name as libsndfile takes it, also one that is no valid text."""
    return os.fsencode(path) if os.name == "posix" else str(path)


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

    def check_span(self, start_s: float | None, end_s: float | None) -> tuple[float, float]:
        """Return a span's bounds in seconds; see `checked_span`."""
        return checked_span(start_s, end_s, self.duration_s)

    def blocks(self, start_s: float | None = None, end_s: float | None = None) -> Iterator[Float32]:
        """Yield the samples between two times in seconds; None stands for the start or the end.

        Raises
        ------
        AudioFileError
            If there is no such span.
        ValueError
            If the rate is not 16 kHz: the caller forgot to resample.
        """
        if self.rate_hz != MODEL_RATE_HZ:
            raise ValueError(f"VGGish listens at {MODEL_RATE_HZ} Hz, not {self.rate_hz} Hz")
        start_s, end_s = self.check_span(start_s, end_s)
        yield self.samples[round(start_s * self.rate_hz) : round(end_s * self.rate_hz)]


def checked_span(
    start_s: float | None, end_s: float | None, duration_s: float
) -> tuple[float, float]:
    """Return a span's bounds in seconds; None stands for the start or the end.

    Raises
    ------
    AudioFileError
        If the span is empty or begins behind the end of the sound.
    """
    start = 0.0 if start_s is None else start_s
    end = duration_s if end_s is None else min(end_s, duration_s)
    if not 0 <= start < end:
        raise AudioFileError(
            f"There is no sound between {start:g} s and "
            f"{duration_s if end_s is None else end_s:g} s: "
            f"the sound is {duration_s:.2f} s long.",
            "Choose a start before the end, both within the sound.",
        )
    return start, end
