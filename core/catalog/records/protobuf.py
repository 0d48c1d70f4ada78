"""The messages tf.train.Example and SequenceExample.

Slow and careful: any order of fields, packed or not, unknown fields skipped, repeated occurrences
merged as the specification says. Importing TensorFlow for its message classes would cost seconds
and hundreds of megabytes.
"""

from __future__ import annotations

import struct

from core.protobuf_wire import BYTES, FIXED32, VARINT, WireError, fields, varint

Feature = list[bytes] | list[float] | list[int]
"""The values of one tf.train.Feature, in the one of its three kinds that was set."""


def submessage(data: bytes, number: int) -> bytes:
    """Return the embedded message of a field; concatenating occurrences is how they merge."""
    return b"".join(_embedded(data, number))


def _embedded(data: bytes, number: int) -> list[bytes]:
    return [
        value
        for found, wire_type, value in fields(data)
        if found == number and wire_type == BYTES and isinstance(value, bytes)
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
        if number in (1, 2, 3) and wire_type == BYTES and isinstance(value, bytes):
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
        if number == 1 and wire_type in (BYTES, FIXED32) and isinstance(value, bytes):
            if len(value) % 4:
                raise WireError("a list of floats is cut off")
            values.extend(struct.unpack(f"<{len(value) // 4}f", value))
    return values


def _ints(data: bytes) -> list[int]:
    values: list[int] = []
    for number, wire_type, value in fields(data):
        if number == 1 and wire_type == VARINT and isinstance(value, int):
            values.append(_signed(value))
        elif number == 1 and wire_type == BYTES and isinstance(value, bytes):
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
