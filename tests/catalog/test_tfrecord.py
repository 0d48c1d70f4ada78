from __future__ import annotations

import io
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog.tfrecord import MAX_RECORD_BYTES, masked_crc32c, read_records
from core.errors import CatalogError
from tests.catalog.records import crc32c, framed

RECORDS = [b"first", b"", bytes(range(256)) * 3]


class _Trickle(io.RawIOBase):
    """Gives at most a few bytes a read, as a socket or a pipe may."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._step = io.BytesIO(data), step

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, self._step))


def test_crc_is_the_published_one():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert masked_crc32c(b"123456789") == struct.unpack("<I", framed(b"123456789")[-4:])[0]


@given(st.lists(st.binary(max_size=200), max_size=8), st.integers(1, 50))
def test_records_come_back_whatever_the_size_of_reads(records: list[bytes], step: int):
    stream = _Trickle(b"".join(map(framed, records)), step)
    assert list(read_records(stream, "shard")) == records


def _error(data: bytes, sound_before: int = 0) -> str:
    records = read_records(io.BytesIO(data), "xY.tfrecord")
    for _ in range(sound_before):
        next(records)
    with pytest.raises(CatalogError) as caught:
        list(records)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("cut", [1, 5, 11, 12, 14, 17, 20])
def test_a_cut_off_tail_names_shard_and_byte(cut: int):
    data = framed(b"first") + framed(b"later")[:cut]
    assert _error(data, sound_before=1) == "xY.tfrecord: the record at byte 21 is cut off."


@pytest.mark.parametrize("position", range(21))
def test_every_flipped_byte_is_found(position: int):
    data = bytearray(framed(b"first"))
    data[position] ^= 0x10
    assert _error(framed(b"zero") + bytes(data), 1).startswith("xY.tfrecord: the record at byte 20")


def test_a_huge_length_is_refused_before_memory_is_taken():
    length = struct.pack("<Q", 1 << 60)
    data = length + struct.pack("<I", masked_crc32c(length)) + b"tail"
    tracemalloc.start()
    message = _error(data)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
    assert "byte 0 claims to be 1152921504606846976 bytes long" in message
    assert MAX_RECORD_BYTES < 1 << 60


def test_a_shard_of_zeros_and_one_of_text_are_refused():
    assert "byte 0 has a wrong checksum" in _error(bytes(4096))
    assert "byte 0 has a wrong checksum" in _error(b"This is text, not a shard at all.")


def test_memory_stays_near_one_record():
    record = framed(bytes(1000))

    class Endless(io.RawIOBase):
        left = 60_000

        def read(self, size: int = -1) -> bytes:
            n_records = min(self.left, size // len(record) + 1)
            self.left -= n_records
            return record * n_records

    tracemalloc.start()
    n_records = sum(1 for _ in read_records(Endless(), "shard"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_records == 60_000
    assert peak < 8 << 20
