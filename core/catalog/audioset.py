"""AudioSet's SequenceExample records: ids, spans, labels and one embedding of 128 bytes a second.

Nearly all records have one layout, in which only the order of the four context entries and the
lengths vary. Those are decoded together: NumPy steps through all records of a batch at once.
Whatever does not fit that layout exactly is decoded on its own by the careful walker in `wire`, so
the layout is an optimisation and never decides what is right.
Fields: https://research.google.com/audioset/download.html.
"""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.catalog import wire
from core.catalog.clips import Clips, RecordBatch, spans, starts
from core.types import EMBEDDING_SIZE, UInt8

N_CLASSES = 527
YOUTUBE_ID = re.compile(rb"[A-Za-z0-9_-]{11}")

_ID_BYTES = np.zeros(256, dtype=np.bool_)
_ID_BYTES[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")] = True


def decode(batch: RecordBatch) -> Clips:
    """Decode a batch of AudioSet records.

    Returns
    -------
    Clips
        One clip a record, in order.

    Raises
    ------
    CatalogError
        If a record is not an AudioSet clip; it names the shard and the record.
    """
    fast, rows = _decode_common(batch.records)
    if len(rows) == len(batch.records):
        return fast
    slow_rows = np.setdiff1d(np.arange(len(batch.records)), rows)
    slow = [_decode_one(batch, int(row)) for row in slow_rows]
    order = np.argsort(np.concatenate((rows, slow_rows)))
    return Clips.concatenate([fast, *slow]).take(order)


def _decode_one(batch: RecordBatch, row: int) -> Clips:
    """Decode one record of any layout."""
    try:
        record = batch.records[row]
        context = {
            key: wire.feature(value)
            for key, value in wire.string_map(wire.submessage(record, 1), 1).items()
        }
        lists = wire.feature_lists(wire.submessage(record, 2), 1)
        seconds = [wire.feature(value) for value in lists.get("audio_embedding", [])]
    except wire.WireError as error:
        raise batch.error(row, f"is not a SequenceExample: {error}") from None
    video_id = _only(batch, row, context, "video_id")
    if not (isinstance(video_id, bytes) and YOUTUBE_ID.fullmatch(video_id)):
        raise batch.error(row, f"has the video id {video_id!a}")
    start_s = _only(batch, row, context, "start_time_seconds")
    end_s = _only(batch, row, context, "end_time_seconds")
    if not (isinstance(start_s, float) and isinstance(end_s, float)):
        raise batch.error(row, "has a time span that is not in seconds")
    if not 0 <= start_s <= end_s < math.inf:
        raise batch.error(row, f"has the time span {start_s} to {end_s} s")
    values = context.get("labels", [])
    labels = [value for value in values if isinstance(value, int) and 0 <= value < N_CLASSES]
    if len(labels) != len(values):
        raise batch.error(row, f"has a label outside 0 to {N_CLASSES - 1}")
    frames = _frames(batch, row, seconds)
    return Clips.from_lists([video_id], [(start_s, end_s)], [labels], [frames], [True])


def _only(
    batch: RecordBatch, row: int, context: dict[str, wire.Feature], key: str
) -> bytes | float:
    values = context.get(key, [])
    if len(values) != 1:
        raise batch.error(row, f"has no {key} and so is not an AudioSet clip")
    return values[0]


def _frames(batch: RecordBatch, row: int, seconds: list[wire.Feature]) -> UInt8:
    if not seconds:
        raise batch.error(row, "has no audio_embedding and so is not an AudioSet clip")
    frames = []
    for values in seconds:
        value = values[0] if len(values) == 1 else None
        if not isinstance(value, bytes) or len(value) != EMBEDDING_SIZE:
            raise batch.error(row, f"has an embedding that is not {EMBEDDING_SIZE} bytes wide")
        frames.append(np.frombuffer(value, dtype=np.uint8))
    return np.stack(frames)


# The common layout. Each part is a constant, then the bytes that vary:
#   0A (context length: 1 byte) 4 entries | 12 (length: 2 bytes) 0A (length: 2 bytes) list head
#   then per second: frame head, 128 bytes.
# An entry is 0A (its length) 0A (key length) key 12 (value length) value.
_FRAME_HEAD = b"\x0a\x86\x01\x0a\x83\x01\x0a\x80\x01"
_FRAME_SIZE = len(_FRAME_HEAD) + EMBEDDING_SIZE
_LIST_HEAD = b"\x0a\x0faudio_embedding\x12"
_TAIL_SIZE = 3 + 3 + len(_LIST_HEAD) + 2
_MAX_FRAMES = 100  # more do not fit lengths of two bytes
_FLOAT_HEAD = b"\x12\x08\x12\x06\x0a\x04"
_ID = b"\x0a\x1b\x0a\x08video_id\x12\x0f\x0a\x0d\x0a\x0b"
_START = b"\x0a\x1e\x0a\x12start_time_seconds" + _FLOAT_HEAD
_END = b"\x0a\x1c\x0a\x10end_time_seconds" + _FLOAT_HEAD
_LABELS_KEY = b"\x0a\x06labels\x12"
_PADDING = 160  # so that a window may begin at any byte of the last record


def _tail_head(n_frames: int) -> bytes:
    """Return the bytes between the context and the first frame of a clip of so many frames."""

    def two_bytes(value: int) -> bytes:
        return bytes((value & 0x7F | 0x80, value >> 7))

    size = n_frames * _FRAME_SIZE
    entry = len(_LIST_HEAD) + 2 + size
    return (
        b"\x12" + two_bytes(entry + 3) + b"\x0a" + two_bytes(entry) + _LIST_HEAD + two_bytes(size)
    )


_TAIL_HEADS = np.array(
    [
        np.frombuffer(_tail_head(n) if n else bytes(_TAIL_SIZE), np.uint8)
        for n in range(_MAX_FRAMES + 1)
    ]
)


def _constant(data: bytes) -> UInt8:
    return np.frombuffer(data, dtype=np.uint8)


class _Bytes:
    """The records of a batch, joined; reads fixed widths at many positions at once."""

    def __init__(self, records: list[bytes]) -> None:
        self.data = np.frombuffer(b"".join([*records, bytes(_PADDING)]), dtype=np.uint8)
        self.lengths = np.array([len(record) for record in records], dtype=np.int64)
        self.starts = starts(self.lengths)

    def at(self, positions: NDArray[np.int64], width: int) -> UInt8:
        """Return the bytes from each position on, shape (n, width)."""
        return np.asarray(sliding_window_view(self.data, width)[positions])

    def one(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.data[positions].astype(np.int64)

    def equal(self, positions: NDArray[np.int64], expected: bytes) -> NDArray[np.bool_]:
        return np.asarray((self.at(positions, len(expected)) == _constant(expected)).all(axis=1))


def _decode_common(records: list[bytes]) -> tuple[Clips, NDArray[np.int64]]:
    """Decode the records of the common layout; return them and their rows in the batch."""
    source = _Bytes(records)
    rows = np.flatnonzero(source.lengths > _TAIL_SIZE + _FRAME_SIZE)
    begin = source.starts[rows]
    context_end = begin + 2 + source.one(begin + 1)
    frames_size = begin + source.lengths[rows] - context_end - _TAIL_SIZE
    n_frames = frames_size // _FRAME_SIZE
    fits = (source.data[begin] == 0x0A) & (source.data[begin + 1] < 0x80)
    fits &= (frames_size % _FRAME_SIZE == 0) & (n_frames >= 1) & (n_frames <= _MAX_FRAMES)
    rows, begin, context_end, n_frames = (
        column[fits] for column in (rows, begin, context_end, n_frames)
    )
    fits = (source.at(context_end, _TAIL_SIZE) == _TAIL_HEADS[n_frames]).all(axis=1)
    fits, entries = _walk_context(source, begin + 2, context_end, fits)

    ids = source.at(entries["video_id"] + len(_ID), 11)
    fits &= _ID_BYTES[ids].all(axis=1)
    start_s = _float32(source, entries["start"] + len(_START))
    end_s = _float32(source, entries["end"] + len(_END))
    with np.errstate(invalid="ignore"):
        fits &= (start_s >= 0) & (start_s <= end_s) & (end_s < np.inf)
    labels, n_labels, labels_fit = _labels(source, entries["labels"], fits)
    fits &= labels_fit
    frames, frames_fit = _frame_rows(source, context_end + _TAIL_SIZE, n_frames)
    fits &= frames_fit
    clips = Clips(
        video_ids=np.ascontiguousarray(ids).view("S11")[:, 0],
        start_s=start_s,
        end_s=end_s,
        is_youtube_id=np.ones(len(rows), dtype=np.bool_),
        n_labels=n_labels,
        n_frames=n_frames,
        label_indices=labels,
        frames=frames,
    )
    if not fits.all():
        clips = clips.take(np.flatnonzero(fits))
    return clips, rows[fits]


def _walk_context(
    source: _Bytes, at: NDArray[np.int64], end: NDArray[np.int64], fits: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], dict[str, NDArray[np.int64]]]:
    """Find the four entries of every context, in whatever order they stand.

    Returns which records have each entry exactly once and nothing else, and for each entry where
    it begins (0 where it was not found).
    """
    keys = {"video_id": _ID, "start": _START, "end": _END, "labels": _LABELS_KEY}
    found = {name: np.full(len(at), -1, dtype=np.int64) for name in keys}
    at = at.copy()
    for _ in keys:
        at = np.minimum(at, len(source.data) - _PADDING)
        key_size = source.data[at + 3]
        for name, head in keys.items():
            # The four keys have four different lengths. A label's entry varies in its own length,
            # so its constant part begins after that.
            skip = 2 if name == "labels" else 0
            hit = np.flatnonzero(key_size == head[3 - skip])
            hit = hit[source.equal(at[hit] + skip, head)]
            found[name][hit] = at[hit]
        at += 2 + source.data[at + 1]
    fits = fits & (at == end)
    for position in found.values():
        fits = fits & (position >= 0)
    return fits, {name: np.maximum(position, 0) for name, position in found.items()}


def _float32(source: _Bytes, at: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.ascontiguousarray(source.at(at, 4)).view("<f4")[:, 0].astype(np.float64)


def _labels(
    source: _Bytes, at: NDArray[np.int64], fits: NDArray[np.bool_]
) -> tuple[NDArray[np.int16], NDArray[np.int64], NDArray[np.bool_]]:
    """Decode packed labels of one or two bytes each: all labels, how many a clip, which clips fit.

    The entry is 0A, n + 14, 0A 06 "labels" 12, n + 4, 1A, n + 2, 0A, n, and n bytes of numbers.
    """
    size = source.one(at + 1) - 14
    numbers_at = at + 2 + len(_LABELS_KEY) + 5
    head = source.at(numbers_at - 5, 5).astype(np.int64)
    fits = fits & (source.data[at] == 0x0A) & (size >= 1) & (size + 14 < 0x80)
    constant = np.ones_like(size)
    expected = np.stack((size + 4, 0x1A * constant, size + 2, 0x0A * constant, size), axis=1)
    fits &= (head == expected).all(axis=1)
    size = np.where(fits, size, 0)
    numbers = source.data[spans(numbers_at, size)].astype(np.int16)
    clip = np.repeat(np.arange(len(at)), size)
    continues = numbers >= 0x80
    second = np.zeros_like(continues)
    second[1:] = continues[:-1] & (clip[1:] == clip[:-1])
    last = np.append(clip[1:] != clip[:-1], True)[: len(clip)]
    low = np.where(second, np.roll(numbers, 1) & 0x7F, 0)
    values = np.where(second, (numbers & 0x7F) << 7, numbers) | low
    wrong = (continues & (second | last)) | (~continues & (values >= N_CLASSES))
    fits[clip[wrong]] = False
    n_labels = np.bincount(clip[~continues], minlength=len(at)).astype(np.int64)
    return values[~continues].astype(np.int16), n_labels, fits


def _frame_rows(
    source: _Bytes, at: NDArray[np.int64], n_frames: NDArray[np.int64]
) -> tuple[UInt8, NDArray[np.bool_]]:
    """Cut out the frames of all clips, the first of each at a position; tell which clips fit."""
    clip = np.repeat(np.arange(len(at)), n_frames)
    second = spans(np.zeros_like(n_frames), n_frames)
    rows = source.at(at[clip] + second * _FRAME_SIZE, _FRAME_SIZE)
    heads_fit = (rows[:, : len(_FRAME_HEAD)] == _constant(_FRAME_HEAD)).all(axis=1)
    fits = np.ones(len(at), dtype=np.bool_)
    fits[clip[~heads_fit]] = False
    return rows[:, len(_FRAME_HEAD) :], fits
