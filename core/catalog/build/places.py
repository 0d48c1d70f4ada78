"""Where the frames and vectors of a build go: once, and straight to where the catalogue has them.

The parts of a build keep their frames in one file that becomes the catalogue's `frames.npy`, and
their vectors in another, so a build writes its bulk once. The first row of a task is the number of
rows of all tasks before it. So rows are the same whoever decodes and however often a build is
killed, and a task that is done with decoding waits only until those before it are, too, before it
writes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, MutableSequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from core.catalog.manifest import FRAMES, VECTORS
from core.types import EMBEDDING_SIZE, UInt8

ROWS_OFFSET = 128
"""Bytes before the first row: what the header of a `.npy` file of two dimensions takes."""

DTYPES = {FRAMES: np.dtype(np.uint8), VECTORS: np.dtype(np.int8)}
"""The files of a catalogue that have a row of 128 bytes for each frame, and for each clip."""

UNKNOWN, _NEVER = -1, -2
_POLL_S = 0.002
_ROWS = 8_192


class AbandonedError(Exception):
    """A task that must come first has failed, so this one is not needed."""


@dataclass(frozen=True)
class Stored:
    """Rows in a file.

    Attributes
    ----------
    path : Path
    row : int
        The first of them.
    n_rows : int
    crc32c : int
        Of their bytes.
    """

    path: Path
    row: int
    n_rows: int
    crc32c: int

    def load(self) -> UInt8:
        """Return the rows, memory-mapped, shape (n, 128)."""
        shape = self.n_rows, EMBEDDING_SIZE
        if not self.n_rows:
            return np.empty(shape, np.uint8)
        offset = ROWS_OFFSET + self.row * EMBEDDING_SIZE
        return np.memmap(self.path, np.uint8, "r", offset, shape)

    def is_sound(self) -> bool:
        """Return whether the file still has these rows."""
        crc = 0
        rows = self.load()
        for begin in range(0, self.n_rows, _ROWS):
            some = np.ascontiguousarray(rows[begin : begin + _ROWS])
            crc = google_crc32c.extend(crc, some.reshape(-1))
        return crc == self.crc32c


def store(before: Stored, rows: NDArray[Any]) -> Stored:
    """Write rows of 128 bytes after others, or where they are to begin; return what is stored.

    The file need not be there, or be long enough.
    """
    data = np.ascontiguousarray(rows).reshape(-1).view(np.uint8)
    with open(before.path, "r+b", buffering=0, opener=_made_or_opened) as file:
        file.seek(ROWS_OFFSET + (before.row + before.n_rows) * EMBEDDING_SIZE)
        written = 0
        while written < len(data):
            written += file.write(data[written:].data)
    crc = google_crc32c.extend(before.crc32c, data)
    return Stored(before.path, before.row, before.n_rows + len(rows), crc)


def _made_or_opened(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o666)


class RowPlace(Protocol):
    """Place that a task writes its rows to."""

    @property
    def name(self) -> str:
        """Beginning of the names of its files."""

    def is_known(self) -> bool:
        """Return whether `first_rows` are known without waiting."""

    def first_rows(self) -> dict[str, int]:
        """Return the row of the task's first frame and vector; may wait for tasks before it."""

    def took(self, n_rows: Mapping[str, int]) -> None:
        """Say how many frames and vectors the whole task has."""


@dataclass(frozen=True)
class OwnFiles:
    """Files for one task alone, where tasks do not know of each other."""

    name: str

    def is_known(self) -> bool:
        """Return that it is."""
        return True

    def first_rows(self) -> dict[str, int]:
        """Return zeros."""
        return dict.fromkeys(DTYPES, 0)

    def took(self, n_rows: Mapping[str, int]) -> None:
        """Nobody waits for it."""


Counts = Mapping[str, MutableSequence[int]]
"""How many frames and vectors each task has, or `UNKNOWN`; processes may share it, because each
number is written once."""


@dataclass(frozen=True)
class InTurn:
    """The place of a task among others in the same files.

    Attributes
    ----------
    name : str
    counts : mapping of str to sequence of int
        See `Counts`.
    number : int
        Of this task.
    """

    name: str
    counts: Counts
    number: int

    def is_known(self) -> bool:
        """Return whether the tasks before are done with decoding."""
        return min(self._before(), default=0) >= 0

    def first_rows(self) -> dict[str, int]:
        """Wait for the tasks before, and return the sums of their rows."""
        while not self.is_known():
            if _NEVER in self._before():
                raise AbandonedError
            time.sleep(_POLL_S)
        return {file: sum(counts[: self.number]) for file, counts in self.counts.items()}

    def took(self, n_rows: Mapping[str, int]) -> None:
        """Let the tasks after this one begin to write."""
        for file, counts in self.counts.items():
            counts[self.number] = n_rows[file]

    def failed(self) -> None:
        """Let the tasks after this one fail, too."""
        self.took(dict.fromkeys(self.counts, _NEVER))

    def _before(self) -> list[int]:
        return [n_rows for counts in self.counts.values() for n_rows in counts[: self.number]]
