"""Ten rows of bytes times sixteen queries, where the processor has AVX-512 VNNI.

One instruction, vpdpbusd, multiplies 64 pairs of an unsigned byte (the frame as it is) and a signed
one (a query rounded to 8 bits), and adds each four of the products to one of sixteen 32-bit sums.
So a frame need not be widened, and the lanes of a register are queries: nothing is summed across.
The centre is subtracted from the sums: (f - c) q = f q - c (q's sum).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.compiling import compiled

ROWS, LANES, COMPONENTS = 10, 16, 4
LARGEST = 127
CODE, ROOM = np.int8, np.uint8

_WORDS_A_ROW = 32
_INT32, _FLOAT = ir.IntType(32), ir.FloatType()
_SUMS, _COSINES = (ir.VectorType(kind, LANES) for kind in (_INT32, _FLOAT))


@intrinsic
def _tile(typing_context, rows, queries, start, inverse, out):
    """Write the products of ten rows with sixteen queries, times a factor for each row.

    Parameters
    ----------
    rows : intp
        The address of uint8 (10, 128).
    queries : intp
        The address of int8 (32, 16, 4): four components of each query, then the next four.
    start : intp
        The address of int32 (16,), which is added to the products of each row.
    inverse : intp
        The address of float32 (10,), the factors.
    out : intp
        The address of float32 (10, 16).
    """
    return types.void(*[types.intp] * 5), _code


def _code(context: Any, builder: Any, signature: Any, addresses: Any) -> Any:
    kinds = _INT32, _SUMS, _SUMS, _FLOAT, _COSINES
    rows, queries, start, inverse, out = (
        builder.inttoptr(address, kind.as_pointer())
        for address, kind in zip(addresses, kinds, strict=True)
    )
    step = builder.module.declare_intrinsic(
        "llvm.x86.avx512.vpdpbusd.512", fnty=ir.FunctionType(_SUMS, (_SUMS,) * 3)
    )
    begin = _loaded(builder, start)
    sums = [cgutils.alloca_once_value(builder, begin) for _ in range(ROWS)]
    for place in sums:  # each time, also where LLVM moves the allocation out of a loop
        builder.store(begin, place)
    count = ir.Constant(context.get_value_type(types.intp), _WORDS_A_ROW)
    with cgutils.for_range(builder, count) as loop:
        query = _loaded(builder, builder.gep(queries, [loop.index]))
        for row, place in enumerate(sums):
            at = builder.add(loop.index, ir.Constant(loop.index.type, _WORDS_A_ROW * row))
            lanes = _in_all_lanes(builder, _loaded(builder, builder.gep(rows, [at])), _SUMS)
            builder.store(builder.call(step, (builder.load(place), lanes, query)), place)
    for row, place in enumerate(sums):
        factor = _loaded(builder, builder.gep(inverse, [_INT32(row)]))
        cosines = builder.fmul(
            builder.sitofp(builder.load(place), _COSINES), _in_all_lanes(builder, factor, _COSINES)
        )
        _store(builder, cosines, builder.gep(out, [_INT32(row)]))
    return context.get_dummy_value()


@intrinsic
def _raise(typing_context, best, cosines, count):
    """Replace what is lower, at the address of float32 (16,), by what is in rows of others."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, rows = (builder.inttoptr(each, _COSINES.as_pointer()) for each in arguments[:2])
        # In a register meanwhile: through memory, each row would wait for the one before.
        highest = cgutils.alloca_once(builder, _COSINES)
        builder.store(_loaded(builder, place), highest)
        with cgutils.for_range(builder, arguments[2]) as loop:
            other, so_far = _loaded(builder, builder.gep(rows, [loop.index])), builder.load(highest)
            higher = builder.fcmp_ordered(">", other, so_far)
            builder.store(builder.select(higher, other, so_far), highest)
        _store(builder, builder.load(highest), place)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp), code


@intrinsic
def _weighted(typing_context, best, weights):
    """Return the sum of products of float32 (16,) at two addresses, and set the first to -inf.

    In one store, because a load waits long for several narrower ones before it.
    """

    def code(context: Any, builder: Any, signature: Any, addresses: Any) -> Any:
        places = [builder.inttoptr(each, _COSINES.as_pointer()) for each in addresses]
        total = builder.fmul(*(_loaded(builder, place) for place in places))
        for half in (8, 4, 2, 1):
            other = ir.Constant(_SUMS, [(lane + half) % LANES for lane in range(LANES)])
            total = builder.fadd(total, builder.shuffle_vector(total, total, other))
        _store(builder, ir.Constant(_COSINES, [float("-inf")] * LANES), places[0])
        return builder.extract_element(total, _INT32(0))

    return types.float32(types.intp, types.intp), code


def _in_all_lanes(builder: Any, value: Any, kind: Any) -> Any:
    none = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(none, value, _INT32(0))
    return builder.shuffle_vector(one, none, ir.Constant(_SUMS, [0] * LANES))


def _loaded(builder: Any, pointer: Any) -> Any:
    """Load from any address."""
    value = builder.load(pointer)
    value.align = 1
    return value


def _store(builder: Any, value: Any, pointer: Any) -> None:
    builder.store(value, pointer).align = 1


@compiled
def cosines(frames, inverse, first, queries, start, centre, room, out):
    """Write what `core.search.tiles.cosines` writes."""
    rows, factors = frames.ctypes.data + first * 128, inverse.ctypes.data + first * 4
    # Addresses, because a view of an array is counted up and down, which takes as long as a tile.
    for block in range(queries.shape[0]):
        _tile(
            rows,
            queries.ctypes.data + block * queries.strides[0],
            start.ctypes.data + block * start.strides[0],
            factors,
            out.ctypes.data + block * out.strides[0],
        )


@compiled
def raise_to(best, found, begin, end):
    """Replace what is lower in `best`, shape (B, LANES), by the rows ``found[:, begin:end]``."""
    for block in range(best.shape[0]):
        _raise(
            best.ctypes.data + block * best.strides[0],
            found.ctypes.data + block * found.strides[0] + begin * found.strides[1],
            end - begin,
        )


@compiled
def weighted(best, weights):
    """Return the sum of the products of two arrays (B, LANES), and set the first to -inf."""
    total = 0.0
    for block in range(best.shape[0]):
        total += _weighted(
            best.ctypes.data + block * best.strides[0],
            weights.ctypes.data + block * weights.strides[0],
        )
    return total
