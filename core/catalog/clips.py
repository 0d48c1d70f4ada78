"""Decoded clips in columns, and the batches of records that they are decoded from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import CatalogError
from core.options import CatalogKind
from core.types import EMBEDDING_SIZE, UInt8


@dataclass(frozen=True, eq=False)
class RecordBatch:
    """R records, and where each came from.

    Attributes
    ----------
    data : uint8 array, shape (n,)
        Holds the data of all records, with other bytes between them.
    spans : int64 array, shape (R, 2)
        Where each record's data begins and ends.
    places : tuple of (int, str, int)
        For each shard: the first row that is its record, its name, and that record's number
        within the shard, from 0.
    """

    data: UInt8
    spans: NDArray[np.int64]
    places: tuple[tuple[int, str, int], ...]

    def __len__(self) -> int:
        return len(self.spans)

    def record(self, row: int) -> bytes:
        """Return the data of one record."""
        begin, end = self.spans[row]
        return self.data[begin:end].tobytes()

    def rows_from(self, row: int) -> RecordBatch:
        """Return the batch without its records before a row."""
        places = tuple((first - row, shard, number) for first, shard, number in self.places)
        return RecordBatch(self.data, self.spans[row:], places)

    def error(self, row: int, reason: str) -> CatalogError:
        """Return the error that says which record of the batch is wrong, and why."""
        first, shard, number = [place for place in self.places if place[0] <= row][-1]
        return CatalogError(
            f"{shard}: record {number + row - first} {reason}.",
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
    visual : int8 array, shape (C, D)
        What the picture looks like, as a direction; D is 0 where it is unknown.
    tags : uint16 array, shape (C, T)
        See `core.catalog.packed_tags`; T is 0 where there are none.
    is_sure : bool array, shape (L,)
        Of which labels the tagger is sure; empty where it was not asked.
    """

    video_ids: NDArray[np.bytes_]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    is_youtube_id: NDArray[np.bool_]
    n_labels: NDArray[np.int64]
    n_frames: NDArray[np.int64]
    label_indices: NDArray[np.int16]
    frames: UInt8
    visual: NDArray[np.int8]
    tags: NDArray[np.uint16]
    is_sure: NDArray[np.bool_]

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
        visual: NDArray[np.int8] | None = None,
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
            visual=np.empty((len(video_ids), 0), np.int8) if visual is None else visual,
            **without_notes(len(video_ids)),
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Clips]) -> Clips:
        """Return the clips of all parts, in order; there must be at least one part."""
        return cls(
            *(np.concatenate(column) for column in zip(*map(cls.columns, parts), strict=True))
        )

    def take(self, rows: NDArray[np.integer]) -> Clips:
        """Return the clips at these rows, in this order."""
        labels = spans(starts(self.n_labels)[rows], self.n_labels[rows])
        return Clips(
            self.video_ids[rows],
            self.start_s[rows],
            self.end_s[rows],
            self.is_youtube_id[rows],
            self.n_labels[rows],
            self.n_frames[rows],
            self.label_indices[labels],
            self.frames[spans(starts(self.n_frames)[rows], self.n_frames[rows])],
            self.visual[rows],
            self.tags[rows],
            self.is_sure[labels] if len(self.is_sure) else self.is_sure,
        )

    @property
    def is_noted(self) -> bool:
        """Whether the tagger has looked at them."""
        return self.tags.shape[1] > 0 or len(self.is_sure) > 0

    def columns(self) -> tuple[NDArray[Any], ...]:
        """Return all arrays, in the order of the attributes."""
        return tuple(getattr(self, field.name) for field in fields(self))


def without_notes(n_clips: int) -> dict[str, NDArray[Any]]:
    """Return the columns of clips that the tagger has not looked at."""
    return {"tags": np.empty((n_clips, 0), np.uint16), "is_sure": np.empty(0, np.bool_)}


Decoder = Callable[[RecordBatch], Clips]
"""Decodes a batch of records, or raises a CatalogError that names the wrong one."""

Noting = Callable[[CatalogKind, Clips], Clips]
"""Returns clips with what the tagger says of them; other processes find it by its name."""


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
