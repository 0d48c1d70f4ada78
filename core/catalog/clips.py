"""Decoded clips in columns, and the batches of records that they are decoded from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import CatalogError
from core.types import EMBEDDING_SIZE, UInt8


@dataclass
class RecordBatch:
    """Records, and where each came from.

    Attributes
    ----------
    records : list of bytes
        The data of TFRecord records.
    places : list of (str, int)
        Shard name and number within the shard, from 0, of each record.
    """

    records: list[bytes] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    def error(self, row: int, reason: str) -> CatalogError:
        """Return the error that says which record of the batch is wrong, and why."""
        shard, number = self.places[row]
        return CatalogError(
            f"{shard}: record {number} {reason}.",
            "Check that the file is of the kind that was asked for, and fetch it again.",
        )


@dataclass(frozen=True, eq=False)
class Clips:
    """C clips in columns, with F frames and L labels in all.

    Attributes
    ----------
    video_ids : bytes-string array, shape (C,)
        ASCII.
    start_s, end_s : float64 array, shape (C,)
        Span within the video, in seconds; both 0 where it is unknown.
    is_youtube_id : bool array, shape (C,)
        Whether the id may be used in a YouTube address.
    n_labels, n_frames : int64 array, shape (C,)
        How many of the labels and frames belong to each clip, in order.
    label_indices : int16 array, shape (L,)
        Class indices of all clips, one clip after the other, in the order of the records.
    frames : uint8 array, shape (F, 128)
        Post-processed embeddings of all clips, one clip after the other.
    """

    video_ids: NDArray[np.bytes_]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    is_youtube_id: NDArray[np.bool_]
    n_labels: NDArray[np.int64]
    n_frames: NDArray[np.int64]
    label_indices: NDArray[np.int16]
    frames: UInt8

    def __len__(self) -> int:
        return len(self.video_ids)

    @classmethod
    def from_lists(
        cls,
        video_ids: Sequence[bytes],
        spans_s: Sequence[tuple[float, float]],
        labels: Sequence[Sequence[int]],
        frames: Sequence[UInt8],
        is_youtube_id: Sequence[bool],
    ) -> Clips:
        """Return the columns of clips given one by one; frames has an (n, 128) array a clip."""
        spans = np.array(spans_s, dtype=np.float64).reshape(-1, 2)
        return cls(
            video_ids=np.array(video_ids, dtype=np.bytes_),
            start_s=spans[:, 0],
            end_s=spans[:, 1],
            is_youtube_id=np.array(is_youtube_id, dtype=np.bool_),
            n_labels=np.array([len(row) for row in labels], dtype=np.int64),
            n_frames=np.array([len(row) for row in frames], dtype=np.int64),
            label_indices=np.array([index for row in labels for index in row], dtype=np.int16),
            frames=np.concatenate([np.empty((0, EMBEDDING_SIZE), np.uint8), *frames]),
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Clips]) -> Clips:
        """Return the clips of all parts, in order; there must be at least one part."""
        return cls(
            *(np.concatenate(column) for column in zip(*map(cls._columns, parts), strict=True))
        )

    def take(self, rows: NDArray[np.integer]) -> Clips:
        """Return the clips at these rows, in this order."""
        return Clips(
            self.video_ids[rows],
            self.start_s[rows],
            self.end_s[rows],
            self.is_youtube_id[rows],
            self.n_labels[rows],
            self.n_frames[rows],
            self.label_indices[spans(starts(self.n_labels)[rows], self.n_labels[rows])],
            self.frames[spans(starts(self.n_frames)[rows], self.n_frames[rows])],
        )

    def _columns(self) -> tuple[NDArray[np.generic], ...]:
        return (
            self.video_ids,
            self.start_s,
            self.end_s,
            self.is_youtube_id,
            self.n_labels,
            self.n_frames,
            self.label_indices,
            self.frames,
        )


Decoder = Callable[[RecordBatch], Clips]
"""Decodes a batch of records, or raises a CatalogError that names the wrong one."""


def starts(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return where each span starts when spans of these lengths follow one another."""
    return offsets(counts)[:-1]


def offsets(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the starts of consecutive spans and the end of the last, shape (n + 1,)."""
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


def spans(first: NDArray[np.integer], counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the indices of all spans ``first[i]`` to ``first[i] + counts[i]``, joined."""
    total = int(counts.sum())
    return np.arange(total) + np.repeat(first - starts(counts), counts)
