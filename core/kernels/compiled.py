"""The scans over millions of rows, compiled by Numba.

Only `Scanner.compile` imports this, for large catalogues: Numba takes 0.3 s to import and two
seconds to compile, the first time on a machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kernels import byte_clips, tiles
from core.kernels.compiling import compiled, processor_has
from core.types import Float32, Int64, UInt8

_frames = byte_clips if processor_has("avx512vnni") else tiles
LARGEST, WIDTHS = _frames.LARGEST, _frames.WIDTHS
laid_out = _frames.laid_out


def best_cosines(
    frames: UInt8, inverse: Float32, n_frames: Int64, out: Float32, *queries: Any
) -> None:
    """Write what `core.kernels.tiles.best_cosines` writes, of what `laid_out` returns.

    Raises
    ------
    ValueError
        If the arrays do not fit each other.
    """
    _check(frames.ndim == 2 and frames.shape[1] == 128, frames, inverse, n_frames, out)
    _check(len(inverse) == len(frames) == n_frames.sum() and len(out) == len(n_frames))
    # The sum of larger numbers may have wrapped around.
    _check(n_frames.min(initial=1) >= 1 and n_frames.max(initial=1) <= max(len(frames), 1))
    if len(n_frames):
        _frames.best_cosines(frames, inverse, n_frames, out, *queries)


def upper_bounds(
    rows: NDArray[np.int8],
    inverse_norms: Float32,
    query: NDArray[np.int16],
    inverse_norm: np.float32,
    sine: np.float32,
    rounding: np.float32,
    slack: np.float32,
    out: Float32,
) -> None:
    """Write what `core.search.bounds.upper_bounds` returns for int8 rows (n, 128) and a query.

    Raises
    ------
    ValueError
        If the arrays do not fit each other.
    """
    _check(rows.shape[1:] == query.shape == (128,))
    _check(len(rows) == len(inverse_norms) == len(out))
    _upper_bounds(rows, inverse_norms, query, inverse_norm, sine, rounding, slack, out)


def products(rows: NDArray[np.int8], query: NDArray[np.int16], out: Float32) -> None:
    """Write the whole products of int8 rows (n, D) with a query of D numbers, as float32.

    Raises
    ------
    ValueError
        If the arrays do not fit each other.
    """
    _check(rows.shape[1:] == query.shape and len(rows) == len(out))
    _products(rows, query, out)


def tag_agreements(tags: NDArray[np.uint16], direction: Float32, out: Float32) -> None:
    """Write what `core.search.tag_search` computes of clips' tags (n, T) and a direction (1024,).

    Raises
    ------
    ValueError
        If the arrays do not fit each other.
    """
    _check(tags.ndim == 2 and len(tags) == len(out) and direction.shape == (1024,))
    _tag_agreements(tags, direction, out)


def add_by_set(
    values: Float32, weight: np.float32, of_set: Float32, sets: NDArray[np.int32], out: Float32
) -> None:
    """Write ``weight * values + of_set[sets]``; `out` may be `values`.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, or a set is none.
    """
    _check(len(values) == len(sets) == len(out), values, of_set, sets, out)
    _check(_add_by_set(values, weight, of_set, sets, out))


def inverse_lengths(frames: UInt8, centre: int, out: Float32) -> None:
    """Write one over each row's length, less the centre, and 0 for 0.

    Raises
    ------
    ValueError
        If the arrays do not fit each other.
    """
    _check(frames.shape[1:] == (128,) and len(frames) == len(out))
    _inverse_lengths(frames, centre, out)


def _check(fit: bool, *contiguous: NDArray[Any]) -> None:
    """Raise ValueError unless arrays fit each other, and these have no gaps: addresses count."""
    if not fit or not all(array.flags.c_contiguous for array in contiguous):
        raise ValueError("the arrays do not fit each other")


@compiled
def _upper_bounds(
    rows: NDArray[np.int8],
    inverse_norms: Float32,
    query: NDArray[np.int16],
    inverse_norm: np.float32,
    sine: np.float32,
    rounding: np.float32,
    slack: np.float32,
    out: Float32,
) -> None:
    """Compute bounds.

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
def _products(rows: NDArray[np.int8], query: NDArray[np.int16], out: Float32) -> None:
    for row in range(rows.shape[0]):
        total = np.int32(0)
        for column in range(rows.shape[1]):
            product = np.int32(rows[row, column]) * np.int32(query[column])
            total = np.int32(total + np.int32(product))
        out[row] = total


@compiled
def _tag_agreements(tags: NDArray[np.uint16], direction: Float32, out: Float32) -> None:
    for row in range(tags.shape[0]):
        total, squared = np.float32(0), np.int32(0)
        for column in range(tags.shape[1]):
            tag = np.int32(tags[row, column])
            strength = tag >> 10
            total += direction[tag & 1023] * np.float32(strength)
            squared = np.int32(squared + strength * strength)
        length = np.sqrt(np.float32(squared)) if squared else np.float32(1)
        out[row] = max(total / length, np.float32(-1))


@compiled
def _add_by_set(
    values: Float32, weight: np.float32, of_set: Float32, sets: NDArray[np.int32], out: Float32
) -> bool:
    for row in range(len(sets)):
        if np.uint32(sets[row]) >= len(of_set):
            return False
        out[row] = weight * values[row] + of_set[sets[row]]
    return True


@compiled
def _inverse_lengths(frames: UInt8, centre: int, out: Float32) -> None:
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
    add_by_set(out, one, out, np.zeros(1, np.int32), out)
    tags = np.zeros((1, 8), np.uint16)
    tags.flags.writeable = False
    tag_agreements(tags, np.zeros(1024, np.float32), out)
    for n_queries in WIDTHS:
        queries = np.zeros((n_queries, 128), np.int16), np.zeros(n_queries, np.float32)
        best_cosines(frames, out, np.ones(1, np.int64), out, *laid_out(*queries, 127))
