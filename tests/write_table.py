"""Write checkpoints of version 1 by hand, also such as TensorFlow never writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import google_crc32c
import numpy as np
import pyarrow

Entries = Sequence[tuple[bytes, bytes]]

_FLOAT = 1


def varint(number: int) -> bytes:
    found = b""
    while number >= 0x80:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


def field(number: int, content: bytes | int) -> bytes:
    """Return a field of a protobuf message: a message, or a number."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def block(entries: Entries) -> bytes:
    """Return a block's content; no key is shortened."""
    rows = (b"\0" + varint(len(key)) + varint(len(value)) + key + value for key, value in entries)
    return b"".join(rows) + bytes(4) + (1).to_bytes(4, "little")


def table(blocks: Iterable[Entries], *, is_packed: bool = False) -> bytes:
    """Return a table of blocks, each in the index under its last key."""
    written = bytearray()

    def add(content: bytes) -> bytes:
        kind = b"\1" if is_packed else b"\0"
        stored = bytes(pyarrow.Codec("snappy").compress(content)) if is_packed else content
        crc = google_crc32c.extend(google_crc32c.value(stored), kind)
        masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
        handle = varint(len(written)) + varint(len(stored))
        written.extend(stored + kind + masked.to_bytes(4, "little"))
        return handle

    handles = [(entries[-1][0], add(block(entries))) for entries in blocks]
    metaindex, index = add(block([])), add(block(handles))
    return footed(bytes(written), metaindex + index)


def footed(content: bytes, handles: bytes) -> bytes:
    return content + handles.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def saved_variables(
    shapes: Mapping[str, tuple[int, ...]], values: Mapping[str, np.ndarray]
) -> list[Entries]:
    """Return the blocks of a checkpoint: what is said to be in it, and a variable each."""
    return [
        [(b"", saved_shapes(shapes))],
        *([saved_slice(name, values[name])] for name in sorted(values)),
    ]


def saved_shapes(
    shapes: Mapping[str, tuple[int, ...]], kind: int = _FLOAT, parted: str = ""
) -> bytes:
    tensors = b""
    for name, shape in sorted(shapes.items()):
        sizes = b"".join(field(2, field(1, size)) for size in shape)
        extents = field(1, b"") * len(shape)
        tensor = field(1, name.encode()) + field(2, sizes) + field(3, kind) + field(4, extents)
        tensor += field(4, extents) if name == parted else b""
        tensors += field(1, tensor)
    return field(1, tensors)


def saved_slice(name: str, values: np.ndarray) -> tuple[bytes, bytes]:
    """Return the key and the entry of a variable."""
    # What TensorFlow looks for: the name and its end, the number of dimensions, all of each.
    key = b"\0" + name.encode() + b"\0\1" + bytes([1, values.ndim]) + b"\x80\x7f" * values.ndim
    part = field(1, b"") * values.ndim  # an extent that is all of it
    tensor = field(1, _FLOAT) + field(5, values.astype("<f4").tobytes())
    return key, field(2, field(1, name.encode()) + field(2, part) + field(3, tensor))


def write_packed(path: Path, values: Mapping[str, np.ndarray]) -> None:
    shapes = {name: value.shape for name, value in values.items()}
    path.write_bytes(table(saved_variables(shapes, values), is_packed=True))
