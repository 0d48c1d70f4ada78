"""A score as a weighted sum of parts: what each may be at most, and what it is exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.jobs import Job
from core.search.bounds import FLOAT32_SLACK
from core.search.meaning import BoundsBySet
from core.search.scan import Scanner
from core.search.topk import Exact, best_rows
from core.types import Float32

_ROWS, _NUMPY_ROWS = 524_288, 65_536


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

    is_one = len(parts) == 1 and parts[0].weight == 1
    if not is_one or first is not bounds:
        scanner.over(len(bounds), *_adding(parts, bounds, scanner.kernels), job or Job())

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


def _adding(
    parts: Sequence[ScorePart], out: Float32, kernels: Any
) -> tuple[int, Callable[[int, int], None]]:
    """Return what writes the sum of some rows' bounds, and of how many rows at most."""
    first, weights = parts[0].bounds, [np.float32(part.weight) for part in parts]
    if kernels is not None and isinstance(first, np.ndarray) and len(parts) == 2:
        second = parts[1].bounds
        if isinstance(second, BoundsBySet):
            of_set = second.of_set * weights[1] + FLOAT32_SLACK

            def add_by_set(begin: int, end: int) -> None:
                sets = second.set_of_clip[begin:end]
                kernels.add_by_set(first[begin:end], weights[0], of_set, sets, out[begin:end])

            return _ROWS, add_by_set

    def add(begin: int, end: int) -> None:
        total = out[begin:end]
        np.multiply(first[begin:end], weights[0], out=total)
        for part, weight in zip(parts[1:], weights[1:], strict=True):
            total += part.bounds[begin:end] * weight
        total += FLOAT32_SLACK

    return _NUMPY_ROWS, add
