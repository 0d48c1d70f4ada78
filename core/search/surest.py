"""Which of some clips with equal labels carry a sound most surely, by the tagger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.catalog.catalog import Catalog
from core.tagging.tagger import Tagger
from core.types import Match

MOST_COMPARED = 200
"""Clips at most whose frames the tagger looks at: half a second's work for clips of ten seconds."""


def surest(
    matches: Sequence[Match], catalog: Catalog, classes: Sequence[int], k: int
) -> tuple[Match, ...]:
    """Return the best k matches, those of equal similarity in the order of the tagger's scores.

    Parameters
    ----------
    matches : sequence of Match
        Best first.
    catalog : Catalog
        Of frames by VGGish's released weights.
    classes : sequence of int
        Whose scores count, as a mean over classes and seconds.
    k : int
    """
    if not matches:
        return ()
    # Whoever is worse than the last one wanted stays behind it.
    least = matches[min(k, len(matches)) - 1].similarity
    near = [match for match in matches if match.similarity >= least]
    clips = [catalog.clip(match.row).frames for match in near]
    scores = Tagger().tags(np.concatenate(clips)).scores[:, list(classes)].mean(axis=1)
    ends = np.cumsum([len(clip) for clip in clips])
    sureness = [float(each.mean()) for each in np.split(scores, ends[:-1])]
    order = sorted(range(len(near)), key=lambda i: (-near[i].similarity, -sureness[i], i))
    return tuple(replace(near[i], rank=rank) for rank, i in enumerate(order[:k], start=1))
