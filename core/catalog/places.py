"""Where the frames of a build go: once, and straight to where the catalogue will have them.

The parts of a build keep their frames in one file that becomes the catalogue's `frames.npy`, so a
build writes its bulk once. The first row of a task is the number of frames of all tasks before it.
So rows are the same whoever decodes and however often a build is killed, and a task that is done
with decoding waits only until those before it are, too, before it writes.
"""

from __future__ import annotations

import time
from collections.abc import MutableSequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import google_crc32c
import numpy as np

from core.types import EMBEDDING_SIZE, UInt8

FRAMES_OFFSET = 128
"""Bytes before the first row: what the header of a `.npy` file of two dimensions takes."""

SUFFIX = ".frames"

UNKNOWN, _NEVER = -1, -2
_POLL_S = 0.002
_ROWS = 8_192


class AbandonedError(Exception):
    """A task that must come first has failed, so this one is not needed."""


@dataclass(frozen=True)
class Stored:
    """Frames in a file.

    Attributes
    ----------
    path : Path
    row : int
        The first of them.
    n_frames : int
    crc32c : int
        Of their bytes.
    """

    path: Path
    row: int
    n_frames: int
    crc32c: int

    def load(self) -> UInt8:
        """Return the frames, memory-mapped, shape (n, 128)."""
        shape = self.n_frames, EMBEDDING_SIZE
        if not self.n_frames:
            return np.empty(shape, np.uint8)
        offset = FRAMES_OFFSET + self.row * EMBEDDING_SIZE
        return np.memmap(self.path, np.uint8, "r", offset, shape)

    def is_sound(self) -> bool:
        """Return whether the file still has these frames."""
        crc = 0
        frames = self.load()
        for begin in range(0, self.n_frames, _ROWS):
            some = np.ascontiguousarray(frames[begin : begin + _ROWS])
            crc = google_crc32c.extend(crc, some.reshape(-1))
        return crc == self.crc32c


def store(before: Stored, frames: UInt8) -> Stored:
    """Write frames after others, or where they are to begin; return what is stored in all.

    The file need not be there, or be long enough.
    """
    data = np.ascontiguousarray(frames).reshape(-1)
    before.path.touch()
    with before.path.open("r+b", buffering=0) as file:
        file.seek(FRAMES_OFFSET + (before.row + before.n_frames) * EMBEDDING_SIZE)
        written = 0
        while written < len(data):
            written += file.write(data[written:].data)
    crc = google_crc32c.extend(before.crc32c, data)
    return Stored(before.path, before.row, before.n_frames + len(frames), crc)


class Place(Protocol):
    """Where a task writes its frames."""

    @property
    def name(self) -> str:
        """The file's."""

    def is_known(self) -> bool:
        """Return whether `first_row` is known without waiting."""

    def first_row(self) -> int:
        """Return the row of the task's first frame; may wait for tasks before it."""

    def took(self, n_frames: int) -> None:
        """Say how many frames the whole task has."""


@dataclass(frozen=True)
class OwnFile:
    """A file for one task alone, where tasks do not know of each other."""

    name: str

    def is_known(self) -> bool:
        """Return that it is."""
        return True

    def first_row(self) -> int:
        """Return 0."""
        return 0

    def took(self, n_frames: int) -> None:
        """Nobody waits for it."""


@dataclass(frozen=True)
class InTurn:
    """The place of a task among others in one file.

    Attributes
    ----------
    name : str
    counts : sequence of int
        How many frames each task has, or `UNKNOWN`; processes may share it, because each number is
        written once.
    number : int
        Of this task.
    """

    name: str
    counts: MutableSequence[int]
    number: int

    def is_known(self) -> bool:
        """Return whether the tasks before are done with decoding."""
        return min(self.counts[: self.number], default=0) >= 0

    def first_row(self) -> int:
        """Wait for the tasks before, and return the sum of their frames."""
        before = self.counts[: self.number]
        while min(before, default=0) < 0:
            if _NEVER in before:
                raise AbandonedError
            time.sleep(_POLL_S)
            before = self.counts[: self.number]
        return sum(before)

    def took(self, n_frames: int) -> None:
        """Let the tasks after this one begin to write."""
        self.counts[self.number] = n_frames

    def failed(self) -> None:
        """Let the tasks after this one fail, too."""
        self.counts[self.number] = _NEVER
