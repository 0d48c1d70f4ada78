"""The scans over millions of rows, compiled by Numba: as fast as memory is read.

Only `scanning` imports this, for large catalogues: Numba takes 0.3 s to import and a second to
compile, the first time on a machine. Nothing else happens in the inner loops, so that LLVM makes
sums of products of 16 bits of them (vpmaddwd on x86).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit


def _compiled(function: Callable[..., Any]) -> Any:
    """Compile at first call, and keep the result on disk where there is a place for it."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # neither this folder nor the person's cache may be written
        return njit(nogil=True)(function)


@_compiled
def dots(rows, query, out):
    """Write the product of each row, int8 (n, 128), with a query, int16 (128,)."""
    for row in range(rows.shape[0]):
        total = np.int32(0)
        for column in range(128):
            total += np.int32(rows[row, column]) * np.int32(query[column])
        out[row] = total


@_compiled
def _product(one, other):
    total = np.int32(0)
    for column in range(128):
        total += np.int32(one[column]) * np.int32(other[column])
    return total


@_compiled
def _squared(frame, centre):
    total = np.int32(0)
    for column in range(128):
        value = np.int32(frame[column]) - np.int32(centre)
        total += value * value
    return total


@_compiled
def best_cosines(frames, n_frames, queries, inverse_norms, centre, out):
    """Write the mean over the queries of the highest cosine with any frame of each clip.

    Parameters
    ----------
    frames : uint8 array, shape (F, 128)
    n_frames : int64 array, shape (n,)
        Frames of each clip, F in all.
    queries, inverse_norms : int16 array, shape (Q, 128); float32 array, shape (Q,)
    centre : int
        The byte that stands for zero.
    out : float32 array, shape (n,)
    """
    n_queries = queries.shape[0]
    shifts = np.empty(n_queries, np.int32)
    for query in range(n_queries):
        shifts[query] = centre * queries[query].sum()
    best = np.empty(n_queries, np.float32)
    first = 0
    for clip in range(len(n_frames)):
        best[:] = -np.inf
        for row in range(first, first + n_frames[clip]):
            frame = frames[row]
            squared = _squared(frame, centre)
            inverse = np.float32(0)
            if squared > 0:
                inverse = np.float32(1) / np.sqrt(np.float32(squared))
            for query in range(n_queries):
                total = _product(frame, queries[query])
                best[query] = max(best[query], np.float32(total - shifts[query]) * inverse)
        first += n_frames[clip]
        score = np.float32(0)
        for query in range(n_queries):
            score += best[query] * inverse_norms[query]
        out[clip] = score / np.float32(n_queries)


def compile_all() -> None:
    """Compile for the types that the searches use, or read back what was compiled before."""
    rows = np.zeros((1, 128), np.int8)
    frames = rows.view(np.uint8)
    for array in (rows, frames):
        array.flags.writeable = False
    out = np.zeros(1, np.float32)
    queries = np.zeros((1, 128), np.int16)
    dots(rows, queries[0], out)
    best_cosines(frames, np.ones(1, np.int64), queries, out, 127, out)
