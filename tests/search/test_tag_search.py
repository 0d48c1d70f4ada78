"""Agreement of tags with tags, against a slow loop; with NumPy and compiled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog.packed_tags import TAGS_A_CLIP, packed
from core.search.parts import ScorePart, best_of_parts
from core.search.tag_search import TagSearch
from core.tagging.ranking import tag_direction
from core.tagging.tags import N_CLASSES
from core.types import LEAST_TAG, MOST_TAG

few_scores = st.dictionaries(st.integers(0, 9), st.floats(0, 1, width=32), max_size=TAGS_A_CLIP)
some_tags = st.lists(
    st.sampled_from([0.0, 0.1, 0.5, 1.0, LEAST_TAG, MOST_TAG]), min_size=10, max_size=10
)


@pytest.mark.parametrize("is_compiled", [False, True])
@settings(max_examples=60, deadline=None)
@given(st.lists(few_scores, min_size=1, max_size=50), some_tags)
def test_it_is_the_cosine_and_no_bound_is_below_it(scanners, is_compiled, clips, tags):
    scores = np.zeros((len(clips), N_CLASSES), np.float32)
    for row, clip in enumerate(clips):
        scores[row, list(clip)] = list(clip.values())
    kept = packed(scores)
    whole = np.zeros(N_CLASSES, np.float32)
    whole[:10] = tags
    bounds, exact = TagSearch(kept, scanners[is_compiled]).scores(whole)
    rows, direction, expected = np.arange(len(clips)), tag_direction(whole).tolist(), []
    for clip in kept.tolist():
        strengths = [(tag & 1023, tag >> 10) for tag in clip]
        length = math.sqrt(sum(strength**2 for _, strength in strengths)) or 1.0
        total = sum(direction[index] * strength for index, strength in strengths)
        expected.append(max(-1.0, total / length))
    values = exact(rows)
    assert values.tolist() == pytest.approx(expected, abs=1e-9)
    assert (bounds >= values).all()
    assert bounds.tolist() == pytest.approx(expected, abs=1e-5)
    best = best_of_parts([ScorePart(1.0, bounds, exact)], scanners[False], 7)
    assert best.rows.tolist() == sorted(rows, key=lambda row: (-values[row], row))[:7]


@pytest.mark.parametrize("is_compiled", [False, True])
def test_tags_that_a_changed_file_holds_lead_nowhere(scanners, is_compiled):
    odd = np.full((3, TAGS_A_CLIP), 0xFFFF, np.uint16)
    bounds, exact = TagSearch(odd, scanners[is_compiled]).scores(np.ones(N_CLASSES, np.float32))
    assert exact(np.arange(3)).tolist() == [0, 0, 0]
    assert np.abs(bounds).max() < 1e-5
