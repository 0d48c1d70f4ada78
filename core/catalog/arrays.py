"""The memory-mapped arrays of a catalogue: their types and shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import without_notes
from core.catalog.manifest import (
    ARRAYS,
    CLIPS,
    FRAMES,
    LABELS,
    SURE,
    TAGS,
    VECTORS,
    VISUAL,
    CatalogManifest,
    damaged,
)
from core.catalog.packed_tags import TAGS_A_CLIP
from core.catalog.records.ids import MAX_ID_BYTES
from core.types import EMBEDDING_SIZE

MAX_VISUAL_SIZE = 1024
"""Products of more components might not be exact; see `core.search.visual`."""


def clip_dtype(id_width: int) -> np.dtype[np.void]:
    """Return the row type of `clips.npy` for video ids of up to so many bytes."""
    return np.dtype(
        [
            ("start_s", "<f8"),
            ("end_s", "<f8"),
            ("first_frame", "<i8"),
            ("first_label", "<i8"),
            ("n_frames", "<i4"),
            ("n_labels", "<i4"),
            ("is_youtube_id", "?"),
            ("video_id", f"S{id_width}"),
        ]
    )


def opened_arrays(folder: Path, manifest: CatalogManifest) -> tuple[NDArray[Any], ...]:
    """Return the arrays of `Catalog`, in its order.

    Raises
    ------
    CatalogError
        If one cannot be opened, or is not as the manifest says.
    """
    clips, labels, frames, vectors = (opened_array(folder / name) for name in ARRAYS)
    names = clips.dtype.names or ()
    id_width = clips.dtype["video_id"].itemsize if "video_id" in names else 1
    n_clips = manifest.n_clips
    expected = [
        (CLIPS, clips, clip_dtype(min(max(id_width, 1), MAX_ID_BYTES)), (n_clips,)),
        (LABELS, labels, np.dtype("<i2"), (manifest.n_labels,)),
        (FRAMES, frames, np.dtype("u1"), (manifest.n_frames, EMBEDDING_SIZE)),
        (VECTORS, vectors, np.dtype("i1"), (n_clips, EMBEDDING_SIZE)),
    ]
    visual = np.empty((n_clips, 0), np.int8)
    if VISUAL in manifest.files:
        visual = opened_array(folder / VISUAL)
        width = min(visual.shape[-1], MAX_VISUAL_SIZE) if visual.ndim else 0
        expected.append((VISUAL, visual, np.dtype("i1"), (n_clips, width)))
    tags, is_sure = without_notes(n_clips).values()
    if TAGS in manifest.files:
        tags = opened_array(folder / TAGS)
        expected.append((TAGS, tags, np.dtype("<u2"), (n_clips, TAGS_A_CLIP)))
    if SURE in manifest.files:
        is_sure = opened_array(folder / SURE)
        expected.append((SURE, is_sure, np.dtype("?"), (manifest.n_labels,)))
    for name, array, dtype, shape in expected:
        fits = array.dtype == dtype and array.shape == shape and array.flags.c_contiguous
        if not fits or array.offset + array.nbytes != manifest.files[name][0]:
            raise damaged(folder / name, f"its array is {array.dtype} {array.shape}")
    opened = clips, labels, frames, vectors, visual, tags, is_sure
    # Plain views: each row that is taken of a `memmap` makes a new one, in Python.
    return tuple(np.asarray(array) for array in opened)


def opened_array(path: Path) -> np.memmap[Any, Any]:
    """Return the array in a `.npy` file, memory-mapped; raise CatalogError if there is none."""
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except Exception as error:  # of a damaged header, NumPy's reader lets through what it may
        raise damaged(path, str(error)) from error
