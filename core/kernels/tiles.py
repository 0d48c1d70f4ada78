"""Five rows times eight queries in LLVM's vectors: the one loop that Numba leaves too slow.

Written as a loop, each product of two rows ends in a sum across a register, which takes as long as
the product. Here the lanes of a register are queries, and nothing is summed across. LLVM turns the
pattern (products of pairs of 16-bit numbers, added to 32-bit sums) into vpdpwssd with AVX-512 VNNI,
into vpmaddwd and an addition with AVX2, and into what there is on other processors. Per frame and
eight queries 15 ns instead of 100 on an EPYC, with VNNI or without. Processors with AVX-512 VNNI
have something better for bytes: see `byte_clips`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from core.kernels.compiling import compiled, inlined
from core.types import Float32, Int64, UInt8
from core.vectors import INT32_LARGEST

Int16: TypeAlias = NDArray[np.int16]

_ROWS, _LANES = 5, 8

_COMPONENTS = 2
"""Of a query, that lie side by side."""

LARGEST = INT32_LARGEST
"""Of a query's components."""

WIDTHS = (_LANES,)
"""How many queries can be computed together."""

_PAIRS_A_ROW = 64

_INT32 = ir.IntType(32)
_SUMS = ir.VectorType(_INT32, _LANES)
_PAIRS = ir.VectorType(ir.IntType(16), 2 * _LANES)
_PRODUCTS = ir.VectorType(_INT32, 2 * _LANES)
_ZERO = ir.Constant(_SUMS, [0] * _LANES)
_FIRST, _EVEN, _ODD = (
    ir.Constant(_SUMS, list(places))
    for places in ([0] * _LANES, range(0, 2 * _LANES, 2), range(1, 2 * _LANES, 2))
)


@intrinsic
def tile(typing_context: Any, rows: Any, queries: Any, out: Any) -> Any:
    """Write the products of five rows with eight queries.

    Parameters
    ----------
    rows : intp
        The address of int16 (5, 128).
    queries : intp
        The address of int16 (64, 8, 2): two components of each query, then the next two.
    out : intp
        The address of int32 (5, 8).
    """
    return types.void(types.intp, types.intp, types.intp), _code


def _code(context: Any, builder: Any, signature: Any, addresses: Any) -> Any:
    rows, queries, out = (
        builder.inttoptr(address, kind.as_pointer())
        for address, kind in zip(addresses, (_INT32, _PAIRS, _SUMS), strict=True)
    )
    sums = [cgutils.alloca_once_value(builder, _ZERO) for _ in range(_ROWS)]
    for place in sums:  # each time, also where LLVM moves the allocation out of a loop
        builder.store(_ZERO, place)
    count = ir.Constant(context.get_value_type(types.intp), _PAIRS_A_ROW)
    with cgutils.for_range(builder, count) as loop:
        query = builder.sext(_loaded(builder, queries, loop.index), _PRODUCTS)
        for row, place in enumerate(sums):
            at = builder.add(loop.index, ir.Constant(loop.index.type, _PAIRS_A_ROW * row))
            pair = _loaded(builder, rows, at)
            lanes = builder.insert_element(ir.Constant(_SUMS, ir.Undefined), pair, _INT32(0))
            lanes = builder.shuffle_vector(lanes, lanes, _FIRST)
            wide = builder.sext(builder.bitcast(lanes, _PAIRS), _PRODUCTS)
            products = builder.mul(wide, query)
            added = builder.add(
                builder.shuffle_vector(products, products, _EVEN),
                builder.shuffle_vector(products, products, _ODD),
            )
            builder.store(builder.add(builder.load(place), added), place)
    for row, place in enumerate(sums):
        stored = builder.store(builder.load(place), builder.gep(out, [_INT32(row)]))
        stored.align = 4
    return context.get_dummy_value()


def _loaded(builder: Any, pointer: Any, index: Any) -> Any:
    """Load from an array of 16-bit numbers, which need not lie at a multiple of more."""
    value = builder.load(builder.gep(pointer, [index]))
    value.align = 2
    return value


@compiled
def cosines(
    frames: UInt8,
    inverse: Float32,
    first: int,
    queries: Int16,
    centre: int,
    room: Int16,
    out: Float32,
) -> None:
    """Write the products of five frames, less the centre, with queries, times a factor a frame.

    Parameters
    ----------
    frames, inverse, queries, centre
        As `best_cosines` takes them.
    first : int
        The first of the frames.
    room : int16 array, shape (5, 128)
    out : float32 array, shape (B, 5, 8)
    """
    for row in range(_ROWS):
        for column in range(128):
            room[row, column] = np.int16(frames[first + row, column]) - np.int16(centre)
    sums = np.empty((_ROWS, _LANES), np.int32)
    for block in range(queries.shape[0]):
        tile(room.ctypes.data, queries[block].ctypes.data, sums.ctypes.data)
        for row in range(_ROWS):
            for lane in range(_LANES):
                out[block, row, lane] = np.float32(sums[row, lane]) * inverse[first + row]


@compiled
def _raise(best: Float32, found: Float32, begin: int, end: int) -> None:
    """Replace what is lower in `best`, shape (B, 8), by the rows ``found[:, begin:end]``."""
    for block in range(best.shape[0]):
        for row in range(begin, end):
            for lane in range(_LANES):
                # Stored in any case: a branch would be guessed wrong half of the time.
                so_far, cosine = best[block, lane], found[block, row, lane]
                best[block, lane] = cosine if cosine > so_far else so_far


@compiled
def _weighted(best: Float32, weights: Float32) -> float:
    """Return the sum of the products of two arrays (B, 8), and set the first to -inf."""
    total = 0.0
    for block in range(best.shape[0]):
        for lane in range(_LANES):
            total += best[block, lane] * weights[block, lane]
            best[block, lane] = -np.inf
    return total


@inlined
def _note(
    found: Float32,
    n_rows: int,
    n_frames: Int64,
    weights: Float32,
    best: Float32,
    place: Int64,
    out: Float32,
) -> None:
    """Go on with the cosines of some frames; `place` is which clip they are, and how many left."""
    clip, left = place
    row = 0
    while row < n_rows:
        n_here = min(left, n_rows - row)
        _raise(best, found, row, row + n_here)
        row += n_here
        left -= n_here
        if left == 0:
            out[clip] = _weighted(best, weights)
            clip += 1
            left = n_frames[min(clip, len(n_frames) - 1)]
    place[0], place[1] = clip, left


@compiled
def best_cosines(
    frames: UInt8,
    inverse: Float32,
    n_frames: Int64,
    out: Float32,
    queries: Int16,
    weights: Float32,
    centre: int,
) -> None:
    """Write the weighted sum over the queries of the highest product with any frame of each clip.

    Parameters
    ----------
    frames : uint8 array, shape (F, 128)
    inverse : float32 array, shape (F,)
        A factor a frame.
    n_frames : int64 array, shape (n,)
        Frames of each clip, at least 1, F in all.
    out : float32 array, shape (n,)
    queries, weights, centre
        What `laid_out` returns.
    """
    n_blocks = len(weights)
    room = np.zeros((_ROWS, 128), np.int16)
    found = np.zeros((n_blocks, _ROWS, _LANES), np.float32)
    best = np.full((n_blocks, _LANES), -np.inf, np.float32)
    place = np.array([0, n_frames[0]])
    n_left = frames.shape[0] % _ROWS
    whole = frames.shape[0] - n_left
    for first in range(0, whole, _ROWS):
        cosines(frames, inverse, first, queries, centre, room, found)
        _note(found, _ROWS, n_frames, weights, best, place, out)
    if n_left:  # nothing may be read behind the last frame
        last_frames, last_inverse = np.zeros((_ROWS, 128), np.uint8), np.zeros(_ROWS, np.float32)
        last_frames[:n_left], last_inverse[:n_left] = frames[whole:], inverse[whole:]
        cosines(last_frames, last_inverse, 0, queries, centre, room, found)
        _note(found, n_left, n_frames, weights, best, place, out)


def laid_out(codes: Int16, weights: Float32, centre: int) -> tuple[Int16, Float32, int]:
    """Return queries in the order in which `best_cosines` reads them, in B blocks of eight.

    Parameters
    ----------
    codes : int16 array, shape (Q, 128)
        Of `LARGEST` at most.
    weights : float32 array, shape (Q,)
    centre : int
        The byte that stands for zero.

    Returns
    -------
    codes : int16 array, shape (B, 64, 8, 2)
        With zeros after the last query: two components of each, then the next two.
    weights : float32 array, shape (B, 8)
    centre : int
    """
    n_blocks = -(-len(codes) // _LANES)
    padded = np.zeros((n_blocks * _LANES, 128), np.int16)
    padded[: len(codes)] = codes
    padded_weights = np.zeros(n_blocks * _LANES, np.float32)
    padded_weights[: len(codes)] = weights
    blocks = padded.reshape(n_blocks, _LANES, -1, _COMPONENTS).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(blocks), padded_weights.reshape(n_blocks, _LANES), centre
