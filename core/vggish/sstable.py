"""Sorted string tables: keys and values in blocks with checksums; checkpoints are made of them.

The format is LevelDB's, https://github.com/google/leveldb/blob/main/doc/table_format.md. Nothing of
a file is believed: each size is looked at before anything of it is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import google_crc32c

from core.protobuf_wire import WireError, varint

_FOOTER_BYTES, _TRAILER_BYTES = 48, 5
_MAGIC = bytes.fromhex("57fb808b247547db")
_UNCOMPRESSED, _SNAPPY = 0, 1

_MOST_BLOCK_BYTES = 1 << 28
"""VGGish's largest variable has 201 MB, and lies in one block."""

_MOST_INDEX_BYTES = 1 << 24
_MOST_KEY_BYTES = 4096
_CRC_BYTES = 1 << 20
"""So few at a time, because the library keeps the interpreter's lock meanwhile."""


class TableError(ValueError):
    """The file is no table, or it is damaged."""


@dataclass(frozen=True)
class TableBlock:
    """Offset and size of a block, both in bytes."""

    offset: int
    size: int


def data_blocks(file: BinaryIO) -> list[TableBlock]:
    """Return where a table's blocks are, in the order of the file.

    Raises
    ------
    TableError
        If the file is not a table, or blocks lie where there is nothing, or one on the other.
    """
    end = os.fstat(file.fileno()).st_size - _FOOTER_BYTES
    if end < 0:
        raise TableError("it is too short")
    file.seek(end)
    footer = file.read(_FOOTER_BYTES)
    if not footer.endswith(_MAGIC):
        raise TableError("it has another end")
    _, at = _handle(footer, 0)  # of the metadata, which TensorFlow leaves empty
    index, _ = _handle(footer, at)
    if index.size > _MOST_INDEX_BYTES:
        raise TableError("its index is too large")
    blocks = [_handle(value, 0)[0] for _, value in entries(read_block(file, index))]
    for block, following in zip(blocks, [*blocks[1:], index], strict=True):
        if block.offset + block.size + _TRAILER_BYTES > following.offset:
            raise TableError("its blocks lie one on the other")
    return blocks


def read_block(file: BinaryIO, block: TableBlock) -> memoryview:
    """Return what is in a block, unpacked and verified.

    Raises
    ------
    TableError
        If the block is larger than any of VGGish's, cut off or damaged.
    """
    if block.size > _MOST_BLOCK_BYTES:
        raise TableError("a block is too large")
    if block.offset + block.size + _TRAILER_BYTES > os.fstat(file.fileno()).st_size:
        raise TableError("it is cut off")
    file.seek(block.offset)
    stored = memoryview(file.read(block.size + _TRAILER_BYTES))
    if len(stored) != block.size + _TRAILER_BYTES:
        raise TableError("it is cut off")
    if masked_crc32c(stored[:-4]) != int.from_bytes(stored[-4:], "little"):
        raise TableError("a checksum is wrong")
    content, kind = stored[: block.size], stored[block.size]
    if kind == _UNCOMPRESSED:
        return content
    if kind != _SNAPPY:
        raise TableError("a block is packed in an unknown way")
    return _unpacked(content)


def _unpacked(content: memoryview) -> memoryview:
    import pyarrow

    size, _ = varint(content, 0)
    if size > _MOST_BLOCK_BYTES:
        raise TableError("a block is too large")
    try:
        unpacked = pyarrow.Codec("snappy").decompress(content, size)
    except (OSError, pyarrow.ArrowException) as error:
        raise TableError("a block cannot be unpacked") from error
    return memoryview(unpacked).cast("B")  # Arrow's bytes have a sign


def entries(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield a block's keys and values; a key may begin as the one before does.

    Raises
    ------
    TableError
        If the block is damaged.
    """
    n_restarts = int.from_bytes(content[-4:], "little")
    end = len(content) - 4 * (n_restarts + 1)
    at, key = 0, b""
    if end < 0:
        raise TableError("a block has no end")
    while at < end:
        n_shared, at = varint(content, at)
        n_own, at = varint(content, at)
        size, at = varint(content, at)
        if n_shared > len(key) or n_own > _MOST_KEY_BYTES or n_shared + n_own > _MOST_KEY_BYTES:
            raise TableError("a key is damaged")
        if at + n_own + size > end:
            raise TableError("an entry is cut off")
        key = key[:n_shared] + bytes(content[at : at + n_own])
        at += n_own
        yield key, content[at : at + size]
        at += size


def masked_crc32c(data: memoryview) -> int:
    """Return the CRC-32C of some bytes as LevelDB and TensorFlow store it."""
    crc = 0
    for first in range(0, len(data), _CRC_BYTES):
        crc = google_crc32c.extend(crc, bytes(data[first : first + _CRC_BYTES]))
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _handle(data: bytes | memoryview, at: int) -> tuple[TableBlock, int]:
    try:
        offset, at = varint(data, at)
        size, at = varint(data, at)
    except WireError as error:
        raise TableError("a place in it is cut off") from error
    return TableBlock(offset, size), at
