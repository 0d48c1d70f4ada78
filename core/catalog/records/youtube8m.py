"""YouTube-8M's records: video-level Examples and frame-level SequenceExamples.

Version 1 calls the id `video_id`, version 2 `id`. Version 2's four characters, and the numbers of
version 1's test set, are not YouTube ids, and no link may be made of them. Video-level records
have the means of all seconds; frame-level records have every second in 8 bits, as AudioSet has.
Fields: https://research.google.com/youtube8m/download.html.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import Clips, RecordBatch, without_notes
from core.catalog.records import protobuf
from core.catalog.records.ids import IS_ID_BYTE, MAX_ID_BYTES, is_id, is_youtube_id
from core.protobuf_wire import WireError
from core.types import EMBEDDING_SIZE, UInt8
from core.vectors import CENTRE, quantise

N_CLASSES = 4800
"""Version 1 has 4,800 labels, version 2 has 3,862."""

RGB_SIZE = 1024
VISUAL_SIZE = 320
"""How many of the 1,024 whitened visual components are kept, one byte each: see docs/scale.md."""


def decode(batch: RecordBatch, visual: bool = False) -> Clips:
    """Decode a batch of records, each to a clip.

    A video-level record has one frame and an unknown span; a frame-level one has a frame a second.

    Parameters
    ----------
    batch : RecordBatch
    visual : bool
        Keep what the pictures look like.

    Raises
    ------
    CatalogError
        If a record is not a video of YouTube-8M; it names the shard and the record.
    """
    fast, rows = decode_usual(batch, visual)
    if len(rows) == len(batch):
        return fast
    slow_rows = np.setdiff1d(np.arange(len(batch)), rows)
    slow = [decode_one(batch, int(row), visual) for row in slow_rows]
    order = np.argsort(np.concatenate((rows, slow_rows)))
    return Clips.concatenate([fast, *slow]).take(order)


def decode_usual(batch: RecordBatch, visual: bool) -> tuple[Clips, NDArray[np.int64]]:
    """Decode the records that are sound and written as usual; return them and their rows."""
    from core.kernels import columns, scanning

    fits, values, lists = scanning.find_values(
        batch.data,
        batch.spans,
        *scanning.padded((b"id", b"video_id", b"labels", b"mean_audio", b"mean_rgb")),
        np.array([scanning.BYTES, scanning.BYTES, scanning.INTS, scanning.FLOATS, scanning.FLOATS]),
        *scanning.padded((b"audio", b"rgb")),
        np.array([EMBEDDING_SIZE, RGB_SIZE]),
    )
    sizes = values[:, :, 1] - values[:, :, 0]
    n_seconds = lists[:, :, 2]
    n_ids = (sizes[:, :2] > 0).sum(axis=1)
    id_at = np.where(sizes[:, :1] > 0, values[:, 0], values[:, 1])
    id_sizes = id_at[:, 1] - id_at[:, 0]
    fits &= (n_ids == 1) & (id_sizes <= MAX_ID_BYTES)
    fits &= _has_one_form(sizes[:, 3], 4 * EMBEDDING_SIZE, n_seconds[:, 0])
    if visual:
        fits &= _has_one_form(sizes[:, 4], 4 * RGB_SIZE, n_seconds[:, 1])
    rows = np.flatnonzero(fits)
    width = int(id_sizes[rows].max(initial=1))
    ids = columns.copy_strings(batch.data, id_at[rows], width)
    used = np.arange(width) < id_sizes[rows, None]
    labels, n_labels, sound = columns.copy_numbers(batch.data, values[rows, 2])
    sound &= (IS_ID_BYTE[ids] | ~used).all(axis=1)
    sound[np.repeat(np.arange(len(rows)), n_labels)[labels >= N_CLASSES]] = False
    frames, audio_is_finite = _audio(batch.data, values[rows, 3], lists[rows, 0])
    sound &= audio_is_finite
    pictures = np.empty((len(rows), 0), np.int8)
    if visual:
        pictures, is_finite = _pictures(batch.data, values[rows, 4], lists[rows, 1])
        sound &= is_finite
    n_frames = np.maximum(n_seconds[rows, 0], 1)
    clips = Clips(
        video_ids=ids.view(f"S{width}")[:, 0],
        start_s=np.zeros(len(rows)),
        end_s=n_seconds[rows, 0].astype(np.float64),
        is_youtube_id=np.array([is_youtube_id(key.tobytes().rstrip(b"\0")) for key in ids], bool),
        n_labels=n_labels,
        n_frames=n_frames,
        label_indices=labels.astype(np.int16),
        frames=frames,
        visual=pictures,
        **without_notes(len(rows)),
    )
    return (clips if sound.all() else clips.take(np.flatnonzero(sound))), rows[sound]


def _has_one_form(
    size: NDArray[np.int64], expected: int, n_seconds: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which records have either the mean or the seconds."""
    return np.asarray(((size == expected) & (n_seconds == 0)) | ((size == 0) & (n_seconds > 0)))


def _audio(
    data: UInt8, means: NDArray[np.int64], seconds: NDArray[np.int64]
) -> tuple[UInt8, NDArray[np.bool_]]:
    """Return all frames, and which records' are finite."""
    from core.kernels import columns

    if not seconds[:, 2].any():
        floats = _floats(data, means, EMBEDDING_SIZE)
        is_finite = np.asarray(np.isfinite(floats).all(axis=1))
        return quantise(np.where(is_finite[:, None], floats, 0)), is_finite
    if seconds[:, 2].all():
        return columns.copy_rows(data, seconds, EMBEDDING_SIZE), np.ones(len(means), np.bool_)
    # Both forms in one batch: leave the videos of the rarer to the careful walker.
    return np.zeros((int(np.maximum(seconds[:, 2], 1).sum()), EMBEDDING_SIZE), np.uint8), np.zeros(
        len(means), np.bool_
    )


def _pictures(
    data: UInt8, means: NDArray[np.int64], seconds: NDArray[np.int64]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Return the visual directions, and which records' are finite."""
    from core.kernels import columns

    values = np.zeros((len(means), VISUAL_SIZE))
    has_mean = seconds[:, 2] == 0
    values[has_mean] = _floats(data, means[has_mean], RGB_SIZE)[:, :VISUAL_SIZE]
    for row in np.flatnonzero(~has_mean):
        frames = columns.copy_rows(data, seconds[row : row + 1], RGB_SIZE)
        values[row] = _sum_of_frames(frames)
    is_finite = np.asarray(np.isfinite(values).all(axis=1))
    return direction(np.where(is_finite[:, None], values, 0)), is_finite


def _sum_of_frames(frames: UInt8) -> NDArray[np.float64]:
    kept = frames[:, :VISUAL_SIZE]
    return np.asarray(kept.sum(axis=0, dtype=np.float64) - CENTRE * len(frames))


def direction(values: NDArray[np.floating]) -> NDArray[np.int8]:
    """Return the directions of rows in 8 bits: the largest component is 127 or -127."""
    largest = np.abs(values).max(axis=1, keepdims=True, initial=0)
    return np.asarray(np.rint(values * 127.0 / np.where(largest > 0, largest, 1)), np.int8)


def _floats(data: UInt8, at: NDArray[np.int64], n_values: int) -> NDArray[np.float32]:
    """Return the packed numbers at these positions, shape (n, n_values)."""
    raw = data[at[:, :1] + np.arange(4 * n_values)]
    return np.asarray(raw.view("<f4"))


def decode_one(batch: RecordBatch, row: int, visual: bool) -> Clips:
    """Decode one record of any layout."""
    try:
        record = batch.record(row)
        context = {
            key: protobuf.feature(value)
            for key, value in protobuf.string_map(protobuf.submessage(record, 1), 1).items()
        }
        lists = protobuf.feature_lists(protobuf.submessage(record, 2), 1)
        seconds = {key: [protobuf.feature(value) for value in rows] for key, rows in lists.items()}
    except WireError as error:
        raise batch.error(row, f"is not an Example: {error}") from None
    ids = context.get("video_id") or context.get("id") or []
    if len(ids) != 1 or not (context.get("mean_audio") or seconds.get("audio")):
        raise batch.error(row, "has no id or no mean_audio and so is no video of YouTube-8M")
    if not isinstance(ids[0], bytes) or not is_id(ids[0]):
        raise batch.error(row, "has an odd video id")
    labels = [label for label in context.get("labels", []) if isinstance(label, int)]
    if not all(0 <= label < N_CLASSES for label in labels):
        raise batch.error(row, f"has a label outside 0 to {N_CLASSES - 1}")
    frames = _seconds(batch, row, seconds.get("audio", []), "audio", EMBEDDING_SIZE)
    end_s = float(len(frames))
    if not len(frames):
        frames = quantise(_mean(batch, row, context, "mean_audio", EMBEDDING_SIZE))[None]
    pictures = None
    if visual:
        rgb = _seconds(batch, row, seconds.get("rgb", []), "rgb", RGB_SIZE)
        mean = None if len(rgb) else _mean(batch, row, context, "mean_rgb", RGB_SIZE)
        values = _sum_of_frames(rgb) if mean is None else mean[:VISUAL_SIZE].astype(np.float64)
        pictures = direction(values[None])
    return Clips.from_lists(
        ids, [(0.0, end_s)], [labels], [frames], [is_youtube_id(ids[0])], pictures
    )


def _mean(
    batch: RecordBatch, row: int, context: dict[str, protobuf.Feature], key: str, size: int
) -> NDArray[np.float32]:
    values = context.get(key, [])
    mean = np.array(values, np.float32) if values and isinstance(values[0], float) else None
    if mean is None or mean.shape != (size,) or not np.isfinite(mean).all():
        raise batch.error(row, f"has a {key} that is not {size} finite numbers")
    return mean


def _seconds(
    batch: RecordBatch, row: int, features: list[protobuf.Feature], key: str, size: int
) -> UInt8:
    frames = [np.empty((0, size), np.uint8)]
    for values in features:
        value = values[0] if len(values) == 1 else None
        if not isinstance(value, bytes) or len(value) != size:
            raise batch.error(row, f"has a second of {key} that is not {size} bytes wide")
        frames.append(np.frombuffer(value, np.uint8)[None])
    return np.concatenate(frames)
