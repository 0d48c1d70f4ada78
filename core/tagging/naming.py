"""What is said of a sound: its most specific classes that are sure enough, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.catalog.ontology import Ontology
from core.tagging.tags import N_CLASSES
from core.types import Float32, Tag

MOST_NAMES = 3


class Sureness(StrEnum):
    """Sureness of a name, in words for people."""

    SURE = ""
    LIKELY = "probably"
    POSSIBLE = "perhaps"


@dataclass(frozen=True)
class Thresholds:
    """From which score on a class is named.

    Attributes
    ----------
    sure, likely, possible : float
        The least score of each `Sureness`, falling.
    """

    sure: float
    likely: float
    possible: float

    def sureness(self, score: float) -> Sureness | None:
        """Return how sure a score is; None if it is not worth a word."""
        steps = (
            (self.sure, Sureness.SURE),
            (self.likely, Sureness.LIKELY),
            (self.possible, Sureness.POSSIBLE),
        )
        return next((word for least, word in steps if score >= least), None)


BUILT_IN_THRESHOLDS = Thresholds(sure=0.5, likely=0.3, possible=0.1)
TAGGER_THRESHOLDS = Thresholds(sure=0.5, likely=0.25, possible=0.1)


def named(whole: Float32, thresholds: Thresholds, most: int = MOST_NAMES) -> tuple[Tag, ...]:
    """Return what is said of a sound, surest first.

    Named are the classes above the `likely` threshold that have no class below them which is above
    it, too. Where none is, the parents get their turn: the most specific class above `possible`
    that scores best. Nothing at all is said where there is none.

    Parameters
    ----------
    whole : float32 array, shape (527,)
        Closed upwards, as in `Tags`.
    thresholds : Thresholds
    most : int
        How many at most.
    """
    chosen = most_specific(whole >= thresholds.likely)
    if not chosen.any():
        chosen = most_specific(whole >= thresholds.possible)
        most = 1
    ranked = sorted(np.flatnonzero(chosen).tolist(), key=lambda index: (-whole[index], index))
    found = []
    for index in ranked[:most]:
        score = float(whole[index])
        if (sureness := thresholds.sureness(score)) is not None:
            found.append(Tag(Ontology.load().name(index), score, sureness))
    return tuple(found)


def most_specific(classes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return those of some classes, bool (..., 527), that have none of the others below them."""
    # Not a product of matrices: OpenBLAS's threads would wait for a busy core.
    above, below, first = _subclasses()
    found = classes.copy()
    found[..., above] &= ~np.logical_or.reduceat(classes[..., below], first, axis=-1)
    return found


@cache
def _subclasses() -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the classes that have others below them, all of these, and where each one's begin."""
    ontology = Ontology.load()
    below = [sorted(ontology.below(ontology.node_of(i)) - {i}) for i in range(N_CLASSES)]
    counts = np.array([len(each) for each in below])
    above = np.flatnonzero(counts)
    return above, np.concatenate(below).astype(np.intp), (np.cumsum(counts) - counts)[above]
