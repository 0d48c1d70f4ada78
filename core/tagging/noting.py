"""What the tagger says of a catalogue's clips, noted when the catalogue is built.

Clips without AudioSet's labels get tags. Of AudioSet's own labels it is noted which the tagger is
sure of. Either is made of the mean of a clip's frames: it costs a tenth of all of them, and finds
nearly as much (`docs/quality.md`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from core.catalog.clips import Clips
from core.catalog.packed_tags import packed
from core.options import CatalogKind
from core.tagging.tagger import Tagger
from core.tagging.tags import N_CLASSES
from core.tagging.weights import load_arrays, shipped
from core.types import Float32
from core.vectors import mean_frames

SURE, SURE_FORMAT = "sure_labels.npz", 1

_STEP = 2048
"""Clips at a time: their scores take 4 MB."""


def noted(kind: CatalogKind, clips: Clips) -> Clips:
    """Return clips with what the tagger says of them.

    Parameters
    ----------
    kind : CatalogKind
        YouTube-8M's clips get tags; of AudioSet's labels it is told which are sure.
    clips : Clips
        Of frames by VGGish's released weights.

    Raises
    ------
    ModelError
        If a file that the program carries is missing, damaged or of another version.
    """
    if len(clips) > _STEP:
        starts = range(0, len(clips), _STEP)
        rows = [np.arange(first, min(first + _STEP, len(clips))) for first in starts]
        return Clips.concatenate([noted(kind, clips.take(some)) for some in rows])
    # While a catalogue is built all cores are busy, and threads of BLAS would wait for each other.
    with _threads().limit(limits=1, user_api="blas"):
        scores = _tagger().frame_scores(mean_frames(clips.frames, clips.n_frames))
    if kind is CatalogKind.YOUTUBE8M:
        return replace(clips, tags=packed(scores))
    labels = clips.label_indices
    owners = np.repeat(np.arange(len(clips)), clips.n_labels)
    return replace(clips, is_sure=scores[owners, labels] >= sure_scores()[labels])


@cache
def sure_scores() -> Float32:
    """Return from which score on the tagger is sure of each class, float32 (527,).

    Of clips without the class, one in twenty has that score.
    """
    shapes = {"threshold": (N_CLASSES,), "balanced": (None,)}
    arrays = load_arrays(shipped(SURE), SURE_FORMAT, shapes)
    return np.asarray(arrays["threshold"], np.float32)


@cache
def _tagger() -> Tagger:
    return Tagger()


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()
