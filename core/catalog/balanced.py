"""The catalogue in the box: AudioSet's balanced training set, one mean frame a clip."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import numpy as np

from core.catalog.arrays import clip_dtype
from core.catalog.catalog import Catalog
from core.catalog.clips import offsets
from core.catalog.manifest import RELEASED_MODEL, CatalogManifest
from core.errors import CatalogError
from core.foreign import npz_arrays
from core.options import CatalogKind
from core.types import EMBEDDING_SIZE
from core.vectors import clip_directions

NAME, FORMAT = "balanced.npz", 1
_MOST_BYTES = 4_000_000
_NAMES = ("format", "video_id", "start_s", "end_s", "n_labels", "label", "mean_frame")
_HINT = "Install the program again: this file comes with it."


def balanced_catalog(path: Path | None = None) -> Catalog:
    """Return the catalogue that the program carries, in memory.

    It is what `resources/make_balanced.py` writes. A clip has one frame, the mean of its seconds,
    so no second of it can be told from another.

    Parameters
    ----------
    path : Path, optional
        Another file of this kind.

    Raises
    ------
    CatalogError
        If the file is missing, damaged or of another version.
    """
    path = path or Path(str(importlib.resources.files("resources").joinpath(NAME)))
    try:
        arrays = npz_arrays(path, _NAMES, _MOST_BYTES)
    except FileNotFoundError as error:
        raise CatalogError(f"{path.name} is missing.", _HINT) from error
    except (OSError, ValueError, KeyError) as error:
        raise CatalogError(f"{path.name} is cut off or damaged.", _HINT) from error
    found = arrays["format"]
    if found.shape != () or found.dtype.kind != "i" or int(found) != FORMAT:
        raise CatalogError(f"{path.name} is of another version of this program.", _HINT)
    ids, counts, labels = arrays["video_id"], arrays["n_labels"], arrays["label"]
    frames = arrays["mean_frame"]
    n_clips = len(ids)
    if (
        ids.dtype.kind != "S"
        or counts.shape != (n_clips,)
        or labels.shape != (int(counts.sum()),)
        or frames.shape != (n_clips, EMBEDDING_SIZE)
        or frames.dtype != np.uint8
    ):
        raise CatalogError(f"{path.name} is cut off or damaged.", _HINT)
    clips = np.zeros(n_clips, clip_dtype(ids.dtype.itemsize))
    clips["video_id"], clips["is_youtube_id"] = ids, True
    clips["start_s"], clips["end_s"] = arrays["start_s"], arrays["end_s"]
    clips["n_frames"], clips["first_frame"] = 1, np.arange(n_clips)
    clips["n_labels"], clips["first_label"] = counts, offsets(counts)[:-1]
    manifest = CatalogManifest(
        CatalogKind.BALANCED, (), RELEASED_MODEL, "", n_clips, n_clips, len(labels), {}
    )
    vectors = clip_directions(frames, np.ones(n_clips, np.int64))
    visual = np.empty((n_clips, 0), np.int8)
    return Catalog(path, manifest, clips, labels.astype(np.int16), frames, vectors, visual)
