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
    # A product of matrices: a day of sound has ninety thousand rows.
    n_below = classes.astype(np.float32) @ _strictly_below().T.astype(np.float32)
    return np.asarray(classes & (n_below < 0.5))


@cache
def _strictly_below() -> NDArray[np.bool_]:
    """Return which class (column) is below which (row), bool, shape (527, 527)."""
    ontology = Ontology.load()
    below = np.zeros((N_CLASSES, N_CLASSES), bool)
    for index in range(N_CLASSES):
        below[index, list(ontology.below(ontology.node_of(index)))] = True
    np.fill_diagonal(below, False)
    return below
