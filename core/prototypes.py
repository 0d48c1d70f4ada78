"""What a class sounds like: the mean of its clips, and the few clips that are nearest to it.

Of 2,000 clips held out of 23,135, the nearest of such representatives has a label in common with
50 %, the nearest of all others with 48 % (`benchmarks/prototypes.py`). Means that trim or weigh
down outliers find a clip's class no better.
"""

from __future__ import annotations

import importlib.resources
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.atomic import written_whole
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips, offsets, spans
from core.catalog.records.audioset import N_CLASSES
from core.errors import CatalogError
from core.jobs import Job
from core.options import CatalogKind
from core.types import EMBEDDING_SIZE, UInt8
from core.vectors import CENTRE, clip_sums, frames_of

REPRESENTATIVES = 3
RESOURCE = "prototypes.npz"

_ATTRIBUTION = (
    "Computed by Soundalike from AudioSet's features (Google, CC BY 4.0, "
    "research.google.com/audioset)."
)
_UNIT = 1 << 20
"""Unit vectors are rounded to whole numbers of this length: their sums and products are exact."""
_STEP = 20_000


@dataclass(frozen=True, eq=False)
class Prototypes:
    """Classes and the clips that represent them.

    Attributes
    ----------
    vectors : int8 array, shape (527, 128)
        The direction of the mean of each class's unit vectors, the largest component 127; zeros
        where the class has no clip.
    counts : int32 array, shape (527,)
        How many clips each mean is of.
    representatives : int16 array, shape (527, 3)
        Rows of `clips`, the nearest to the mean first; -1 where there are fewer.
    clips : Clips
        Each with one frame: the mean of its seconds, rounded.
    """

    vectors: NDArray[np.int8]
    counts: NDArray[np.int32]
    representatives: NDArray[np.int16]
    clips: Clips

    @classmethod
    def of(cls, catalog: Catalog, job: Job | None = None) -> Prototypes:
        """Compute them from a catalogue of AudioSet; the same ones, to the bit, on any machine.

        Raises
        ------
        CatalogError
            If the catalogue is of something else.
        """
        job = job or Job()
        if catalog.manifest.kind != CatalogKind.AUDIOSET:
            raise CatalogError(
                f"{catalog.path} is no catalogue of AudioSet.", "Name one, or AudioSet's features."
            )
        owners = np.repeat(np.arange(len(catalog)), np.diff(catalog.label_offsets))
        classes = catalog.label_indices.astype(np.int64)
        sums = np.zeros((N_CLASSES, EMBEDDING_SIZE), np.int64)
        for begin, units in _unit_vectors(catalog, job.part(0, 0.5)):
            pairs = _pairs(catalog, begin, len(units))
            np.add.at(sums, classes[pairs], units[owners[pairs] - begin])
        means = _units(sums)
        near = np.empty(len(classes), np.int64)
        for begin, units in _unit_vectors(catalog, job.part(0.5, 1)):
            pairs = _pairs(catalog, begin, len(units))
            near[pairs] = np.einsum("ij,ij->i", units[owners[pairs] - begin], means[classes[pairs]])
        rows = _nearest(classes, owners, near)
        used = np.unique(rows[rows >= 0])
        numbered = np.where(rows >= 0, np.searchsorted(used, rows), -1).astype(np.int16)
        largest = np.abs(sums).max(axis=1, keepdims=True)
        return cls(
            vectors=np.rint(sums * 127.0 / np.maximum(largest, 1)).astype(np.int8),
            counts=np.bincount(classes, minlength=N_CLASSES).astype(np.int32),
            representatives=numbered,
            clips=_clips(catalog, used),
        )

    @classmethod
    def load(cls) -> Prototypes:
        """Return those that the program carries."""
        return cls._read(shipped())

    @classmethod
    def _read(cls, content: bytes) -> Prototypes:
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            n_clips = len(found["video_ids"])
            clips = Clips(
                video_ids=found["video_ids"],
                start_s=found["start_s"],
                end_s=found["end_s"],
                is_youtube_id=np.ones(n_clips, np.bool_),
                n_labels=found["n_labels"].astype(np.int64),
                n_frames=np.ones(n_clips, np.int64),
                label_indices=found["labels"],
                frames=found["frames"],
                visual=np.empty((n_clips, 0), np.int8),
            )
            return cls(found["vectors"], found["counts"], found["representatives"], clips)

    def to_bytes(self) -> bytes:
        """Return the content of a `.npz` file: unpacked, it depends on nothing but the arrays."""
        clips, file = self.clips, io.BytesIO()
        np.savez(
            file,
            allow_pickle=False,
            attribution=np.array(_ATTRIBUTION),
            vectors=self.vectors,
            counts=self.counts,
            representatives=self.representatives,
            video_ids=clips.video_ids,
            start_s=clips.start_s.astype(np.float32),
            end_s=clips.end_s.astype(np.float32),
            n_labels=clips.n_labels.astype(np.uint8),
            labels=clips.label_indices,
            frames=clips.frames,
        )
        return file.getvalue()

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all.

        Raises
        ------
        CatalogError
            If it cannot be written.
        """
        try:
            with written_whole(path) as file:
                file.write(self.to_bytes())
        except OSError as error:
            raise CatalogError(
                f"{path} cannot be written: {error.strerror or error}.", "Choose another place."
            ) from error


def shipped() -> bytes:
    """Return the file that the program carries."""
    return importlib.resources.files("resources").joinpath(RESOURCE).read_bytes()


def _unit_vectors(catalog: Catalog, job: Job) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield the first row of each step, and the clips' unit vectors in whole numbers."""
    for begin in range(0, len(catalog), _STEP):
        job.report("Comparing the clips of each class", begin / len(catalog))
        some = catalog.clips[begin : begin + _STEP]
        frames = frames_of(catalog.frames, some["first_frame"], some["n_frames"])
        yield begin, _units(clip_sums(frames, some["n_frames"]))


def _units(sums: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return directions, in whole numbers of the length `_UNIT`; zeros stay zeros."""
    values = sums.astype(np.float64)
    # Added one by one: what a library adds in which order differs from machine to machine.
    squared = np.zeros(len(values))
    for column in values.T:
        squared += column * column
    lengths = np.sqrt(np.where(squared > 0, squared, 1.0))
    return np.rint(values / lengths[:, None] * _UNIT).astype(np.int64)


def _pairs(catalog: Catalog, begin: int, n_clips: int) -> slice:
    """Return where the labels of some clips lie."""
    bounds = catalog.label_offsets
    return slice(int(bounds[begin]), int(bounds[begin + n_clips]))


def _nearest(
    classes: NDArray[np.int64], owners: NDArray[np.int64], near: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return each class's nearest clips, shape (527, 3), -1 where there are fewer."""
    order = np.lexsort((owners, -near, classes))
    bounds = offsets(np.bincount(classes, minlength=N_CLASSES))
    rows = np.full((N_CLASSES, REPRESENTATIVES), -1, np.int64)
    for index in range(N_CLASSES):
        best = owners[order[bounds[index] : bounds[index + 1]][:REPRESENTATIVES]]
        rows[index, : len(best)] = best
    return rows


def _clips(catalog: Catalog, rows: NDArray[np.int64]) -> Clips:
    chosen = catalog.clips[rows]
    counts = chosen["n_frames"].astype(np.int64)
    sums = clip_sums(frames_of(catalog.frames, chosen["first_frame"], counts), counts)
    means = (2 * (sums + CENTRE * counts[:, None]) + counts[:, None]) // (2 * counts[:, None])
    frames: UInt8 = means.astype(np.uint8)
    return Clips(
        video_ids=chosen["video_id"],
        start_s=chosen["start_s"],
        end_s=chosen["end_s"],
        is_youtube_id=chosen["is_youtube_id"],
        n_labels=chosen["n_labels"].astype(np.int64),
        n_frames=np.ones(len(rows), np.int64),
        label_indices=catalog.label_indices[spans(chosen["first_label"], chosen["n_labels"])],
        frames=frames,
        visual=np.empty((len(rows), 0), np.int8),
    )
