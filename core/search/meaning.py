"""How far a sound's tags and each clip's labels agree; see `core.tagging.ranking`.

Two million clips have some hundred thousand different sets of labels: the agreement is computed
once for each set, in float64, so that clips of equal labels agree equally wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.search.topk import Exact
from core.tagging.ranking import LabelVectors, agreement, tag_direction
from core.tagging.tags import N_CLASSES
from core.types import Float32

_SEED = 0


@dataclass(frozen=True, eq=False)
class BoundsBySet:
    """Bounds that are kept once for each set of labels: they are gathered slice by slice.

    Attributes
    ----------
    of_set : float32 array, shape (S,)
    set_of_clip : int32 array, shape (C,)
    """

    of_set: Float32
    set_of_clip: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.set_of_clip)

    def __getitem__(self, rows: slice) -> Float32:
        return np.take(self.of_set, self.set_of_clip[rows])

    @property
    def highest(self) -> float:
        """The highest agreement of all clips."""
        return float(self.of_set.max(initial=0.0))


class MeaningSearch:
    """Compares tags with the labels of C clips.

    Parameters
    ----------
    label_indices : int16 array, shape (L,)
        AudioSet's class indices of all clips, one clip after the other. May be memory-mapped.
    label_offsets : int64 array, shape (C + 1,)
        Where each clip's labels begin, and where the last one's end.
    """

    def __init__(self, label_indices: NDArray[np.int16], label_offsets: NDArray[np.int64]) -> None:
        self._labels, self._offsets = label_indices, label_offsets

    def scores(self, tags: Float32) -> tuple[BoundsBySet, Exact]:
        """Return an upper bound of every clip's agreement, and what computes exact ones.

        Parameters
        ----------
        tags : float32 array, shape (527,)
            0 to 1.

        Returns
        -------
        bounds : BoundsBySet
        exact : callable
            As `best_rows` takes it.
        """
        set_of_clip, vectors = self._sets
        agreements = agreement(tag_direction(tags), vectors)
        above = np.nextafter(agreements, np.float32(np.inf))
        exact = agreements.astype(np.float64)
        return BoundsBySet(above, set_of_clip), lambda rows: exact[set_of_clip[rows]]

    def tags_of(self, rows: NDArray[np.int64]) -> Float32:
        """Return the labels of clips as tags, float32 (n, 527): 1 for each."""
        tags = np.zeros((len(rows), N_CLASSES), np.float32)
        for place, row in enumerate(rows.tolist()):
            tags[place, self._labels[self._offsets[row] : self._offsets[row + 1]]] = 1
        return tags

    @cached_property
    def _sets(self) -> tuple[NDArray[np.int32], LabelVectors]:
        """Set of labels of each clip, and the sets; takes a second for two million clips.

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
