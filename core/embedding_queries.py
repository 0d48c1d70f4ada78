"""Embeddings made elsewhere as queries: `.npz` from `embed`, `.tfrecord` from Google's demo."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.audio.logmel import MEL_BANDS, PATCH_FRAMES, PATCH_S, is_silent
from core.audio.reader import MAX_DURATION_S
from core.audio.sound_file import check_readable
from core.catalog.clips import RecordBatch
from core.catalog.manifest import RELEASED_MODEL_ID
from core.catalog.records import protobuf
from core.catalog.records.sources import guarded, open_files
from core.catalog.records.tfrecord import read_batches
from core.errors import AudioFileError, CatalogError
from core.foreign import npz_arrays, plain
from core.protobuf_wire import WireError
from core.tagging.naming import TAGGER_THRESHOLDS, named
from core.tagging.tagger import Tagger
from core.tagging.tags import loud
from core.types import EMBEDDING_SIZE, Query, UInt8

_MOST_PATCHES = math.ceil(MAX_DURATION_S / PATCH_S)
_NPY_HEADER_BYTES = 4096
_HINT = "Make it with: python -m core embed AUDIO --out FILE.npz"


def embedding_queries(path: Path) -> Iterator[Query]:
    """Yield the queries in a file: one of a `.npz`, one a record of a `.tfrecord`.

    The embeddings are VGGish's by Google's weights, post-processed: nothing in either file says
    so. A `.npz` needs ``postprocessed``, uint8 (N, 128); where it has ``log_mel``, too, silent
    patches do not count for the tags. A record is a SequenceExample whose feature list
    ``audio_embedding`` has 128 bytes for each 0.96 s, as vggish_inference_demo.py writes it.

    Raises
    ------
    AudioFileError
        If there is no such file, it is damaged or of another kind, or there is nothing in it.
    """
    check_readable(path)
    if path.suffix.lower() == ".npz":
        yield _query(Tagger(), path.name, *_arrays(path))
        return
    try:
        yield from _records(path)
    except CatalogError as error:
        raise AudioFileError(
            error.message,
            "It must be what vggish_inference_demo.py writes: make it again, or copy it again.",
        ) from error


def _arrays(path: Path) -> tuple[UInt8, NDArray[np.bool_] | None]:
    """Return the frames of a `.npz`, and which of them are loud."""
    name = plain(path.name)
    try:
        frames = npz_arrays(
            path, ["postprocessed"], _MOST_PATCHES * EMBEDDING_SIZE + _NPY_HEADER_BYTES
        )["postprocessed"]
    except KeyError as error:
        raise AudioFileError(f"{name} has no array “postprocessed”.", _HINT) from error
    except (OSError, ValueError) as error:
        raise AudioFileError(f"{name} is damaged, or is no .npz file.", _HINT) from error
    if frames.dtype != np.uint8 or frames.ndim != 2 or frames.shape[1] != EMBEDDING_SIZE:
        raise AudioFileError(
            f"{name} has no embeddings of {EMBEDDING_SIZE} bytes: “postprocessed” is "
            f"{frames.dtype}, {frames.shape}.",
            _HINT,
        )
    if not len(frames):
        raise AudioFileError(f"{name} has no embedding in it.", _HINT)
    most_bytes = len(frames) * PATCH_FRAMES * MEL_BANDS * 4 + _NPY_HEADER_BYTES
    try:
        patches = npz_arrays(path, ["log_mel"], most_bytes)["log_mel"]
    except (KeyError, OSError, ValueError):  # made by others: all patches count
        return frames, None
    if patches.shape != (len(frames), PATCH_FRAMES, MEL_BANDS) or patches.dtype != np.float32:
        return frames, None
    if is_silent(patches):
        raise AudioFileError(f"{name} is of silence: nothing can be heard in it.", _HINT)
    return frames, loud(patches)


def _records(path: Path) -> Iterator[Query]:
    tagger, name = Tagger(), path.name
    batches = guarded(str(path), read_batches(open_files([path], lambda _: None)))
    # One record has the file's name: so the first waits until there is another one.
    first, number = None, 0
    for batch in batches:
        for row in range(len(batch)):
            number += 1
            frames = _frames(batch, row)
            if number == 1:
                first = frames
                continue
            if first is not None:
                yield _query(tagger, f"{name} #1", first)
                first = None
            yield _query(tagger, f"{name} #{number}", frames)
    if first is not None:
        yield _query(tagger, name, first)
    if not number:
        raise CatalogError(f"{path.name} has no record in it.", "")


def _frames(batch: RecordBatch, row: int) -> UInt8:
    try:
        record = batch.record(row)
        lists = protobuf.feature_lists(protobuf.submessage(record, 2), 1)
        values = [protobuf.feature(each) for each in lists.get("audio_embedding", [])]
    except WireError as error:
        raise batch.error(row, f"is not a SequenceExample: {error}") from None
    if not values:
        raise batch.error(row, "has no audio_embedding in it")
    frames = [each[0] for each in values if len(each) == 1 and isinstance(each[0], bytes)]
    if len(frames) != len(values) or any(len(each) != EMBEDDING_SIZE for each in frames):
        raise batch.error(row, f"has an embedding that is not {EMBEDDING_SIZE} bytes wide")
    return np.frombuffer(b"".join(frames), np.uint8).reshape(-1, EMBEDDING_SIZE)


def _query(
    tagger: Tagger, name: str, frames: UInt8, is_loud: NDArray[np.bool_] | None = None
) -> Query:
    tags = tagger.tags(frames, is_loud)
    return Query(
        name,
        frames,
        len(frames) * PATCH_S,
        hop_s=PATCH_S,
        tags=tags.whole,
        patch_tags=tags.scores.astype(np.float16),
        heard=named(tags.whole, TAGGER_THRESHOLDS),
        model_id=RELEASED_MODEL_ID,
    )
