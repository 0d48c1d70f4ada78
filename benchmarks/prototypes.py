"""How well clips that nobody has heard find their class among a few representatives.

python -m benchmarks.prototypes FEATURES.tar.gz

Of AudioSet's clips 2,000 are held out. What is left gives class means in several ways, and
representatives in several ways; printed is the share of a held-out clip's nearest ones (k = 1, 5)
that has a label in common with it, beside a search of all that is left.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.catalog.build.build import build_catalog
from core.catalog.records.audioset import N_CLASSES

N_HELD = 2_000
Array = NDArray[np.float64]


def unit(vectors: Array) -> Array:
    """Return directions."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def trimmed(vectors: Array) -> Array:
    """Return the mean of the four fifths that are nearest to it."""
    mean = vectors.mean(axis=0)
    for _ in range(3):
        near = vectors @ unit(mean)
        mean = vectors[near >= np.quantile(near, 0.2)].mean(axis=0)
    return mean


def median(vectors: Array) -> Array:
    """Return the geometric median, by Weiszfeld's steps."""
    centre = vectors.mean(axis=0)
    for _ in range(20):
        weights = 1 / np.maximum(np.linalg.norm(vectors - centre, axis=1), 1e-6)
        centre = weights @ vectors / weights.sum()
    return centre


MEANS: dict[str, Callable[[Array], Array]] = {
    "mean": lambda vectors: vectors.mean(axis=0),
    "trimmed mean": trimmed,
    "geometric median": median,
}


def covering(vectors: Array) -> list[int]:
    """Return three members that are near to most, chosen one after the other."""
    products, covered, chosen = vectors @ vectors.T, np.full(len(vectors), -1.0), []
    for _ in range(min(3, len(vectors))):
        best = int(np.maximum(products, covered).sum(axis=1).argmax())
        covered = np.maximum(covered, products[best])
        chosen.append(best)
    return chosen


def nearest(vectors: Array) -> list[int]:
    """Return the three members that are nearest to the mean."""
    return np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")[:3].tolist()


def at_random(vectors: Array) -> list[int]:
    """Return any three members."""
    return np.random.default_rng(0).permutation(len(vectors))[:3].tolist()


CHOICES = {"nearest to the mean": nearest, "covering": covering, "at random": at_random}


def measured(source: Path) -> Iterator[str]:
    """Yield a line for each way."""
    with tempfile.TemporaryDirectory() as folder:
        catalog = build_catalog(Path(folder) / "catalog", "audioset", [source])
        vectors = catalog.unit_vectors().astype(np.float64)
        has = np.zeros((len(catalog), N_CLASSES), bool)
        owners = np.repeat(np.arange(len(catalog)), np.diff(catalog.label_offsets))
        has[owners, catalog.label_indices] = True
    held = np.zeros(len(vectors), bool)
    held[np.random.default_rng(0).choice(len(vectors), N_HELD, replace=False)] = True
    queries, wanted = vectors[held], has[held]
    left = np.flatnonzero(~held)
    members = [left[has[left, index]] for index in range(N_CLASSES)]
    for name, mean in MEANS.items():
        means = np.stack([unit(mean(vectors[rows])) for rows in members])
        best = np.argsort(-(queries @ means.T), axis=1)[:, :5]
        hits = np.take_along_axis(wanted, best, axis=1)
        yield f"class, by {name}: P@1 {hits[:, 0].mean():.3f}, in five {hits.any(1).mean():.3f}"

    def among(rows: NDArray[np.int64]) -> str:
        best = rows[np.argsort(-(queries @ vectors[rows].T), axis=1)[:, :5]]
        hits = (has[best] & wanted[:, None]).any(axis=2)
        return f"P@1 {hits[:, 0].mean():.3f}, P@5 {hits.mean():.3f} ({len(rows)} clips)"

    yield f"clips, all: {among(left)}"
    for name, choose in CHOICES.items():
        chosen = [rows[choose(vectors[rows])] for rows in members]
        yield f"clips, {name}: {among(np.unique(np.concatenate(chosen)))}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for line in measured(Path(sys.argv[1])):
        print(line)
