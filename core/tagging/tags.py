"""What is heard in a sound: scores of AudioSet's classes, patch by patch and for the whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import offsets
from core.catalog.ontology import Ontology
from core.types import Float32

N_CLASSES = 527
SILENT_DB = 30.0
"""So far below the loudest patch, one is silent and says nothing of the sound."""

_SILENCE = 1e-8
_LOG_OFFSET = 0.01  # of the patches, see core.audio.logmel


@dataclass(frozen=True, eq=False)
class Tags:
    """The tags of a sound; no class has a lower score than a class below it in the ontology.

    Attributes
    ----------
    scores : float32 array, shape (N, 527)
        Of each patch (or second of a clip), 0 to 1.
    whole : float32 array, shape (527,)
        Of the sound, 0 to 1: the probability that people would give it the class as a label.
    is_loud : bool array, shape (N,)
        Which patches `whole` is made of: those that are not silent, or all where all are.
    """

    scores: Float32
    whole: Float32
    is_loud: NDArray[np.bool_]


def loud(patches: Float32) -> NDArray[np.bool_]:
    """Return which patches count: not those `SILENT_DB` below the loudest one.

    Parameters
    ----------
    patches : float32 array, shape (N, 96, 64)
        Natural log of mel magnitude + 0.01.

    Returns
    -------
    bool array, shape (N,)
        All true where nothing is heard at all: such a sound is silence, which is a class, too.
    """
    return loudest(energies(patches))


def energies(patches: Float32) -> Float32:
    """Return the mean squared mel magnitude of each patch, float32 (N,)."""
    # One patch at a time: its exponentials stay in the cache, and a day of sound needs no gigabyte.
    found = [np.square(np.exp(patch) - _LOG_OFFSET).mean() for patch in patches]
    return np.array(found, np.float32)


def loudest(energies: Float32) -> NDArray[np.bool_]:
    """Return which patches count by their `energies`; see `loud`."""
    if not energies.size or energies.max() < _SILENCE:
        return np.ones(len(energies), bool)
    return np.asarray(energies >= energies.max() * 10 ** (-SILENT_DB / 10))


def counted(is_loud: NDArray[np.bool_] | None, n: int) -> NDArray[np.bool_]:
    """Return which of n patches count: all where nobody says, or where none would."""
    if is_loud is None or not is_loud.any():
        return np.ones(n, bool)
    return is_loud


def closed_upwards(scores: Float32) -> Float32:
    """Return scores (..., 527) of which each is at least that of every class below its own."""
    below, first = _below()
    return np.maximum.reduceat(scores[..., below], first, axis=-1)


@cache
def _below() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the classes at or below each class, one list after the other, and where each begins.

    Scores are gathered and reduced in one call each instead of one for each class.
    """
    ontology = Ontology.load()
    lists = [sorted(ontology.below(ontology.node_of(index))) for index in range(N_CLASSES)]
    counts = np.array([len(row) for row in lists])
    return np.concatenate(lists).astype(np.int64), offsets(counts)[:-1]
