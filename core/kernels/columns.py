"""Copying what `scanning` has found into columns, compiled by Numba.

Import this inside functions: Numba takes half a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from core.kernels.compiling import check_spans, compiled
from core.types import Int64, UInt8


def copy_strings(data: UInt8, spans: Int64, width: int) -> UInt8:
    """Return the bytes of each span, padded with zeros, shape (R, width); longer ones are cut.

    Raises
    ------
    ValueError
        If a span does not lie within the data.
    """
    check_spans(data, spans)
    found: UInt8 = _copy_strings(data, spans, width)
    return found


@compiled
def _copy_strings(data: UInt8, spans: Int64, width: int) -> UInt8:
    out = np.zeros((len(spans), width), np.uint8)
    for row in range(len(spans)):
        begin = spans[row, 0]
        for offset in range(min(width, spans[row, 1] - begin)):
            out[row, offset] = data[begin + offset]
    return out


@intrinsic
def _copy(typing_context: Any, to: Any, begin: Any, n_bytes: Any) -> Any:
    """Copy bytes from one address to another; NumPy's slices take four times as long."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        to, begin = (builder.inttoptr(place, cgutils.voidptr_t) for place in arguments[:2])
        cgutils.raw_memcpy(builder, to, begin, arguments[2], 1)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp), code


def copy_rows(data: UInt8, lists: Int64, width: int) -> UInt8:
    """Return all elements of the lists found, one list after the other, shape (sum, width).

    Raises
    ------
    ValueError
        If a list does not lie within the data.
    """
    first, last = lists[:, 0], lists[:, 0] + lists[:, 1] * (lists[:, 2] - 1)
    # The product of larger numbers may have wrapped around.
    lies_within = ((lists >= -len(data)) & (lists <= len(data))).all(axis=1)
    lies_within &= (first >= 0) & (last >= 0) & (np.maximum(first, last) + width <= len(data))
    if not (lies_within & (lists[:, 2] >= 0) | (lists[:, 2] == 0)).all():
        raise ValueError("a list does not lie within the data")
    found: UInt8 = _copy_rows(data, lists, width)
    return found


@compiled
def _copy_rows(data: UInt8, lists: Int64, width: int) -> UInt8:
    out = np.empty((lists[:, 2].sum(), width), np.uint8)
    to = 0
    for row in range(len(lists)):
        at = lists[row, 0]
        for _ in range(lists[row, 2]):
            _copy(out.ctypes.data + to * width, data.ctypes.data + at, width)
            to += 1
            at += lists[row, 1]
    return out


def copy_numbers(data: UInt8, spans: Int64) -> tuple[Int64, Int64, NDArray[np.bool_]]:
    """Decode packed varints: all numbers, how many a span, and which spans are sound.

    Numbers of more than four bytes (which negative ones are) are not sound here.

    Raises
    ------
    ValueError
        If a span does not lie within the data.
    """
    check_spans(data, spans)
    found: tuple[Int64, Int64, NDArray[np.bool_]] = _copy_numbers(data, spans)
    return found


@compiled
def _copy_numbers(data: UInt8, spans: Int64) -> tuple[Int64, Int64, NDArray[np.bool_]]:
    out = np.empty(max(0, (spans[:, 1] - spans[:, 0]).sum()), np.int64)
    counts = np.zeros(len(spans), np.int64)
    sound = np.ones(len(spans), np.bool_)
    to = 0
    for row in range(len(spans)):
        value, shift, first = np.int64(0), 0, to
        for at in range(spans[row, 0], spans[row, 1]):
            value |= np.int64(data[at] & 0x7F) << shift
            shift += 7
            if data[at] < 0x80:
                out[to] = value
                to += 1
                value, shift = np.int64(0), 0
            elif shift == 28:
                break
        if shift:
            to, sound[row] = first, False
        counts[row] = to - first
    return out[:to].copy(), counts, sound


def clip_directions(frames: UInt8, n_frames: Int64, centre: int) -> NDArray[np.int8]:
    """Return what `core.vectors.clip_directions` returns, bit for bit, without its copies.

    Raises
    ------
    ValueError
        If there are fewer frames than the clips have.
    """
    # Each by itself, too: the sum of larger numbers may have wrapped around.
    if ((n_frames < 0) | (n_frames > len(frames))).any() or n_frames.sum() > len(frames):
        raise ValueError("the clips have more frames than there are")
    found: NDArray[np.int8] = _clip_directions(frames, n_frames, centre)
    return found


@compiled
def _clip_directions(frames: UInt8, n_frames: Int64, centre: int) -> NDArray[np.int8]:
    out = np.zeros((len(n_frames), frames.shape[1]), np.int8)
    sums = np.empty(frames.shape[1], np.int32)  # enough for 16 million frames a clip
    first = 0
    for clip in range(len(n_frames)):
        sums[:] = np.int32(-centre * n_frames[clip])
        for row in range(first, first + n_frames[clip]):
            for column in range(frames.shape[1]):
                sums[column] += np.int32(frames[row, column])
        first += n_frames[clip]
        largest = np.int32(0)
        for column in range(frames.shape[1]):
            largest = max(largest, abs(sums[column]))
        if largest > 0:
            for column in range(frames.shape[1]):
                out[clip, column] = np.int8(np.rint(sums[column] * 127.0 / largest))
    return out
