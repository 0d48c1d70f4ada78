"""Ranking by sound and meaning: the reference in NumPy, exact, for any catalogue's labels.

The score of a clip is ``(1 - meaning) * cosine + meaning * agreement``. The cosine is that of
centred means, -1 to 1. The agreement is a cosine, too, of vectors without negative components and
so 0 to 1: of the query's labels as people would give them, and of the clip's labels, each 1, with
the classes above them that people left out, each `IMPLIED`. People who say *Bark* often leave out
*Dog* and mostly *Animal*: so each of the query's tags is multiplied by the share of clips with the
class, or one below it, that people gave the class itself, and taken to the power `POWER`. All
constants are chosen on a validation split (`docs/quality.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import offsets
from core.catalog.ontology import Ontology
from core.tagging.tags import N_CLASSES
from core.tagging.weights import load_arrays, shipped
from core.types import Float32

MEANING = 0.9
LEAST_COSINE, LEAST_AGREEMENT = 0.45, 0.4
"""What the best of all clips must reach in each part, or nothing in the catalogue is close."""

POWER = 0.4
IMPLIED = 0.3

RATES, RATES_FORMAT = "label_rates.npz", 1


@dataclass(frozen=True, eq=False)
class LabelVectors:
    """What C clips are labelled with, as unit vectors of 527 components, most of them zero.

    Attributes
    ----------
    classes : int16 array, shape (V,)
        Class indices of the components that are not zero, one clip after the other.
    values : float32 array, shape (V,)
        Those components.
    first : int64 array, shape (C + 1,)
        Where each clip's components begin; a clip without labels has none.
    """

    classes: NDArray[np.int16]
    values: Float32
    first: NDArray[np.int64]

    @classmethod
    def of(
        cls, label_indices: NDArray[np.integer], label_offsets: NDArray[np.integer]
    ) -> LabelVectors:
        """Return the vectors of a catalogue's labels.

        Parameters
        ----------
        label_indices : int array, shape (L,)
            Class indices of all clips, one clip after the other.
        label_offsets : int array, shape (C + 1,)
            Where each clip's labels begin.
        """
        n_clips = len(label_offsets) - 1
        owners = np.repeat(np.arange(n_clips), np.diff(label_offsets))
        own = np.unique(owners * N_CLASSES + label_indices)
        child, parent = _pairs()
        begins = np.searchsorted(child, np.arange(N_CLASSES + 1))
        counts = np.diff(begins)[own % N_CLASSES]
        # Each label's run of parents, all runs joined.
        places = np.arange(counts.sum()) + np.repeat(
            begins[own % N_CLASSES] - offsets(counts)[:-1], counts
        )
        above = np.repeat(own // N_CLASSES, counts) * N_CLASSES + parent[places]
        keys = np.union1d(own, above)
        values = np.where(np.isin(keys, own, assume_unique=True), 1.0, IMPLIED)
        owners = keys // N_CLASSES
        lengths = np.sqrt(np.bincount(owners, values**2, minlength=n_clips))
        return cls(
            (keys % N_CLASSES).astype(np.int16),
            (values / lengths[owners]).astype(np.float32),
            np.searchsorted(owners, np.arange(n_clips + 1)).astype(np.int64),
        )


@cache
def label_rates() -> Float32:
    """Return how often people name each class where it is, float32 (527,), 0 to 1.

    Raises
    ------
    ModelError
        If the file that the program carries is missing, damaged or of another version.
    """
    arrays = load_arrays(shipped(RATES), RATES_FORMAT, {"rate": (N_CLASSES,)})
    return np.asarray(arrays["rate"], np.float32)


def tag_direction(whole: Float32) -> Float32:
    """Return the labels that a query's tags (527,) lead to, as a unit vector; zeros for no tags."""
    powers = (whole.astype(np.float64) * label_rates()) ** POWER
    length = float(np.linalg.norm(powers))
    return (powers / length if length > 0 else powers).astype(np.float32)


def agreement(direction: Float32, labels: LabelVectors) -> Float32:
    """Return how far a query's tags and each clip's labels agree, float32 (C,), 0 to 1.

    Parameters
    ----------
    direction : float32 array, shape (527,)
        From `tag_direction`.
    labels : LabelVectors
        A clip without labels has agreement 0.
    """
    products = direction[labels.classes] * labels.values
    # Sums of runs as differences; in float64 nothing is lost that float32 would keep.
    sums = np.concatenate(([0.0], np.cumsum(products, dtype=np.float64)))
    return np.asarray(np.diff(sums[labels.first]), np.float32)


def combined(cosine: Float32, agreement: Float32, meaning: float = MEANING) -> Float32:
    """Return the score of clips, float32 (C,), from both parts, each (C,)."""
    return np.asarray((1 - meaning) * cosine + meaning * agreement, np.float32)


def is_close(best_agreement: float, best_cosine: float | None = None) -> bool:
    """Return whether any clip of a catalogue is close to a query.

    Parameters
    ----------
    best_agreement : float
        The largest of all clips, whichever clip ranks first.
    best_cosine : float or None
        The largest of all clips, where the query's listener made the catalogue.
    """
    sounds_alike = best_cosine is None or best_cosine >= LEAST_COSINE
    return sounds_alike and best_agreement >= LEAST_AGREEMENT


@cache
def _pairs() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all pairs of a class and one above it, sorted by the class, each int64 (P,)."""
    ontology = Ontology.load()
    pairs = [
        (index, node.index)
        for index in range(N_CLASSES)
        for node in ontology.ancestors(ontology.node_of(index))
        if node.index is not None
    ]
    child, parent = np.array(sorted(pairs), np.int64).T
    return child, parent
