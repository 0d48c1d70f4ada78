"""How far a sound's tags and each clip's own tags agree, where clips have no labels of AudioSet's.

The agreement is a cosine, as that of labels: of what people would call the query
(`core.tagging.ranking.tag_direction`), and of the clip's few tags by their strengths.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.catalog.packed_tags import CLASS_BITS, classes_of, strengths_of, unpacked
from core.jobs import Job
from core.search.bounds import FLOAT32_SLACK
from core.search.scan import Scanner, read_only
from core.search.topk import Exact
from core.tagging.ranking import tag_direction
from core.tagging.tags import N_CLASSES
from core.types import Float32

_ROWS = 65_536


class TagSearch:
    """Compares tags with those of C clips.

    Parameters
    ----------
    tags : uint16 array, shape (C, T)
        As `core.catalog.packed_tags` makes them. May be memory-mapped.
    scanner : Scanner
    """

    def __init__(self, tags: NDArray[np.uint16], scanner: Scanner) -> None:
        self._tags, self._scanner = read_only(tags), scanner

    def scores(self, tags: Float32) -> tuple[Float32, Exact]:
        """Return an upper bound of every clip's agreement, and what computes exact ones.

        Parameters
        ----------
        tags : float32 array, shape (527,)
            0 to 1, or steered.

        Returns
        -------
        bounds : float32 array, shape (C,)
        exact : callable
            As `best_rows` takes it.
        """
        # Any number of so many bits is a place in it: what a changed file says leads nowhere else.
        direction = np.zeros(1 << CLASS_BITS, np.float32)
        direction[:N_CLASSES] = tag_direction(tags)
        bounds = np.empty(len(self._tags), np.float32)
        kernels = self._scanner.kernels

        def compute(begin: int, end: int) -> None:
            some, out = self._tags[begin:end], bounds[begin:end]
            if kernels is None:
                out[:] = _agreements(some, direction)
            else:
                kernels.tag_agreements(some, direction, out)
            out += 2 * FLOAT32_SLACK

        self._scanner.over(len(bounds), _ROWS, compute, Job())
        return bounds, lambda rows: _agreements(self._tags[rows], direction)

    def tags_of(self, rows: NDArray[np.int64]) -> Float32:
        """Return the tags of clips, float32 (n, 527), 0 to 1."""
        return unpacked(self._tags[rows], N_CLASSES)


def _agreements(tags: NDArray[np.uint16], direction: Float32) -> NDArray[np.float64]:
    """Return the agreement of each clip, -1 to 1, the same wherever a clip stands."""
    strengths = strengths_of(tags).astype(np.float64)
    components = direction[classes_of(tags)] * strengths
    total = np.zeros(len(tags), np.float64)
    for column in range(tags.shape[1]):
        total += components[:, column]
    squared = np.square(strengths).sum(axis=1)
    return np.maximum(total / np.sqrt(np.where(squared > 0, squared, 1)), -1)
