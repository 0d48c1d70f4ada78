"""Data that the tests make themselves: sounds, a PCA, an AudioSet and a YouTube-8M, all seeded.

They have the official files' layouts, shapes and habits (shards named by the first letters of
their ids, clips of ten frames and a few shorter ones, labels of all seven roots of the ontology),
so that what reads the real ones reads these.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

from core.catalog.ontology import Node, Ontology
from tests.record_writers import clip_record, frame_record, quickly_framed, video_record

N_BALANCED_SHARDS, N_UNBALANCED_SHARDS = 400, 3
CLIPS_A_BALANCED_SHARD, CLIPS_AN_UNBALANCED_SHARD = 5, 320
N_CLIPS = (
    N_BALANCED_SHARDS * CLIPS_A_BALANCED_SHARD + N_UNBALANCED_SHARDS * CLIPS_AN_UNBALANCED_SHARD
)
N_VIDEOS = 1600
LETTERS = string.ascii_letters + string.digits + "-_"


def write_sounds(folder: Path) -> Path:
    """Write sounds of several kinds, rates and channels, and return the folder.

    barks.wav
        Eleven seconds of bursts of noise and buzz, 44,100 Hz, stereo.
    rain.wav
        Eleven seconds of steady noise, 44,100 Hz, mono.
    piano.wav
        Struck tones that fade, 44,100 Hz, mono.
    siren.wav
        A tone that rises and falls, 48,000 Hz, mono.
    typing.wav
        Irregular clicks, 16,000 Hz, mono.
    """
    random = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)

    def times_s(duration_s: float, rate_hz: int) -> np.ndarray:
        return np.arange(round(duration_s * rate_hz)) / rate_hz

    at = times_s(11, 44_100)
    burst = np.clip(np.sin(2 * np.pi * 1.4 * at), 0, None) ** 6
    voice = np.sign(np.sin(2 * np.pi * 420 * at)) + random.normal(0, 0.7, len(at))
    barks = 0.3 * burst * voice + random.normal(0, 0.002, len(at))
    soundfile.write(folder / "barks.wav", np.stack([barks, 0.8 * barks], axis=1), 44_100)

    soundfile.write(folder / "rain.wav", 0.15 * random.normal(0, 1, 11 * 44_100), 44_100)

    at = times_s(5, 44_100)
    piano = np.zeros(len(at))
    for number, tone_hz in enumerate((262, 330, 392, 523, 440, 349, 294, 247)):
        since_s = at - 0.6 * number
        struck = np.where(since_s >= 0, np.exp(-4 * np.clip(since_s, 0, None)), 0)
        for overtone in (1, 2, 3, 4):
            piano += 0.2 / overtone * struck * np.sin(2 * np.pi * tone_hz * overtone * at)
    soundfile.write(folder / "piano.wav", 0.8 * piano, 44_100)

    at = times_s(6, 48_000)
    phase = 2 * np.pi * (900 * at - 400 / np.pi * np.cos(np.pi * at))
    soundfile.write(folder / "siren.wav", 0.5 * np.sin(phase), 48_000)

    typing = random.normal(0, 0.001, 5 * 16_000)
    for begin in random.integers(0, len(typing) - 400, 30):
        typing[begin : begin + 400] += random.normal(0, 0.3, 400) * np.exp(-np.arange(400) / 60)
    soundfile.write(folder / "typing.wav", np.clip(typing, -1, 1), 16_000)
    return folder


def write_pca(path: Path) -> Path:
    """Write PCA parameters in the official file's layout: orthogonal rows, ever longer."""
    random = np.random.default_rng(8)
    orthogonal, _ = np.linalg.qr(random.normal(size=(128, 128)))
    # The official rows have lengths from 0.5 to 45, since they whiten.
    rows = orthogonal * np.geomspace(0.5, 45, 128)[:, None]
    np.savez(path, pca_eigen_vectors=rows, pca_means=random.normal(-0.16, 0.28, 128))
    return path


def audioset_members() -> dict[str, bytes]:
    """Return an AudioSet in shards, by their names in the official archive."""
    random = np.random.default_rng(9)
    names = sorted(one + other for one in LETTERS for other in LETTERS)
    chosen = random.permutation(names)[: N_BALANCED_SHARDS + N_UNBALANCED_SHARDS].tolist()
    chosen[0] = "--"  # ids that begin with a minus sign need care on a command line
    clips = _Clips(random)
    members = {}
    for number, name in enumerate(chosen):
        is_balanced = number < N_BALANCED_SHARDS
        n_clips = CLIPS_A_BALANCED_SHARD if is_balanced else CLIPS_AN_UNBALANCED_SHARD
        split = "bal_train" if is_balanced else "unbal_train"
        data = b"".join(quickly_framed(clips.record(name)) for _ in range(n_clips))
        members[f"audioset_v1_embeddings/{split}/{name}.tfrecord"] = data
    return members


class _Clips:
    """Makes clips whose frames tell of their class."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._ontology = Ontology.load()
        # What belongs together in the ontology sounds related.
        roots = {root.id: random.normal(0, 0.4, 128) for root in self._ontology.roots}
        self._sounds = np.empty((len(self._ontology.names), 128))
        for index in range(len(self._sounds)):
            near = [roots[each.id] for each in self._around(index) if each.id in roots]
            self._sounds[index] = np.mean(near, axis=0) + random.normal(0, 0.5, 128)

    def _around(self, index: int) -> list[Node]:
        """Return a class's node and all above it."""
        ontology = self._ontology
        return [node for node in ontology.nodes.values() if index in ontology.below(node)]

    def record(self, shard: str) -> bytes:
        """Return the record of a clip."""
        random = self._random
        index = int(random.integers(len(self._sounds)))
        labels = {index}
        if random.random() < 0.5:
            labels |= {node.index for node in self._around(index) if node.index is not None}
        # Most videos have speech or music beside what they show.
        labels |= {other for other in (0, 137) if random.random() < 0.25}
        n_frames = 10 if random.random() < 0.95 else int(random.integers(1, 10))
        center = self._sounds[sorted(labels)].mean(axis=0) + random.normal(0, 0.4, 128)
        frames = quantised(center + random.normal(0, 0.7, (n_frames, 128)))
        start_s = float(random.integers(0, 60) * 10)
        video_id = shard + "".join(random.choice(list(LETTERS), 9))
        return clip_record(video_id.encode(), start_s, start_s + n_frames, sorted(labels), frames)


def quantised(values: np.ndarray) -> np.ndarray:
    """Return numbers from -2 to 2 in 8 bits, as AudioSet was released."""
    return ((np.clip(values, -2, 2) + 2) * 63.75).astype(np.uint8)


def write_youtube8m(folder: Path) -> Path:
    """Write version 1 and version 2 of a YouTube-8M, and two videos at frame level.

    ``v2_video`` has ids of four letters, pictures and labels; of ``v1_video``, one shard has
    YouTube's own ids, the other numbers and no labels; ``frame_sample`` has a video a file.
    """
    random = np.random.default_rng(10)
    keys = random.permutation([a + b for a in LETTERS[:60] for b in LETTERS[:60]])
    for shard in range(4):
        of_shard = keys[shard * N_VIDEOS // 4 : (shard + 1) * N_VIDEOS // 4]
        records = [_video(random, id=f"{key}{'ab'[shard % 2]}Z") for key in of_shard]
        _write(folder / "v2_video" / f"validate{shard:04}.tfrecord", records)
    own = [_video(random, video_id="".join(random.choice(list(LETTERS), 11))) for _ in range(300)]
    _write(folder / "v1_video" / "validatea0.tfrecord", own)
    numbered = [
        _video(random, video_id=str(number), is_labelled=False)
        for number in random.integers(100_000_000, 1_000_000_000, 300)
    ]
    _write(folder / "v1_video" / "testa0.tfrecord", numbered)
    for name, key in (("a", "id"), ("b", "video_id")):
        context = {key: f"{name}{name}{name}{name}".encode(), "labels": [3, 9]}
        audio, rgb = (random.integers(0, 256, (30, n), dtype=np.uint8) for n in (128, 1024))
        records = [frame_record(list(map(bytes, audio)), list(map(bytes, rgb)), **context)]
        _write(folder / "frame_sample" / f"{name}.tfrecord", records)
    return folder


def _video(random: np.random.Generator, is_labelled: bool = True, **key: str) -> bytes:
    # Few labels have most of the videos.
    labels = np.unique((3862 * random.random(int(random.integers(1, 5))) ** 6).astype(int))
    mean = random.normal(0, 0.5, 1024) / np.sqrt(np.arange(1, 1025))
    return video_record(
        **{name: value.encode() for name, value in key.items()},
        labels=labels.tolist() if is_labelled else [],
        mean_audio=random.normal(0, 0.6, 128).tolist(),
        mean_rgb=mean.tolist(),
    )


def _write(path: Path, records: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(quickly_framed, records)))
