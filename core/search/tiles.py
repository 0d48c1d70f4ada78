"""Five rows times eight queries in LLVM's vectors: the one loop that Numba leaves too slow.

Written as a loop, each product of two rows ends in a sum across a register, which takes as long as
the product. Here the lanes of a register are queries, and nothing is summed across. LLVM turns the
pattern (products of pairs of 16-bit numbers, added to 32-bit sums) into vpdpwssd with AVX-512 VNNI,
into vpmaddwd and an addition with AVX2, and into what there is on other processors. Per frame and
eight queries 15 ns instead of 100 on an EPYC, with VNNI or without. Processors with AVX-512 VNNI
have something better for bytes: see `byte_tiles`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.compiling import compiled
from core.search.bounds import INT32_LARGEST

ROWS, LANES = 5, 8

COMPONENTS = 2
"""Of a query, that lie side by side."""

LARGEST = INT32_LARGEST
"""Of a query's components."""

CODE, ROOM = np.int16, np.int16
"""The types of queries, and of the room that `cosines` needs for a tile of rows."""

_PAIRS_A_ROW = 64


def lanes_for(n_queries: int) -> tuple[int, ...]:
    """Return a tuple as long as there are to be queries side by side."""
    return (0,) * LANES


_INT32 = ir.IntType(32)
_SUMS = ir.VectorType(_INT32, LANES)
_PAIRS = ir.VectorType(ir.IntType(16), 2 * LANES)
_PRODUCTS = ir.VectorType(_INT32, 2 * LANES)
_ZERO = ir.Constant(_SUMS, [0] * LANES)
_FIRST, _EVEN, _ODD = (
    ir.Constant(_SUMS, list(places))
    for places in ([0] * LANES, range(0, 2 * LANES, 2), range(1, 2 * LANES, 2))
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
    sums = [cgutils.alloca_once_value(builder, _ZERO) for _ in range(ROWS)]
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
def cosines(frames, inverse, first, queries, start, centre, room, out, lanes):
    """Write the products of some frames, less the centre, with queries, times a factor a frame.

    Parameters
    ----------
    frames : uint8 array, shape (F, 128)
    inverse : float32 array, shape (F,)
        The factors.
    first : int
        The first of `ROWS` frames.
    queries, start, lanes
        What `core.search.compiled.laid_out` returns; N queries lie side by side.
    centre : int
        The byte that stands for zero.
    room : array of `ROOM`, shape (ROWS, 128)
    out : float32 array, shape (B, ROWS, N)
    """
    for row in range(ROWS):
        for column in range(128):
            room[row, column] = np.int16(frames[first + row, column]) - np.int16(centre)
    sums = np.empty((ROWS, LANES), np.int32)
    for block in range(queries.shape[0]):
        tile(room.ctypes.data, queries[block].ctypes.data, sums.ctypes.data)
        for row in range(ROWS):
            for lane in range(LANES):
                out[block, row, lane] = np.float32(sums[row, lane]) * inverse[first + row]


@compiled
def raise_to(best, found, begin, end, lanes):
    """Replace what is lower in `best`, shape (B, N), by the rows ``found[:, begin:end]``."""
    for block in range(best.shape[0]):
        for row in range(begin, end):
            for lane in range(LANES):
                # Stored in any case: a branch would be guessed wrong half of the time.
                so_far, cosine = best[block, lane], found[block, row, lane]
                best[block, lane] = cosine if cosine > so_far else so_far


@compiled
def weighted(best, weights, lanes):
    """Return the sum of the products of two arrays (B, N), and set the first to -inf."""
    total = 0.0
    for block in range(best.shape[0]):
        for lane in range(LANES):
            total += best[block, lane] * weights[block, lane]
            best[block, lane] = -np.inf
    return total
