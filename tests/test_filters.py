from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.filters import ClassIndex, label_mask

classes = st.sets(st.integers(0, 8), max_size=4)


@given(st.lists(st.lists(st.integers(0, 6), max_size=4), max_size=12), classes, classes)
def test_the_mask_is_what_sets_say(labels: list[list[int]], include: set, exclude: set):
    indices = np.array([index for row in labels for index in row], dtype=np.int16)
    offsets = np.concatenate(([0], np.cumsum([len(row) for row in labels]))).astype(np.int64)
    mask = label_mask(indices, offsets, include, exclude)
    expected = [
        (not include or not include.isdisjoint(row)) and exclude.isdisjoint(row) for row in labels
    ]
    assert mask.dtype == np.bool_
    assert mask.tolist() == expected
    index = ClassIndex(indices, offsets)
    assert np.array_equal(index.mask(include, exclude), mask)
    assert index.count(include) == sum(not include.isdisjoint(row) for row in labels)


def test_included_and_excluded_at_once_is_excluded():
    assert not label_mask(np.array([3]), np.array([0, 1]), {3}, {3}).any()
