"""Ask of each label of `bal_train` whether a tagger that did not see the clip is sure of it.

python -m resources.training.sure_labels FEATURES.tar.gz CACHE

CACHE is that of `resources.training.train_tagger`, with `tagger_split.npz`. The clips are parted
into five by video id; each part is judged by a tagger that learned from the four others. Writes
`CACHE/sure_labels.npz`, which is shipped:

threshold : float32 (527,)
    The score that one in twenty of the clips without a class has.
balanced : uint8
    A bit for each label of the balanced catalogue: whether its score is as high.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import torch

from core.catalog.balanced import NAME, SURE_FORMAT
from core.tagging.tagger import Tagger
from core.tagging.weights import shipped
from core.types import EMBEDDING_SIZE, Float32
from core.vectors import mean_frames
from resources.npz import npz
from resources.training.clips import N_CLASSES, TrainingClips, closed, load_clips
from resources.training.train_tagger import SEEDS, stored, trained

PARTS = 5
WRONGLY_SURE = 0.05


def part_of(video_id: bytes) -> int:
    """Return the part, 0 to 4, that a video's clips are in."""
    return hashlib.sha256(b"part " + video_id).digest()[0] % PARTS


def unseen_scores(clips: TrainingClips, cache: Path) -> Float32:
    """Return the scores (C, 527) of each clip's mean frame by the tagger that did not see it."""
    with np.load(cache / "tagger_split.npz") as found:
        slope, shift = found["calibration"].tolist()
    part = np.array([part_of(key) for key in clips.video_ids])
    there = np.arange(clips.frames.shape[1]) < clips.n_frames[:, None]
    frames = mean_frames(clips.frames[there].reshape(-1, EMBEDDING_SIZE), clips.n_frames)
    scores = np.zeros(clips.labels.shape, np.float32)
    for number in range(PARTS):
        folder = cache / f"without_{number}"
        folder.mkdir(exist_ok=True)
        taggers = [trained(clips, np.flatnonzero(part != number), SEEDS[0], folder)]
        weights = folder / "tagger.npz"
        weights.write_bytes(npz(stored(taggers, (slope, shift))))
        scores[part == number] = Tagger(weights).frame_scores(frames[part == number])
    return scores


def main(archive: Path, cache: Path) -> None:
    """Train five taggers, have each judge what it did not see, and write the file."""
    torch.set_num_threads(1)
    clips = load_clips(archive, cache)
    scores = unseen_scores(clips, cache)
    have = closed(clips.labels)
    threshold = np.array(
        [np.quantile(scores[~have[:, i], i], 1 - WRONGLY_SURE) for i in range(N_CLASSES)],
        np.float32,
    )
    with np.load(shipped(NAME)) as stored_clips:
        ids, counts, label = (stored_clips[name] for name in ("video_id", "n_labels", "label"))
    if (ids != clips.video_ids).any():
        sys.exit(f"{NAME} has other clips.")
    owners = np.repeat(np.arange(len(counts)), counts)
    is_sure = scores[owners, label] >= threshold[label]
    print(f"sure: {is_sure.mean():.3f} of {len(label):,} labels")
    (cache / "sure_labels.npz").write_bytes(
        npz(
            {
                "format": np.array(SURE_FORMAT, np.int64),
                "threshold": threshold,
                "balanced": np.packbits(is_sure),
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
