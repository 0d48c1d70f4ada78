"""Building a catalogue: decode, filter, write beside the old one, and swap."""

from __future__ import annotations

import dataclasses
import datetime
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.catalog import audioset, youtube8m
from core.catalog.classes import class_indices
from core.catalog.clips import Clips, Decoder, offsets, starts
from core.catalog.decoding import decoded
from core.catalog.manifest import (
    DATA_FILES,
    MANIFEST,
    RELEASED_MODEL,
    Manifest,
    ModelIdentity,
    file_crc32c,
)
from core.catalog.replacing import replacing
from core.catalog.sources import check_source, printable
from core.catalog.store import Catalog, clip_dtype
from core.errors import CatalogError
from core.filters import label_mask
from core.jobs import Job
from core.types import EMBEDDING_SIZE
from core.vectors import clip_vectors

DECODERS: dict[str, Decoder] = {"audioset": audioset.decode, "youtube8m": youtube8m.decode}
"""The kinds of sources that a catalogue can be built from."""


def build_catalog(
    out: Path,
    kind: str,
    sources: Sequence[Path],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    workers: int = 1,
    job: Job | None = None,
) -> Catalog:
    """Build a catalogue from released features; an old one at `out` stays until the new is whole.

    Parameters
    ----------
    out : Path
        A new or empty folder, or that of a catalogue, which will be replaced.
    kind : str
        "audioset" or "youtube8m".
    sources : sequence of Path
        Files, folders and archives; clips are kept in the order of the sources.
    include, exclude : sequence of str
        Class names or ids, with all that is below them. A clip is kept if it has any included
        class, or none is named, and no excluded one.
    workers : int
        Processes that decode shards of folders; the result is the same for any number.
    job : Job, optional
        Progress and cancelling.

    Raises
    ------
    CatalogError
        If a source, a class name or `out` cannot be used, or the disk is full. Nothing is changed.
    """
    wanted, unwanted = (class_indices(kind, names) for names in (include, exclude))
    for source in sources:
        check_source(source)
    job = job or Job()

    def kept() -> Iterator[Clips]:
        n_clips, began = 0, time.perf_counter()
        for clips, fraction in decoded(sources, DECODERS[kind], workers, job):
            n_clips += len(clips)
            per_s = n_clips / max(time.perf_counter() - began, 1e-9)
            job.report(f"Reading clips: {n_clips:,} ({per_s:,.0f} a second)", fraction)
            mask = label_mask(clips.label_indices, offsets(clips.n_labels), wanted, unwanted)
            yield clips if mask.all() else clips.take(np.flatnonzero(mask))

    names = tuple(printable(source.name) for source in sources)
    return write_catalog(
        out, kept(), kind, RELEASED_MODEL, names, tuple(include), tuple(exclude), job
    )


def write_catalog(
    out: Path,
    batches: Iterable[Clips],
    kind: str,
    model: ModelIdentity,
    sources: tuple[str, ...],
    include: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    job: Job | None = None,
) -> Catalog:
    """Write clips into a new catalogue and open it; parameters as in `build_catalog`.

    Parameters
    ----------
    batches : iterable of Clips
        Taken one at a time: only the clips' columns stay in memory, not their frames.
    model : ModelIdentity
        What made the frames.
    """
    try:
        with replacing(out, MANIFEST, DATA_FILES) as folder:
            counts = _write_arrays(folder, batches)
            (job or Job()).report("Writing the catalogue", 1.0)
            manifest = Manifest(
                kind=kind,
                sources=sources,
                include=include,
                exclude=exclude,
                model=model,
                created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                n_clips=counts[0],
                n_frames=counts[1],
                n_labels=counts[2],
                files={
                    name: ((folder / name).stat().st_size, file_crc32c(folder / name))
                    for name in DATA_FILES
                },
            )
            (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    except OSError as error:
        raise CatalogError(
            f"The catalogue cannot be written to {out}: {error.strerror or error}.",
            "Make room on the disk, or name a folder that you may write to.",
        ) from error
    return Catalog.open(out)


def _write_arrays(folder: Path, batches: Iterable[Clips]) -> tuple[int, int, int]:
    """Write all data files; return the numbers of clips, frames and labels."""
    columns: list[Clips] = []
    n_frames = 0
    no_frames = np.empty((0, EMBEDDING_SIZE), np.uint8)
    with (
        _NpyFile(folder / "frames.npy", "u1") as frames,
        _NpyFile(folder / "vectors.npy", "<f4") as vectors,
    ):
        for batch in batches:
            frames.append(batch.frames)
            vectors.append(clip_vectors(batch.frames, batch.n_frames))
            n_frames += len(batch.frames)
            columns.append(dataclasses.replace(batch, frames=no_frames))
    if not any(map(len, columns)):
        raise CatalogError(
            "No clip of the sources is left for the catalogue.",
            "Include other classes, exclude fewer, or name other sources.",
        )
    clips = Clips.concatenate(columns)
    np.save(folder / "clips.npy", _rows(clips))
    np.save(folder / "labels.npy", clips.label_indices)
    _write_parquet(folder / "clips.parquet", clips)
    return len(clips), n_frames, len(clips.label_indices)


def _rows(clips: Clips) -> NDArray[np.void]:
    rows = np.empty(len(clips), dtype=clip_dtype(clips.video_ids.dtype.itemsize))
    rows["video_id"] = clips.video_ids
    rows["start_s"], rows["end_s"] = clips.start_s, clips.end_s
    rows["is_youtube_id"] = clips.is_youtube_id
    rows["first_frame"], rows["n_frames"] = starts(clips.n_frames), clips.n_frames
    rows["first_label"], rows["n_labels"] = starts(clips.n_labels), clips.n_labels
    return rows


def _write_parquet(path: Path, clips: Clips) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    label_offsets = pa.array(offsets(clips.n_labels), pa.int32())
    table = pa.table(
        {
            "video_id": pa.array(clips.video_ids.astype(np.str_), pa.string()),
            "start_s": clips.start_s,
            "end_s": clips.end_s,
            "labels": pa.ListArray.from_arrays(label_offsets, pa.array(clips.label_indices)),
            "first_frame": starts(clips.n_frames),
            "n_frames": pa.array(clips.n_frames, pa.int32()),
            "is_youtube_id": clips.is_youtube_id,
        }
    )
    pq.write_table(table, path, compression="zstd")


class _NpyFile:
    """A `.npy` file of rows of 128 numbers, written piece by piece."""

    def __init__(self, path: Path, dtype: str) -> None:
        self._file: BinaryIO = path.open("wb")
        self._dtype = np.dtype(dtype)
        self._n_rows = 0
        self._write_header()

    def append(self, rows: NDArray[np.generic]) -> None:
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).data)
        self._n_rows += len(rows)

    def __enter__(self) -> _NpyFile:
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            # NumPy pads the header so that a longer count fits into the same place.
            self._file.seek(0)
            self._write_header()

    def _write_header(self) -> None:
        np.lib.format.write_array_header_1_0(
            self._file,
            {
                "descr": np.lib.format.dtype_to_descr(self._dtype),
                "fortran_order": False,
                "shape": (self._n_rows, EMBEDDING_SIZE),
            },
        )
