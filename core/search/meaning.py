"""How far a sound's tags and each clip's labels agree.

The agreement is the cosine of two vectors that are never negative, so 0 to 1: of the roots of the
query's tags, and of the clip's labels, which are 1 or 0. Only a clip's own labels are looked at:

    agreement = sum of direction[label] over the labels / sqrt(number of labels)

where `direction` is the unit vector of the roots. A clip whose labels are exactly what the sound
is, equally surely, and nothing else has agreement 1; one without labels has 0.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.jobs import Job
from core.search.scan import Scanner, read_only
from core.search.topk import Exact
from core.types import Float32

_ROWS, _NUMPY_ROWS = 65_536, 16_384
_SLACK = np.float32(1e-5)
"""More than float32 loses of a sum of a clip's few labels."""


def tag_direction(tags: Float32) -> Float32:
    """Return the roots of tags, shape (V,), as a unit vector; zeros where there are none."""
    roots = np.sqrt(np.maximum(tags, 0).astype(np.float64))
    norm = float(np.linalg.norm(roots))
    return np.asarray(roots / norm if norm > 0 else roots, np.float32)


class MeaningSearch:
    """Compares tags with the labels of C clips.

    Parameters
    ----------
    label_indices : int16 array, shape (L,)
        Class indices of all clips, one clip after the other. May be memory-mapped.
    label_offsets : int64 array, shape (C + 1,)
        Where each clip's labels begin, and where the last one's end.
    scanner : Scanner
    """

    def __init__(
        self,
        label_indices: NDArray[np.int16],
        label_offsets: NDArray[np.int64],
        scanner: Scanner,
    ) -> None:
        self._labels: NDArray[np.int16] = read_only(label_indices)
        self._offsets, self._scanner = label_offsets, scanner

    def scores(self, tags: Float32, job: Job | None = None) -> tuple[Float32, Exact]:
        """Return an upper bound of every clip's agreement, and what computes exact ones.

        Parameters
        ----------
        tags : float32 array, shape (V,)
            Of each class, 0 to 1; a label beyond its end counts nothing.
        job : Job, optional
            May cancel.

        Returns
        -------
        bounds : float32 array, shape (C,)
            May be changed.
        exact : callable
            As `best_rows` takes it.
        """
        direction = tag_direction(tags)
        n_missing = max(0, self._n_classes - len(direction))
        direction = np.concatenate((direction, np.zeros(n_missing, np.float32)))
        bounds = np.empty(len(self._offsets) - 1, np.float32)
        kernels: Any = self._scanner.kernels

        def compiled(begin: int, end: int) -> None:
            offsets = self._offsets[begin : end + 1]
            kernels.agreements(self._labels, offsets, direction, bounds[begin:end])

        def plain(begin: int, end: int) -> None:
            bounds[begin:end] = self._agreements(begin, end, direction)

        if kernels is None:
            self._scanner.over(len(bounds), _NUMPY_ROWS, plain, job or Job())
        else:
            self._scanner.over(len(bounds), _ROWS, compiled, job or Job())
        bounds += _SLACK
        wide = direction.astype(np.float64)
        return bounds, lambda rows: self._exact(rows, wide)

    def _agreements(self, begin: int, end: int, direction: Float32) -> Float32:
        offsets = self._offsets[begin : end + 1]
        labels = self._labels[offsets[0] : offsets[-1]]
        sums = np.concatenate(([0.0], np.cumsum(direction[labels], dtype=np.float64)))
        first = offsets - offsets[0]
        counts = np.maximum(np.diff(offsets), 1)
        return np.asarray((sums[first[1:]] - sums[first[:-1]]) / np.sqrt(counts), np.float32)

    def _exact(
        self, rows: NDArray[np.int64], direction: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return agreements that are equal for clips of equal labels, wherever they stand."""
        found = np.zeros(len(rows), np.float64)
        counts = self._offsets[rows + 1] - self._offsets[rows]
        # Clips of one number of labels at a time: their sums have the same steps.
        for count in np.unique(counts[counts > 0]).tolist():
            some = np.flatnonzero(counts == count)
            labels = self._labels[self._offsets[rows[some], None] + np.arange(count)]
            found[some] = np.sort(direction[labels], axis=1).sum(axis=1) / np.sqrt(count)
        return found

    @cached_property
    def _n_classes(self) -> int:
        return int(self._labels.max(initial=-1)) + 1
