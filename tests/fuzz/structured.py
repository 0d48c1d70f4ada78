"""How the harness changes inputs that it understands: values of JSON, arrays, messages of protobuf.

What a checksum or a length would stop at the door is made to fit.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from tests.fuzz.mutations import INTERESTING, mutated

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, "", "\0", "\x1b[2J", "\ud800", "a\nb", "../../x", "/", "=1+1", "x" * 5000),
    *(0, -1, 1.5, -0.0, 1e308, -1e308, 2**31, 2**63, -(2**70), 10**400, float("nan"), float("inf")),
    *([], {}, [[]], [None], [1, 2, 3], {"a": 1}, [0] * 2000, "٣", "1e5", " 1 ", "NaN"),
)


def mutated_value(random: Random, value: Any) -> Any:
    """Return a JSON value with something in it replaced, left out, added or repeated."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        match random.randrange(12):
            case 0:
                return {name: each for name, each in value.items() if name != key}
            case 1:
                return {**value, random.choice(("", "x", "\0", key.upper())): value[key]}
            case 2:
                return {**value, key: value[random.choice(list(value))]}
        return {**value, key: mutated_value(random, value[key])}
    if isinstance(value, list) and value and random.random() < 0.9:
        at = random.randrange(len(value))
        match random.randrange(12):
            case 0:
                return value[:at] + value[at + 1 :]
            case 1:
                return value[: at + 1] * random.choice((2, 2, 100)) + value[at:]
        return [*value[:at], mutated_value(random, value[at]), *value[at + 1 :]]
    if isinstance(value, str) and value and random.random() < 0.4:
        at = random.randrange(len(value))
        return value[:at] + random.choice(("", "\0", "\x1b", "é", "\u202e", "/", '"')) + value[at:]
    if type(value) in (int, float) and random.random() < 0.4:
        return random.choice(INTERESTING)
    return random.choice(ODD_VALUES)


def mutated_json(random: Random, text: str | bytes) -> bytes:
    """Return a JSON text with changed values, changed bytes, or deep within brackets."""
    value = json.loads(text)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        value = mutated_value(random, value)
    found = json.dumps(value).encode()
    if random.random() < 0.3:
        found = mutated(random, found)
    if random.random() < 0.01:
        found = random.choice((b"[", b'{"a":', b'[{"a":')) * 20_000 + found
    return found


def mutated_array(random: Random, array: np.ndarray) -> np.ndarray:
    """Return an array with other numbers, another shape, another type or another order."""
    array = np.array(array)
    match random.randrange(8):
        case 0:
            return array[: random.randrange(len(array) + 1)] if array.ndim else array
        case 1:
            return np.concatenate([array, array]) if array.ndim else array
        case 2:
            return np.asfortranarray(array.reshape(array.shape + (1,) * random.randrange(2)))
        case 3 if array.dtype.kind in "biuf":
            kind = random.choice(
                ("<f4", ">f4", "<f8", "<i2", ">i2", "<i8", "u1", "?", "<c16", "U3")
            )
            with np.errstate(all="ignore"):
                return array.astype(kind)
    for _ in range(random.choice((1, 1, 2, 5))):
        _change_number(random, array)
    return array


def _change_number(random: Random, array: np.ndarray) -> None:
    column = array
    if array.dtype.names:
        column = array[random.choice(array.dtype.names)]
    if not column.size:
        return
    at = np.unravel_index(random.randrange(column.size), column.shape)
    kind, size = column.dtype.kind, column.dtype.itemsize
    if kind == "f":
        odd = (0.0, -1.0, np.nan, np.inf, -np.inf, 1e30, 1e-30, float(random.choice(INTERESTING)))
        with np.errstate(over="ignore"):
            column[at] = random.choice(odd)
    elif kind in "iu":
        number = random.choice(INTERESTING) + random.choice((-1, 0, 1))
        low = number & ((1 << 8 * size) - 1)
        column[at] = np.frombuffer(low.to_bytes(size, "little"), column.dtype)[0]
    elif kind in "SV":
        column[at] = random.randbytes(random.randrange(size + 1)).ljust(size, b"\0")
    elif kind == "b":
        column[at] = not column[at]


def npy(array: np.ndarray) -> bytes:
    """Return an array as a `.npy` file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def mutated_npy(random: Random, content: bytes) -> bytes:
    """Return a `.npy` file whose array, or whose bytes, are other ones."""
    if random.random() < 0.6:
        return npy(mutated_array(random, np.load(io.BytesIO(content))))
    return mutated(random, content)


def mutated_npz(random: Random, content: bytes) -> bytes:
    """Return a `.npz` file with changed arrays in a sound archive, or with changed bytes."""
    if random.random() < 0.3:
        return mutated(random, content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name in random.sample(list(members), random.choice((1, 1, min(2, len(members))))):
        members[name] = mutated_npy(random, members[name])
    if random.random() < 0.1:
        del members[random.choice(list(members))]
    file = io.BytesIO()
    packing = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def packed_varint(number: int) -> bytes:
    """Return a number as protobuf writes it; a negative one takes ten bytes."""
    number &= (1 << 64) - 1
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def mutated_message(random: Random, message: bytes, others: Sequence[bytes]) -> bytes:
    """Return a protobuf message in which a field has another content, and fits where it stands.

    Without that, a changed length is all that a reader would ever see.
    """
    fields = _fields(message)
    if not fields or random.random() < 0.25:
        return mutated(random, message, others)
    number = random.randrange(len(fields))
    tag, content = fields[number]
    if tag & 7 == 2:
        content = mutated_message(random, content, others) if content else random.randbytes(3)
    elif tag & 7 == 0:
        content = packed_varint(random.choice(INTERESTING))
    else:
        content = struct.pack("<d", random.choice((0.0, -1.0, 1e300, float("nan"))))
        content = content[: 4 if tag & 7 == 5 else 8]
    fields[number] = (tag, content)
    if random.random() < 0.15:
        fields.insert(number, random.choice(fields))
    if random.random() < 0.1:
        del fields[random.randrange(len(fields))]
    return b"".join(
        packed_varint(tag) + (packed_varint(len(content)) if tag & 7 == 2 else b"") + content
        for tag, content in fields
    )


def _fields(message: bytes) -> list[tuple[int, bytes]]:
    """Return the tags and contents of a message's fields; nothing where it is none."""
    found, at = [], 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == 2:
            size, at = _varint(message, at)
        elif tag & 7 in (1, 5):
            size = 8 if tag & 7 == 1 else 4
        elif tag & 7 == 0:
            size = _varint(message, at)[1] - at
        else:
            return []
        if not tag >> 3 or at + size > len(message):
            return []
        found.append((tag, message[at : at + size]))
        at += size
    return found


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            break
    return value, at
