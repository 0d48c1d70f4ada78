"""A score as a weighted sum of parts: what each may be at most, and what it is exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.search.bounds import FLOAT32_SLACK
from core.search.topk import Exact, best_rows
from core.types import Float32


@dataclass(frozen=True, eq=False)
class ScorePart:
    """One part of the score of C clips.

    Attributes
    ----------
    weight : float
        Not negative.
    bounds : float32 array, shape (C,)
        No clip's value exceeds its bound.
    exact : callable
        Returns the exact values of rows.
    """

    weight: float
    bounds: Float32
    exact: Exact


@dataclass(frozen=True, eq=False)
class BestRows:
    """The best clips, best first.

    Attributes
    ----------
    rows : int64 array, shape (n,)
    scores : float64 array, shape (n,)
        The weighted sums.
    values : tuple of float64 arrays, shape (n,)
        Of each part.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    values: tuple[NDArray[np.float64], ...]


def best_of_parts(
    parts: Sequence[ScorePart], k: int, mask: NDArray[np.bool_] | None = None
) -> BestRows:
    """Return the k clips of the highest sums, exactly, ties in the order of the rows.

    Parameters
    ----------
    parts : sequence of ScorePart
        At least one. Their bounds are overwritten.
    k, mask
        As `core.search.topk.best_rows` takes them.
    """
    bounds = parts[0].bounds
    if len(parts) > 1 or parts[0].weight != 1:
        bounds *= np.float32(parts[0].weight)
        for part in parts[1:]:
            part.bounds[:] *= np.float32(part.weight)
            bounds += part.bounds
        bounds += FLOAT32_SLACK

    def exact(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        total = np.zeros(len(rows), np.float64)
        for part in parts:
            total += part.weight * part.exact(rows)
        return total

    rows, scores = best_rows(bounds, exact, k, mask)
    return BestRows(rows, scores, tuple(part.exact(rows) for part in parts))
