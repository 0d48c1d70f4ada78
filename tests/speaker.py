"""Listening to what the virtual speaker plays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from core.audio.recorder import RecordedBlock, Recorder
from tests.waiting import wait_until

RATE_HZ = 48_000
LEAST = 2 / (1 << 15)
"""The virtual speaker has 16 bits; what differs by less is the same."""


def noise(duration_s: float, seed: int = 0) -> np.ndarray:
    """Noise of which every piece is found again, never zero, float32 (n,)."""
    values = np.random.default_rng(seed).uniform(0.02, 0.4, round(duration_s * RATE_HZ))
    values[1::2] *= -1
    return values.astype(np.float32)


def write(path: Path, samples: np.ndarray, rate_hz: int = RATE_HZ) -> Path:
    soundfile.write(path, samples, rate_hz, "FLOAT")
    return path


class Monitor:
    """Records what a speaker plays, at the speaker's own rate."""

    def __init__(self, folder: Path, key: str = "speaker.monitor") -> None:
        self._folder, self._key, self._number = folder, key, 0
        self.begin()

    def begin(self) -> None:
        """Begin, or begin anew."""
        self._number += 1
        self.recorder = Recorder(self._key, self._folder / f"{self._key} {self._number}.flac")
        self.heard: list[RecordedBlock] = []
        wait_until(lambda: len(self.live()) > 0)

    def close(self) -> None:
        """Stop, if that has not been done."""
        if not self.recorder.is_stopped:
            self.recorder.stop()

    def live(self) -> np.ndarray:
        """Return what was heard so far, mono at 16 kHz."""
        self.heard.extend(self.recorder.drain())
        return np.concatenate([np.empty(0, np.float32), *(item.samples for item in self.heard)])

    def wait_for_sound(self, duration_s: float = 0.1) -> None:
        before = len(self.live())
        wait_until(lambda: np.count_nonzero(self.live()[before:]) > duration_s * 16_000)

    def wait_for_silence(self, duration_s: float = 0.2) -> None:
        before, n_silent = len(self.live()), round(duration_s * 16_000)

        def is_silent() -> bool:
            last = self.live()[before:][-n_silent:]
            return len(last) == n_silent and not np.any(np.abs(last) > LEAST)

        wait_until(is_silent)

    def stop(self) -> np.ndarray:
        """Return all that was heard, between the silences around it."""
        self.wait_for_silence()
        recorded, rate_hz = soundfile.read(self.recorder.stop(), dtype="float32")
        assert rate_hz == RATE_HZ
        loud = np.flatnonzero(np.abs(recorded) > LEAST)
        return recorded[loud[0] : loud[-1] + 1] if len(loud) else recorded[:0]
