"""Finding features in tf.train records at memory speed, compiled by Numba.

This knows only how protobuf libraries write these messages: every field once, lengths shortest,
numbers packed. Of any other record it says so, and the careful walker in `records.protobuf` decodes
that one, so speed never decides what is right.

Import this inside functions: Numba takes half a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.kernels.compiling import check_spans, compiled, word_at
from core.types import Int64, UInt8

BYTES, FLOATS, INTS = 0x0A, 0x12, 0x1A
"""The tags of the three kinds of tf.train.Feature."""


@compiled
def _field(data: UInt8, at: int, end: int) -> tuple[int, int, int]:
    """Return the tag, beginning and end of a length-delimited field; tag -1 if it is none."""
    tag, at, length = np.int64(data[at]), at + 1, np.int64(0)
    for shift in range(0, 28, 7):
        if at >= end:
            return np.int64(-1), at, at
        byte = np.int64(data[at])
        length |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            if at + length > end:
                return np.int64(-1), at, at
            return tag, at, at + length
    return np.int64(-1), at, at


@compiled
def _entry(data: UInt8, at: int, end: int) -> tuple[int, int, int, int]:
    """Return where a map's entry at a position has its key and value: four positions, -1 if odd."""
    tag, begin, stop = _field(data, at, end)
    if tag != 0x0A or begin == stop:
        return -1, -1, -1, -1
    tag, key, key_end = _field(data, begin, stop)
    if tag != 0x0A or key_end == stop:
        return -1, -1, -1, -1
    tag, value, value_end = _field(data, key_end, stop)
    if tag != 0x12 or value_end != stop:
        return -1, -1, -1, -1
    return key, key_end, value, value_end


@compiled
def _equal(data: UInt8, begin: int, others: UInt8, other: int, size: int) -> bool:
    """Return whether so many bytes of two arrays, from these positions on, are the same."""
    one, two = data.ctypes.data + begin, others.ctypes.data + other
    offset = 0
    while offset + 8 <= size:
        if word_at(one + offset) != word_at(two + offset):
            return False
        offset += 8
    while offset < size:
        if data[begin + offset] != others[other + offset]:
            return False
        offset += 1
    return True


@compiled
def _which(data: UInt8, begin: int, end: int, keys: UInt8, key_sizes: Int64) -> int:
    size, width = end - begin, len(keys) // max(1, len(key_sizes))
    for index in range(len(key_sizes)):
        if key_sizes[index] == size and _equal(data, begin, keys, index * width, size):
            return index
    return -1


@compiled
def _values(
    data: UInt8,
    at: int,
    end: int,
    keys: UInt8,
    key_sizes: Int64,
    kinds: Int64,
    found: Int64,
    row: int,
) -> bool:
    """Note in ``found[row]`` where wanted features' values lie; return whether all is as usual."""
    while at < end:
        key, key_end, at, stop = _entry(data, at, end)
        if key < 0:
            return False
        index = _which(data, key, key_end, keys, key_sizes)
        if index < 0 or found[row, index, 0] >= 0 or at == stop:
            return False
        tag, begin, inner_end = _field(data, at, stop)
        if tag != kinds[index] or inner_end != stop:
            return False
        if begin < stop:
            tag, begin, inner_end = _field(data, begin, stop)
            if tag != 0x0A or inner_end != stop:
                return False
        found[row, index, 0], found[row, index, 1] = begin, stop
        at = stop
    return True


@compiled
def _lists(
    data: UInt8,
    at: int,
    end: int,
    keys: UInt8,
    key_sizes: Int64,
    widths: Int64,
    found: Int64,
    row: int,
) -> bool:
    """Note first position, stride and count of the wanted lists of byte strings."""
    while at < end:
        key, key_end, at, stop = _entry(data, at, end)
        if key < 0:
            return False
        index = _which(data, key, key_end, keys, key_sizes)
        if index < 0 or found[row, index, 2] > 0:
            return False
        first, stride, count = _list(data, at, stop, widths[index])
        if count < 0:
            return False
        found[row, index, 0], found[row, index, 1], found[row, index, 2] = first, stride, count
        at = stop
    return True


@compiled
def _list(data: UInt8, at: int, end: int, width: int) -> tuple[int, int, int]:
    """Return first position, stride and count of a list of byte strings; the count -1 if odd."""
    begin, value, stride, count = at, at, 0, 0
    while at < end:
        # The tags and lengths of the first one?
        if count > 0 and at + stride <= end and _equal(data, begin, data, at, value - begin):
            count += 1
            at += stride
            continue
        tag, inner, stop = _field(data, at, end)
        for _ in range(2):  # the feature's kind and its one string have the same tag again
            if tag != 0x0A or inner == stop:
                return -1, -1, -1
            tag, inner, inner_end = _field(data, inner, stop)
            if inner_end != stop:
                return -1, -1, -1
        if tag != 0x0A or stop - inner != width or count > 0:
            return -1, -1, -1
        value, stride, count = inner, stop - at, 1
        at = stop
    return value, stride, count


def find_values(
    data: UInt8,
    spans: Int64,
    keys: UInt8,
    key_sizes: Int64,
    kinds: Int64,
    list_keys: UInt8,
    list_sizes: Int64,
    widths: Int64,
) -> tuple[NDArray[np.bool_], Int64, Int64]:
    """Find the wanted features of Examples or SequenceExamples (where features are the context).

    Parameters
    ----------
    data : uint8 array
    spans : int64 array, shape (R, 2)
    keys, key_sizes, kinds : uint8 array, shape (K, W); int64 arrays, shape (K,)
        Names of all features, padded, and which kind each must be.
    list_keys, list_sizes, widths : the same for L feature lists
        Each element must be one string of so many bytes.

    Returns
    -------
    usual : bool array, shape (R,)
        Whether the record is as protobuf libraries write it; if not, nothing of it counts.
    values : int64 array, shape (R, K, 2)
        Where the value, or the packed numbers, begin and end; -1 where the feature is absent.
    lists : int64 array, shape (R, L, 3)
        Where the first element begins, how far the next is, and how many there are.

    Raises
    ------
    ValueError
        If a span does not lie within the data, or keys, sizes and kinds do not fit each other.
    """
    check_spans(data, spans)
    if not (
        len(keys) == len(key_sizes) == len(kinds)
        and len(list_keys) == len(list_sizes) == len(widths)
        and max(key_sizes, default=0) <= keys.shape[1]
        and max(list_sizes, default=0) <= list_keys.shape[1]
    ):
        raise ValueError("keys, sizes and kinds do not fit each other")
    found: tuple[NDArray[np.bool_], Int64, Int64] = _find_values(
        data, spans, keys, key_sizes, kinds, list_keys, list_sizes, widths
    )
    return found


@compiled
def _find_values(
    data: UInt8,
    spans: Int64,
    keys: UInt8,
    key_sizes: Int64,
    kinds: Int64,
    list_keys: UInt8,
    list_sizes: Int64,
    widths: Int64,
) -> tuple[NDArray[np.bool_], Int64, Int64]:
    usual = np.zeros(len(spans), np.bool_)
    values = np.full((len(spans), len(keys), 2), -1, np.int64)
    lists = np.zeros((len(spans), len(list_keys), 3), np.int64)
    # Flat, because to take a row of an array and let go of it takes as long as all else.
    keys, list_keys = keys.reshape(-1), list_keys.reshape(-1)
    for row in range(len(spans)):
        at, end = spans[row]
        seen, fits = 0, at < end
        while at < end and fits:
            tag, begin, at = _field(data, at, end)
            if tag == 0x0A and seen == 0:
                fits = _values(data, begin, at, keys, key_sizes, kinds, values, row)
            elif tag == 0x12 and seen == 1:
                fits = _lists(data, begin, at, list_keys, list_sizes, widths, lists, row)
            else:
                fits = False
            seen += 1
        usual[row] = fits
    return usual, values, lists


def padded(names: tuple[bytes, ...]) -> tuple[UInt8, Int64]:
    """Return names as rows of bytes, and their lengths, for `find_values`."""
    width = max(map(len, names), default=1)
    rows = np.frombuffer(b"".join(name.ljust(width, b"\0") for name in names), np.uint8)
    return rows.reshape(-1, width), np.array([len(name) for name in names], np.int64)
