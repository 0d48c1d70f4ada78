"""Making a catalogue's files out of parts, whose order decides and not who made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.catalog.arrays import clip_dtype
from core.catalog.build.duplicates import first_of_each
from core.catalog.build.places import DTYPES, Stored
from core.catalog.build.writing import ClipsTable, NpyFile, adopt_rows, joined_crc32c
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips, starts
from core.catalog.manifest import CLIPS, FRAMES, LABELS, SURE, TAGS, VECTORS, VISUAL
from core.catalog.packed_tags import TAGS_A_CLIP
from core.errors import CatalogError
from core.jobs import Job
from core.types import EMBEDDING_SIZE
from core.vectors import clip_directions

_ROWS = 50_000


class Piece(Protocol):
    """Some clips of the catalogue to be; a `Part`, for example."""

    def small(self) -> Clips:
        """Return the clips; frames and visual vectors may be of the right width only."""

    def load(self) -> tuple[Clips, NDArray[np.int8]]:
        """Return the clips and their vectors."""

    @property
    def stored(self) -> Mapping[str, Stored]:
        """Place of its rows, of those files that may become the catalogue's."""


@dataclass(frozen=True)
class HeldClips:
    """Clips in memory as a piece."""

    clips: Clips
    stored: Mapping[str, Stored] = field(default_factory=dict)

    def small(self) -> Clips:
        """Return the clips."""
        return self.clips

    def load(self) -> tuple[Clips, NDArray[np.int8]]:
        """Return the clips and their vectors."""
        return self.clips, clip_directions(self.clips.frames, self.clips.n_frames)


@dataclass(frozen=True)
class CatalogRows:
    """Some rows of a catalogue as a piece."""

    catalog: Catalog
    begin: int
    end: int
    stored: Mapping[str, Stored] = field(default_factory=dict)

    @classmethod
    def all_of(cls, catalog: Catalog) -> list[CatalogRows]:
        """Return pieces of limited size that make up a catalogue."""
        return [
            cls(catalog, begin, min(begin + _ROWS, len(catalog)))
            for begin in range(0, len(catalog), _ROWS)
        ]

    def small(self) -> Clips:
        """Return the clips."""
        return self.load()[0]

    def load(self) -> tuple[Clips, NDArray[np.int8]]:
        """Return the clips and their vectors, memory-mapped."""
        catalog, rows = self.catalog, slice(self.begin, self.end)
        records = catalog.clips[rows]
        last = records[-1]
        labels = slice(records[0]["first_label"], last["first_label"] + last["n_labels"])
        frames = slice(records[0]["first_frame"], last["first_frame"] + last["n_frames"])
        clips = Clips(
            video_ids=records["video_id"],
            start_s=records["start_s"],
            end_s=records["end_s"],
            is_youtube_id=records["is_youtube_id"],
            n_labels=records["n_labels"].astype(np.int64),
            n_frames=records["n_frames"].astype(np.int64),
            label_indices=catalog.label_indices[labels],
            frames=catalog.frames[frames],
            visual=catalog.visual[rows],
            tags=catalog.tags[rows],
            is_sure=catalog.is_sure[labels] if len(catalog.is_sure) else catalog.is_sure,
        )
        return clips, catalog.vectors[rows]


@dataclass(frozen=True)
class Merged:
    """Files that were written.

    Attributes
    ----------
    n_clips, n_frames, n_labels : int
    kept : tuple of int
        Of each piece, how many clips were no duplicates.
    files : dict
        For each file its size in bytes and its CRC-32C in hexadecimal.
    """

    n_clips: int
    n_frames: int
    n_labels: int
    kept: tuple[int, ...]
    files: dict[str, tuple[int, str]]


def merge(
    folder: Path,
    pieces: Sequence[Piece],
    job: Job,
    noted: Callable[[Clips], Clips] | None = None,
) -> Merged:
    """Write the clips of all pieces as a catalogue's data files.

    Of clips of one video that start at one second, the first counts. Memory holds the ids and
    starts of all clips, and one piece at a time. Clips that the tagger has not looked at, as those
    of older catalogues, go through `noted`; without it, nothing is kept of what it says of others.

    Raises
    ------
    CatalogError
        If no clip is left, or some have visual vectors and others have not.
    OSError
        If a file cannot be written.
    """
    survey = _survey(pieces, any if noted else all)
    masks, counts = survey.masks, survey.counts
    first_frame = first_label = 0
    files, whole = _planned(folder, pieces, survey)
    table = ClipsTable(folder / "clips.parquet")
    with ExitStack() as stack:
        stack.callback(table.close)
        for file in files.values():
            stack.callback(file.close)
        for done, (piece, mask) in enumerate(zip(pieces, masks, strict=True)):
            job.report("Writing the catalogue", done / len(pieces))
            if not mask.any():
                continue
            clips, vectors = piece.load()
            if not mask.all():
                clips, vectors = clips.take(np.flatnonzero(mask)), vectors[mask]
            if noted and not clips.is_noted:
                clips = noted(clips)
            rows = _rows(clips, survey.id_width, first_frame, first_label)
            columns: dict[str, NDArray[Any]] = {
                CLIPS: rows,
                LABELS: clips.label_indices,
                VECTORS: vectors,
                VISUAL: clips.visual,
                TAGS: clips.tags,
                SURE: clips.is_sure,
                FRAMES: clips.frames,
            }
            for name, file in files.items():
                file.append(columns[name])
            table.append(clips, rows["first_frame"])
            first_frame += len(clips.frames)
            first_label += len(clips.label_indices)
    written = {name: file.size_and_crc for name, file in files.items()}
    for name, stored in whole.items():
        written[name] = adopt_rows(stored, folder / name, DTYPES[name])
    written["clips.parquet"] = table.size_and_crc
    return Merged(*counts, tuple(int(mask.sum()) for mask in masks), written)


def _planned(
    folder: Path, pieces: Sequence[Piece], survey: _Survey
) -> tuple[dict[str, NpyFile], dict[str, Stored]]:
    """Return the files to be written, and the rows that need not be, because a file has them."""
    n_clips, n_frames, n_labels = survey.counts
    described: dict[str, tuple[np.dtype[Any], tuple[int, ...]]] = {
        CLIPS: (clip_dtype(survey.id_width), (n_clips,)),
        LABELS: (np.dtype("<i2"), (n_labels,)),
    }
    if survey.visual_size:
        described[VISUAL] = (np.dtype("i1"), (n_clips, survey.visual_size))
    if survey.has_tags:
        described[TAGS] = (np.dtype("<u2"), (n_clips, TAGS_A_CLIP))
    if survey.has_sure:
        described[SURE] = (np.dtype("?"), (n_labels,))
    whole: dict[str, Stored] = {}
    for name, n_rows in ((FRAMES, n_frames), (VECTORS, n_clips)):
        if (stored := _in_one_file(pieces, survey.masks, name)) is not None:
            whole[name] = stored
        else:
            described[name] = (DTYPES[name], (n_rows, EMBEDDING_SIZE))
    files = {name: NpyFile(folder / name, *how) for name, how in described.items()}
    return files, whole


def _in_one_file(
    pieces: Sequence[Piece], masks: Sequence[NDArray[np.bool_]], name: str
) -> Stored | None:
    """Return where the rows of all clips are if one file has them, in order and no others."""
    path, row, crc = None, 0, 0
    for piece, mask in zip(pieces, masks, strict=True):
        if not mask.any():
            continue
        stored = piece.stored.get(name)
        if (
            stored is None
            or not mask.all()
            or (path or stored.path, row) != (stored.path, stored.row)
        ):
            return None
        path, row = stored.path, row + stored.n_rows
        crc = joined_crc32c(crc, stored.crc32c, stored.n_rows * EMBEDDING_SIZE)
    return None if path is None else Stored(path, 0, row, crc)


@dataclass(frozen=True)
class _Survey:
    """Each piece's clips that count, how many clips, frames and labels, and what is to be kept."""

    masks: list[NDArray[np.bool_]]
    counts: tuple[int, int, int]
    id_width: int
    visual_size: int
    has_tags: bool
    has_sure: bool


def _survey(pieces: Sequence[Piece], enough: Callable[[list[bool]], bool]) -> _Survey:
    ids, start_s, sizes, visual_sizes = [], [], [], set()
    has_tags, has_sure = [], []
    n_frames, n_labels = [], []
    for piece in pieces:
        clips = piece.small()
        sizes.append(len(clips))
        if len(clips):
            ids.append(np.asarray(clips.video_ids))
            start_s.append(np.asarray(clips.start_s))
            n_frames.append(clips.n_frames.astype(np.int32))
            n_labels.append(clips.n_labels.astype(np.int32))
            visual_sizes.add(clips.visual.shape[1])
            has_tags.append(clips.tags.shape[1] > 0)
            if len(clips.label_indices):
                has_sure.append(len(clips.is_sure) > 0)
    if not ids:
        raise CatalogError(
            "No clip of the sources is left for the catalogue.",
            "Include other classes, exclude fewer, or name other sources.",
        )
    if len(visual_sizes) > 1:
        raise CatalogError(
            "Some clips have visual vectors and some have not.",
            "Build with --visual everywhere or nowhere, or into another folder.",
        )
    all_ids = np.concatenate(ids)
    mask = first_of_each(all_ids, np.concatenate(start_s))
    frames, labels = (int(np.concatenate(column)[mask].sum()) for column in (n_frames, n_labels))
    masks = np.split(mask, np.cumsum(sizes)[:-1])
    return _Survey(
        masks,
        (int(mask.sum()), frames, labels),
        all_ids.dtype.itemsize,
        visual_sizes.pop(),
        enough(has_tags),
        bool(has_sure) and enough(has_sure),
    )


def _rows(clips: Clips, id_width: int, first_frame: int, first_label: int) -> NDArray[np.void]:
    rows = np.empty(len(clips), dtype=clip_dtype(id_width))
    rows["video_id"] = clips.video_ids
    rows["start_s"], rows["end_s"] = clips.start_s, clips.end_s
    rows["is_youtube_id"] = clips.is_youtube_id
    rows["first_frame"], rows["n_frames"] = first_frame + starts(clips.n_frames), clips.n_frames
    rows["first_label"], rows["n_labels"] = first_label + starts(clips.n_labels), clips.n_labels
    return rows
