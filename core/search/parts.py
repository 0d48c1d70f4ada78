"""A score as a weighted sum of parts: what each may be at most, and what it is exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.jobs import Job
from core.search.bounds import FLOAT32_SLACK
from core.search.scan import Scanner
from core.search.topk import Exact, best_rows
from core.types import Float32

_ROWS = 65_536


class Bounds(Protocol):
    """Upper bounds of C clips' scores: a float32 array, or an object that gives slices of one."""

    def __len__(self) -> int:
        """Return the number of clips."""

    def __getitem__(self, rows: slice, /) -> Float32:
        """Return the bounds of some clips."""


@dataclass(frozen=True, eq=False)
class ScorePart:
    """One part of the score of C clips.

    Attributes
    ----------
    weight : float
        Not negative.
    bounds : Bounds
        No clip's value exceeds its bound.
    exact : callable
        Returns the exact values of rows.
    """

    weight: float
    bounds: Bounds
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
    parts: Sequence[ScorePart],
    scanner: Scanner,
    k: int,
    mask: NDArray[np.bool_] | None = None,
    job: Job | None = None,
) -> BestRows:
    """Return the k clips of the highest sums, exactly, ties in the order of the rows.

    Parameters
    ----------
    parts : sequence of ScorePart
        At least one. The first one's bounds are overwritten where they are an array.
    scanner : Scanner
    k, mask
        As `core.search.topk.best_rows` takes them.
    job : Job, optional
        May cancel.
    """
    first = parts[0].bounds
    bounds = first if isinstance(first, np.ndarray) else np.empty(len(first), np.float32)

    def add(begin: int, end: int) -> None:
        total = bounds[begin:end]
        np.multiply(first[begin:end], np.float32(parts[0].weight), out=total)
        for part in parts[1:]:
            total += part.bounds[begin:end] * np.float32(part.weight)
        total += FLOAT32_SLACK

    is_one = len(parts) == 1 and parts[0].weight == 1
    if not is_one or first is not bounds:
        scanner.over(len(bounds), _ROWS, add, job or Job())

    def exact(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        total = np.zeros(len(rows), np.float64)
        for part in parts:
            total += part.weight * part.exact(rows)
        return total

    if is_one:
        rows, scores = best_rows(bounds, parts[0].exact, k, mask)
        return BestRows(rows, scores, (scores,))
    rows, scores = best_rows(bounds, exact, k, mask)
    return BestRows(rows, scores, tuple(part.exact(rows) for part in parts))
