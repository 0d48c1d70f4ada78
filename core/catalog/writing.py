"""The files of a catalogue, written piece by piece."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import Clips, starts
from core.catalog.manifest import file_crc32c


class ClipsTable:
    """`clips.parquet`, one row group a piece."""

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
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def append(self, clips: Clips, first_frame: NDArray[np.int64]) -> None:
        """Write some clips."""
        import pyarrow as pa

        bounds = pa.array(np.append(starts(clips.n_labels), len(clips.label_indices)), pa.int32())
        columns = [
            pa.array(clips.video_ids.astype(np.str_), pa.string()),
            pa.array(clips.start_s),
            pa.array(clips.end_s),
            pa.ListArray.from_arrays(bounds, pa.array(clips.label_indices)),
            pa.array(np.ascontiguousarray(first_frame)),
            pa.array(clips.n_frames, pa.int32()),
            pa.array(clips.is_youtube_id),
        ]
        self._writer.write_table(pa.table(columns, schema=self._schema))

    def close(self) -> None:
        """Write the table's end."""
        self._writer.close()

    @property
    def size_and_crc(self) -> tuple[int, str]:
        """Bytes, and CRC-32C in hexadecimal, of the file."""
        return self.path.stat().st_size, file_crc32c(self.path)


class NpyFile:
    """A `.npy` file of known shape, written piece by piece, and its checksum."""

    def __init__(self, path: Path, dtype: str | np.dtype[Any], shape: tuple[int, ...]) -> None:
        self._dtype = np.dtype(dtype)
        self._file: BinaryIO = path.open("wb")
        self._size = self._crc = 0
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header,
            {
                "descr": np.lib.format.dtype_to_descr(self._dtype),
                "fortran_order": False,
                "shape": shape,
            },
        )
        self._write(header.getvalue())

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
