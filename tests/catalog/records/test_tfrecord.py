from __future__ import annotations

import io
import struct
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog.records import tfrecord
from core.catalog.records.tfrecord import BLOCK_BYTES, MAX_RECORD_BYTES, read_batches
from core.errors import CatalogError
from core.kernels.compiling import processor_has
from core.kernels.crc import (
    instructed_crc,
    instructed_crcs,
    masked_crc,
    masked_crcs,
    tabled_crc,
    tabled_crcs,
)
from tests.record_writers import crc32c, framed

RECORDS = [b"first", b"", bytes(range(256)) * 3]


def read_records(stream: BinaryIO, name: str) -> Iterator[bytes]:
    for batch in read_batches([(name, stream)]):
        yield from map(batch.record, range(len(batch)))


def masked_crc32c(data: bytes) -> int:
    return int(masked_crc(np.frombuffer(data, np.uint8), 0, len(data)))


class _Trickle(io.RawIOBase):
    """Gives at most a few bytes a read, as a socket or a pipe may."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._step = io.BytesIO(data), step

    def readinto(self, buffer: memoryview) -> int:
        part = self._data.read(min(len(buffer), self._step))
        buffer[: len(part)] = part
        return len(part)


def test_crc_is_the_published_one():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert masked_crc32c(b"123456789") == struct.unpack("<I", framed(b"123456789")[-4:])[0]


@given(st.binary(max_size=200))
def test_checksums_are_the_slow_ones(data: bytes):
    assert struct.pack("<I", masked_crc32c(data)) == framed(data)[-4:]
    bytes_ = np.frombuffer(data, np.uint8)
    for register in (tabled_crc, *([instructed_crc] if processor_has("sse4.2") else [])):
        assert register(bytes_, 0, len(data), np.uint32(0xFFFFFFFF)) ^ 0xFFFFFFFF == crc32c(data)


def test_a_record_longer_than_a_block_and_its_neighbours(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tfrecord, "BLOCK_BYTES", 64)
    records = [b"x" * size for size in (1000, 0, 40, 64, 5, 300)]
    shards = [("a", records[:3]), ("b", []), ("c", records[3:])]
    opened = ((name, io.BytesIO(b"".join(map(framed, part)))) for name, part in shards)
    found = []
    for batch in read_batches(opened):
        for row in range(len(batch)):
            found.append(batch.record(row))
            expected = {"a": found.index(found[-1]), "c": len(found) - 4}
            message = batch.error(row, "is odd").message
            assert message in {f"{name}: record {n} is odd." for name, n in expected.items()}
    assert found == records


@given(st.lists(st.binary(max_size=200), max_size=8), st.integers(1, 50))
def test_records_come_back_whatever_the_size_of_reads(records: list[bytes], step: int):
    stream = _Trickle(b"".join(map(framed, records)), step)
    assert list(read_records(stream, "shard")) == records


def _error(data: bytes) -> str:
    with pytest.raises(CatalogError) as caught:
        list(read_records(io.BytesIO(data), "xY.tfrecord"))
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("cut", [1, 5, 11, 12, 14, 17, 20])
def test_a_cut_off_tail_names_shard_and_byte(cut: int):
    data = framed(b"first") + framed(b"later")[:cut]
    assert _error(data) == "xY.tfrecord: the record at byte 21 is cut off."


@pytest.mark.parametrize("n_before", range(5))
@pytest.mark.parametrize("position", range(21))
def test_every_flipped_byte_is_found(position: int, n_before: int):
    data = bytearray(framed(b"first"))
    data[position] ^= 0x10
    before, after = framed(b"zero") * n_before, framed(b"last") * 2
    message = _error(before + bytes(data) + after)
    assert message.startswith(f"xY.tfrecord: the record at byte {20 * n_before} ")
    assert message == _error(before + bytes(data) + after + b"and damaged, too, after that")


@settings(deadline=None)  # the first one compiles
@given(st.lists(st.binary(max_size=100), min_size=4, max_size=4))
def test_three_checksums_at_once_are_those_of_each(pieces: list[bytes]):
    bounds = np.cumsum([0, *map(len, pieces)])
    data = np.frombuffer(b"".join(pieces), np.uint8)
    spans = np.stack((bounds[:-1], bounds[1:]), axis=1)
    kinds = [tabled_crcs, *([instructed_crcs] if processor_has("sse4.2") else [])]
    for registers in kinds:
        found = [register ^ 0xFFFFFFFF for register in registers(data, spans, 1)]
        assert found == [crc32c(piece) for piece in pieces[1:]]
    assert masked_crcs(data, spans, 0) == tuple(map(masked_crc32c, pieces[:3]))


def test_a_huge_length_is_refused_before_memory_is_taken():
    length = struct.pack("<Q", 1 << 60)
    data = length + struct.pack("<I", masked_crc32c(length)) + b"tail"
    _error(data)  # so that the compiler's memory does not count
    tracemalloc.start()
    message = _error(data)
    assert tracemalloc.get_traced_memory()[1] < 3 * BLOCK_BYTES
    tracemalloc.stop()
    assert "byte 0 claims to be 1152921504606846976 bytes long" in message
    assert MAX_RECORD_BYTES < 1 << 60


def test_a_shard_of_zeros_and_one_of_text_are_refused():
    assert "byte 0 has a wrong checksum" in _error(bytes(4096))
    assert "byte 0 has a wrong checksum" in _error(b"This is text, not a shard at all.")


def test_memory_stays_near_one_record():
    record = framed(bytes(1000))

    class Endless(io.RawIOBase):
        at, end = 0, 120_000 * len(record)

        def readinto(self, buffer: memoryview) -> int:
            n_bytes = min(len(buffer), self.end - self.at)
            begin = self.at % len(record)
            buffer[:n_bytes] = (record * (n_bytes // len(record) + 2))[begin : begin + n_bytes]
            self.at += n_bytes
            return n_bytes

    list(read_records(io.BytesIO(record), "shard"))  # so that the compiler's memory does not count
    tracemalloc.start()
    n_records = sum(1 for _ in read_records(Endless(), "shard"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n_records == 120_000
    assert peak < 6 * BLOCK_BYTES
