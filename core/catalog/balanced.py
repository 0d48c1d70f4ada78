"""The catalogue in the box: AudioSet's balanced training set, one mean frame a clip."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.arrays import clip_dtype
from core.catalog.catalog import Catalog
from core.catalog.clips import offsets
from core.catalog.manifest import RELEASED_MODEL, CatalogManifest
from core.catalog.ontology import Ontology
from core.catalog.structure import check_structure
from core.errors import CatalogError
from core.foreign import npz_arrays
from core.options import CatalogKind
from core.types import EMBEDDING_SIZE
from core.vectors import clip_directions

NAME, FORMAT = "balanced.npz", 1
SURE, SURE_FORMAT = "sure_labels.npz", 1
_MOST_BYTES = 4_000_000
_COLUMNS = ("video_id", "start_s", "end_s")
_KINDS = dict(zip((*_COLUMNS, "n_labels", "label", "mean_frame"), "Sffuiu", strict=True))
"""The arrays of the file, and what NumPy calls the kind of their types."""

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
    path = path or balanced_path()
    arrays = _arrays(path, FORMAT, [*_KINDS])
    sure = _arrays(_shipped(SURE), SURE_FORMAT, ["threshold", "balanced"])["balanced"]
    try:
        return _catalog(path, arrays, sure)
    except (ValueError, CatalogError) as error:
        raise CatalogError(f"{path.name} is cut off or damaged.", _HINT) from error


def balanced_path() -> Path:
    """Return where the program has it; `Catalog.path` of it is that."""
    return _shipped(NAME)


def _shipped(name: str) -> Path:
    return Path(str(importlib.resources.files("resources").joinpath(name)))


def _arrays(path: Path, wanted: int, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file; raise CatalogError if it cannot be used."""
    try:
        arrays = npz_arrays(path, ["format", *names], _MOST_BYTES)
        version = arrays.pop("format")
        if version.shape == () and version.dtype.kind == "i" and int(version) == wanted:
            return arrays
    except FileNotFoundError as error:
        raise CatalogError(f"{path.name} is missing.", _HINT) from error
    except (OSError, ValueError, KeyError) as error:
        raise CatalogError(f"{path.name} is cut off or damaged.", _HINT) from error
    raise CatalogError(f"{path.name} is of another version of this program.", _HINT)


def _catalog(path: Path, arrays: dict[str, NDArray[Any]], sure: NDArray[Any]) -> Catalog:
    """Return the catalogue of these arrays; raise ValueError or CatalogError if they do not fit."""
    if any(arrays[name].dtype.kind != kind for name, kind in _KINDS.items()):
        raise ValueError("they are of other types")
    if arrays["label"].dtype != np.int16 or arrays["mean_frame"].dtype != np.uint8:
        raise ValueError("they are of other sizes")
    counts, labels, frames = (arrays[name] for name in ("n_labels", "label", "mean_frame"))
    n_clips = counts.size
    if frames.shape != (n_clips, EMBEDDING_SIZE) or labels.shape != (int(counts.sum()),):
        raise ValueError("they are of other shapes")
    if any(arrays[name].shape != (n_clips,) for name in ("n_labels", *_COLUMNS)):
        raise ValueError("they are of other lengths")
    if sure.dtype != np.uint8 or sure.shape != (-(-len(labels) // 8),):
        raise ValueError("the flags of its labels do not fit")
    clips = np.zeros(n_clips, clip_dtype(arrays["video_id"].dtype.itemsize))
    for name in _COLUMNS:
        clips[name] = arrays[name]
    clips["is_youtube_id"] = True
    clips["n_frames"], clips["first_frame"] = 1, np.arange(n_clips)
    clips["n_labels"], clips["first_label"] = counts, offsets(counts)[:-1]
    check_structure(path.parent, clips, labels, n_clips, len(Ontology.load().names))
    manifest = CatalogManifest(
        CatalogKind.BALANCED, (), RELEASED_MODEL, "", n_clips, n_clips, len(labels), {}
    )
    vectors = clip_directions(frames, np.ones(n_clips, np.int64))
    visual, tags = np.empty((n_clips, 0), np.int8), np.empty((n_clips, 0), np.uint16)
    is_sure = np.unpackbits(sure, count=len(labels)).astype(np.bool_)
    return Catalog(path, manifest, clips, labels, frames, vectors, visual, tags, is_sure)
