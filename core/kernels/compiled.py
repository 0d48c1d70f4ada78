"""The scans over millions of rows, compiled by Numba.

Only `Scanner.compile` imports this, for large catalogues: Numba takes 0.3 s to import and two
seconds to compile, the first time on a machine.
"""

from __future__ import annotations

import numpy as np

from core.kernels import byte_clips, tiles
from core.kernels.compiling import compiled, processor_has
from core.types import UInt8

_frames = byte_clips if processor_has("avx512vnni") else tiles
LARGEST, WIDTHS = _frames.LARGEST, _frames.WIDTHS
best_cosines, laid_out = _frames.best_cosines, _frames.laid_out


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
    for n_queries in WIDTHS:
        queries = np.zeros((n_queries, 128), np.int16), np.zeros(n_queries, np.float32)
        best_cosines(frames, out, np.ones(1, np.int64), out, *laid_out(*queries, 127))
