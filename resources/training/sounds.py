"""The sounds to learn from: log-mel frames of every clip, the teacher's scores, and the split.

Decoding and transforming 479 minutes takes two minutes, so the frames are kept in a cache.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from core.audio.logmel import HOP, LOG_OFFSET, PATCH_FRAMES, log_mel_frames
from core.types import Float32

N_CLASSES = 527
WINDOW_SAMPLES = 15_600
"""What the teacher takes: the samples of exactly one patch."""

LEAST_MEL = 1e-4
"""Magnitudes are kept as logarithms in 16 bits, from here on: the teacher adds 0.001 to them."""

SPLITS = ("train", "validation", "test")
_SHARES = (0.8, 0.9)


@dataclass(frozen=True)
class Sounds:
    """All clips and what the teacher says of each window.

    Attributes
    ----------
    frames : float16 array, shape (F, 64)
        Natural log of mel magnitude + 0.0001, one row every 10 ms, clip after clip.
    first_frame : int64 array, shape (C + 1,)
        Where each clip's frames begin; the last entry is F.
    names : tuple of str
        The clips' source files, which tell something of what is in them.
    split : int8 array, shape (C,)
        0 train, 1 validation, 2 test; clips of one source file are in one split.
    clip : int64 array, shape (W,)
        Each window's clip.
    first : int64 array, shape (W,)
        Each window's first frame among `frames`.
    scores : float16 array, shape (W, 527)
        The teacher's; 0 for the six classes that it lacks.
    """

    frames: NDArray[np.float16]
    first_frame: NDArray[np.int64]
    names: tuple[str, ...]
    split: NDArray[np.int8]
    clip: NDArray[np.int64]
    first: NDArray[np.int64]
    scores: NDArray[np.float16]

    @property
    def source_of_clip(self) -> NDArray[np.int64]:
        """A number for each clip's source file, int64, shape (C,)."""
        return np.unique(self.names, return_inverse=True)[1].astype(np.int64)

    def windows(self, split: str) -> NDArray[np.int64]:
        """Return the rows of the windows of a split: "train", "validation" or "test"."""
        return np.flatnonzero(self.split[self.clip] == SPLITS.index(split))

    def patches(self, windows: NDArray[np.int64]) -> Float32:
        """Return windows as the network's input, float32, shape (N, 96, 64)."""
        mel = self.magnitudes(self.first[windows])
        found: Float32 = np.log(mel + np.float32(LOG_OFFSET))
        return found

    def magnitudes(self, first: NDArray[np.int64]) -> Float32:
        """Return the mel magnitudes of the 96 frames from each of these on, float32."""
        logs = self.frames[first[:, None] + np.arange(PATCH_FRAMES)].astype(np.float32)
        found: Float32 = np.maximum(np.exp(logs) - np.float32(LEAST_MEL), 0)
        return found


def split_of(source_file: str) -> int:
    """Return the split of a source file: the same on every machine and for every order."""
    number = int.from_bytes(hashlib.sha256(source_file.encode()).digest()[:8], "big") / 2**64
    return int(np.searchsorted(_SHARES, number, side="right"))


def load_sounds(folder: Path, cache: Path) -> Sounds:
    """Read `clips.csv`, `clips.tar` and `teacher_scores.npz`; keep the frames in `cache`."""
    with (folder / "clips.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    frames, first_frame = _frames(folder / "clips.tar", [row["file"] for row in rows], cache)
    with np.load(folder / "teacher_scores.npz") as teacher:
        clip = teacher["clip"].astype(np.int64)
        first = first_frame[clip] + teacher["start_sample"].astype(np.int64) // HOP
        scores = np.zeros((len(clip), N_CLASSES), np.float16)
        np.put_along_axis(scores, teacher["top_class"].astype(np.int64), teacher["top_score"], 1)
    names = tuple(f"{row['source']}/{row['source_file']}" for row in rows)
    split = np.array([split_of(name) for name in names], np.int8)
    return Sounds(frames, first_frame, names, split, clip, first, scores)


def _frames(
    archive: Path, files: list[str], cache: Path
) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    kept = cache / "frames.npz"
    if not kept.exists():
        of_file = {}
        with tarfile.open(archive) as clips:
            for member in clips:
                content = clips.extractfile(member)
                if content is None:
                    continue
                samples, _ = soundfile.read(io.BytesIO(content.read()), dtype="float32")
                samples = np.pad(samples, (0, max(0, WINDOW_SAMPLES - len(samples))))
                mel = np.exp(log_mel_frames(samples)) - np.float32(LOG_OFFSET)
                logs = np.log(np.maximum(mel, 0) + np.float32(LEAST_MEL))
                of_file[Path(member.name).name] = logs.astype(np.float16)
        each = [of_file[name] for name in files]
        first_frame = np.cumsum([0] + [len(frames) for frames in each])
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(kept, frames=np.concatenate(each), first_frame=first_frame)
    with np.load(kept) as stored:
        return stored["frames"], stored["first_frame"]
