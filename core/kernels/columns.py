"""Copying what `scanning` has found into columns, compiled by Numba.

Import this inside functions: Numba takes half a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.kernels.compiling import compiled


@compiled
def copy_strings(data, spans, width):
    """Return the bytes of each span, padded with zeros, shape (R, width); longer ones are cut."""
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


@compiled
def copy_rows(data, lists, width):
    """Return all elements of the lists found, one list after the other, shape (sum, width)."""
    out = np.empty((lists[:, 2].sum(), width), np.uint8)
    to = 0
    for row in range(len(lists)):
        at = lists[row, 0]
        for _ in range(lists[row, 2]):
            _copy(out.ctypes.data + to * width, data.ctypes.data + at, width)
            to += 1
            at += lists[row, 1]
    return out


@compiled
def copy_numbers(data, spans):
    """Decode packed varints: all numbers, how many a span, and which spans are sound.

    Numbers of more than four bytes (which negative ones are) are not sound here.
    """
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


@compiled
def clip_directions(frames, n_frames, centre):
    """Return what `core.vectors.clip_directions` returns, bit for bit, without its copies."""
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
