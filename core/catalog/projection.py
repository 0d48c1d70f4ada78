"""A catalogue as points in two dimensions: clips that sound alike lie near each other.

The layout is a linear projection of the clips' unit vectors, so that it takes one pass over any
catalogue and a query has a place in it, too. Where there are groups, linear discriminant analysis
chooses the plane in which the top-level classes differ most (R. A. Fisher, "The use of multiple
measurements in taxonomic problems", 1936), else principal component analysis. On AudioSet's
balanced set, of the ten nearest points 60 % have the class of a point, also for clips that were
not used to choose the plane; with principal components it is 43 %, by chance 24 %, and in all 128
dimensions 68 %. UMAP and t-SNE would take minutes, and give new sounds no place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.atomic import written_whole
from core.errors import CatalogError
from core.filters import ClassIndex
from core.foreign import npz_arrays
from core.jobs import Job
from core.types import EMBEDDING_SIZE, Float32, UInt8
from core.vectors import clip_vectors, unit

# The window shows maps, and shows itself before catalogues are imported.
if TYPE_CHECKING:
    from core.catalog.catalog import Catalog

SEVERAL, OTHERS = "Several of these", "Others"
MOST_GROUPS = 7

_FORMAT = 1
_MOST_BYTES = 1 << 30
_DTYPES = [np.float32, np.uint8, np.float32, np.float32]
_SAMPLE = 50_000
_LEAST_A_GROUP = 20
_SHRINKAGE = 1e-3
_CLIPS_A_STEP = 50_000
_MAPS_KEPT = 4


@dataclass(frozen=True, eq=False)
class Map:
    """Points of the clips in the plane, and the group of each.

    Attributes
    ----------
    points : float32 array, shape (C, 2)
    groups : uint8 array, shape (C,)
        Indices into `names`.
    names : tuple of str
        The largest top-level classes, then `SEVERAL` and `OTHERS`.
    mean : float32 array, shape (128,)
    axes : float32 array, shape (128, 2)
        A unit vector v lies at ``(v - mean) @ axes``.
    """

    points: Float32
    groups: UInt8
    names: tuple[str, ...]
    mean: Float32
    axes: Float32

    def place(self, frames: UInt8) -> tuple[float, float]:
        """Return where a query with these frames, uint8 (N, 128), lies."""
        vector = clip_vectors(frames, np.array([len(frames)]))[0]
        x, y = ((vector - self.mean) @ self.axes).tolist()
        return x, y


def kept_map(catalog: Catalog, folder: Path, job: Job) -> Map:
    """Return a catalogue's map: the one in a folder, or a new one that is kept there.

    Parameters
    ----------
    catalog : Catalog
    folder : Path
        Where maps are kept; a few of them. Where it cannot be written, the map is made each time.
    job : Job
        Told about progress; may cancel.
    """
    path = folder / f"{_key(catalog)}.npz"
    # A damaged file, or one of another format, is made again.
    with suppress(OSError, ValueError, KeyError):
        found = _read(path, len(catalog))
        with suppress(OSError):
            path.touch()  # it is the one used last
        return found
    made = make_map(catalog, job)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, made)
        newest = sorted(folder.glob("*.npz"), key=lambda each: -each.stat().st_mtime)
        for old in newest[_MAPS_KEPT:]:
            old.unlink(missing_ok=True)
    return made


def make_map(catalog: Catalog, job: Job) -> Map:
    """Lay out a catalogue; the same one always gives the same map.

    Parameters
    ----------
    catalog : Catalog
    job : Job
        Told about progress; may cancel.
    """
    job.report("Drawing the map", 0.0)
    groups, names = _groups(catalog, job)
    rows = np.unique(np.linspace(0, len(catalog) - 1, min(len(catalog), _SAMPLE)).astype(np.int64))
    sample = unit(catalog.vectors[rows].astype(np.float32))
    mean, axes = _plane(sample, groups[rows], len(names) - 2, job)
    points = np.empty((len(catalog), 2), np.float32)
    for first in range(0, len(catalog), _CLIPS_A_STEP):
        job.report("Drawing the map", 0.3 + 0.7 * first / len(catalog))
        some = slice(first, first + _CLIPS_A_STEP)
        points[some] = (unit(catalog.vectors[some].astype(np.float32)) - mean) @ axes
    return Map(points, groups, names, mean, axes)


def _groups(catalog: Catalog, job: Job) -> tuple[UInt8, tuple[str, ...]]:
    """Return each clip's group: a top-level class, several of them, or none of the largest."""
    index = ClassIndex(catalog.label_indices, catalog.label_offsets)
    found = []
    for name, _ in catalog.category_counts():
        job.check()
        with suppress(CatalogError):  # a group of leftovers is no class
            found.append((name, index.clips_of(catalog.class_indices([name]))))
    found = found[:MOST_GROUPS]
    groups = np.full(len(catalog), len(found) + 1, np.uint8)
    n_groups = np.zeros(len(catalog), np.uint8)
    for number, (_, mask) in enumerate(found):
        groups[mask] = number
        n_groups += mask
    groups[n_groups > 1] = len(found)
    return groups, (*(name for name, _ in found), SEVERAL, OTHERS)


def _plane(vectors: Float32, groups: UInt8, n_classes: int, job: Job) -> tuple[Float32, Float32]:
    """Return the point that comes into the middle, and two axes, shape (128, 2)."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    counts = np.bincount(groups, minlength=n_classes)[:n_classes]
    large = np.flatnonzero(counts >= _LEAST_A_GROUP)
    if len(large) > 2:
        axes = discriminant_axes([vectors[groups == number] for number in large], job)
    else:
        axes = principal_axes(vectors - mean)
    # Which way an axis points is anybody's choice: its largest part is positive.
    largest = axes[np.abs(axes).argmax(axis=0), [0, 1]]
    return mean.astype(np.float32), (axes * np.sign(largest)).astype(np.float32)


def discriminant_axes(classes: Sequence[Float32], job: Job) -> NDArray[np.float64]:
    """Return the two axes, shape (128, 2), along which classes differ most.

    They are scikit-learn's (``LinearDiscriminantAnalysis(solver="eigen", shrinkage=1e-3)``), whose
    import and fit are seconds that nobody could cancel.

    Parameters
    ----------
    classes : sequence of float32 arrays, shape (n, 128)
        The vectors of each class; at least three classes.
    job : Job
        May cancel.
    """
    n_vectors = sum(map(len, classes))
    within = np.zeros((EMBEDDING_SIZE, EMBEDDING_SIZE))
    total, middle = np.zeros_like(within), np.zeros(EMBEDDING_SIZE)
    for vectors in classes:
        job.check()
        exact = vectors.astype(np.float64)
        mean = exact.mean(axis=0)
        moment = exact.T @ exact / n_vectors
        share = len(exact) / n_vectors
        within += moment - share * np.outer(mean, mean)
        total += moment
        middle += share * mean
    within, total = _shrunk(within), _shrunk(total - np.outer(middle, middle))
    # With W = L L', what L maps the axes to are eigenvectors of an ordinary symmetric matrix.
    back = np.linalg.inv(np.linalg.cholesky(within))
    _, found = np.linalg.eigh(back @ (total - within) @ back.T)
    return np.asarray(back.T @ found[:, :-3:-1])


def _shrunk(scatter: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a covariance with a little of a sphere, which makes it regular.

    The 128th number of AudioSet's released embeddings is nearly constant.
    """
    sphere = np.trace(scatter) / len(scatter) * np.eye(len(scatter))
    return np.asarray((1 - _SHRINKAGE) * scatter + _SHRINKAGE * sphere)


def principal_axes(centred: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the two axes, shape (128, 2), along which centred data vary most."""
    scatter = np.asarray(centred, np.float64).T @ np.asarray(centred, np.float64)
    _, vectors = np.linalg.eigh(scatter)
    return np.asarray(vectors[:, :-3:-1])


# On disk


def _key(catalog: Catalog) -> str:
    content = [_FORMAT, catalog.manifest.kind, sorted(catalog.manifest.files.items())]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def _write(path: Path, made: Map) -> None:
    with written_whole(path) as file:
        np.savez(
            file,
            allow_pickle=False,
            points=made.points,
            groups=made.groups,
            names=np.array(made.names),
            mean=made.mean,
            axes=made.axes,
        )


def _read(path: Path, n_clips: int) -> Map:
    found = npz_arrays(path, ("points", "groups", "names", "mean", "axes"), _MOST_BYTES)
    names = tuple(map(str, found["names"].ravel().tolist()))
    points, groups, mean, axes = (found[key] for key in ("points", "groups", "mean", "axes"))
    if [each.dtype for each in (points, groups, mean, axes)] != _DTYPES:
        raise ValueError("it is none of ours")
    shapes = (points.shape, groups.shape, mean.shape, axes.shape)
    if shapes != ((n_clips, 2), (n_clips,), (EMBEDDING_SIZE,), (EMBEDDING_SIZE, 2)):
        raise ValueError("it is another catalogue's")
    is_finite = all(np.isfinite(each).all() for each in (points, mean, axes))
    if not is_finite or groups.max(initial=0) >= len(names):
        raise ValueError("it is damaged")
    return Map(points, groups, names, mean, axes)
