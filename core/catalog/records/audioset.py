"""AudioSet's SequenceExample records: ids, spans, labels and one embedding of 128 bytes a second.

Records as protobuf libraries write them are decoded together, compiled; whatever is otherwise in
any way is decoded on its own by the careful walker in `wire`.
Fields: https://research.google.com/audioset/download.html.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import Clips, RecordBatch, without_notes
from core.catalog.records import protobuf
from core.catalog.records.ids import IS_YOUTUBE_ID_BYTE, YOUTUBE_ID_BYTES, is_youtube_id
from core.foreign import LONGEST_S
from core.protobuf_wire import WireError
from core.types import EMBEDDING_SIZE, UInt8

N_CLASSES = 527
BALANCED = ("bal_train", "eval")
"""The folders of the balanced clips."""

N_CLIPS = {"bal_train": 22_160, "eval": 20_371}
"""How many there are: when so many are read, nothing else is worth waiting for."""

LEAST_CLIPS = 2_000_000
"""All folders of the released features together have more: about 2,084,000."""


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
    fast, rows = decode_usual(batch)
    if len(rows) == len(batch):
        return fast
    slow_rows = np.setdiff1d(np.arange(len(batch)), rows)
    slow = [_decode_one(batch, int(row)) for row in slow_rows]
    order = np.argsort(np.concatenate((rows, slow_rows)))
    return Clips.concatenate([fast, *slow]).take(order)


def decode_usual(batch: RecordBatch) -> tuple[Clips, NDArray[np.int64]]:
    """Decode the records that are sound and written as usual; return them and their rows."""
    from core.kernels import columns, scanning

    kinds = np.array([scanning.BYTES, scanning.FLOATS, scanning.FLOATS, scanning.INTS])
    fits, values, lists = scanning.find_values(
        batch.data,
        batch.spans,
        *scanning.padded((b"video_id", b"start_time_seconds", b"end_time_seconds", b"labels")),
        kinds,
        *scanning.padded((b"audio_embedding",)),
        np.array([EMBEDDING_SIZE]),
    )
    sizes = values[:, :, 1] - values[:, :, 0]
    fits &= (sizes[:, 0] == YOUTUBE_ID_BYTES) & (sizes[:, 1] == 4) & (sizes[:, 2] == 4)
    fits &= lists[:, 0, 2] > 0
    # Nearly always nothing is odd, and asking for that first takes a fraction of the time.
    if not fits.all():
        values[~fits] = 0
    ids = columns.copy_strings(batch.data, values[:, 0], YOUTUBE_ID_BYTES)
    start_s, end_s = (_float32(batch.data, values[:, i]) for i in (1, 2))
    with np.errstate(invalid="ignore"):
        fits &= (start_s >= 0) & (start_s <= end_s) & (end_s <= LONGEST_S)
    if (odd := ~IS_YOUTUBE_ID_BYTE[ids]).any():
        fits &= ~odd.any(axis=1)
    labels, n_labels, sound = columns.copy_numbers(batch.data, values[:, 3])
    fits &= sound
    if (unknown := labels >= N_CLASSES).any():
        fits[np.repeat(np.arange(len(batch)), n_labels)[unknown]] = False
    rows = np.flatnonzero(fits)
    clips = Clips(
        video_ids=ids.view(f"S{YOUTUBE_ID_BYTES}")[:, 0],
        start_s=start_s,
        end_s=end_s,
        is_youtube_id=np.ones(len(batch), np.bool_),
        n_labels=n_labels,
        n_frames=np.where(fits, lists[:, 0, 2], 0),
        label_indices=labels.astype(np.int16),
        frames=columns.copy_rows(batch.data, lists[rows, 0], EMBEDDING_SIZE),
        visual=np.empty((len(batch), 0), np.int8),
        **without_notes(len(batch)),
    )
    return (clips if len(rows) == len(batch) else clips.take(rows)), rows


def _float32(data: UInt8, spans: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the numbers in spans of four bytes, and 0 where there are none."""
    from core.kernels import columns

    return np.asarray(columns.copy_strings(data, spans, 4).view("<f4")[:, 0], np.float64)


def _decode_one(batch: RecordBatch, row: int) -> Clips:
    """Decode one record of any layout."""
    try:
        record = batch.record(row)
        context = {
            key: protobuf.feature(value)
            for key, value in protobuf.string_map(protobuf.submessage(record, 1), 1).items()
        }
        lists = protobuf.feature_lists(protobuf.submessage(record, 2), 1)
        seconds = [protobuf.feature(value) for value in lists.get("audio_embedding", [])]
    except WireError as error:
        raise batch.error(row, f"is not a SequenceExample: {error}") from None
    video_id = _only(batch, row, context, "video_id")
    if not (isinstance(video_id, bytes) and is_youtube_id(video_id)):
        raise batch.error(row, f"has the video id {video_id!a}")
    start_s = _only(batch, row, context, "start_time_seconds")
    end_s = _only(batch, row, context, "end_time_seconds")
    if not (isinstance(start_s, float) and isinstance(end_s, float)):
        raise batch.error(row, "has a time span that is not in seconds")
    if not 0 <= start_s <= end_s <= LONGEST_S:
        raise batch.error(row, f"has the time span {start_s} to {end_s} s")
    values = context.get("labels", [])
    labels = [value for value in values if isinstance(value, int) and 0 <= value < N_CLASSES]
    if len(labels) != len(values):
        raise batch.error(row, f"has a label outside 0 to {N_CLASSES - 1}")
    frames = _frames(batch, row, seconds)
    return Clips.from_lists([video_id], [(start_s, end_s)], [labels], [frames], [True])


def _only(
    batch: RecordBatch, row: int, context: dict[str, protobuf.Feature], key: str
) -> bytes | float:
    values = context.get(key, [])
    if len(values) != 1:
        raise batch.error(row, f"has no {key} and so is not an AudioSet clip")
    return values[0]


def _frames(batch: RecordBatch, row: int, seconds: list[protobuf.Feature]) -> UInt8:
    if not seconds:
        raise batch.error(row, "has no audio_embedding and so is not an AudioSet clip")
    frames = []
    for values in seconds:
        value = values[0] if len(values) == 1 else None
        if not isinstance(value, bytes) or len(value) != EMBEDDING_SIZE:
            raise batch.error(row, f"has an embedding that is not {EMBEDDING_SIZE} bytes wide")
        frames.append(np.frombuffer(value, dtype=np.uint8))
    return np.stack(frames)
