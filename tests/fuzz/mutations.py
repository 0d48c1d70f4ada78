"""How the harness changes the bytes of good inputs, whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

INTERESTING = (
    *(0, 1, -1, 2, 7, 16, 64, 100, 127, 128, 255, 256, 512, 1000, 1024, 4096, 32_767, 32_768),
    *(65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**62, 2**63 - 1, -(2**63)),
)
"""Integers at which readers go wrong: the ends of types, sizes of blocks, nothing, less."""

_HEAD_BYTES = 256
"""Half of all changes are made there: what follows a file's head is mostly samples."""

_MOST_CHANGES = 8
_MOST_SPAN = 600


def mutated(random: Random, content: bytes, others: Sequence[bytes] = ()) -> bytes:
    """Return a content with one to eight changes, of which small numbers are the most frequent.

    Parameters
    ----------
    random : Random
    content : bytes
    others : sequence of bytes
        Contents from which pieces may be put in.
    """
    changed = bytearray(content)
    n_changes = min(_MOST_CHANGES, 1 + int(random.expovariate(0.7)))
    for _ in range(n_changes):
        random.choice(_CHANGES)(random, changed, others)
    return bytes(changed)


def _place(random: Random, changed: bytearray) -> int:
    most = len(changed)
    if random.random() < 0.5:
        most = min(most, _HEAD_BYTES)
    return random.randrange(most + 1)


def _flip_bit(random: Random, changed: bytearray, _: Sequence[bytes]) -> None:
    if changed:
        changed[_place(random, changed) % len(changed)] ^= 1 << random.randrange(8)


def _set_byte(random: Random, changed: bytearray, _: Sequence[bytes]) -> None:
    if changed:
        changed[_place(random, changed) % len(changed)] = random.randrange(256)


def _put_number(random: Random, changed: bytearray, _: Sequence[bytes]) -> None:
    size = random.choice((1, 2, 4, 8))
    number = random.choice(INTERESTING) + random.choice((-1, 0, 0, 1))
    order = random.choice(("little", "big"))
    found = (number & ((1 << 8 * size) - 1)).to_bytes(size, order)
    at = _place(random, changed)
    changed[at : at + (0 if random.random() < 0.1 else size)] = found


def _cut(random: Random, changed: bytearray, _: Sequence[bytes]) -> None:
    del changed[_place(random, changed) :]


def _remove(random: Random, changed: bytearray, _: Sequence[bytes]) -> None:
    at = _place(random, changed)
    del changed[at : at + random.randrange(1, 64)]


def _repeat(random: Random, changed: bytearray, _: Sequence[bytes]) -> None:
    at = _place(random, changed)
    changed[at:at] = changed[at : at + random.randrange(1, _MOST_SPAN)] * random.choice((1, 1, 4))


def _fill(random: Random, changed: bytearray, _: Sequence[bytes]) -> None:
    at = _place(random, changed)
    size = min(random.randrange(1, _MOST_SPAN), len(changed) - at)
    filling = bytes([random.choice((0, 255, 0x20, 0x80))]) * size
    changed[at : at + size] = filling if random.random() < 0.7 else random.randbytes(size)


def _splice(random: Random, changed: bytearray, others: Sequence[bytes]) -> None:
    other = random.choice(others) if others else bytes(changed)
    begin = random.randrange(len(other) + 1)
    piece = other[begin : begin + random.randrange(1, _MOST_SPAN)]
    at = _place(random, changed)
    changed[at : at + random.choice((0, len(piece)))] = piece


_CHANGES: tuple[Callable[[Random, bytearray, Sequence[bytes]], None], ...] = (
    _flip_bit,
    _flip_bit,
    _set_byte,
    _set_byte,
    _put_number,
    _put_number,
    _put_number,
    _cut,
    _remove,
    _repeat,
    _fill,
    _splice,
)
