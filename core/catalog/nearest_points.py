"""Which of millions of points in a plane is near a place, or next in a direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.types import Float32

_CELLS = 256
"""Along each side: some 30 points a cell, for two million."""


class NearestPoints:
    """A grid over points; each cell knows its own.

    Parameters
    ----------
    points : float32 array, shape (N, 2)
        Finite; N is at least 1.
    """

    def __init__(self, points: Float32) -> None:
        self._points = points
        low, high = points.min(axis=0), points.max(axis=0)
        self._low = low.astype(np.float64)
        self._cell = max(float((high - low).max()) / _CELLS, 1e-9)
        self.extent = float((high - low).max())
        cells = self._cells(points)
        numbers = cells[:, 1] * _CELLS + cells[:, 0]
        # Numbers of 16 bits are sorted by counting, in linear time.
        self._rows = np.argsort(numbers.astype(np.uint16), kind="stable").astype(np.int32)
        counts = np.bincount(numbers, minlength=_CELLS * _CELLS)
        self._starts = np.concatenate(([0], np.cumsum(counts)))

    def within(self, left: float, low: float, right: float, high: float) -> NDArray[np.int32]:
        """Return the rows of all points in a rectangle, and of some just outside it."""
        corners = self._cells(np.array([[left, low], [right, high]]))
        (first, bottom), (last, top) = corners.tolist()
        if (first, bottom, last, top) == (0, 0, _CELLS - 1, _CELLS - 1):
            return self._rows
        lines = np.arange(bottom, top + 1) * _CELLS
        spans = zip(self._starts[lines + first], self._starts[lines + last + 1], strict=True)
        parts = [self._rows[start:end] for start, end in spans]
        return np.concatenate(parts) if parts else self._rows[:0]

    def nearest(self, x: float, y: float, radius: float) -> int:
        """Return the row of the point that is nearest to a place; -1 if none is within `radius`."""
        rows, _, squared = self._around(x, y, radius)
        if not len(rows):
            return -1
        best = int(squared.argmin())
        return int(rows[best]) if squared[best] <= radius * radius else -1

    def next_to(self, row: int, right: int, up: int) -> int:
        """Return the nearest point in a direction, within 45° of it; `row` if there is none.

        Parameters
        ----------
        row : int
        right, up : int
            The direction: one is 1 or -1, the other is 0.
        """
        x, y = self._points[row].tolist()
        radius = self._cell / 4
        while True:
            rows, offsets, squared = self._around(x, y, radius)
            along = offsets[:, 0] * right + offsets[:, 1] * up
            aside = np.abs(offsets[:, 0] * up + offsets[:, 1] * right)
            fitting = (along > 0) & (along >= aside) & (squared <= radius * radius)
            if fitting.any():
                best = np.where(fitting, squared, np.inf).argmin()
                return int(rows[best])
            if radius >= 4 * self.extent:
                return row
            radius *= 2

    def _around(
        self, x: float, y: float, radius: float
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Return the rows near a place, their offsets from it, and their squared distances."""
        rows = self.within(x - radius, y - radius, x + radius, y + radius)
        offsets = self._points[rows].astype(np.float64) - (x, y)
        return rows, offsets, np.einsum("ij,ij->i", offsets, offsets)

    def _cells(self, places: NDArray[np.floating]) -> NDArray[np.int64]:
        cells = np.floor((places - self._low) / self._cell)
        return np.asarray(np.clip(cells, 0, _CELLS - 1), np.int64)
