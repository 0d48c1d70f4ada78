"""Which video ids may stand in a catalogue, decided where they enter it.

YouTube's have eleven characters of sixty-four. YouTube-8M has four of them, or a number of its own,
and records that others made in its form have paths. Nothing else is an id: so none can be a
formula or markup, or hold a line break or a terminal's escape.
"""

from __future__ import annotations

import re
import string

import numpy as np
from numpy.typing import NDArray

from core.types import UInt8

MAX_ID_BYTES = 64
YOUTUBE_ID_BYTES = 11

_ALPHABET = (string.ascii_letters + string.digits + "-_").encode()
_YOUTUBE_ID = re.compile(rb"[A-Za-z0-9_-]{11}")
_ID = re.compile(rb"[A-Za-z0-9_./:-]{1,64}")

IS_YOUTUBE_ID_BYTE = np.zeros(256, np.bool_)
"""By a byte's value: whether YouTube's ids may have it."""
IS_YOUTUBE_ID_BYTE[list(_ALPHABET)] = True

IS_ID_BYTE = IS_YOUTUBE_ID_BYTE.copy()
"""By a byte's value: whether any id may have it."""
IS_ID_BYTE[list(b"./:")] = True


def is_id(video_id: bytes) -> bool:
    """Return whether this may be the id of a clip."""
    return _ID.fullmatch(video_id) is not None


def is_youtube_id(video_id: bytes) -> bool:
    """Return whether this may be an id of YouTube's, which an address can be made of."""
    return _YOUTUBE_ID.fullmatch(video_id) is not None


def are_youtube_id_bytes(data: UInt8, room: UInt8) -> bool:
    """Return whether YouTube's ids may have all these bytes, in a fraction of a table's time.

    Parameters
    ----------
    data : uint8 array, shape (n,)
    room : uint8 array, shape (3, m)
        To compute in; m is at least n.
    """
    shifted, one = room[0, : len(data)], room[1, : len(data)].view(np.bool_)
    found = room[2, : len(data)].view(np.bool_)
    # Capital letters are 32 less than small ones; below zero is far above.
    np.bitwise_or(data, 32, out=shifted)
    np.less(np.subtract(shifted, ord("a"), out=shifted), 26, out=found)
    np.less(np.subtract(data, ord("0"), out=shifted), 10, out=one)
    np.logical_or(found, one, out=found)
    for other in b"-_":
        np.logical_or(found, np.equal(data, other, out=one), out=found)
    return bool(found.all())


def odd_ids(video_ids: NDArray[np.bytes_], is_youtube: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which ids of a column are none, or said to be YouTube's and are not.

    Parameters
    ----------
    video_ids : bytes-string array, shape (C,)
    is_youtube : bool array, shape (C,)
    """
    width = video_ids.dtype.itemsize
    rows = np.ascontiguousarray(video_ids).view(np.uint8).reshape(-1, width)
    is_padding = rows == 0
    sizes = width - is_padding.sum(axis=1)
    odd = ~(IS_ID_BYTE[rows] | is_padding).all(axis=1) | (sizes == 0)
    odd |= (is_padding[:, :-1] & ~is_padding[:, 1:]).any(axis=1)
    return np.asarray(
        odd | (is_youtube & (IS_YOUTUBE_ID_BYTE[rows].sum(axis=1) != YOUTUBE_ID_BYTES))
    )
