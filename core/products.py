"""Products of matrices on one thread."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.float32, np.float64)


def product(rows: NDArray[Number], matrix: NDArray[Number], step: int) -> NDArray[Number]:
    """Return ``rows @ matrix``, so few rows at a time that OpenBLAS keeps to one thread.

    Its others would wait for a busy core, and go on spinning after their work, which slows whatever
    comes next: a scan of all frames by 40 ms.

    Parameters
    ----------
    rows : float array, shape (N, K)
    matrix : float array, shape (K, M)
    step : int
        How many rows at a time.

    Returns
    -------
    float array, shape (N, M)
    """
    out = np.empty((len(rows), matrix.shape[1]), rows.dtype)
    for first in range(0, len(rows), step):
        np.matmul(rows[first : first + step], matrix, out=out[first : first + step])
    return out
