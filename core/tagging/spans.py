"""What was heard when: from the scores of patches to spans of classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalog.ontology import Ontology
from core.tagging.naming import TAGGER_THRESHOLDS, most_specific
from core.types import TAUGHT_HEARD, Float32, Query

_BRIDGED = 1
"""Patches between two spans of a class that are heard as one."""


@dataclass(frozen=True)
class TagSpan:
    """A class, and when it was heard.

    Attributes
    ----------
    label : str
        AudioSet's name of the class.
    start_s, end_s : float
        In seconds from the start of the file.
    score : float
        The highest of its patches, 0 to 1.
    """

    label: str
    start_s: float
    end_s: float
    score: float


def query_spans(query: Query, start_s: float = 0.0) -> list[TagSpan]:
    """Return what was heard when in a query's sound, which begins at a time of its file."""
    end_s = start_s + query.duration_s
    spans: list[TagSpan] = []
    for taught in query.taught:
        spans += _class_spans(
            taught.label, taught.scores, taught.scores >= TAUGHT_HEARD, query.hop_s, start_s, end_s
        )
    if query.patch_tags is not None:
        scores = query.patch_tags.astype(np.float32)
        spans += tag_spans(scores, query.hop_s, start_s, end_s, TAGGER_THRESHOLDS.likely)
    return _in_order(spans)


def tags_by_patch(query: Query, start_s: float = 0.0) -> list[dict[str, Any]]:
    """Return what is said of each patch of a query's sound, for JSON; see `query_spans`."""
    if query.patch_tags is None:
        return []
    found = []
    for place, scores in enumerate(query.patch_tags.astype(np.float32)):
        classes = np.flatnonzero(most_specific(scores >= TAGGER_THRESHOLDS.likely)).tolist()
        said = [
            {"label": Ontology.load().name(index), "score": round(float(scores[index]), 4)}
            for index in sorted(classes, key=lambda index: -scores[index])
        ]
        begin_s = place * query.hop_s
        end_s = min(begin_s + query.hop_s, query.duration_s)
        found.append(
            {"start_s": round(start_s + begin_s, 2), "end_s": round(start_s + end_s, 2)}
            | {"tags": said}
        )
    return found


def tag_spans(
    scores: Float32, hop_s: float, start_s: float, end_s: float, least: float
) -> list[TagSpan]:
    """Return the spans of the most specific classes that are sure enough, in the order of time.

    Parameters
    ----------
    scores : float32 array, shape (N, 527)
        Of each patch, closed upwards, as in `core.tagging.tags.Tags`.
    hop_s : float
        From one patch's begin to the next one's.
    start_s, end_s : float
        Where in the file the first patch begins and the sound ends.
    least : float
        The score from which on a class counts.
    """
    is_heard = most_specific(scores >= least)
    spans: list[TagSpan] = []
    for index in np.flatnonzero(is_heard.any(axis=0)).tolist():
        name = Ontology.load().name(index)
        spans += _class_spans(name, scores[:, index], is_heard[:, index], hop_s, start_s, end_s)
    return _in_order(spans)


def _class_spans(
    name: str,
    scores: Float32,
    is_heard: NDArray[np.bool_],
    hop_s: float,
    start_s: float,
    end_s: float,
) -> list[TagSpan]:
    return [
        TagSpan(
            name,
            start_s + first * hop_s,
            min(start_s + (last + 1) * hop_s, end_s),
            float(scores[first : last + 1].max()),
        )
        for first, last in _runs(is_heard)
    ]


def _in_order(spans: list[TagSpan]) -> list[TagSpan]:
    return sorted(spans, key=lambda span: (span.start_s, -span.score, span.label))


def _runs(is_heard: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first and the last patch of each run, short gaps bridged."""
    heard = np.flatnonzero(is_heard)
    if not len(heard):
        return []
    breaks = np.flatnonzero(np.diff(heard) > _BRIDGED + 1)
    firsts = heard[np.concatenate(([0], breaks + 1))]
    lasts = heard[np.concatenate((breaks, [len(heard) - 1]))]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
