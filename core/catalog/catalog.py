"""The catalogue on disk: a folder that is written once, then only read.

=============  ==================================================================================
catalog.json   format version, source, filters, model, counts, and every other file's checksum
clips.parquet  for people and other programs: one row a clip, labels as a list of class indices
clips.npy      the same columns for this program, memory-mapped: importing a Parquet reader takes
               60 ms at best and seconds from a cold disk, and a window would feel it
labels.npy     int16, the class indices of all clips, one clip after the other
frames.npy     uint8 (F, 128), all post-processed embeddings, one clip after the other
vectors.npy    int8 (C, 128), the direction of each clip's centred mean: divide by the length
visual.npy     int8 (C, D), only of YouTube-8M and on request: what the pictures look like
tags.npy       uint16 (C, 8), of YouTube-8M and own sounds: what is heard, see `packed_tags`
sure.npy       bool (L,), only of AudioSet: of which labels the tagger is sure
=============  ==================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.catalog import vocabulary
from core.catalog.arrays import opened_arrays
from core.catalog.classes import YOUTUBE8M_V1, class_indices, class_name, n_classes
from core.catalog.clips import offsets, spans
from core.catalog.manifest import (
    CLIPS,
    MANIFEST,
    CatalogManifest,
    check_files,
    damaged,
    manifest_text,
)
from core.catalog.ontology import Ontology
from core.catalog.replacing import readable_folder
from core.catalog.sound_files import SoundFiles
from core.catalog.structure import check_notes, check_structure
from core.errors import CatalogError
from core.filters import ClassIndex
from core.options import CatalogKind
from core.types import CLIP_HOP_S, EMBEDDING_SIZE, PATCH_HOP_S, Float32, UInt8
from core.vectors import clip_vectors, frames_of

if TYPE_CHECKING:
    import pandas as pd


_CLIPS_A_STEP = 50_000
_MOST_CATEGORIES = 25
_NO_VERTICAL = "(others)"


@dataclass(frozen=True, eq=False)
class Clip:
    """One clip of a catalogue.

    Attributes
    ----------
    video_id : str
        YouTube's eleven characters, if `is_youtube_id`; else only a key within its data set.
    start_s, end_s : float
        Span within the video, in seconds; both 0 where it is unknown.
    labels : tuple of str
        Class names.
    frames : uint8 array, shape (n, 128)
        Post-processed embeddings, one a second.
    """

    video_id: str
    is_youtube_id: bool
    start_s: float
    end_s: float
    labels: tuple[str, ...]
    frames: UInt8


@dataclass(frozen=True, eq=False)
class Catalog:
    """An opened catalogue of C clips, memory-mapped; open one with `Catalog.open`.

    Attributes
    ----------
    path : Path
        The folder.
    manifest : CatalogManifest
        What `catalog.json` says.
    clips : structured array, shape (C,)
        The columns of `clip_dtype`.
    label_indices : int16 array, shape (L,)
        Class indices of all clips; see `label_offsets`.
    frames : uint8 array, shape (F, 128)
    vectors : int8 array, shape (C, 128)
        The direction of each clip's centred mean, in 8 bits; see `core.vectors.clip_directions`.
    visual : int8 array, shape (C, D)
        What YouTube-8M's videos look like, as directions: divide by the length. D is 0 where the
        catalogue was built without.
    tags : uint16 array, shape (C, T)
        What is heard in clips without labels of AudioSet's; see `core.catalog.packed_tags`. T is 0
        where the catalogue has none.
    is_sure : bool array, shape (L,)
        Of which labels the tagger is sure; empty where nobody has asked it.
    """

    path: Path
    manifest: CatalogManifest
    clips: NDArray[np.void]
    label_indices: NDArray[np.int16]
    frames: UInt8
    vectors: NDArray[np.int8]
    visual: NDArray[np.int8]
    tags: NDArray[np.uint16]
    is_sure: NDArray[np.bool_]

    @classmethod
    def open(cls, path: Path, verify: bool = False) -> Catalog:
        """Open a catalogue, or say in one error what is wrong with it.

        Parameters
        ----------
        path : Path
            The folder.
        verify : bool
            Compare the checksums of all files, however large. Catalogues of up to 256 MB are
            always compared; of larger ones it is checked that their arrays fit each other.

        Raises
        ------
        CatalogError
            If there is no catalogue, or any of its files is missing, damaged or of another format.
        """
        folder, text = _located(path)
        try:
            return cls._open(folder, text, verify)
        except CatalogError:
            # A build may have put a new catalogue in this one's place while it was being opened.
            if _located(path)[1] == text:
                raise
            return cls.open(path, verify)

    @classmethod
    def _open(cls, folder: Path, text: str, verify: bool) -> Catalog:
        try:
            manifest = CatalogManifest.from_json(text)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise damaged(folder / MANIFEST, str(error)) from error
        check_files(folder, manifest, verify)
        arrays = opened_arrays(folder, manifest)
        id_width = arrays[0].dtype["video_id"].itemsize
        limit = n_classes(_vocabulary(manifest, id_width))
        check_structure(folder, arrays[0], arrays[1], manifest.n_frames, limit)
        tags, is_sure = arrays[-2:]
        check_notes(folder, tags, is_sure, n_classes(CatalogKind.AUDIOSET))
        if manifest.kind == CatalogKind.SOUNDS:
            SoundFiles.open(folder, manifest)
        return cls(folder, manifest, *arrays)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def model_id(self) -> str:
        """Identity of the model that made the vectors; compare it with the query's."""
        return self.manifest.model.id

    @property
    def model_name(self) -> str:
        """The model's name for people."""
        return self.manifest.model.name

    @cached_property
    def label_offsets(self) -> NDArray[np.int64]:
        """Begins of the clips' labels in `label_indices`, shape (C + 1,)."""
        return self._offsets("n_labels", 0, len(self.label_indices))

    @cached_property
    def frame_offsets(self) -> NDArray[np.int64]:
        """Begins of the clips' frames in `frames`, shape (C + 1,).

        What compiled code is told: it cannot change with the file, as `clips` can.
        """
        return self._offsets("n_frames", 1, len(self.frames))

    def _offsets(self, column: str, least: int, total: int) -> NDArray[np.int64]:
        counts = np.array(self.clips[column])
        found = offsets(counts)
        if counts.min(initial=least) < least or found[-1] != total:
            raise damaged(self.path / CLIPS, "it has changed since it was opened")
        return found

    def clip(self, row: int) -> Clip:
        """Return the clip at a row, 0 to C - 1."""
        record = dict(zip(self.clips.dtype.names or (), self.clips[row].item(), strict=True))
        first_label, first_frame = record["first_label"], record["first_frame"]
        labels = self.label_indices[first_label : first_label + record["n_labels"]]
        return Clip(
            video_id=record["video_id"].decode("ascii"),
            is_youtube_id=record["is_youtube_id"],
            start_s=record["start_s"],
            end_s=record["end_s"],
            labels=tuple(map(self.label_name, labels.tolist())),
            frames=self.frames[first_frame : first_frame + record["n_frames"]],
        )

    @cached_property
    def sound_files(self) -> SoundFiles:
        """The files of a catalogue of own sounds; raises CatalogError if it is another one."""
        return SoundFiles.open(self.path, self.manifest)

    def seconds_of_frames(self, start_s: float) -> tuple[float, float]:
        """Return when the first frame of a clip begins, and the seconds from one to the next."""
        if self.manifest.kind != CatalogKind.SOUNDS:
            return start_s, CLIP_HOP_S
        return math.ceil(round(start_s / PATCH_HOP_S, 6)) * PATCH_HOP_S, PATCH_HOP_S

    def find(self, video_id: str) -> NDArray[np.int64]:
        """Return the rows of a video's clips, in order; raise CatalogError if it has none."""
        wanted = np.bytes_(video_id.encode("utf-8", "replace"))
        # NumPy takes zero bytes at an end for padding.
        rows = np.flatnonzero((self.clips["video_id"] == wanted) & ("\0" not in video_id))
        if not len(rows):
            if self.manifest.kind == CatalogKind.SOUNDS:
                raise CatalogError(
                    f"The file {video_id!r} is not in this catalogue.",
                    "Give the path of one of its files, or match a file that is not in it.",
                )
            raise CatalogError(
                f"The video {video_id!r} is not in this catalogue.",
                "Give the id of one of the catalogue's videos, as a match shows it.",
            )
        return rows

    def unit_vectors(self, rows: slice = slice(None)) -> Float32:
        """Return clips' centred means as unit vectors, shape (n, 128), 512 bytes a clip."""
        clips = self.clips[rows]
        vectors = np.empty((len(clips), EMBEDDING_SIZE), np.float32)
        for begin in range(0, len(clips), _CLIPS_A_STEP):
            some = clips[begin : begin + _CLIPS_A_STEP]
            frames = frames_of(self.frames, some["first_frame"], some["n_frames"])
            vectors[begin : begin + len(some)] = clip_vectors(frames, some["n_frames"])
        return vectors

    def label_name(self, index: int) -> str:
        """Return the name of a class."""
        return class_name(self._vocabulary, index)

    def class_indices(self, names: Sequence[str]) -> frozenset[int]:
        """Return the indices of named classes and all below them; see `classes`."""
        return class_indices(self._vocabulary, names, self.tags.shape[1] > 0)

    @property
    def has_meaning(self) -> bool:
        """Whether labels of AudioSet's, or tags, say what is heard in the clips."""
        return self.manifest.kind != CatalogKind.YOUTUBE8M or self.tags.shape[1] > 0

    @property
    def knows_sure_labels(self) -> bool:
        """Whether it is known of which labels the tagger is sure."""
        return 0 < len(self.is_sure) == len(self.label_indices)

    def verticals(self) -> dict[str, frozenset[int]]:
        """Return the labels of each group of labels, which only YouTube-8M's version 2 has."""
        return vocabulary.verticals() if self._vocabulary == CatalogKind.YOUTUBE8M else {}

    def category_counts(self) -> list[tuple[str, int]]:
        """Return the top-level classes and how many clips have any class below each.

        AudioSet's seven roots, YouTube-8M's verticals, or the twenty-five most frequent labels of
        its version 1, which knows no groups; a clip of several counts with each.
        """
        index = ClassIndex(self.label_indices, self.label_offsets)
        counts = [(name, index.count(group)) for name, group in self._categories().items()]
        return sorted((pair for pair in counts if pair[1]), key=lambda pair: (-pair[1], pair[0]))

    def _categories(self) -> dict[str, frozenset[int]]:
        """Return the top-level classes with all that is below each."""
        if self._vocabulary == YOUTUBE8M_V1:
            own = np.bincount(self.label_indices, minlength=1)
            most = np.argsort(-own, kind="stable")[:_MOST_CATEGORIES]
            return {self.label_name(index): frozenset((index,)) for index in most.tolist()}
        if self.manifest.kind == CatalogKind.YOUTUBE8M:
            groups = vocabulary.verticals()
            found = np.flatnonzero(np.bincount(self.label_indices, minlength=1)).tolist()
            return {**groups, _NO_VERTICAL: frozenset(found).difference(*groups.values())}
        ontology = Ontology.load()
        return {root.name: ontology.below(root) for root in ontology.roots}

    @property
    def _vocabulary(self) -> str:
        """Whose class names are used."""
        return _vocabulary(self.manifest, self.clips.dtype["video_id"].itemsize)

    def to_dataframe(self, vectors: bool = False, rows: slice = slice(None)) -> pd.DataFrame:
        """Return one row a clip: video_id, start_s, end_s, labels, n_frames, is_youtube_id.

        A video of which only means over all seconds are known, as YouTube-8M's video level has
        them, has one frame, and 0 for start_s and end_s.

        Parameters
        ----------
        vectors : bool
            Add the columns v0 to v127: `unit_vectors`, whose products the search ranks by.
        rows : slice
            Of these clips only.
        """
        import pandas as pd

        clips = self.clips[rows]
        labels = self.label_indices[spans(clips["first_label"], clips["n_labels"])]
        names = [self.label_name(index) for index in labels.tolist()]
        frame = pd.DataFrame(
            {
                "video_id": clips["video_id"].astype(np.str_).astype(object),
                "start_s": clips["start_s"],
                "end_s": clips["end_s"],
                "labels": [names[a:b] for a, b in pairwise(offsets(clips["n_labels"]).tolist())],
                "n_frames": clips["n_frames"],
                "is_youtube_id": clips["is_youtube_id"],
            },
            index=pd.RangeIndex(len(self))[rows],
        )
        if not vectors:
            return frame
        columns = [f"v{index}" for index in range(EMBEDDING_SIZE)]
        return frame.join(pd.DataFrame(self.unit_vectors(rows), frame.index, columns))


def _located(path: Path) -> tuple[Path, str]:
    """Return the folder to read and the text of its manifest."""
    try:
        folder = readable_folder(path, MANIFEST)
    except OSError as error:
        raise damaged(path, error.strerror or str(error)) from error
    return folder, manifest_text(folder)


def _vocabulary(manifest: CatalogManifest, id_width: int) -> str:
    """Return whose class names are used; only YouTube-8M's version 2 has ids of four characters."""
    is_v1 = manifest.kind == CatalogKind.YOUTUBE8M and id_width > 4
    return YOUTUBE8M_V1 if is_v1 else manifest.kind
