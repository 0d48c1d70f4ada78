"""Framing TFRecords and verifying their checksums at memory speed, compiled by Numba.

Import this inside functions: Numba takes half a second.
"""

from __future__ import annotations

import numpy as np

from core.kernels.compiling import compiled
from core.kernels.crc import masked_crc, masked_crcs
from core.types import Int64, UInt8

LENGTH_CHECKSUM, TOO_LONG, DATA_CHECKSUM = 1, 2, 3
"""What may be wrong with a record's frame."""


@compiled
def _uint32(data: UInt8, at: int) -> np.uint32:
    value = np.uint32(0)
    for byte in range(4):
        value |= np.uint32(data[at + byte]) << np.uint32(8 * byte)
    return value


def find_records(
    data: UInt8, begin: int, end: int, longest: int, spans: Int64
) -> tuple[int, int, int, int]:
    """Find the whole records in ``data[begin:end]`` and verify both checksums of each.

    Parameters
    ----------
    data : uint8 array
    begin, end, longest : int
        No record may have more than `longest` bytes.
    spans : int64 array, shape (M, 2)
        Receives where each record's data begins and ends; room for one in 16 bytes is enough.

    Returns
    -------
    n_records : int
    parsed : int
        The position after the last whole record.
    needed : int
        Bytes from `parsed` on that the next record takes, as far as that is known.
    fault : int
        0, or what is wrong with the record at `parsed`.

    Raises
    ------
    ValueError
        If `begin` and `end` are not within the data, or there is no room in `spans`.
    """
    if not 0 <= begin <= end <= len(data) or len(spans) < (end - begin) // 16:
        raise ValueError("the positions do not lie within the arrays")
    found: tuple[int, int, int, int] = _find_records(data, begin, end, longest, spans)
    return found


@compiled
def _find_records(
    data: UInt8, begin: int, end: int, longest: int, spans: Int64
) -> tuple[int, int, int, int]:
    n_records, at, ahead, fault = 0, begin, begin, 0
    while True:
        n_ahead = 0
        while n_ahead < 3:
            needed, fault = _size(data, ahead, end, longest)
            if fault or ahead + needed > end:
                break
            spans[n_records + n_ahead, 0] = ahead + 12
            spans[n_records + n_ahead, 1] = ahead + needed - 4
            ahead += needed
            n_ahead += 1
        n_sound = _count_sound(data, spans, n_records, n_ahead)
        n_records += n_sound
        if n_sound < n_ahead:
            fault, at = DATA_CHECKSUM, spans[n_records, 0] - 12
            break
        at = ahead
        if n_ahead < 3:
            break
    return n_records, at, needed, fault


@compiled
def _size(data: UInt8, at: int, end: int, longest: int) -> tuple[int, int]:
    """Return the bytes that a record takes, as far as that is known, and what is wrong with it."""
    if at + 12 > end:
        return 12, 0
    length = np.uint64(_uint32(data, at)) | np.uint64(_uint32(data, at + 4)) << np.uint64(32)
    if _uint32(data, at + 8) != masked_crc(data, at, at + 8):
        return 12, LENGTH_CHECKSUM
    if length > np.uint64(longest):
        return 12, TOO_LONG
    return 16 + int(length), 0


@compiled
def _count_sound(data: UInt8, spans: Int64, first: int, count: int) -> int:
    """Return how many spans from a row on have the right checksum behind them; three, or fewer."""
    if count == 3:
        one, other, third = masked_crcs(data, spans, first)
        if (
            one == _uint32(data, spans[first, 1])
            and other == _uint32(data, spans[first + 1, 1])
            and third == _uint32(data, spans[first + 2, 1])
        ):
            return 3
    for row in range(first, first + count):
        if masked_crc(data, spans[row, 0], spans[row, 1]) != _uint32(data, spans[row, 1]):
            return row - first
    return count
