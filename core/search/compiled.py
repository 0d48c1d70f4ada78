"""The scans over millions of rows, compiled by Numba.

Only `Scanner.compile` imports this, for large catalogues: Numba takes 0.3 s to import and two
seconds to compile, the first time on a machine.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from core.compiling import compiled, inlined, processor_has
from core.search import byte_tiles
from core.search import tiles as word_tiles
from core.types import Float32, UInt8

tiles: ModuleType = byte_tiles if processor_has("avx512vnni") else word_tiles
ROWS, ROOM, LARGEST = tiles.ROWS, tiles.ROOM, tiles.LARGEST
tile_cosines, raise_to, weighted = tiles.cosines, tiles.raise_to, tiles.weighted


@compiled
def upper_bounds(rows, inverse_norms, query, inverse_norm, sine, rounding, slack, out):
    """Write what `core.search.bounds.upper_bounds` returns for int8 rows (n, 128) and a query.

    LLVM makes sums of products of 16 bits of the first inner loop, because nothing else happens in
    it and each step stays a number of 32 bits (Numba's own sums have 64, which takes four times as
    long), and vectors of the second loop.
    """
    for row in range(rows.shape[0]):
        total = np.int32(0)
        for column in range(128):
            product = np.int32(rows[row, column]) * np.int32(query[column])
            total = np.int32(total + np.int32(product))
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
            product = np.int32(rows[row, column]) * np.int32(query[column])
            total = np.int32(total + np.int32(product))
        out[row] = total


@compiled
def inverse_lengths(frames, centre, out):
    """Write one over each row's length, less the centre, and 0 for 0."""
    for row in range(frames.shape[0]):
        squared = np.int32(0)
        for column in range(128):
            value = np.int32(np.int32(frames[row, column]) - np.int32(centre))
            squared = np.int32(squared + np.int32(value * value))
        out[row] = np.float32(1) / np.sqrt(np.float32(squared)) if squared else np.float32(0)


@inlined
def _note(found, n_rows, n_frames, weights, best, place, out, lanes):
    """Go on with the cosines of some frames; `place` is which clip they are, and how many left."""
    clip, left = place
    row = 0
    while row < n_rows:
        n_here = min(left, n_rows - row)
        raise_to(best, found, row, row + n_here, lanes)
        row += n_here
        left -= n_here
        if left == 0:
            out[clip] = weighted(best, weights, lanes)
            clip += 1
            left = n_frames[min(clip, len(n_frames) - 1)]
    place[0], place[1] = clip, left


@compiled
def best_cosines(frames, inverse, n_frames, queries, start, weights, lanes, centre, out):
    """Write the weighted sum over the queries of the highest product with any frame of each clip.

    Parameters
    ----------
    frames : uint8 array, shape (F, 128)
    inverse : float32 array, shape (F,)
        What `inverse_lengths` writes.
    n_frames : int64 array, shape (n,)
        Frames of each clip, F in all.
    queries, start, weights, lanes
        What `laid_out` returns.
    centre : int
        The byte that stands for zero.
    out : float32 array, shape (n,)
    """
    n_blocks, n_lanes = weights.shape
    room = np.zeros((ROWS, 128), ROOM)
    found = np.zeros((n_blocks, ROWS, n_lanes), np.float32)
    best = np.full((n_blocks, n_lanes), -np.inf, np.float32)
    place = np.array([0, n_frames[0]])
    n_left = frames.shape[0] % ROWS
    whole = frames.shape[0] - n_left
    for first in range(0, whole, ROWS):
        tile_cosines(frames, inverse, first, queries, start, centre, room, found, lanes)
        _note(found, ROWS, n_frames, weights, best, place, out, lanes)
    if n_left:  # nothing may be read behind the last frame
        last_frames, last_inverse = np.zeros((ROWS, 128), np.uint8), np.zeros(ROWS, np.float32)
        last_frames[:n_left], last_inverse[:n_left] = frames[whole:], inverse[whole:]
        tile_cosines(last_frames, last_inverse, 0, queries, start, centre, room, found, lanes)
        _note(found, n_left, n_frames, weights, best, place, out, lanes)


def laid_out(
    codes: NDArray[np.int16], weights: Float32, centre: int
) -> tuple[NDArray[np.integer], NDArray[np.int32], Float32, tuple[int, ...]]:
    """Return queries in the order in which `best_cosines` reads them, in B blocks of N.

    Parameters
    ----------
    codes : int16 array, shape (Q, 128)
        Of `LARGEST` at most.
    weights : float32 array, shape (Q,)
    centre : int
        The byte that stands for zero.

    Returns
    -------
    codes : int8 or int16 array, shape (B, 32, N, 4) or (B, 64, N, 2)
        With zeros after the last query: some components of each, then the next ones.
    start : int32 array, shape (B, N)
        The product of each query with a row of minus the centre.
    weights : float32 array, shape (B, N)
    lanes : tuple of N
    """
    lanes = tiles.lanes_for(len(codes))
    n_lanes = len(lanes)
    n_blocks = -(-len(codes) // n_lanes)
    padded = np.zeros((n_blocks * n_lanes, codes.shape[1]), tiles.CODE)
    padded[: len(codes)] = codes
    padded_weights = np.zeros(n_blocks * n_lanes, np.float32)
    padded_weights[: len(codes)] = weights
    blocks = padded.reshape(n_blocks, n_lanes, -1, tiles.COMPONENTS).transpose(0, 2, 1, 3)
    start = -centre * padded.sum(axis=1, dtype=np.int32).reshape(n_blocks, n_lanes)
    return np.ascontiguousarray(blocks), start, padded_weights.reshape(n_blocks, n_lanes), lanes


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
    for n_queries in (8, 16):
        queries = np.zeros((n_queries, 128), np.int16), np.zeros(n_queries, np.float32)
        best_cosines(frames, out, np.ones(1, np.int64), *laid_out(*queries, 127), 127, out)
