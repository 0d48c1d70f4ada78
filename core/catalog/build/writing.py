"""The files of a catalogue, written piece by piece."""

from __future__ import annotations

import io
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from core.catalog.build.places import ROWS_OFFSET, Stored
from core.catalog.clips import Clips, offsets
from core.catalog.manifest import file_crc32c
from core.types import EMBEDDING_SIZE


class ClipsTable:
    """`clips.parquet`, one row group a piece, written by a thread of its own."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        fields = {
            "video_id": pa.string(),
            "start_s": pa.float64(),
            "end_s": pa.float64(),
            "labels": pa.list_(pa.int16()),
            "first_frame": pa.int64(),
            "n_frames": pa.int32(),
            "is_youtube_id": pa.bool_(),
        }
        self._schema = pa.schema(fields)
        repeated = ["start_s", "end_s", "labels.list.element", "n_frames"]
        # Arrow opens only names that are UTF-8.
        self._file = path.open("wb")
        self._writer = pq.ParquetWriter(
            self._file, self._schema, compression="snappy", use_dictionary=repeated
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="clips.parquet")
        self._writing: Future[None] | None = None

    def append(self, clips: Clips, first_frame: NDArray[np.int64]) -> None:
        """Write some clips, after those before are written."""
        self._wait()
        self._writing = self._thread.submit(self._append, clips, first_frame)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def _append(self, clips: Clips, first_frame: NDArray[np.int64]) -> None:
        import pyarrow as pa

        label_bounds = _column(offsets(clips.n_labels), pa.int32(), "<i4").buffers()[1]
        labels = _column(clips.label_indices, pa.int16(), "<i2")
        is_youtube_id = pa.py_buffer(np.packbits(clips.is_youtube_id, bitorder="little"))
        n_clips = len(clips)
        columns = [
            _strings(clips.video_ids),
            _column(clips.start_s, pa.float64(), "<f8"),
            _column(clips.end_s, pa.float64(), "<f8"),
            pa.ListArray.from_buffers(
                pa.list_(pa.int16()), n_clips, [None, label_bounds], children=[labels]
            ),
            _column(first_frame, pa.int64(), "<i8"),
            _column(clips.n_frames, pa.int32(), "<i4"),
            pa.Array.from_buffers(pa.bool_(), n_clips, [None, is_youtube_id]),
        ]
        self._writer.write_table(pa.table(columns, schema=self._schema))

    def close(self) -> None:
        """Write the table's end."""
        try:
            self._wait()
        finally:
            self._thread.shutdown()
            with self._file:
                self._writer.close()

    @property
    def size_and_crc(self) -> tuple[int, str]:
        """Bytes, and CRC-32C in hexadecimal, of the file."""
        return self.path.stat().st_size, file_crc32c(self.path)


# Arrays are made of buffers, because `pa.array` imports pandas, which takes 0.3 s.


def _column(values: NDArray[Any], kind: Any, dtype: str) -> Any:
    import pyarrow as pa

    data = np.ascontiguousarray(values, dtype)
    return pa.Array.from_buffers(kind, len(data), [None, pa.py_buffer(data)])


def _strings(values: NDArray[np.bytes_]) -> Any:
    import pyarrow as pa

    width = values.dtype.itemsize
    padded = np.ascontiguousarray(values).view(np.uint8).reshape(-1, width)
    sizes = np.char.str_len(values)
    used = padded if (sizes == width).all() else padded[np.arange(width) < sizes[:, None]]
    bounds = pa.py_buffer(offsets(sizes).astype("<i4"))
    return pa.StringArray.from_buffers(len(values), bounds, pa.py_buffer(used))


class NpyFile:
    """A `.npy` file of known shape, written piece by piece, and its checksum."""

    def __init__(self, path: Path, dtype: str | np.dtype[Any], shape: tuple[int, ...]) -> None:
        self._dtype = np.dtype(dtype)
        self._file: BinaryIO = path.open("wb")
        self._size = self._crc = 0
        self._write(_npy_header(self._dtype, shape))

    def append(self, rows: NDArray[Any]) -> None:
        """Write some rows."""
        self._write(np.ascontiguousarray(rows, dtype=self._dtype).reshape(-1).view(np.uint8))

    def _write(self, data: Any) -> None:
        self._file.write(data)
        self._crc = google_crc32c.extend(self._crc, data)
        self._size += len(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def size_and_crc(self) -> tuple[int, str]:
        """Bytes, and CRC-32C in hexadecimal, of what was written."""
        return self._size, f"{self._crc:08x}"


def _npy_header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    described = np.lib.format.dtype_to_descr(dtype)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": described, "fortran_order": False, "shape": shape}
    )
    return header.getvalue()


def adopt_rows(stored: Stored, path: Path, dtype: np.dtype[Any]) -> tuple[int, str]:
    """Make a file of rows a catalogue's, without copying them.

    Parameters
    ----------
    stored : Stored
        All rows of the catalogue, from row 0 on.
    path : Path
        The file to be. The other stays where it is, too, for a build that is killed after this.
    dtype : dtype
        Of one byte.

    Returns
    -------
    tuple of int, str
        Bytes, and CRC-32C in hexadecimal, of the file.
    """
    header = _npy_header(dtype, (stored.n_rows, EMBEDDING_SIZE))
    if len(header) != ROWS_OFFSET:
        raise AssertionError(f"a header takes {len(header)} bytes")
    with stored.path.open("r+b") as file:
        file.write(header)
        n_bytes = stored.n_rows * EMBEDDING_SIZE
        # After all that counts, there may be rows of clips that are there already.
        if file.seek(0, io.SEEK_END) > ROWS_OFFSET + n_bytes:
            file.truncate(ROWS_OFFSET + n_bytes)
    try:
        path.hardlink_to(stored.path)
    except OSError:  # some file systems have no links
        stored.path.rename(path)
    crc = joined_crc32c(google_crc32c.value(header), stored.crc32c, n_bytes)
    return ROWS_OFFSET + n_bytes, f"{crc:08x}"


def joined_crc32c(first: int, second: int, n_bytes: int) -> int:
    """Return the CRC-32C of some bytes and some more, given that of each and how many more.

    A CRC is a remainder of polynomials over GF(2): n bytes more multiply the first by x to the 8 n.
    """
    factor, square = _ONE, _X
    exponent = 8 * n_bytes
    while exponent:
        if exponent & 1:
            factor = _product(factor, square)
        square = _product(square, square)
        exponent >>= 1
    return _product(first, factor) ^ second


# Reflected: the highest bit stands for 1, the next for x.
_ONE, _X, _POLYNOMIAL = 1 << 31, 1 << 30, 0x82F63B78


def _product(one: int, other: int) -> int:
    """Return the product of two polynomials, less multiples of the CRC's."""
    total = 0
    for bit in range(31, -1, -1):
        if one >> bit & 1:
            total ^= other
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return total
