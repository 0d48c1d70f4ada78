"""The tags of a clip without AudioSet's labels: its few best classes, each with a strength.

A tag is one number of 16 bits: the class in the lower ten, and above it how much the class counts,
1 to 63: 63 times the score's power `POWER`, as `core.search.tag_search` compares it. 0 stands for
none. So a clip's tags take 16 bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.types import Float32

TAGS_A_CLIP = 8
"""More than eight find nothing better: see docs/quality.md."""

CLASS_BITS = 10
LARGEST = 63
POWER = 0.4

HEARD_FROM = 33
"""The least strength, of a score of 0.2, at which a class counts as heard: see docs/quality.md."""

_CLASS_MASK = (1 << CLASS_BITS) - 1


def packed(scores: Float32) -> NDArray[np.uint16]:
    """Return the best classes of scores as tags, the best first.

    Parameters
    ----------
    scores : float32 array, shape (C, K)
        Of K classes, 0 to 1; K is at least `TAGS_A_CLIP`.

    Returns
    -------
    uint16 array, shape (C, TAGS_A_CLIP)
    """
    classes = np.argpartition(-scores, TAGS_A_CLIP - 1, axis=1)[:, :TAGS_A_CLIP]
    # Of equal scores the lower class is first, wherever the partition has put it.
    classes.sort(axis=1)
    found = np.take_along_axis(scores, classes, 1)
    order = np.argsort(-found, axis=1, kind="stable")
    classes = np.take_along_axis(classes, order, 1)
    found = np.take_along_axis(found, order, 1)
    strengths = np.rint(LARGEST * found.astype(np.float64) ** POWER).astype(np.uint16)
    tags = (strengths << CLASS_BITS) | classes.astype(np.uint16)
    return np.where(strengths > 0, tags, 0).astype(np.uint16)


def classes_of(tags: NDArray[np.uint16]) -> NDArray[np.intp]:
    """Return the tags' classes, of the same shape."""
    return (tags & _CLASS_MASK).astype(np.intp)


def strengths_of(tags: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return how much the tags count, 0 to `LARGEST`, of the same shape."""
    return np.asarray(tags >> CLASS_BITS, np.uint16)


def unpacked(tags: NDArray[np.uint16], n_classes: int) -> Float32:
    """Return the scores that tags (C, T) stand for, float32 (C, n_classes)."""
    scores = np.zeros((len(tags), n_classes), np.float32)
    values = (strengths_of(tags) / LARGEST) ** (1 / POWER)
    rows = np.arange(len(tags))[:, None]
    np.maximum.at(scores, (rows, classes_of(tags)), values.astype(np.float32))
    return scores
