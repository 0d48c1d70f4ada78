"""Taught classes in a sound: how surely each is heard, patch by patch, and in the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.teaching.embedding_model import EmbeddingModel
from core.teaching.taught_class import TaughtClass
from core.types import TAUGHT_HEARD, ClassScores, Float32, Query, Tag, UInt8
from core.vectors import CENTRE, unit

WINDOW_PATCHES = 3
"""A patch is judged with its neighbours: examples are means of several seconds. Of clips that are
not of a class 0.8 % are above its threshold by their means, and 1.8 % by some window of three
(`benchmarks/teaching.py`)."""


def recognised(query: Query, classes: Sequence[TaughtClass], model: EmbeddingModel) -> Query:
    """Return a query that tells which taught classes are heard in it, before all other tags.

    Parameters
    ----------
    query : Query
        With frames that `model` made.
    classes : sequence of TaughtClass
        Those of other models are left out.
    model : EmbeddingModel
    """
    fitting = [each for each in classes if each.model_id == model.id]
    if not fitting or not len(query.frames):
        return query
    vectors = window_vectors(query.frames)
    scores = [ClassScores(each.name, each.scores(vectors)) for each in fitting]
    found = [(each.label, float(each.scores.max())) for each in scores]
    tags = [Tag(label, score, is_taught=True) for label, score in found if score >= TAUGHT_HEARD]
    tags.sort(key=lambda tag: -tag.score)
    return replace(query, taught=tuple(scores), heard=(*tags, *query.heard))


def window_vectors(frames: UInt8) -> Float32:
    """Return each patch's unit vector, of its mean with its neighbours.

    Parameters
    ----------
    frames : uint8 array, shape (N, 128)

    Returns
    -------
    float32 array, shape (N, 128)
    """
    centred = frames.astype(np.int64) - CENTRE
    sums = np.concatenate([np.zeros((1, centred.shape[1]), np.int64), centred.cumsum(axis=0)])
    # At the ends the window moves in, as long as there are enough patches.
    width = min(WINDOW_PATCHES, len(frames))
    begins = np.clip(np.arange(len(frames)) - width // 2, 0, len(frames) - width)
    windows = (sums[begins + width] - sums[begins]).astype(np.float64)
    return unit(windows).astype(np.float32)
