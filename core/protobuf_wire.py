"""The protobuf wire format: https://protobuf.dev/programming-guides/encoding/."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

Buffer = TypeVar("Buffer", bytes, memoryview)

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types."""


class WireError(ValueError):
    """The bytes are not the message that was expected."""


def varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    """Return the unsigned 64-bit varint at a position, and the position after it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise WireError("a number is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
    raise WireError("a number is longer than 10 bytes")


def fields(data: Buffer) -> Iterator[tuple[int, int, int | Buffer]]:
    """Yield (field number, wire type, value): an int for varints, else the raw bytes.

    Those of a memoryview are views: nothing is copied.
    """
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise WireError("a field has the number 0")
        if wire_type == VARINT:
            value, at = varint(data, at)
            yield number, wire_type, value
            continue
        if wire_type == BYTES:
            size, at = varint(data, at)
        elif wire_type in (FIXED32, FIXED64):
            size = 4 if wire_type == FIXED32 else 8
        else:
            raise WireError(f"a field has the wire type {wire_type}")
        if at + size > len(data):
            raise WireError("a field is cut off")
        yield number, wire_type, data[at : at + size]
        at += size
