"""How good the tagger and the ranking by sound and meaning are, on clips that training did not see.

python -m benchmarks.quality FEATURES.tar.gz CACHE

CACHE is that of `resources.training.train_tagger`, with `tagger_split.npz`: a tagger that learned
from the training split of `bal_train` and was calibrated on the validation split. Queries are the
clips of the test split; they look among all others. Prints the tables of `docs/quality.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.tagging.ranking import MEANING, LabelVectors, is_close, tag_direction
from core.tagging.tagger import Tagger
from core.tagging.tags import N_CLASSES
from core.types import EMBEDDING_SIZE, Float32, UInt8
from core.vectors import clip_vectors, quantise
from resources.training.clips import TrainingClips, closed, load_clips

WEIGHTS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


def directions_of(labels: Flags) -> Float32:
    """Return the unit vectors of clips' labels, bool (C, 527), as `core.tagging.ranking` does."""
    vectors = LabelVectors.of(np.nonzero(labels)[1], np.cumsum([0, *labels.sum(1)]))
    directions = np.zeros(labels.shape, np.float32)
    owners = np.repeat(np.arange(len(labels)), np.diff(vectors.first))
    directions[owners, vectors.classes] = vectors.values
    return directions


def nearest(scores: Float32, k: int = 10) -> Rows:
    """Return the columns of the k best scores of each row, best first, ties by number."""
    near = np.sort(np.argpartition(-scores, 5 * k, axis=1)[:, : 5 * k], axis=1)
    order = np.argsort(-np.take_along_axis(scores, near, 1), axis=1, kind="stable")
    return np.take_along_axis(near, order[:, :k], 1)


def ranking_figures(best: Rows, wanted: Flags, labels: Flags) -> dict[str, float]:
    """Return P@1, P@5, mAP@10 and macro P@5 of the best candidates (Q, 10) of queries.

    A hit has a label in common; for macro P@5 it has the class, and each class counts the same.
    """
    found = labels[best]
    hits = np.any(found & wanted[:, None], axis=2)
    precision = np.cumsum(hits, 1) / np.arange(1, 11)
    average = (precision * hits).sum(1) / np.maximum(hits.sum(1), 1)
    share = found[:, :5].mean(1)
    has = [np.flatnonzero(wanted[:, index]) for index in range(N_CLASSES)]
    classes = [share[rows, index].mean() for index, rows in enumerate(has) if len(rows)]
    return {
        "P@1": float(hits[:, 0].mean()),
        "P@5": float(hits[:, :5].mean()),
        "mAP@10": float(average.mean()),
        "macro P@5": float(np.mean(classes)),
    }


def mean_average_precision(scores: Float32, labels: Flags) -> float:
    """Return the mean over classes of the average precision of scores (C, 527)."""
    found = []
    for index in np.flatnonzero(labels.any(0)):
        hits = labels[np.argsort(-scores[:, index], kind="stable"), index]
        places = np.flatnonzero(hits)
        found.append(((np.arange(len(places)) + 1) / (places + 1)).mean())
    return float(np.mean(found))


def reliability(scores: Float32, labels: Flags, least: float) -> Iterator[tuple[float, float, int]]:
    """Yield (mean score, share that have the label, number) of scores in ten steps from `least`."""
    flat, has = scores.ravel(), labels.ravel()
    flat, has = flat[flat >= least], has[flat >= least]
    step = np.minimum((flat * 10).astype(int), 9)
    for number in range(10):
        if (inside := step == number).any():
            yield float(flat[inside].mean()), float(has[inside].mean()), int(inside.sum())


def expected_error(scores: Float32, labels: Flags, least: float) -> float:
    """Return the expected calibration error of all scores from `least` on."""
    rows = list(reliability(scores, labels, least))
    return sum(abs(mean - share) * n for mean, share, n in rows) / sum(n for *_, n in rows)


class Study:
    """Both parts of the score for the queries of one split among the clips of others."""

    def __init__(self, clips: TrainingClips, tagger: Tagger, query: Rows, among: Rows) -> None:
        tags = [tagger.tags(clips.frames[row, : clips.n_frames[row]]).whole for row in query]
        self.tags = np.stack(tags)
        self.wanted, self.labels = clips.labels[query], clips.labels[among]
        self.cosine = clips.vectors[query] @ clips.vectors[among].T
        directions = np.stack([tag_direction(whole) for whole in self.tags])
        self.agreement = directions @ directions_of(self.labels).T

    def figures(self, meaning: float) -> dict[str, float]:
        """Return the figures of a ranking."""
        scores = (1 - meaning) * self.cosine + meaning * self.agreement
        return ranking_figures(nearest(scores), self.wanted, self.labels)


def frames_of_nothing(clips: TrainingClips, n: int = 200) -> dict[str, UInt8]:
    """Return made frames (n, 10, 128) that no sound has: VGGish itself is not at hand here."""
    rng = np.random.default_rng(13)
    real = clips.frames[clips.rows("test")][:n]
    return {
        "bytes drawn evenly": rng.integers(0, 256, (n, 10, 128)).astype(np.uint8),
        "whitened noise": quantise(rng.standard_normal((n, 10, 128))),
        "one frame of whitened noise, held": np.repeat(
            quantise(rng.standard_normal((n, 128)))[:, None], 10, axis=1
        ),
        "real frames, components shuffled": np.stack([f[:, rng.permutation(128)] for f in real]),
    }


def refused(cosine: Float32, agreements: Float32) -> Flags:
    """Return of which queries (rows) the program says that nothing is close."""
    best = zip(agreements.max(1).tolist(), cosine.max(1).tolist(), strict=True)
    return np.array([not is_close(meaning, sound) for meaning, sound in best])


def closeness(study: Study, clips: TrainingClips, tagger: Tagger, among: Rows) -> Iterator[str]:
    """Yield how often "no close match" is said of real clips and of frames of nothing."""
    best = nearest((1 - MEANING) * study.cosine + MEANING * study.agreement)[:, 0]
    right = (study.labels[best] & study.wanted).any(1)
    said = refused(study.cosine, study.agreement)
    yield "\n| queries | “no close match” |\n|---|---|"
    yield f"| real clips | {said.mean():.3f} |"
    yield f"| … whose first match has a label in common | {said[right].mean():.3f} |"
    yield f"| … whose first match has none | {said[~right].mean():.3f} |"
    directions = directions_of(study.labels)
    for name, frames in frames_of_nothing(clips).items():
        vectors = clip_vectors(frames.reshape(-1, EMBEDDING_SIZE), np.full(len(frames), 10))
        tags = np.stack([tag_direction(tagger.tags(each).whole) for each in frames])
        said = refused(vectors @ clips.vectors[among].T, tags @ directions.T)
        yield f"| {name} | {said.mean():.3f} |"


def table(rows: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    columns = list(next(iter(rows.values())))
    yield "| | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for name, figures in rows.items():
        yield f"| {name} | " + " | ".join(f"{figures[key]:.3f}" for key in columns) + " |"


def report(archive: Path, cache: Path) -> Iterator[str]:
    """Yield the lines of all tables."""
    clips = load_clips(archive, cache)
    tagger = Tagger(cache / "tagger_split.npz")
    validation = Study(clips, tagger, clips.rows("validation"), clips.rows("train"))
    yield f"## The weight, on {len(validation.wanted):,} clips of the validation split\n"
    yield from table({f"meaning {w:.2f}": validation.figures(w) for w in WEIGHTS})
    test = Study(clips, tagger, clips.rows("test"), clips.rows("train", "validation"))
    queries, among = test.cosine.shape
    yield f"\n## Ranking: {queries:,} clips of the test split among {among:,} others\n"
    ways = {"sound": 0.0, "meaning": 1.0, f"both (meaning {MEANING})": MEANING}
    yield from table({name: test.figures(weight) for name, weight in ways.items()})
    yield "\n## “No close match”, on the same clips"
    yield from closeness(test, clips, tagger, clips.rows("train", "validation"))
    above = closed(test.wanted)
    yield "\n## The tagger, on the same clips\n"
    yield f"mAP over classes: {mean_average_precision(test.tags, test.wanted):.3f} for labels as "
    yield f"they are, {mean_average_precision(test.tags, above):.3f} for labels closed upwards."
    for least in (0.0, 0.05):
        error = expected_error(test.tags, above, least)
        yield f"Expected calibration error of scores from {least} on: {error:.4f}."
    yield "\n| mean score | share that have the label | scores |\n|---|---|---|"
    for mean, share, n in reliability(test.tags, above, 0.0):
        yield f"| {mean:.3f} | {share:.3f} | {n:,} |"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    for line in report(Path(sys.argv[1]), Path(sys.argv[2])):
        print(line, flush=True)
