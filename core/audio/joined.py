"""Compressed files that hold more than their first header says: libsndfile reads no further."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

_SEARCHED_BYTES = 1 << 16
"""Within the first frame of an MP3 file, which may be behind a picture of its cover."""

_OGG_BEGINS = re.compile(rb"OggS\0[\x02\x03\x06\x07]")
_OGG_GOES_ON = re.compile(rb"OggS\0[\x00\x01\x04\x05]")
_N_FRAMES, _N_BYTES = 1, 2


def holds_more(path: Path, format_name: str) -> bool:
    """Return whether there may be sound behind what libsndfile would read.

    Parameters
    ----------
    path : Path
    format_name : str
        As libsndfile calls it: "MP3", "OGG", …

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    if format_name not in ("MP3", "OGG"):
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _is_chained(content) if format_name == "OGG" else not _is_whole_mp3(content)


def _is_chained(content: mmap.mmap) -> bool:
    """Return whether an Ogg stream begins after another one has."""
    running = _OGG_GOES_ON.search(content)
    return running is not None and _OGG_BEGINS.search(content, running.end()) is not None


def _is_whole_mp3(content: mmap.mmap) -> bool:
    """Return whether a first frame says how much there is, and nothing follows that.

    Without it, a length is guessed from the first frame's rate of bits, which is wrong where that
    varies; and files that were joined have the header of their first one.
    """
    begin = _id3_bytes(content)
    head = content[begin : begin + _SEARCHED_BYTES]
    tag = re.search(rb"Xing|Info", head)
    if tag is None or len(head) < tag.end() + 12:
        return False
    flags = int.from_bytes(head[tag.end() : tag.end() + 4], "big")
    if not flags & _N_FRAMES or not flags & _N_BYTES:
        return False
    n_bytes = int.from_bytes(head[tag.end() + 8 : tag.end() + 12], "big")
    start = head.find(b"\xff")  # of the frame that the tag is in
    end = begin + max(start, 0) + n_bytes
    behind = content[end : end + 4]
    return not (behind.startswith(b"ID3") or (behind[:1] == b"\xff" and behind[1:2] >= b"\xe0"))


def _id3_bytes(content: mmap.mmap) -> int:
    """Return how long the tag at the beginning is; its size has seven bits a byte."""
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    size = 0
    for each in content[6:10]:
        size = size << 7 | each & 0x7F
    return 10 + size
