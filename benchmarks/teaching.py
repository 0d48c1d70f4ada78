"""How many answers it takes to teach a class, simulated on real clips whose labels are hidden.

python -m benchmarks.teaching FEATURES.tar.gz CACHE

FEATURES.tar.gz is AudioSet's released features, or a part of them that has all of `bal_train`. The
clips fall into two halves by chance. For each of 50 classes with 20 to 90 clips in either half, a
person with a library of 2,000 other clips and those of the class in the first half marks five of
the class, then answers what is asked about, five clips at a time, as the labels say. How well the
class is told is measured on a library of the second half that nobody was asked about: labels are
incomplete there, so the figures are too low by what people left out. Prints the tables of
`docs/quality.md`.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.catalog.manifest import RELEASED_MODEL
from core.search.feedback import refined
from core.teaching.embedding_model import EmbeddingModel, background
from core.teaching.recognition import window_vectors
from core.teaching.taught_class import Example, TaughtClass
from core.teaching.training import LEAST_PRECISION, taught
from core.types import TAUGHT_HEARD, Float32
from core.vectors import clip_directions
from resources.training.clips import TrainingClips, closed, load_clips

N_CLASSES, N_OTHERS, N_FIRST, AT_ONCE = 50, 2000, 5, 5
STAGES = (0, 5, 10, 20, 40)
FEWEST, MOST = 20, 90
MODEL = EmbeddingModel(RELEASED_MODEL.id, RELEASED_MODEL.name)
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
Scores = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Library:
    """Clips, and which of them are of a class."""

    rows: Rows
    is_member: Flags


class Person:
    """Someone who answers as the labels say."""

    def __init__(self, clips: TrainingClips, library: Library, random: np.random.Generator) -> None:
        self._clips, self._library = clips, library
        first = random.choice(np.flatnonzero(library.is_member), N_FIRST, replace=False)
        self.answered: list[int] = first.tolist()
        self.n_found = 0

    def answer(self, places: Rows) -> None:
        """Answer for clips of the library."""
        self.answered += places.tolist()
        self.n_found += int(self._library.is_member[places].sum())

    @property
    def examples(self) -> list[Example]:
        """The answers so far."""
        found = []
        for place in self.answered:
            row = int(self._library.rows[place])
            n = int(self._clips.n_frames[row])
            direction = clip_directions(self._clips.frames[row, :n], np.array([n]))[0]
            is_member = bool(self._library.is_member[place])
            found.append(Example(str(row), 0.0, 10.0, direction, is_member))
        return found


Judge = Callable[[Person], Callable[[Float32], Scores]]
Pick = Callable[[Scores, np.random.Generator], Rows]


def by_regression(others: Float32) -> Judge:
    """Return what judges clips as the program does."""

    def judge(person: Person) -> Callable[[Float32], Scores]:
        learned = taught("class", MODEL, person.examples, others)
        return learned.scores

    return judge


def by_rocchio(person: Person) -> Callable[[Float32], Scores]:
    """Judge clips as *More like these* does, from the first example on."""
    given = person.examples
    more = [example.direction.astype(np.int64) for example in given if example.is_member]
    less = [example.direction.astype(np.int64) for example in given if not example.is_member]
    direction = refined(np.sum(more, axis=0), more, less).astype(np.float64)
    return lambda vectors: vectors @ direction


def likeliest(scores: Scores, random: np.random.Generator) -> Rows:
    """Pick the clips that are most surely of the class."""
    return np.argsort(-scores, kind="stable")[:AT_ONCE]


def most_uncertain(scores: Scores, random: np.random.Generator) -> Rows:
    """Pick the clips nearest to the threshold."""
    return np.argsort(np.abs(scores - TAUGHT_HEARD), kind="stable")[:AT_ONCE]


def at_random(scores: Scores, random: np.random.Generator) -> Rows:
    """Pick any clips."""
    return random.choice(len(scores), AT_ONCE, replace=False)


def recall_at_precision(scores: Scores, is_member: Flags) -> float:
    """Return the largest recall at which the precision is `LEAST_PRECISION`."""
    hits = np.cumsum(is_member[np.argsort(-scores, kind="stable")])
    good = np.flatnonzero(hits / np.arange(1, len(hits) + 1) >= LEAST_PRECISION)
    return float(hits[good[-1]] / is_member.sum()) if len(good) else 0.0


def library(labels: Flags, half: Rows, index: int, random: np.random.Generator) -> Library:
    """Return the clips of a class in a half, and others."""
    is_member = labels[half, index]
    others = random.choice(half[~is_member], N_OTHERS, replace=False)
    rows = np.concatenate([half[is_member], others])
    return Library(rows, labels[rows, index])


def main(archive: Path, cache: Path) -> None:
    """Print the tables."""
    clips = load_clips(archive, cache)
    labels = closed(clips.labels)
    halves = np.array_split(np.random.default_rng(0).permutation(len(labels)), 2)
    counts = np.array([labels[half].sum(axis=0) for half in halves])
    fitting = np.flatnonzero(((counts >= FEWEST) & (counts <= MOST)).all(axis=0))
    classes = np.random.default_rng(1).choice(fitting, N_CLASSES, replace=False).tolist()
    others = background(MODEL)
    ways: dict[str, tuple[Judge, Pick]] = {
        "regression, likeliest asked": (by_regression(others), likeliest),
        "regression, most uncertain asked": (by_regression(others), most_uncertain),
        "regression, random order": (by_regression(others), at_random),
        "Rocchio, likeliest asked": (by_rocchio, likeliest),
    }
    print("way | answers | examples found | recall at 0.8 | found in all")
    judged: list[tuple[TaughtClass, Library]] = []
    for name, (judge, pick) in ways.items():
        found = defaultdict(list)
        for index in classes:
            random = np.random.default_rng(index)
            own, unseen = (library(labels, half, index, random) for half in halves)
            person, n_asked = Person(clips, own, random), 0
            for stage in STAGES:
                while n_asked < stage:
                    left = np.setdiff1d(np.arange(len(own.rows)), person.answered)
                    scores = judge(person)(clips.vectors[own.rows[left]])
                    person.answer(left[pick(scores, random)])
                    n_asked += AT_ONCE
                scores = judge(person)(clips.vectors[unseen.rows])
                recall = recall_at_precision(scores, unseen.is_member)
                left = np.setdiff1d(np.arange(len(own.rows)), person.answered)
                rest = own.is_member[left]
                more = 0.0
                if rest.any():
                    scores = judge(person)(clips.vectors[own.rows[left]])
                    more = recall_at_precision(scores, rest) * rest.sum()
                share = (person.n_found + more) / (own.is_member.sum() - N_FIRST)
                found[stage].append((person.n_found, recall, share))
            if name.endswith("likeliest asked") and judge is not by_rocchio:
                judged.append((taught("class", MODEL, person.examples, others), unseen))
        for stage, rows in found.items():
            n, recall, share = np.mean(rows, axis=0)
            print(f"{name} | {stage} | {n:.1f} | {recall:.3f} | {share:.3f}", flush=True)
    print_estimates(clips, judged)
    print_windows(clips, judged)


def print_estimates(clips: TrainingClips, judged: list[tuple[TaughtClass, Library]]) -> None:
    """Print how far the estimates are from what a library of unseen clips shows."""
    rows = []
    for learned, unseen in judged:
        is_heard = learned.scores(clips.vectors[unseen.rows]) >= TAUGHT_HEARD
        if is_heard.any():
            right = float(unseen.is_member[is_heard].mean())
            recall = float(is_heard[unseen.is_member].mean())
            rows.append((learned.estimate.precision, right, learned.estimate.recall, recall))
    said, right, said_recall, recall = np.array(rows, float).T
    print(f"precision said {said.mean():.3f}, shown {right.mean():.3f}; ", end="")
    print(f"mean difference {np.abs(said - right).mean():.3f}")
    print(f"recall said {said_recall.mean():.3f}, shown {recall.mean():.3f}")


def print_windows(clips: TrainingClips, judged: list[tuple[TaughtClass, Library]]) -> None:
    """Print how often clips are above the threshold by means, and by some window of three."""
    found = []
    for learned, unseen in judged:
        by_mean = learned.scores(clips.vectors[unseen.rows]) >= TAUGHT_HEARD
        by_window = np.array(
            [
                (learned.scores(window_vectors(clips.frames[row, :n])) >= TAUGHT_HEARD).any()
                for row, n in zip(unseen.rows, clips.n_frames[unseen.rows], strict=True)
            ]
        )
        of_it, not_of_it = unseen.is_member, ~unseen.is_member
        found.append(
            [each[part].mean() for each in (by_mean, by_window) for part in (of_it, not_of_it)]
        )
    mean, other, window, other_window = np.mean(found, axis=0)
    print(f"heard by means: {mean:.3f} of the class, {other:.4f} of others")
    print(f"heard in a window: {window:.3f} of the class, {other_window:.4f} of others")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
