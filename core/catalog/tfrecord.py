"""TFRecord framing: length, masked CRC-32C of the length, data, masked CRC-32C of the data.

Format: "TFRecord and tf.train.Example", https://www.tensorflow.org/tutorials/load_data/tfrecord.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import google_crc32c

from core.errors import CatalogError

MAX_RECORD_BYTES = 64 << 20
_HEADER = struct.Struct("<QI")
_CHUNK_BYTES = 1 << 20
_DAMAGED = "Fetch the file again, because this copy is damaged or is not a TFRecord file."


def masked_crc32c(data: bytes) -> int:
    """Return TFRecord's checksum of `data`: CRC-32C, rotated right by 15 bits, plus a constant."""
    crc = int(google_crc32c.value(data))
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def read_records(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the records of one shard; memory stays near the size of the largest record.

    Parameters
    ----------
    stream : binary file object
        Read from where it stands to its end; it need not be seekable.
    name : str
        The shard's name, for error messages.

    Yields
    ------
    bytes
        One record's data, both checksums verified.

    Raises
    ------
    CatalogError
        If a checksum is wrong, a length is over 64 MiB, or the shard ends within a record.
    """
    buffer, start, offset = b"", 0, 0
    while True:
        if len(buffer) - start < _HEADER.size:
            buffer, start = buffer[start:] + _read(stream, _HEADER.size), 0
            if not buffer:
                return
            if len(buffer) < _HEADER.size:
                raise _error(name, offset, "is cut off")
        length, length_crc = _HEADER.unpack_from(buffer, start)
        if length_crc != masked_crc32c(buffer[start : start + 8]):
            raise _error(name, offset, "has a wrong checksum of its length")
        if length > MAX_RECORD_BYTES:
            raise _error(name, offset, f"claims to be {length} bytes long")
        end = start + _HEADER.size + length + 4
        if end > len(buffer):
            buffer, end, start = buffer[start:] + _read(stream, end - len(buffer)), end - start, 0
            if end > len(buffer):
                raise _error(name, offset, "is cut off")
        data = buffer[start + _HEADER.size : end - 4]
        if int.from_bytes(buffer[end - 4 : end], "little") != masked_crc32c(data):
            raise _error(name, offset, "has a wrong checksum of its data")
        yield data
        offset += end - start
        start = end


def _read(stream: BinaryIO, n_bytes: int) -> bytes:
    """Return at least `n_bytes`, or what is left; a little more, so that reads are few."""
    chunks = []
    while n_bytes > 0:
        chunk = stream.read(max(n_bytes, _CHUNK_BYTES))
        if not chunk:
            break
        chunks.append(chunk)
        n_bytes -= len(chunk)
    return b"".join(chunks)


def _error(name: str, offset: int, what: str) -> CatalogError:
    return CatalogError(f"{name}: the record at byte {offset} {what}.", _DAMAGED)
