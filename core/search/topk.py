"""The k best of many rows, exactly, when only an upper bound of each score is cheap.

The rows with the highest bounds are scored exactly first. A row whose bound is below the k-th best
exact score found can be left out: k rows are certainly better. All others are scored exactly too.
(The threshold algorithm of Fagin, Lotem and Naor, 2003, with two rounds.)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_GROUP = 64
PER_STEP = 16_384

Exact = Callable[[NDArray[np.int64]], NDArray[np.float64]]
"""Returns the exact scores of rows; a row's must not depend on the rows beside it."""


def best_rows(
    bounds: NDArray[np.float32], exact: Exact, k: int, mask: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the k rows of the highest exact scores, best first, ties in the order of the rows.

    Parameters
    ----------
    bounds : float32 array, shape (C,)
        No row's exact score is higher than its bound. Masked rows are overwritten.
    exact : callable
    k : int
    mask : bool array, shape (C,), optional
        Which rows may be returned; all of them if it is not given.

    Returns
    -------
    rows : int64 array, shape (n,)
        Where n is k, or the number of rows that may be returned if that is smaller.
    scores : float64 array, shape (n,)
    """
    n_allowed = len(bounds) if mask is None else int(np.count_nonzero(mask))
    k = min(k, n_allowed)
    if k <= 0:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    if mask is not None:
        np.copyto(bounds, -np.inf, where=~mask)
    rows = np.flatnonzero(bounds >= _high_bound(bounds, min(2 * k + 50, n_allowed)))
    scores = _in_steps(exact, rows)
    kth_best = np.partition(scores, len(scores) - k)[len(scores) - k]
    possible = np.flatnonzero(bounds >= np.nextafter(np.float32(kth_best), np.float32(-np.inf)))
    # What is already scored, and can still be among the best, is part of `possible`.
    rest = np.setdiff1d(possible, rows, assume_unique=True)
    rows = np.concatenate((rows, rest))
    scores = np.concatenate((scores, _in_steps(exact, rest)))
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def _high_bound(bounds: NDArray[np.float32], n_rows: int) -> np.float32:
    """Return a bound that at least so many finite rows reach, and not many more.

    Each of the groups with the highest maxima has at least one such row.
    """
    n_groups = len(bounds) // _GROUP
    if n_groups < 4 * n_rows:
        highest = bounds
    else:
        highest = bounds[: n_groups * _GROUP].reshape(_GROUP, n_groups).max(axis=0)
    found = np.float32(np.partition(highest, len(highest) - n_rows)[len(highest) - n_rows])
    # A mask may leave fewer groups than rows: then every row that is allowed counts.
    return max(found, np.finfo(np.float32).min)


def _in_steps(exact: Exact, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    steps = [exact(rows[at : at + PER_STEP]) for at in range(0, len(rows), PER_STEP)]
    return np.concatenate(steps) if steps else np.empty(0, np.float64)
