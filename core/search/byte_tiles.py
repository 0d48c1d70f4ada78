"""Ten rows of bytes times eight or sixteen queries, where the processor has AVX-512 VNNI.

One instruction, vpdpbusd, multiplies 64 pairs of an unsigned byte (the frame as it is) and a signed
one (a query rounded to 8 bits), and adds each four of the products to one of sixteen 32-bit sums;
or 32 pairs for eight queries, in half of the time. So a frame need not be widened, and the lanes of
a register are queries: nothing is summed across. The centre is subtracted from the sums:
(f - c) q = f q - c (q's sum).

How many lanes there are is told by the length of a tuple: it is part of what Numba compiles for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.compiling import compiled

ROWS, COMPONENTS = 10, 4
LARGEST = 127
CODE, ROOM = np.int8, np.uint8

_WORDS_A_ROW = 32
_INT32, _FLOAT = ir.IntType(32), ir.FloatType()


def lanes_for(n_queries: int) -> tuple[int, ...]:
    """Return a tuple as long as there are to be queries side by side: of the fewest registers."""
    return (0,) * (8 if -(-n_queries // 8) in (1, 3) else 16)


@intrinsic
def _tile(typing_context, rows, queries, start, inverse, out, lanes):
    """Write the products of ten rows with N queries, times a factor for each row.

    Parameters
    ----------
    rows : intp
        The address of uint8 (10, 128).
    queries : intp
        The address of int8 (32, N, 4): four components of each query, then the next four.
    start : intp
        The address of int32 (N,), which is added to the products of each row.
    inverse : intp
        The address of float32 (10,), the factors.
    out : intp
        The address of float32 (10, N).
    lanes : tuple of N
    """
    return types.void(*[types.intp] * 5, lanes), _code


def _code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    n_lanes = signature.args[-1].count
    sums_type, cosines_type = _vectors(n_lanes)
    kinds = _INT32, sums_type, sums_type, _FLOAT, cosines_type
    rows, queries, start, inverse, out = (
        builder.inttoptr(address, kind.as_pointer())
        for address, kind in zip(arguments[:-1], kinds, strict=True)
    )
    step = builder.module.declare_intrinsic(
        f"llvm.x86.avx512.vpdpbusd.{32 * n_lanes}",
        fnty=ir.FunctionType(sums_type, (sums_type,) * 3),
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
            word = _loaded(builder, builder.gep(rows, [at]))
            lanes = _in_all_lanes(builder, word, sums_type)
            builder.store(builder.call(step, (builder.load(place), lanes, query)), place)
    for row, place in enumerate(sums):
        factor = _loaded(builder, builder.gep(inverse, [_INT32(row)]))
        cosines = builder.fmul(
            builder.sitofp(builder.load(place), cosines_type),
            _in_all_lanes(builder, factor, cosines_type),
        )
        _store(builder, cosines, builder.gep(out, [_INT32(row)]))
    return context.get_dummy_value()


@intrinsic
def _raise(typing_context, best, cosines, count, lanes):
    """Replace what is lower, at the address of float32 (N,), by what is in rows of others."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _, kind = _vectors(signature.args[-1].count)
        place, rows = (builder.inttoptr(each, kind.as_pointer()) for each in arguments[:2])
        # In a register meanwhile: through memory, each row would wait for the one before.
        highest = cgutils.alloca_once(builder, kind)
        builder.store(_loaded(builder, place), highest)
        with cgutils.for_range(builder, arguments[2]) as loop:
            other, so_far = _loaded(builder, builder.gep(rows, [loop.index])), builder.load(highest)
            higher = builder.fcmp_ordered(">", other, so_far)
            builder.store(builder.select(higher, other, so_far), highest)
        _store(builder, builder.load(highest), place)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp, lanes), code


@intrinsic
def _weighted(typing_context, best, weights, lanes):
    """Return the sum of products of float32 (N,) at two addresses, and set the first to -inf.

    In one store, because a load waits long for several narrower ones before it.
    """

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        n_lanes = signature.args[-1].count
        sums_type, kind = _vectors(n_lanes)
        places = [builder.inttoptr(each, kind.as_pointer()) for each in arguments[:2]]
        total = builder.fmul(*(_loaded(builder, place) for place in places))
        half = n_lanes
        while half := half // 2:
            other = [(lane + half) % n_lanes for lane in range(n_lanes)]
            mask = ir.Constant(sums_type, other)
            total = builder.fadd(total, builder.shuffle_vector(total, total, mask))
        _store(builder, ir.Constant(kind, [float("-inf")] * n_lanes), places[0])
        return builder.extract_element(total, _INT32(0))

    return types.float32(types.intp, types.intp, lanes), code


def _vectors(n_lanes: int) -> tuple[ir.VectorType, ir.VectorType]:
    """Return the types of registers of sums and of cosines."""
    return ir.VectorType(_INT32, n_lanes), ir.VectorType(_FLOAT, n_lanes)


def _in_all_lanes(builder: Any, value: Any, kind: Any) -> Any:
    none = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(none, value, _INT32(0))
    same = ir.Constant(ir.VectorType(_INT32, kind.count), [0] * kind.count)
    return builder.shuffle_vector(one, none, same)


def _loaded(builder: Any, pointer: Any) -> Any:
    """Load from any address."""
    value = builder.load(pointer)
    value.align = 1
    return value


def _store(builder: Any, value: Any, pointer: Any) -> None:
    builder.store(value, pointer).align = 1


@compiled
def cosines(frames, inverse, first, queries, start, centre, room, out, lanes):
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
            lanes,
        )


@compiled
def raise_to(best, found, begin, end, lanes):
    """Replace what is lower in `best`, shape (B, N), by the rows ``found[:, begin:end]``."""
    for block in range(best.shape[0]):
        _raise(
            best.ctypes.data + block * best.strides[0],
            found.ctypes.data + block * found.strides[0] + begin * found.strides[1],
            end - begin,
            lanes,
        )


@compiled
def weighted(best, weights, lanes):
    """Return the sum of the products of two arrays (B, N), and set the first to -inf."""
    total = 0.0
    for block in range(best.shape[0]):
        total += _weighted(
            best.ctypes.data + block * best.strides[0],
            weights.ctypes.data + block * weights.strides[0],
            lanes,
        )
    return total
