"""How far a sound's tags and each clip's labels agree; see `core.tagging.ranking`.

Two million clips have some hundred thousand different sets of labels: the agreement is computed
once for each set, in float64, so that clips of equal labels agree equally wherever they stand.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.jobs import Job
from core.search.scan import Scanner
from core.search.topk import Exact
from core.tagging.ranking import LabelVectors, agreement, tag_direction
from core.tagging.tags import N_CLASSES
from core.types import Float32

_ROWS = 65_536
_SEED = 0


class MeaningSearch:
    """Compares tags with the labels of C clips.

    Parameters
    ----------
    label_indices : int16 array, shape (L,)
        AudioSet's class indices of all clips, one clip after the other. May be memory-mapped.
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
        self._labels, self._offsets, self._scanner = label_indices, label_offsets, scanner

    def scores(self, tags: Float32, job: Job | None = None) -> tuple[Float32, Exact]:
        """Return an upper bound of every clip's agreement, and what computes exact ones.

        Parameters
        ----------
        tags : float32 array, shape (527,)
            0 to 1.
        job : Job, optional
            May cancel.

        Returns
        -------
        bounds : float32 array, shape (C,)
            May be changed.
        exact : callable
            As `best_rows` takes it.
        """
        set_of_clip, vectors = self._sets
        agreements = agreement(tag_direction(tags), vectors).astype(np.float64)
        above = np.nextafter(agreements.astype(np.float32), np.float32(np.inf))
        bounds = np.empty(len(set_of_clip), np.float32)

        def scan(begin: int, end: int) -> None:
            np.take(above, set_of_clip[begin:end], out=bounds[begin:end])

        self._scanner.over(len(bounds), _ROWS, scan, job or Job())
        return bounds, lambda rows: agreements[set_of_clip[rows]]

    def tags_of(self, rows: NDArray[np.int64]) -> Float32:
        """Return the labels of clips as tags, float32 (n, 527): 1 for each."""
        tags = np.zeros((len(rows), N_CLASSES), np.float32)
        for place, row in enumerate(rows.tolist()):
            tags[place, self._labels[self._offsets[row] : self._offsets[row + 1]]] = 1
        return tags

    @cached_property
    def _sets(self) -> tuple[NDArray[np.int32], LabelVectors]:
        """Which set of labels each clip has, and the sets; takes a third of a second for 2 million.

        Sets are told apart by a sum of random numbers of 64 bits, one for each class.
        """
        keys = np.random.default_rng(_SEED).integers(1, 1 << 63, N_CLASSES, np.uint64)
        sums = np.concatenate(([np.uint64(0)], np.cumsum(keys[self._labels], dtype=np.uint64)))
        totals = sums[self._offsets[1:]] - sums[self._offsets[:-1]]
        _, first, set_of_clip = np.unique(totals, return_index=True, return_inverse=True)
        counts = self._offsets[first + 1] - self._offsets[first]
        offsets = np.concatenate(([0], np.cumsum(counts)))
        places = np.arange(offsets[-1]) + np.repeat(self._offsets[first] - offsets[:-1], counts)
        vectors = LabelVectors.of(np.asarray(self._labels[places]), offsets)
        return set_of_clip.astype(np.int32), vectors
