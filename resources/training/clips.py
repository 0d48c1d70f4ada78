"""Real clips of AudioSet to learn from: VGGish's frames, labels closed upwards, and the split."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.ontology import Ontology
from core.catalog.records.audioset import N_CLASSES
from core.options import CatalogKind
from core.types import EMBEDDING_SIZE, Float32, UInt8
from core.vectors import clip_vectors
from resources.training.sounds import SPLITS, split_of

MOST_FRAMES = 10


@dataclass(frozen=True)
class TrainingClips:
    """The clips of `bal_train`.

    Attributes
    ----------
    video_ids : bytes-string array, shape (C,)
    frames : uint8 array, shape (C, 10, 128)
        Zeros behind a clip's last frame.
    n_frames : int64 array, shape (C,)
    labels : bool array, shape (C, 527)
        As people gave them.
    vectors : float32 array, shape (C, 128)
        The direction of the centred mean, length 1.
    split : int8 array, shape (C,)
        0 train, 1 validation, 2 test, by video id.
    """

    video_ids: NDArray[np.bytes_]
    frames: UInt8
    n_frames: NDArray[np.int64]
    labels: NDArray[np.bool_]
    vectors: Float32
    split: NDArray[np.int8]

    def rows(self, *splits: str) -> NDArray[np.int64]:
        """Return the rows of these splits: "train", "validation", "test"."""
        return np.flatnonzero(np.isin(self.split, [SPLITS.index(name) for name in splits]))


def ancestors() -> NDArray[np.bool_]:
    """Return which class (column) is above or equal to which (row), bool, shape (527, 527)."""
    ontology = Ontology.load()
    above = np.eye(N_CLASSES, dtype=bool)
    for index in range(N_CLASSES):
        over = [node.index for node in ontology.ancestors(ontology.node_of(index))]
        above[index, [number for number in over if number is not None]] = True
    return above


def closed(labels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return labels (C, 527) with all classes above them."""
    return np.asarray(labels.astype(np.float32) @ ancestors().astype(np.float32) > 0)


def load_clips(archive: Path, cache: Path) -> TrainingClips:
    """Read `bal_train` from (a part of) AudioSet's released features; keep it in `cache`."""
    kept = cache / "clips.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(kept, allow_pickle=False, **_read(archive))
    with np.load(kept) as stored:
        columns = dict(stored)
    names = (key.decode() for key in columns["video_ids"])
    return TrainingClips(**columns, split=np.array([split_of(name) for name in names], np.int8))


def _read(archive: Path) -> dict[str, NDArray[Any]]:
    from core.catalog.build.build import build_catalog

    with tempfile.TemporaryDirectory() as folder:
        clips = Path(folder) / "clips"
        catalog = build_catalog(clips, CatalogKind.AUDIOSET, [archive], splits=["bal_train"])
        count = catalog.clips["n_frames"].astype(np.int64)
        frames = np.zeros((len(count), MOST_FRAMES, EMBEDDING_SIZE), np.uint8)
        frames[np.arange(MOST_FRAMES) < count[:, None]] = catalog.frames
        labels = np.zeros((len(count), N_CLASSES), bool)
        owners = np.repeat(np.arange(len(count)), np.diff(catalog.label_offsets))
        labels[owners, catalog.label_indices] = True
        return {
            "video_ids": np.array(catalog.clips["video_id"]),
            "frames": frames,
            "n_frames": count,
            "labels": labels,
            "vectors": clip_vectors(np.array(catalog.frames), count),
        }
