"""The protobuf wire format, as far as tf.train.Example and SequenceExample need it.

Slow and careful: any order of fields, packed or not, unknown fields skipped, repeated occurrences
merged as the specification says (https://protobuf.dev/programming-guides/encoding/). Importing
TensorFlow for its message classes would cost seconds and hundreds of megabytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

Feature = list[bytes] | list[float] | list[int]
"""The values of one tf.train.Feature, in the one of its three kinds that was set."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class WireError(ValueError):
    """The bytes are not the message that was expected."""


def varint(data: bytes, at: int) -> tuple[int, int]:
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


def fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Yield (field number, wire type, value): an int for varints, else the raw bytes."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise WireError("a field has the number 0")
        if wire_type == _VARINT:
            value, at = varint(data, at)
            yield number, wire_type, value
            continue
        if wire_type == _BYTES:
            size, at = varint(data, at)
        elif wire_type in (_FIXED32, _FIXED64):
            size = 4 if wire_type == _FIXED32 else 8
        else:
            raise WireError(f"a field has the wire type {wire_type}")
        if at + size > len(data):
            raise WireError("a field is cut off")
        yield number, wire_type, data[at : at + size]
        at += size


def submessage(data: bytes, number: int) -> bytes:
    """Return the embedded message of a field; concatenating occurrences is how they merge."""
    return b"".join(_embedded(data, number))


def _embedded(data: bytes, number: int) -> list[bytes]:
    return [
        value
        for found, wire_type, value in fields(data)
        if found == number and wire_type == _BYTES and isinstance(value, bytes)
    ]


def string_map(data: bytes, number: int) -> dict[str, bytes]:
    """Return a map field from strings to messages; of equal keys the last one counts."""
    entries = {}
    for entry in _embedded(data, number):
        try:
            keys = [key.decode() for key in _embedded(entry, 1)]
        except UnicodeDecodeError:
            raise WireError("a name is not UTF-8") from None
        entries[keys[-1] if keys else ""] = submessage(entry, 2)
    return entries


def feature(data: bytes) -> Feature:
    """Return the values of a tf.train.Feature message; an empty list if no kind was set."""
    kind, parts = 0, list[bytes]()
    for number, wire_type, value in fields(data):
        if number in (1, 2, 3) and wire_type == _BYTES and isinstance(value, bytes):
            # A oneof: another kind replaces, the same kind merges.
            if number != kind:
                kind, parts = number, []
            parts.append(value)
    joined = b"".join(parts)
    if kind == 1:
        return _embedded(joined, 1)
    return _floats(joined) if kind == 2 else _ints(joined)


def _floats(data: bytes) -> list[float]:
    values: list[float] = []
    for number, wire_type, value in fields(data):
        if number == 1 and wire_type in (_BYTES, _FIXED32) and isinstance(value, bytes):
            if len(value) % 4:
                raise WireError("a list of floats is cut off")
            values.extend(struct.unpack(f"<{len(value) // 4}f", value))
    return values


def _ints(data: bytes) -> list[int]:
    values: list[int] = []
    for number, wire_type, value in fields(data):
        if number == 1 and wire_type == _VARINT and isinstance(value, int):
            values.append(_signed(value))
        elif number == 1 and wire_type == _BYTES and isinstance(value, bytes):
            at = 0
            while at < len(value):
                packed, at = varint(value, at)
                values.append(_signed(packed))
    return values


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def feature_lists(data: bytes, number: int) -> dict[str, list[bytes]]:
    """Return a map field from strings to tf.train.FeatureList, each as its feature messages."""
    return {key: _embedded(value, 1) for key, value in string_map(data, number).items()}
