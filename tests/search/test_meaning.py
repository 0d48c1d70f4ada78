"""Agreement of tags with labels, against a slow loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog.ontology import Ontology
from core.errors import Cancelled
from core.jobs import Job
from core.search.meaning import MeaningSearch
from core.search.parts import ScorePart, best_of_parts
from core.tagging.ranking import IMPLIED, WANTED, tag_direction
from core.tagging.tags import N_CLASSES
from core.types import LEAST_TAG, MOST_TAG
from tests.search.sounds import clip_search

SOME = (0, 69, 72, 74, 75, 137, 283, 300, 500)
"""Speech, pets and dogs, music, rain and others: with classes above and below each other."""


def search_of(labels: list[list[int]]) -> MeaningSearch:
    offsets = np.cumsum([0, *map(len, labels)])
    return MeaningSearch(np.array([label for row in labels for label in row], np.int16), offsets)


def expected(labels: list[list[int]], tags: np.ndarray) -> list[float]:
    """Return what a dense loop over clips and classes makes of it."""
    ontology, direction = Ontology.load(), tag_direction(tags).astype(float)
    wanted = direction > 1
    direction[wanted] = 0
    found = []
    for row in labels:
        vector = np.zeros(N_CLASSES)
        for label in row:
            for node in ontology.ancestors(ontology.node_of(label)):
                if node.index is not None:
                    vector[node.index] = IMPLIED
        vector[row] = 1
        length = math.sqrt(float(vector @ vector))
        cosine = max(-1.0, float(vector @ direction) / length) if length else 0.0
        counted = WANTED * (1 - 0.5 ** np.sum(vector[wanted] > 0))
        found.append((cosine + counted) / (1 + WANTED * (1 - 0.5 ** np.sum(wanted))))
    return found


labels_of_clips = st.lists(
    st.lists(st.sampled_from(SOME), max_size=5, unique=True), min_size=1, max_size=80
)
some_tags = st.lists(
    st.sampled_from([0.0, 0.1, 0.5, 1.0, LEAST_TAG, MOST_TAG]),
    min_size=len(SOME),
    max_size=len(SOME),
)


@settings(max_examples=150, deadline=None)
@given(labels_of_clips, some_tags, st.data())
def test_the_best_are_those_that_agree_most_ties_in_order(scanners, labels, tags, data):
    whole = np.zeros(N_CLASSES, np.float32)
    whole[list(SOME)] = tags
    bounds, exact = search_of(labels).scores(whole)
    scores = exact(np.arange(len(labels)))
    assert scores.tolist() == pytest.approx(expected(labels, whole), abs=1e-6)
    assert (bounds[:] >= scores).all()
    assert scores.min() >= (0 if min(tags) >= 0 else -1)
    assert scores.max() <= 1 + 1e-6
    k = data.draw(st.integers(1, len(labels)))
    best = best_of_parts([ScorePart(1.0, bounds, exact)], scanners[False], k)
    order = sorted(range(len(labels)), key=lambda row: (-scores[row], row))
    assert best.rows.tolist() == order[:k]
    # Equal labels agree equally, in whichever order they stand.
    turned = search_of([row[::-1] for row in labels]).scores(whole)[1]
    assert turned(np.arange(len(labels))).tolist() == scores.tolist()


def test_what_a_sound_is_agrees_more_than_what_it_is_not(scanners):
    tags = np.zeros(N_CLASSES, np.float32)
    tags[[72, 74, 75]] = 0.4  # an animal, a dog, a bark
    labels = [[74, 75], [75, 74], [75], [74, 75, 137], [137], []]
    _, exact = search_of(labels).scores(tags)
    both, turned, one, more, other, none = exact(np.arange(6)).tolist()
    assert both == turned
    assert both > more > other
    assert one > more
    assert other == none == 0


@pytest.mark.parametrize("is_compiled", [False, True])
def test_sound_and_meaning_are_summed_exactly(scanners, is_compiled):
    rng = np.random.default_rng(3)
    clips = list(rng.integers(0, 256, (5_000, 1, 128), dtype=np.uint8))
    labels = [rng.choice(SOME, rng.integers(0, 4), replace=False).tolist() for _ in clips]
    tags = rng.random(N_CLASSES).astype(np.float32)
    sound = clip_search(clips, scanners[is_compiled])
    meaning = search_of(labels)
    every = np.arange(len(clips))
    for weight in (0.0, 0.5, 0.8, 1.0):
        cosines = sound.scores(clips[7])[1](every)
        agreements = meaning.scores(tags)[1](every)
        totals = (1 - weight) * cosines + weight * agreements
        parts = (
            ScorePart(1 - weight, *sound.scores(clips[7])),
            ScorePart(weight, *meaning.scores(tags)),
        )
        best = best_of_parts(parts, scanners[is_compiled], 20)
        wanted = sorted(every.tolist(), key=lambda row: (-totals[row], row))[:20]
        assert best.rows.tolist() == wanted
        assert best.scores.tolist() == totals[wanted].tolist()
        assert best.values[0].tolist() == cosines[wanted].tolist()
        assert best.values[1].tolist() == agreements[wanted].tolist()


def test_a_cancelled_search_ends(scanners):
    job = Job()
    job.cancel()
    parts = [ScorePart(1.0, *search_of([[0]]).scores(np.ones(N_CLASSES, np.float32)))]
    with pytest.raises(Cancelled):
        best_of_parts(parts, scanners[False], 1, job=job)
