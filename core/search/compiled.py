"""The scans over millions of rows, compiled by Numba.

Only `Scanner.compile` imports this, for large catalogues: Numba takes 0.3 s to import and two
seconds to compile, the first time on a machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.compiling import compiled
from core.search.tiles import LANES, ROWS, tile
from core.types import Float32, UInt8


@compiled
def upper_bounds(rows, inverse_norms, query, inverse_norm, sine, rounding, slack, out):
    """Write what `core.search.bounds.upper_bounds` returns for int8 rows (n, 128) and a query.

    LLVM makes sums of products of 16 bits of the first inner loop, because nothing else happens in
    it, and vectors of the second loop.
    """
    for row in range(rows.shape[0]):
        total = np.int32(0)
        for column in range(128):
            total += np.int32(rows[row, column]) * np.int32(query[column])
        out[row] = total
    for row in range(rows.shape[0]):
        cosine = out[row] * inverse_norms[row] * inverse_norm
        turned = rounding * inverse_norms[row] + sine
        across = np.sqrt(max(np.float32(0), np.float32(1) + slack - cosine * cosine))
        out[row] = cosine + turned * (across + turned) + slack


@compiled
def products(rows, query, out):
    """Write the whole products of int8 rows (n, D) with a query of D numbers, as float32."""
    for row in range(rows.shape[0]):
        total = np.int32(0)
        for column in range(rows.shape[1]):
            total += np.int32(rows[row, column]) * np.int32(query[column])
        out[row] = total


@compiled
def inverse_lengths(frames, centre, out):
    """Write one over each row's length, less the centre, and 0 for 0."""
    for row in range(frames.shape[0]):
        squared = np.int32(0)
        for column in range(128):
            value = np.int32(frames[row, column]) - np.int32(centre)
            squared += value * value
        out[row] = np.float32(1) / np.sqrt(np.float32(squared)) if squared else np.float32(0)


@compiled
def best_cosines(frames, inverse, n_frames, queries, weights, centre, out):
    """Write the weighted sum over the queries of the highest product with any frame of each clip.

    Parameters
    ----------
    frames : uint8 array, shape (F, 128)
    inverse : float32 array, shape (F,)
        What `inverse_lengths` writes.
    n_frames : int64 array, shape (n,)
        Frames of each clip, F in all.
    queries, weights
        What `laid_out` returns.
    centre : int
        The byte that stands for zero.
    out : float32 array, shape (n,)
    """
    n_blocks = queries.shape[0]
    rows = np.zeros((ROWS, 128), np.int16)
    products = np.zeros((n_blocks, ROWS, LANES), np.int32)
    best = np.full((n_blocks, LANES), -np.inf, np.float32)
    clip, left = 0, n_frames[0]
    for first in range(0, frames.shape[0], ROWS):
        n_rows = min(ROWS, frames.shape[0] - first)
        for row in range(n_rows):
            for column in range(128):
                rows[row, column] = np.int16(frames[first + row, column]) - np.int16(centre)
        for block in range(n_blocks):
            tile(rows.ctypes.data, queries[block].ctypes.data, products[block].ctypes.data)
        for row in range(n_rows):
            for block in range(n_blocks):
                for lane in range(LANES):
                    cosine = np.float32(products[block, row, lane]) * inverse[first + row]
                    # Stored in any case: a branch would be guessed wrong half of the time.
                    so_far = best[block, lane]
                    best[block, lane] = cosine if cosine > so_far else so_far
            left -= 1
            if left == 0:
                out[clip] = (best * weights).sum()
                best[:] = -np.inf
                clip += 1
                left = n_frames[min(clip, len(n_frames) - 1)]


def laid_out(codes: NDArray[np.int16], weights: Float32) -> tuple[NDArray[np.int16], Float32]:
    """Return queries in the order in which `tile` reads them, and their weights likewise.

    Parameters
    ----------
    codes : int16 array, shape (Q, 128)
    weights : float32 array, shape (Q,)

    Returns
    -------
    codes : int16 array, shape (B, 64, 8, 2)
        Blocks of eight queries, with zeros after the last: two components of each, then the next
        two.
    weights : float32 array, shape (B, 8)
    """
    n_blocks = -(-len(codes) // LANES)
    padded = np.zeros((n_blocks * LANES, codes.shape[1]), np.int16)
    padded[: len(codes)] = codes
    padded_weights = np.zeros(n_blocks * LANES, np.float32)
    padded_weights[: len(codes)] = weights
    blocks = padded.reshape(n_blocks, LANES, -1, 2).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(blocks), padded_weights.reshape(n_blocks, LANES)


def compile_all() -> None:
    """Compile for the types that the searches use, or read back what was compiled before."""
    rows = np.zeros((1, 128), np.int8)
    frames: UInt8 = rows.view(np.uint8)
    for array in (rows, frames):
        array.flags.writeable = False
    out = np.zeros(1, np.float32)
    query = np.zeros((1, 128), np.int16)
    one = np.float32(1)
    upper_bounds(rows, out, query[0], one, one, one, one, out.copy())
    products(rows, query[0], out)
    inverse_lengths(frames, 127, out)
    best_cosines(frames, out, np.ones(1, np.int64), *laid_out(query, out), 127, out)
