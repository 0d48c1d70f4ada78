"""What a coarse cosine says for certain about the exact one.

Let x = cos φ be the cosine between two rounded vectors c and d, and let rounding have turned the
exact vectors by at most θ in all. The exact cosine is then at most cos(φ - θ), or 1 where φ < θ.
With s ≥ sin θ, s ≤ 1:

    cos(φ - θ) = cos φ cos θ + sin φ sin θ ≤ x + s √(1 - x²) + s²,

because cos θ is at most 1, and for negative cos φ at least 1 - s². Where φ < θ, the right side is
at least cos θ + s² ≥ 1.

If rounding moves the tip of an exact vector w by at most r, to c, then the tip of c lies within r
of the line through w, and the sine of the angle between them is at most r / length of c. Angles
add up, and their sines no faster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import EMBEDDING_SIZE

ROUNDING = np.float32(0.5 * EMBEDDING_SIZE**0.5 * (1 + 1e-6))
"""Rounding moves a vector's tip by at most this: half a unit in each dimension."""

FLOAT32_SLACK = np.float32(2e-6)
"""More than float32 loses in the few steps from whole numbers to a cosine, and to a bound: seven
roundings of 2**-24 each, twice that for its square."""

FLOAT64_SLACK = 1e-14
"""More than float64 loses of one less the square of a cosine."""


@dataclass(frozen=True, eq=False)
class RoundedQuery:
    """Directions in whole numbers.

    Attributes
    ----------
    codes : int16 array, shape (Q, 128)
    inverse_norms : float32 array, shape (Q,)
        0 for a row of zeros.
    sines : float32 array, shape (Q,)
        Upper bounds of the sine of the angle by which rounding turned each row.
    """

    codes: NDArray[np.int16]
    inverse_norms: NDArray[np.float32]
    sines: NDArray[np.float32]

    @classmethod
    def of(cls, directions: NDArray[np.int64], largest: int) -> RoundedQuery:
        """Round directions of any length, shape (Q, 128), to components of at most `largest`."""
        highest = np.abs(directions).max(axis=1, keepdims=True)
        codes = np.rint(directions * float(largest) / np.where(highest > 0, highest, 1))
        squared = np.einsum("ij,ij->i", codes, codes)
        # The turn itself, not the most that it could be; all sums are whole and exact.
        exact = directions.astype(np.float64)
        dots = np.einsum("ij,ij->i", codes, exact)
        both = squared * np.einsum("ij,ij->i", exact, exact)
        cosines = dots / np.sqrt(np.where(both > 0, both, 1))
        sines = np.sqrt(np.maximum(0, 1 - cosines * cosines) + FLOAT64_SLACK)
        sines = (sines * (1 + 1e-6) * (both > 0)).astype(np.float32)
        return cls(codes.astype(np.int16), inverse_norms(squared), sines)


def inverse_norms(squared: NDArray[np.number]) -> NDArray[np.float32]:
    """Return one over the square roots, and 0 for 0."""
    norms = np.sqrt(squared.astype(np.float32))
    return np.divide(np.float32(1), norms, out=np.zeros_like(norms), where=norms > 0)


def upper_bounds(
    cosines: NDArray[np.float32], sines: NDArray[np.float32] | np.float32
) -> NDArray[np.float32]:
    """Return what exact cosines cannot exceed, given rounded ones and the sines of the turns."""
    across = np.sqrt(np.maximum(np.float32(0), np.float32(1) + FLOAT32_SLACK - cosines * cosines))
    return np.asarray(cosines + sines * (across + sines) + FLOAT32_SLACK, np.float32)
