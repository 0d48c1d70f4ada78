"""Tags of clips in 16 bits each."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.catalog.packed_tags import (
    LARGEST,
    POWER,
    TAGS_A_CLIP,
    classes_of,
    packed,
    strengths_of,
    unpacked,
)

N_CLASSES = 527


@given(st.dictionaries(st.integers(0, N_CLASSES - 1), st.floats(0, 1, width=32), max_size=20))
def test_the_best_classes_are_kept_best_first_nearly_as_strong(given_scores):
    scores = np.zeros((1, N_CLASSES), np.float32)
    for index, score in given_scores.items():
        scores[0, index] = score
    tags = packed(scores)
    assert tags.shape == (1, TAGS_A_CLIP)
    assert tags.dtype == np.uint16
    best = sorted(range(N_CLASSES), key=lambda index: (-scores[0, index], index))[:TAGS_A_CLIP]
    strengths = strengths_of(tags)[0]
    there = strengths > 0
    assert classes_of(tags)[0][there].tolist() == np.array(best)[there].tolist()
    assert not tags[0][~there].any()
    exact = LARGEST * scores[0, best].astype(float) ** POWER
    assert np.abs(strengths - exact).max() <= 0.5
    found = unpacked(tags, N_CLASSES)
    assert np.abs(found - scores)[0, best].max() <= 0.021
    assert np.count_nonzero(found) == there.sum()
