"""YouTube-8M's video-level Example records: an id, labels and the mean audio embedding.

Version 1 calls the id `video_id`, version 2 `id`. Version 2's four characters, and the numbers of
version 1's test set, are not YouTube ids, and no link may be made of them.
Fields: https://research.google.com/youtube8m/download.html.
"""

from __future__ import annotations

import numpy as np

from core.catalog import wire
from core.catalog.audioset import YOUTUBE_ID
from core.catalog.clips import Clips, RecordBatch
from core.types import EMBEDDING_SIZE, UInt8
from core.vectors import quantise

N_CLASSES = 4800
"""Version 1 has 4,800 labels, version 2 has 3,862."""

_MAX_ID_BYTES = 64


def decode(batch: RecordBatch, visual: bool = False) -> Clips:
    """Decode a batch of video-level records, each to a clip of one frame and unknown span.

    Raises
    ------
    CatalogError
        If a record is not a video of YouTube-8M; it names the shard and the record.
    """
    rows = [_decode_one(batch, row) for row in range(len(batch))]
    video_ids, labels, frames = zip(*rows, strict=True)
    return Clips.from_lists(
        video_ids=video_ids,
        spans_s=[(0.0, 0.0)] * len(rows),
        labels=labels,
        frames=frames,
        is_youtube_id=[YOUTUBE_ID.fullmatch(video_id) is not None for video_id in video_ids],
    )


def _decode_one(batch: RecordBatch, row: int) -> tuple[bytes, list[int], UInt8]:
    try:
        message = wire.submessage(batch.record(row), 1)
        values = {key: wire.feature(value) for key, value in wire.string_map(message, 1).items()}
    except wire.WireError as error:
        raise batch.error(row, f"is not an Example: {error}") from None
    ids = values.get("video_id") or values.get("id") or []
    audio = values.get("mean_audio", [])
    if len(ids) != 1 or not audio:
        raise batch.error(row, "has no id or no mean_audio and so is no video of YouTube-8M")
    if not isinstance(ids[0], bytes) or not _is_plain(ids[0]):
        raise batch.error(row, "has an odd video id")
    embedding = np.array(audio, dtype=np.float32) if isinstance(audio[0], float) else None
    if (
        embedding is None
        or embedding.shape != (EMBEDDING_SIZE,)
        or not np.isfinite(embedding).all()
    ):
        raise batch.error(row, f"has a mean_audio that is not {EMBEDDING_SIZE} finite numbers")
    labels = [label for label in values.get("labels", []) if isinstance(label, int)]
    if not all(0 <= label < N_CLASSES for label in labels):
        raise batch.error(row, f"has a label outside 0 to {N_CLASSES - 1}")
    return ids[0], labels, quantise(embedding)[None]


def _is_plain(video_id: bytes) -> bool:
    return 0 < len(video_id) <= _MAX_ID_BYTES and all(0x20 < byte < 0x7F for byte in video_id)
