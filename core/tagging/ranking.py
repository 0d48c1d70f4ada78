"""Ranking by sound and meaning: the reference in NumPy, exact, for any catalogue's labels.

The score of a clip is ``sound * cosine + meaning * agreement``, with the two weights summing to 1.
The cosine is that of centred means, -1 to 1. The agreement is a cosine, too, of non-negative
vectors and so 0 to 1: of the roots of the query's tags, and of the clip's labels, which are 1 or 0.
A clip whose labels are exactly what is heard, equally surely, and nothing else has agreement 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.types import Float32

MEANING = 0.8
SOUND = 1 - MEANING


def tag_direction(whole: Float32) -> Float32:
    """Return the roots of a query's tags (527,) as a unit vector; zeros where nothing is heard."""
    roots = np.sqrt(whole.astype(np.float64))
    norm = float(np.linalg.norm(roots))
    return (roots / norm if norm > 0 else roots).astype(np.float32)


def agreement(
    direction: Float32, label_indices: NDArray[np.integer], label_offsets: NDArray[np.integer]
) -> Float32:
    """Return how far a query's tags and each clip's labels agree, float32 (C,), 0 to 1.

    Parameters
    ----------
    direction : float32 array, shape (527,)
        From `tag_direction`.
    label_indices : int array, shape (L,)
        Class indices of all clips, one clip after the other.
    label_offsets : int array, shape (C + 1,)
        Where each clip's labels begin; a clip without any has agreement 0.
    """
    counts = np.diff(label_offsets)
    sums = np.concatenate(([0.0], np.cumsum(direction[label_indices], dtype=np.float64)))
    totals = sums[label_offsets[1:]] - sums[label_offsets[:-1]]
    return np.asarray(totals / np.sqrt(np.maximum(counts, 1)), np.float32)


def combined(cosine: Float32, agreement: Float32, meaning: float = MEANING) -> Float32:
    """Return the score of clips, float32 (C,), from both parts, each (C,)."""
    return np.asarray((1 - meaning) * cosine + meaning * agreement, np.float32)
