"""Clips of bytes times six, eight or ten queries, where the processor has AVX-512 VNNI.

One instruction, vpdpbusd, multiplies 64 pairs of an unsigned byte (the frame as it is) and a signed
one (a query rounded to 8 bits), and adds each four of the products to one of sixteen 32-bit sums.
So a frame need not be widened. A register holds sixteen components of each of four queries, and
meets the same components of a frame four times over. Each query's four sums are added up for four
frames at once, in lanes of frames: which frame was the highest does not matter. The centre is
subtracted from the sums: (f - c) q = f q - c (q's sum).

All queries stay in registers, or in the fastest memory, for hundreds of clips. A frame takes 5 ns
with six queries and 8 ns with ten on an EPYC, as long as memory takes to bring it.

How many queries there are is told by the length of a tuple: it is part of what Numba compiles for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from core.kernels.compiling import compiled
from core.types import Float32, Int64, UInt8

LARGEST = 127
"""Of a query's components."""

WIDTHS = (6, 8, 10)
"""How many queries can be computed together; more of them need more registers than there are."""

_STEPS, _COMPONENTS = 8, 16
_CLIPS = 256
"""Whose frames stay in the cache while other queries are computed."""

_INT32, _FLOAT = ir.IntType(32), ir.FloatType()


def _groups(n_queries: int) -> list[int]:
    """Return how many queries each register holds: four, and two in a half one."""
    return [4] * (n_queries // 4) + [2] * (n_queries % 4 // 2)


@intrinsic
def _add_scores(
    typing_context: Any,
    frames: Any,
    inverse: Any,
    n_frames: Any,
    n_clips: Any,
    queries: Any,
    start: Any,
    weights: Any,
    out: Any,
    lanes: Any,
) -> Any:
    """Add to each clip's number the weighted sum over N queries of the highest product.

    Parameters
    ----------
    frames, inverse, n_frames, n_clips
        Addresses of uint8 (F, 128), float32 (F,) and int64 (n_clips,), which are at least 1.
    queries, start, weights : intp
        Addresses of what `laid_out` returns, of one block.
    out : intp
        The address of float32 (n_clips,).
    lanes : tuple of N
    """
    return types.void(*[types.intp] * 8, lanes), _code


def _code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    frames, inverse, n_frames, n_clips, queries, start, weights, out, _ = arguments
    block = _QueryBlock(builder, _groups(signature.args[-1].count), queries, start, weights)
    number = n_clips.type
    first = cgutils.alloca_once(builder, number)
    builder.store(number(0), first)
    with cgutils.for_range(builder, n_clips) as loop:
        here = builder.load(first)
        count = builder.load(_at(builder, n_frames, builder.shl(loop.index, number(3)), number))
        rows = builder.add(frames, builder.shl(here, number(7)))
        factors = builder.add(inverse, builder.shl(here, number(2)))
        score = block.score(rows, factors, count)
        place = _at(builder, out, builder.shl(loop.index, number(2)), _FLOAT)
        builder.store(builder.fadd(builder.load(place), score), place)
        builder.store(builder.add(here, count), first)
    return context.get_dummy_value()


class _QueryBlock:
    """Writes the code for some queries.

    Parameters
    ----------
    groups : list of int
        Queries in each register.
    queries, start, weights
        Addresses.
    """

    def __init__(
        self, builder: Any, groups: list[int], queries: Any, start: Any, weights: Any
    ) -> None:
        self._builder, self._groups = builder, groups
        self._queries, self._start, self._weights, self._highest = [], [], [], []
        done = 0
        for size in groups:
            each = [128 * done + 16 * size * step for step in range(_STEPS)]
            self._queries.append([self._loaded(queries, at, _INT32, 4 * size) for at in each])
            self._start.append(self._loaded(start, 16 * done, _INT32, 4 * size))
            self._weights.append(self._loaded(weights, 16 * done, _FLOAT, 4 * size))
            self._highest.append(
                cgutils.alloca_once(builder, ir.VectorType(_FLOAT, 4 * size), name="highest")
            )
            done += size

    def score(self, rows: Any, factors: Any, n_rows: Any) -> Any:
        """Return the score of a clip, given the addresses of its rows and their factors."""
        builder, number = self._builder, n_rows.type
        for place in self._highest:
            kind = place.type.pointee
            builder.store(ir.Constant(kind, [float("-inf")] * kind.count), place)
        n_fours = builder.lshr(n_rows, number(2))
        with cgutils.for_range(builder, n_fours) as loop:
            first = builder.shl(loop.index, number(2))
            four = [builder.add(first, number(row)) for row in range(4)]
            self._note(rows, four, self._loaded_by_row(factors, four))
        done = builder.shl(n_fours, number(2))
        left = builder.sub(n_rows, done)
        last = builder.sub(n_rows, number(1))
        n_twos = builder.lshr(builder.add(left, number(1)), number(1))
        with cgutils.for_range(builder, n_twos) as loop:
            first = builder.add(done, builder.shl(loop.index, number(1)))
            second = builder.add(first, number(1))
            # The last one may count twice: of a maximum that changes nothing.
            is_there = builder.icmp_signed("<=", second, last)
            two = [first, builder.select(is_there, second, last)]
            self._note(rows, two, self._loaded_by_row(factors, two * 2))
        return self._weighted()

    def _note(self, rows: Any, which: Sequence[Any], factors: Any) -> None:
        """Raise what is highest so far by the products with four rows, or two."""
        builder = self._builder
        sums = self._products(rows, which)
        for size, each, place in zip(self._groups, sums, self._highest, strict=True):
            whole = self._added(each * (4 // len(which)))
            factor = self._picked(factors, [0, 1, 2, 3] * size)
            cosines = builder.fmul(builder.sitofp(whole, factor.type), factor)
            builder.store(self._higher(cosines, builder.load(place)), place)

    def _products(self, rows: Any, which: Sequence[Any]) -> list[list[Any]]:
        """Return for each group of queries the sums of each row, four a query."""
        builder, largest = self._builder, max(self._groups)
        begins = [builder.add(rows, builder.shl(row, row.type(7))) for row in which]
        sums = [[begin] * len(which) for begin in self._start]
        for step in range(_STEPS):
            for row, begin in enumerate(begins):
                part = self._loaded(begin, _COMPONENTS * step, _INT32, 4)
                same = self._picked(part, [0, 1, 2, 3] * largest)
                for group, size in enumerate(self._groups):
                    # Of the wide one, or LLVM would make the wide one of the narrow one.
                    some = same if size == largest else self._picked(same, range(4 * size))
                    sums[group][row] = self._multiplied(
                        sums[group][row], some, self._queries[group][step]
                    )
        return sums

    def _multiplied(self, sums: Any, frames: Any, queries: Any) -> Any:
        step = self._builder.module.declare_intrinsic(
            f"llvm.x86.avx512.vpdpbusd.{32 * sums.type.count}",
            fnty=ir.FunctionType(sums.type, (sums.type,) * 3),
        )
        return self._builder.call(step, (sums, frames, queries))

    def _added(self, rows: Sequence[Any]) -> Any:
        """Add each query's four sums: from a register a row to one of a query's four rows.

        Shuffles stay within 128 bits, where they are cheapest.
        """
        add, within = self._builder.add, self._picked_within
        one, other = (
            add(within(pair, [0, 4, 1, 5]), within(pair, [2, 6, 3, 7]))
            for pair in (rows[:2], rows[2:])
        )
        return add(within((one, other), [0, 1, 4, 5]), within((one, other), [2, 3, 6, 7]))

    def _weighted(self) -> Any:
        """Return the sum of what is highest of each query, times its weight."""
        builder, total = self._builder, None
        for place, weights in zip(self._highest, self._weights, strict=True):
            highest = builder.load(place)
            for turned in ([1, 0, 3, 2], [2, 3, 0, 1]):
                highest = self._higher(highest, self._picked_within((highest,) * 2, turned))
            part = builder.fmul(highest, weights)
            while (half := part.type.count // 2) >= 4:
                lower, upper = range(half), range(half, 2 * half)
                part = builder.fadd(self._picked(part, lower), self._picked(part, upper))
            total = part if total is None else builder.fadd(total, part)
        return builder.extract_element(total, _INT32(0))

    def _higher(self, one: Any, other: Any) -> Any:
        return self._builder.select(self._builder.fcmp_ordered(">", one, other), one, other)

    def _picked_within(self, pair: Sequence[Any], lanes: Sequence[int]) -> Any:
        """Return lanes of each 128 bits: 0 to 3 of the first register, 4 to 7 of the second."""
        n_lanes = pair[0].type.count
        everywhere = [
            begin + lane % 4 + n_lanes * (lane // 4)
            for begin in range(0, n_lanes, 4)
            for lane in lanes
        ]
        return self._picked(pair[0], everywhere, pair[1])

    def _picked(self, register: Any, lanes: Sequence[int], other: Any = None) -> Any:
        mask = ir.Constant(ir.VectorType(_INT32, len(lanes)), list(lanes))
        return self._builder.shuffle_vector(register, register if other is None else other, mask)

    def _loaded(self, address: Any, offset: int, kind: Any, count: int) -> Any:
        place = _at(self._builder, address, address.type(offset), ir.VectorType(kind, count))
        value = self._builder.load(place)
        value.align = 4
        return value

    def _loaded_by_row(self, factors: Any, rows: Sequence[Any]) -> Any:
        builder, found = self._builder, ir.Constant(ir.VectorType(_FLOAT, 4), ir.Undefined)
        for lane, row in enumerate(rows):
            factor = builder.load(_at(builder, factors, builder.shl(row, row.type(2)), _FLOAT))
            found = builder.insert_element(found, factor, _INT32(lane))
        return found


def _at(builder: Any, address: Any, offset: Any, kind: Any) -> Any:
    """Return a pointer to what lies some bytes after an address."""
    return builder.inttoptr(builder.add(address, offset), kind.as_pointer())


@compiled
def best_cosines(
    frames: UInt8,
    inverse: Float32,
    n_frames: Int64,
    out: Float32,
    queries: NDArray[np.int8],
    start: NDArray[np.int32],
    weights: Float32,
    lanes: tuple[int, ...],
) -> None:
    """Write what `core.kernels.tiles.best_cosines` writes; all arrays without gaps."""
    out[:] = 0
    first = 0
    for clip in range(0, len(n_frames), _CLIPS):
        n_clips = min(_CLIPS, len(n_frames) - clip)
        for block in range(queries.shape[0]):
            _add_scores(
                frames.ctypes.data + first * 128,
                inverse.ctypes.data + first * 4,
                n_frames.ctypes.data + clip * 8,
                n_clips,
                queries.ctypes.data + block * queries.strides[0],
                start.ctypes.data + block * start.strides[0],
                weights.ctypes.data + block * weights.strides[0],
                out.ctypes.data + clip * 4,
                lanes,
            )
        first += n_frames[clip : clip + n_clips].sum()


def laid_out(
    codes: NDArray[np.int16], weights: Float32, centre: int
) -> tuple[NDArray[np.int8], NDArray[np.int32], Float32, tuple[int, ...]]:
    """Return queries in the order in which `best_cosines` reads them, in B blocks of N.

    Parameters are those of `core.kernels.tiles.laid_out`.

    Returns
    -------
    codes : int8 array, shape (B, N * 128)
        With zeros after the last query. Of each four queries, or the last two, sixteen components
        of each, then the next ones.
    start : int32 array, shape (B, N, 4)
        First the product of each query with a row of minus the centre, then zeros.
    weights : float32 array, shape (B, N, 4)
        First each query's weight, then zeros.
    lanes : tuple of N
    """
    width = min(WIDTHS, key=lambda width: (-(-len(codes) // width) * width, -width))
    n_blocks = -(-len(codes) // width)
    padded = np.zeros((n_blocks, width, _STEPS, _COMPONENTS), np.int8)
    padded.reshape(-1, 128)[: len(codes)] = codes
    bounds = np.cumsum(_groups(width))[:-1]
    groups = [
        some.transpose(0, 2, 1, 3).reshape(n_blocks, -1) for some in np.split(padded, bounds, 1)
    ]
    start = np.zeros((n_blocks, width, 4), np.int32)
    start[:, :, 0] = -centre * padded.sum(axis=(2, 3), dtype=np.int32)
    weighted = np.zeros((n_blocks, width, 4), np.float32)
    weighted.reshape(-1, 4)[: len(codes), 0] = weights
    return np.concatenate(groups, axis=1), start, weighted, (0,) * width
