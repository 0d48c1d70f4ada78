"""TFRecord framing: length, masked CRC-32C of the length, data, masked CRC-32C of the data.

Format: "TFRecord and tf.train.Example", https://www.tensorflow.org/tutorials/load_data/tfrecord.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import RecordBatch
from core.errors import CatalogError
from core.types import UInt8

MAX_RECORD_BYTES = 64 << 20
BLOCK_BYTES = 1 << 20
"""So few that records stay in the cache from their checksums to their frames' way to the disk."""
_DAMAGED = "Fetch the file again, because this copy is damaged or is not a TFRecord file."


def read_batches(shards: Iterable[tuple[str, BinaryIO]]) -> Iterator[RecordBatch]:
    """Yield the records of shards in batches of about 1 MiB, or of one record where it is larger.

    Parameters
    ----------
    shards : iterable of (str, binary file object)
        Names for error messages, and streams, read from where they stand to their ends. They need
        not be seekable, and each is done with before the next is asked for.

    Yields
    ------
    RecordBatch
        Records with both checksums verified, in order. What the batch before holds is gone then:
        fresh memory for each would take a tenth of the time of a build.

    Raises
    ------
    CatalogError
        If a checksum is wrong, a length is over 64 MiB, or a shard ends within a record. All
        records of the batches before are sound.
    """
    block = _RecordBlock.of(BLOCK_BYTES)
    for name, stream in shards:
        block.begin_shard(name)
        while block.fill(stream):
            if block.is_full:
                if len(block):
                    yield block.batch()
                block = block.successor()
        block.end_shard()
    if len(block):
        yield block.batch()


class _RecordBlock:
    """A buffer that is filled from shard after shard, and the records found in it."""

    def __init__(self, buffer: UInt8, spans: NDArray[np.int64]) -> None:
        self._buffer, self._spans = buffer, spans
        self._filled = self._parsed = 0
        self._needed = 0
        self._places: list[tuple[int, str, int]] = []
        self._n_records = 0
        self._name, self._number, self._offset = "", 0, 0

    @classmethod
    def of(cls, size: int) -> _RecordBlock:
        return cls(np.empty(size, np.uint8), np.empty((size // 16 + 1, 2), np.int64))

    def __len__(self) -> int:
        return self._n_records

    @property
    def is_full(self) -> bool:
        return self._filled == len(self._buffer)

    def begin_shard(self, name: str) -> None:
        self._name, self._number, self._offset = name, 0, 0
        if self._places and self._places[-1][0] == self._n_records:
            self._places.pop()  # nothing was in it: an archive may have a million of these
        self._places.append((self._n_records, name, 0))

    def fill(self, stream: BinaryIO) -> bool:
        """Read on and find the records; return False at the stream's end."""
        view = self._buffer[self._filled :].data
        n_bytes: int = stream.readinto(view)  # type: ignore[attr-defined]
        self._filled += n_bytes
        if n_bytes and self._filled - self._parsed >= self._needed:
            self._find()
        return n_bytes > 0

    def _find(self) -> None:
        from core.kernels.framing import DATA_CHECKSUM, LENGTH_CHECKSUM, TOO_LONG, find_records

        n_found, parsed, self._needed, fault = find_records(
            self._buffer,
            self._parsed,
            self._filled,
            MAX_RECORD_BYTES,
            self._spans[self._n_records :],
        )
        self._offset += parsed - self._parsed
        self._parsed = parsed
        self._n_records += n_found
        self._number += n_found
        if fault:
            length = int(self._buffer[parsed : parsed + 8].view("<u8")[0])
            raise self._error(
                {
                    LENGTH_CHECKSUM: "has a wrong checksum of its length",
                    TOO_LONG: f"claims to be {length} bytes long",
                    DATA_CHECKSUM: "has a wrong checksum of its data",
                }[fault]
            )

    def end_shard(self) -> None:
        if self._parsed < self._filled:
            raise self._error("is cut off")
        self._needed = 0

    def _error(self, what: str) -> CatalogError:
        return CatalogError(f"{self._name}: the record at byte {self._offset} {what}.", _DAMAGED)

    def batch(self) -> RecordBatch:
        return RecordBatch(self._buffer, self._spans[: self._n_records], tuple(self._places))

    def successor(self) -> _RecordBlock:
        """Return an empty block that begins with the bytes that are no whole record yet."""
        tail = self._buffer[self._parsed : self._filled].copy()
        size = max(BLOCK_BYTES, self._needed)
        fits = len(self._buffer) == size
        other = _RecordBlock(self._buffer, self._spans) if fits else _RecordBlock.of(size)
        other._buffer[: len(tail)] = tail
        other._filled, other._needed = len(tail), self._needed
        other._name, other._number, other._offset = self._name, self._number, self._offset
        other._places.append((0, self._name, self._number))
        return other
