"""Exact cosine top-k: a fast float32 product finds the candidates, float64 orders them.

Why the result is exact: a dot product of n float32 numbers, summed in any order, is off by at most
``n u / (1 - n u) * |v| |q|`` with u = 2**-24 (Higham, "Accuracy and Stability of Numerical
Algorithms", 2nd ed., section 3.1). Call this b. At least k rows have a float32 score of the k-th
best, t, or more, hence a true score of t - b or more. A row whose float32 score is below t - 2 b
has a true score below t - b, so k others are above it. All other rows are scored again in float64,
where products of float32 numbers are exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.types import Float32

_UNIT_ROUNDOFF = 2.0**-24
_LONGEST = 1.0001
"""A stored unit vector's length is 1 but for the rounding of its numbers."""

_RESCORED_ROWS = 16_384


def top_k(
    vectors: Float32, query: Float32, k: int, mask: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows most similar to a query, best first, ties in the order of the rows.

    Parameters
    ----------
    vectors : float32 array, shape (C, D)
        Unit vectors, or rows of zeros, whose similarity to anything is 0. May be memory-mapped.
    query : float32 array, shape (D,)
        A unit vector or zeros.
    k : int
        How many rows are wanted.
    mask : bool array, shape (C,), optional
        Which rows may be returned; all of them if it is not given.

    Returns
    -------
    rows : int64 array, shape (n,)
        Where n is k, or the number of rows that may be returned if that is smaller.
    similarities : float64 array, shape (n,)
        Cosine similarities, -1 to 1.
    """
    n_selected = len(vectors) if mask is None else int(np.count_nonzero(mask))
    k = min(k, n_selected)
    if k <= 0:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    scores = np.asarray(vectors @ query)
    if mask is not None:
        scores[~mask] = -np.inf
    rows = np.flatnonzero(scores >= _threshold(scores, k, vectors.shape[1]))
    similarities = _exact(vectors, query, rows)
    best = np.argsort(-similarities, kind="stable")[:k]
    return rows[best], np.clip(similarities[best], -1.0, 1.0)


def _threshold(scores: Float32, k: int, n_terms: int) -> np.float32:
    """Return a score below which no row can be among the k best; see the module's proof."""
    bound = n_terms * _UNIT_ROUNDOFF / (1 - n_terms * _UNIT_ROUNDOFF) * _LONGEST**2
    kth_best = np.partition(scores, len(scores) - k)[len(scores) - k]
    threshold = np.float32(float(kth_best) - 2 * bound)
    return np.float32(np.nextafter(threshold, np.float32(-np.inf)))


def _exact(vectors: Float32, query: Float32, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    # Not a matrix product: its sums depend on where a row stands, and equal rows would not tie.
    query64 = query.astype(np.float64)
    parts = [
        (vectors[rows[start : start + _RESCORED_ROWS]] * query64).sum(axis=1)
        for start in range(0, len(rows), _RESCORED_ROWS)
    ]
    return np.concatenate(parts)
