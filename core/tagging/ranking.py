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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.ontology import Ontology
from core.tagging.tags import N_CLASSES
from core.tagging.weights import load_arrays, shipped
from core.types import Float32

MEANING = 0.95
LEAST_COSINE, LEAST_AGREEMENT = 0.45, 0.4
"""What the best of all clips must reach in each part, or nothing in the catalogue is close."""

LEAST_TAG_AGREEMENT = 0.47
"""The same for clips that have tags instead of labels: their agreements are higher."""

POWER = 0.4
IMPLIED = 0.3
WANTED = 2.5
"""Chosen by hand: a clip with the wanted class outranks any without it, whatever else it has."""

RATES, RATES_FORMAT = "label_rates.npz", 1


@dataclass(frozen=True, eq=False)
class LabelVectors:
    """Labels of C clips as unit vectors of 527 components, most of them zero.

    Attributes
    ----------
    classes : int32 array, shape (V,)
        Class indices of the components that are not zero, one clip after the other.
    values : float32 array, shape (V,)
        Those components.
    first : int32 array, shape (C + 1,)
        Where each clip's components begin; a clip without labels has none.
    """

    classes: NDArray[np.int32]
    values: Float32
    first: NDArray[np.int32]

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
        from scipy.sparse import csr_matrix

        shape = (len(label_offsets) - 1, N_CLASSES)
        ones = np.ones(len(label_indices), np.float32)
        own = csr_matrix((ones, label_indices.astype(np.int32), label_offsets), shape)
        own.sum_duplicates()
        own.data[:] = 1
        above = own @ _above()
        above.data[:] = IMPLIED
        vectors = (own + above - above.multiply(own)).tocsr()
        vectors.sort_indices()
        rows = np.repeat(np.arange(shape[0]), np.diff(vectors.indptr))
        lengths = np.sqrt(np.bincount(rows, vectors.data.astype(np.float64) ** 2, shape[0]))
        return cls(
            vectors.indices,
            (vectors.data / lengths[rows]).astype(np.float32),
            vectors.indptr,
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
    """Return the labels that a query's tags (527,) lead to, as a unit vector; zeros for no tags.

    Where the tags were steered, it is none: a tag above 1, of a class that must be there, and one
    below 0, of a class that must not, stay as they are, and only the others are of length 1.
    """
    tags = whole.astype(np.float64)
    is_steered = (tags < 0) | (tags > 1)
    powers: NDArray[np.floating] = (np.where(is_steered, 0, tags) * label_rates()) ** POWER
    length = float(np.linalg.norm(powers))
    direction = powers / length if length > 0 else powers
    return np.where(is_steered, tags, direction).astype(np.float32)


def agreement(direction: Float32, labels: LabelVectors) -> Float32:
    """Return how far a query's tags and each clip's labels agree, float32 (C,), 0 to 1.

    Where some tags are below 0, -1 to 1. Wanted classes are counted apart from the cosine, in which
    a clip that has one of them and little else would outrank those that have what was heard, too.
    Each further one that a clip has counts half as much as the one before.

    Parameters
    ----------
    direction : float32 array, shape (527,)
        From `tag_direction`.
    labels : LabelVectors
        A clip without labels has agreement 0.
    """
    from scipy.sparse import csr_matrix

    shape = (len(labels.first) - 1, N_CLASSES)
    matrix = csr_matrix((labels.values, labels.classes, labels.first), shape)
    is_wanted = direction > 1
    cosines = np.maximum(matrix @ np.where(is_wanted, 0, direction), -1)
    if not is_wanted.any():
        return np.asarray(cosines, np.float32)
    matrix.data = np.ones_like(labels.values)
    wanted, most = (WANTED * (1 - 0.5**n) for n in (matrix @ is_wanted, is_wanted.sum()))
    return np.asarray((cosines + wanted) / (1 + most), np.float32)


def is_close(
    best_agreement: float,
    best_cosine: float | None = None,
    least_agreement: float = LEAST_AGREEMENT,
) -> bool:
    """Return whether any clip of a catalogue is close to a query.

    Parameters
    ----------
    best_agreement : float
        The largest of all clips, whichever clip ranks first.
    best_cosine : float or None
        The largest of all clips, where the query's listener made the catalogue.
    """
    sounds_alike = best_cosine is None or best_cosine >= LEAST_COSINE
    return sounds_alike and best_agreement >= least_agreement


@cache
def _above() -> Any:
    """Return which class (column) is above which (row), as a sparse matrix of ones, (527, 527)."""
    from scipy.sparse import csr_matrix

    ontology = Ontology.load()
    pairs = [
        (index, node.index)
        for index in range(N_CLASSES)
        for node in ontology.ancestors(ontology.node_of(index))
        if node.index is not None
    ]
    child, parent = np.array(pairs, np.int64).T
    return csr_matrix((np.ones(len(pairs), np.float32), (child, parent)), (N_CLASSES, N_CLASSES))
