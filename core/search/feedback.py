"""Why a clip matched, how close that is, and where to go from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.catalog.ontology import Ontology
from core.options import Comparison
from core.types import Float32, Match, Query, UInt8
from core.vectors import CENTRE, clip_sums, frames_of, unit, whole_direction

# The window knows the words, and shows before catalogues are imported.
if TYPE_CHECKING:
    from core.catalog.catalog import Catalog

_PAIRS = 20_000
_SEED = 0
VERY_CLOSE, CLOSE, LOOSE = 0.0005, 0.01, 0.1
"""Shares of random pairs of clips that are at least as similar: where one word ends."""

_NEAREST = 10


class Closeness(Enum):
    """A similarity in words."""

    VERY_CLOSE = "very close"
    CLOSE = "close"
    LOOSE = "loose"
    NONE = "no close match"


@dataclass(frozen=True, eq=False)
class Calibration:
    """Similarities of random clips of a catalogue.

    Attributes
    ----------
    similarities : float32 array, shape (n,)
        Of random pairs, ascending.
    """

    similarities: Float32

    @classmethod
    def of(cls, catalog: Catalog, by: Comparison) -> Calibration:
        """Compare random pairs of clips, the same ones each time.

        Parameters
        ----------
        catalog : Catalog
        by : Comparison
        """
        random = np.random.default_rng(_SEED)
        n_clips = len(catalog)
        n_pairs = _PAIRS if by != Comparison.FRAMES else _PAIRS // 10
        first = random.integers(n_clips, size=n_pairs)
        # Any other clip; a catalogue of one is as similar to itself as it gets.
        second = (first + random.integers(1, max(n_clips, 2), size=n_pairs)) % n_clips
        compare = _by_frames if by == Comparison.FRAMES else _by_means
        return cls(np.sort(compare(catalog, first, second)))

    def share(self, similarity: float) -> float:
        """Return the share of random pairs that are at least this similar, 0 to 1."""
        below = int(np.searchsorted(self.similarities, np.float32(similarity), "left"))
        return (len(self.similarities) - below) / len(self.similarities)

    def closeness(self, similarity: float) -> Closeness:
        """Return a similarity in words."""
        share = self.share(similarity)
        if share <= VERY_CLOSE:
            return Closeness.VERY_CLOSE
        if share <= CLOSE:
            return Closeness.CLOSE
        return Closeness.LOOSE if share <= LOOSE else Closeness.NONE


def _frames(catalog: Catalog, rows: NDArray[np.int64]) -> tuple[UInt8, NDArray[np.int64]]:
    begins = catalog.frame_offsets[rows]
    counts = catalog.frame_offsets[rows + 1] - begins
    return frames_of(catalog.frames, begins, counts), counts


def _by_means(
    catalog: Catalog, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float32]:
    one, other = (clip_sums(*_frames(catalog, rows)).astype(np.float64) for rows in (first, second))
    dots = np.einsum("ij,ij->i", one, other)
    norms = np.sqrt(np.einsum("ij,ij->i", one, one) * np.einsum("ij,ij->i", other, other))
    return np.asarray(dots / np.where(norms > 0, norms, 1), np.float32)


def _by_frames(
    catalog: Catalog, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float32]:
    found = []
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        query, _ = _frames(catalog, np.array([one]))
        clip, _ = _frames(catalog, np.array([other]))
        found.append(frame_similarities(query, clip).max(axis=1).mean())
    return np.array(found, np.float32)


def frame_similarities(query: UInt8, clip: UInt8) -> Float32:
    """Return the cosine of each frame of a query with each frame of a clip.

    Parameters
    ----------
    query : uint8 array, shape (Q, 128)
    clip : uint8 array, shape (C, 128)

    Returns
    -------
    float32 array, shape (Q, C)
    """
    return cosines(unit_frames(query), unit_frames(clip))


def cosines(one: NDArray[np.float64], other: NDArray[np.float64]) -> Float32:
    """Return the products of each of some unit vectors with each of others."""
    return np.asarray(one @ other.T, np.float32)


def unit_frames(frames: UInt8) -> NDArray[np.float64]:
    """Return frames, shape (n, 128), as centred unit vectors."""
    return unit(frames.astype(np.float64) - CENTRE)


def common_labels(matches: Sequence[Match]) -> str:
    """Return what the nearest clips have in common, such as "Dog, Bark (7 of the 10 nearest)".

    The label that most of the ten nearest clips have, with a second one that most of these have
    as well. Empty where no label appears twice.
    """
    nearest = matches[:_NEAREST]
    counts = Counter(label for match in nearest for label in dict.fromkeys(match.labels))
    if not counts:
        return ""
    # Of equally frequent labels, the one that is found nearest.
    label, number = max(counts.items(), key=lambda item: item[1])
    if number < 2:
        return ""
    beside = Counter(other for match in nearest if label in match.labels for other in match.labels)
    del beside[label]
    names = [label]
    if beside:
        other, its_number = max(beside.items(), key=lambda item: item[1])
        if 2 * its_number > number:
            names.append(other)
            number = its_number
    return f"{', '.join(names)} ({number} of the {len(nearest)} nearest)"


def refined(
    query: NDArray[np.int64],
    more: Sequence[NDArray[np.int64]],
    less: Sequence[NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Return a query moved towards some clips and away from others.

    Rocchio's formula over unit vectors, with the weights that Manning, Raghavan and Schütze give
    ("Introduction to Information Retrieval", 2008, section 9.1.1): 1 for the query, 0.75 for the
    mean of what is wanted, 0.15 for the mean of what is not.

    Parameters
    ----------
    query : int64 array, shape (128,)
        A direction of any length, as `core.vectors.clip_sums` gives it.
    more, less : sequence of the same

    Returns
    -------
    int64 array, shape (128,)
    """
    moved = unit(query.astype(np.float64))
    for weight, directions in ((0.75, more), (-0.15, less)):
        if len(directions):
            moved += weight * unit(np.array(directions, np.float64)).mean(axis=0)
    return whole_direction(moved)


def refined_query(
    query: Query, catalog: Catalog, more: Sequence[Match], less: Sequence[Match]
) -> Query:
    """Return a query moved towards some matches and away from others; see `refined`."""

    def direction(frames: UInt8) -> NDArray[np.int64]:
        summed: NDArray[np.int64] = clip_sums(frames, np.array([len(frames)]))[0]
        return summed

    moved = refined(
        direction(query.frames) if query.direction is None else query.direction,
        [direction(catalog.clip(match.row).frames) for match in more],
        [direction(catalog.clip(match.row).frames) for match in less],
    )
    return replace(query, direction=moved, tags=_moved_tags(query, more, less))


def _moved_tags(query: Query, more: Sequence[Match], less: Sequence[Match]) -> Float32 | None:
    """Return a query's tags with what some matches are labelled, and without what others are."""
    if query.tags is None:
        return None
    moved = query.tags.astype(np.float64)
    for weight, matches in ((0.75, more), (-0.75, less)):
        for match in matches:
            for index in _indices(match.labels):
                moved[index] += weight / len(matches)
    least, most = np.minimum(query.tags, 0), np.maximum(query.tags, 1)  # what was steered stays
    return np.asarray(np.clip(moved, least, most), np.float32)


def _indices(labels: Sequence[str]) -> list[int]:
    ontology = Ontology.load()
    places = {name: index for index, name in enumerate(ontology.names)}
    return [places[label] for label in labels if label in places]
