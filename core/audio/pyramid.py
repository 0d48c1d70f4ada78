"""Levels of a span of sound, kept fine and in coarser tiers by maximum: any zoom is cheap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.types import UInt8

_FACTOR = 4
"""Columns of one tier that make a column of the next: a third more memory in all."""

_FEWEST_COLUMNS = 512

_ROUNDING = 1e-6
"""In columns; what a time in seconds may be off by."""


class Pyramid:
    """One spectrum's levels over a span of time.

    One thread may `put` while another one calls `take`: bytes are written whole, and whoever reads
    meanwhile sees the old or the new picture of a column.

    Parameters
    ----------
    n_rows, n_columns : int
    start_s : float
        The first column's left edge.
    column_s : float
        A column's width.
    """

    def __init__(self, n_rows: int, n_columns: int, start_s: float, column_s: float) -> None:
        self.start_s, self.column_s = start_s, column_s
        self._tiers: list[UInt8] = [np.zeros((n_columns, n_rows), np.uint8)]
        while len(self._tiers[-1]) > _FEWEST_COLUMNS:
            self._tiers.append(np.zeros((-(-len(self._tiers[-1]) // _FACTOR), n_rows), np.uint8))

    @property
    def n_columns(self) -> int:
        """Columns of the finest tier."""
        return len(self._tiers[0])

    @property
    def end_s(self) -> float:
        """The last column's right edge."""
        return self.start_s + self.n_columns * self.column_s

    @property
    def n_bytes(self) -> int:
        """Memory that all tiers take."""
        return sum(tier.nbytes for tier in self._tiers)

    @property
    def coarsest(self) -> UInt8:
        """The whole span in a few hundred columns, shape (columns, rows)."""
        return self._tiers[-1]

    def put(self, first: int, levels: UInt8) -> None:
        """Set columns from the `first` on, levels' shape (n, rows); what is too much is left out.

        Coarser tiers follow.
        """
        levels = levels[: max(self.n_columns - first, 0)]
        if not len(levels):
            return
        last = first + len(levels)
        self._tiers[0][first:last] = levels
        for finer, coarser in zip(self._tiers, self._tiers[1:], strict=False):
            first, last = first // _FACTOR, -(-last // _FACTOR)
            part = finer[first * _FACTOR : last * _FACTOR]
            whole = len(part) // _FACTOR
            groups = part[: whole * _FACTOR].reshape(whole, _FACTOR, part.shape[1])
            groups.max(axis=1, out=coarser[first : first + whole])
            if whole < last - first:
                part[whole * _FACTOR :].max(axis=0, out=coarser[last - 1])

    def take(self, start_s: float, end_s: float, n_columns: int) -> UInt8:
        """Return the levels between two times in as many columns as wanted.

        A column is the maximum over the tier's columns that it touches; the tier is the coarsest
        whose columns are not wider. Where even the finest columns are wider, they are repeated.
        What lies outside the span is 0.

        Returns
        -------
        uint8 array, shape (rows, n_columns)
        """
        edges = np.linspace(start_s, end_s, n_columns + 1)
        edges = (edges - self.start_s) / self.column_s
        width = (edges[-1] - edges[0]) / n_columns
        tier, scale = 0, 1.0
        while tier + 1 < len(self._tiers) and scale * _FACTOR <= width * (1 + _ROUNDING):
            tier, scale = tier + 1, scale * _FACTOR
        edges /= scale
        if width < scale:
            first = np.floor((edges[:-1] + edges[1:]) / 2).astype(np.int64)
            behind = first + 1
        else:
            first = np.floor(edges[:-1] + _ROUNDING).astype(np.int64)
            behind = np.maximum(np.ceil(edges[1:] - _ROUNDING).astype(np.int64), first + 1)
        return _maxima(self._tiers[tier], first, behind)


def _maxima(rows: UInt8, first: NDArray[np.int64], behind: NDArray[np.int64]) -> UInt8:
    """Return the maxima over ranges of rows, transposed; 0 where a range holds no row."""
    is_empty = (behind <= 0) | (first >= len(rows))
    last = np.clip(behind - 1, 0, len(rows) - 1)
    first = np.clip(first, 0, last)
    # Gathering is twenty times as fast as ufunc.reduceat along this axis.
    found = rows[first]
    for step in range(1, int((last - first).max(initial=0)) + 1):
        np.maximum(found, rows[np.minimum(first + step, last)], out=found)
    found[is_empty] = 0
    return np.ascontiguousarray(found.T)
