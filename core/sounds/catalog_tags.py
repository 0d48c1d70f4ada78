"""What is heard when in all files of a catalogue of own sounds, from the tags that it keeps."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.catalog.catalog import Catalog
from core.catalog.clips import spans
from core.catalog.packed_tags import LARGEST, POWER, classes_of, strengths_of
from core.catalog.sound_files import FileState
from core.jobs import Job
from core.tagging.spans import TagSpan
from core.types import Float32

NO_CLASS = -1
"""Stands in the row of a file in which no class is named."""

SILENT = "Nothing is to be heard in it."
"""Why a file that could be read has no clip."""

_NEAR_S = 1e-3
"""Clips that are no further apart follow each other."""

_LABELS_A_STEP = 100_000


@dataclass(frozen=True)
class CatalogFile:
    """A file of the catalogue.

    Attributes
    ----------
    path : str
        Bytes that are no text are lone surrogates.
    inner : str
        The same from its folder on, which comes first where the catalogue has several.
    key : str
        Of its content, as `Match.video_id` has it; empty where it could not be read.
    reason : str
        Why it has no clip; empty where it has some.
    """

    path: str
    inner: str
    key: str
    reason: str


@dataclass(frozen=True, eq=False)
class CatalogTags:
    """R rows of a class, its span and its score, in the order of files and of time.

    Clips that follow each other and have a class in common are one span of it, so times are those
    of clips of ten seconds. A file in which no class is named has one row, of `NO_CLASS`.

    Attributes
    ----------
    files : tuple of CatalogFile
        In the order of their paths.
    names : tuple of str
        Of the classes.
    file : int32 array, shape (R,)
        Place of each row's file in `files`.
    label : int16 array, shape (R,)
        Place of its class in `names`.
    start_s, end_s : float32 array, shape (R,)
        In seconds from the start of the file.
    score : float32 array, shape (R,)
        The highest of its clips, 0 to 1, as exactly as a catalogue keeps it, in 6 bits. Of a class
        that is not among the eight of a clip whose scores are kept, the lowest of these.
    """

    files: tuple[CatalogFile, ...]
    names: tuple[str, ...]
    file: NDArray[np.int32]
    label: NDArray[np.int16]
    start_s: Float32
    end_s: Float32
    score: Float32

    def __len__(self) -> int:
        return len(self.file)

    @classmethod
    def of(cls, catalog: Catalog, job: Job | None = None) -> CatalogTags:
        """Read a catalogue's tags; takes a second for some 300,000 labels.

        Raises
        ------
        CatalogError
            If it is none of own sounds.
        """
        job = job or Job()
        job.report("Reading the tags", 0.0)
        files, first_clip, n_clips = _files(catalog)
        clips = spans(first_clip, n_clips)
        owner = np.repeat(np.arange(len(files)), n_clips)
        n_labels = np.asarray(catalog.clips["n_labels"])[clips]
        at = spans(catalog.label_offsets[clips], n_labels)
        label = np.asarray(catalog.label_indices)[at]
        clip, owner = np.repeat(clips, n_labels), np.repeat(owner, n_labels)
        score = _scores(catalog, clip, label, job)
        place, named, *numbers = _joined(catalog, owner, clip, label, score)
        has_none = np.setdiff1d(np.arange(len(files)), place)
        file = np.concatenate((place, has_none)).astype(np.int32)
        label = np.concatenate((named, np.full(len(has_none), NO_CLASS, np.int16)))
        nothing = np.zeros(len(has_none), np.float32)
        start, end, score = (np.concatenate((each, nothing)) for each in numbers)
        order = np.lexsort((-score, start, file))
        top = int(label.max(initial=NO_CLASS)) + 1
        return cls(
            files,
            tuple(map(catalog.label_name, range(top))),
            file[order],
            label[order],
            start[order],
            end[order],
            score[order],
        )

    def span(self, row: int) -> TagSpan | None:
        """Return what a row says; None where no class is named in its file."""
        if self.label[row] == NO_CLASS:
            return None
        name = self.names[self.label[row]]
        start_s, end_s = float(self.start_s[row]), float(self.end_s[row])
        return TagSpan(name, start_s, end_s, float(self.score[row]))

    def by_file(
        self, rows: NDArray[np.int64] | None = None
    ) -> Iterator[tuple[CatalogFile, list[TagSpan]]]:
        """Yield each file that has a clip, with its spans; or with those of some rising rows."""
        rows = np.arange(len(self)) if rows is None else rows
        if not len(rows):
            return
        for some in np.split(rows, np.flatnonzero(np.diff(self.file[rows])) + 1):
            file = self.files[self.file[some[0]]]
            if not file.reason:
                found = map(self.span, some.tolist())
                yield file, [span for span in found if span is not None]


def _files(
    catalog: Catalog,
) -> tuple[tuple[CatalogFile, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Return the files in the order of their paths, and where the clips of each are."""
    folders = [folder.path for folder in catalog.sound_files.folders]
    found, reasons = [], {FileState.SILENT: SILENT}
    for own in catalog.sound_files.files():
        root, inner = folders[own.folder], os.fsdecode(own.path)
        path = os.path.join(root, inner)  # noqa: PTH118 - bytes that are no text survive
        if len(folders) > 1:
            inner = os.path.join(Path(root).name, inner)  # noqa: PTH118
        reason = own.reason or reasons.get(own.state, "")
        file = CatalogFile(
            path, inner, own.key.decode("ascii", "replace"), "" if own.n_clips else reason
        )
        found.append((path.casefold(), path, own.first_clip, own.n_clips, file))
    found.sort(key=lambda each: each[:2])
    first, count = (np.array([each[i] for each in found], np.int64) for i in (2, 3))
    return tuple(each[4] for each in found), first, count


def _scores(
    catalog: Catalog, clip: NDArray[np.int64], label: NDArray[np.int16], job: Job
) -> Float32:
    """Return the score of each label's class in its clip, float32 (L,)."""
    strengths = np.zeros(len(label), np.int64)
    for begin in range(0, len(label) if catalog.tags.shape[1] else 0, _LABELS_A_STEP):
        job.report("Reading the tags", 0.9 * begin / len(label))
        some = slice(begin, begin + _LABELS_A_STEP)
        tags = np.asarray(catalog.tags[clip[some]])
        known = strengths_of(tags)
        is_it = (classes_of(tags) == label[some, None]) & (known > 0)
        lowest = np.where(known > 0, known, LARGEST).min(axis=1)
        strengths[some] = np.where(is_it.any(axis=1), (known * is_it).max(axis=1), lowest)
    return ((strengths / LARGEST) ** (1 / POWER)).astype(np.float32)


def _joined(
    catalog: Catalog,
    owner: NDArray[np.int64],
    clip: NDArray[np.int64],
    label: NDArray[np.int16],
    score: Float32,
) -> tuple[NDArray[np.int64], NDArray[np.int16], Float32, Float32, Float32]:
    """Return file, class, start, end and score of each class's runs of clips."""
    start = np.asarray(catalog.clips["start_s"])[clip]
    end = np.asarray(catalog.clips["end_s"])[clip]
    order = np.lexsort((start, label, owner))
    owner, label, score = owner[order], label[order], score[order]
    start, end = start[order], end[order]
    is_next = (np.diff(owner) == 0) & (np.diff(label) == 0)
    is_next &= np.abs(start[1:] - end[:-1]) < _NEAR_S
    firsts = np.flatnonzero(np.concatenate(([True], ~is_next)))[: len(owner)]
    lasts = np.concatenate((firsts[1:] - 1, [len(owner) - 1]))[: len(firsts)]
    best = np.maximum.reduceat(score, firsts) if len(firsts) else score
    spans_s = start[firsts].astype(np.float32), end[lasts].astype(np.float32)
    return owner[firsts], label[firsts], *spans_s, best
