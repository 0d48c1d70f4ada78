from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.search import cosine
from core.search.cosine import top_k


def unit(rows: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(rows.astype(np.float64), axis=-1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)


def oracle(vectors: np.ndarray, query: np.ndarray, k: int, mask: np.ndarray | None) -> list[int]:
    """Return the best rows by exactly rounded sums, ties by row."""
    rows = range(len(vectors)) if mask is None else np.flatnonzero(mask).tolist()
    wide, query64 = vectors.astype(np.float64), query.astype(np.float64)
    scores = {row: math.fsum(wide[row] * query64) for row in rows}
    return sorted(scores, key=lambda row: (-scores[row], row))[:k]


@st.composite
def cases(draw) -> tuple[np.ndarray, np.ndarray, int, np.ndarray | None]:
    """Return vectors full of duplicates and near-duplicates, zeros among them, and a query."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_rows, n_distinct = draw(st.integers(1, 60)), draw(st.integers(1, 12))
    distinct = rng.normal(size=(n_distinct, 128)) * draw(st.sampled_from([1, 1e-3, 1e-6]))
    distinct += rng.normal(size=128)
    distinct[rng.random(n_distinct) < 0.2] = 0
    vectors = unit(distinct)[rng.integers(0, n_distinct, n_rows)]
    near_query = unit(vectors[rng.integers(n_rows)] + 1e-7 * rng.normal(size=128))
    query = draw(
        st.sampled_from([vectors[0], near_query, unit(rng.normal(size=128)), np.zeros(128)])
    ).astype(np.float32)
    mask = rng.random(n_rows) < draw(st.sampled_from([0.0, 0.3, 0.9]))
    return vectors, query, draw(st.integers(1, 70)), draw(st.sampled_from([None, mask]))


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_order_is_the_exact_one_ties_and_all(case):
    vectors, query, k, mask = case
    rows, similarities = top_k(vectors, query, k, mask)
    assert similarities.dtype == np.float64
    assert not np.isnan(similarities).any()
    expected = oracle(vectors, query, k, mask)
    exact = vectors.astype(np.float64) @ query.astype(np.float64)
    np.testing.assert_allclose(exact[rows], exact[expected], atol=1e-14, rtol=0)
    np.testing.assert_allclose(similarities, np.clip(exact[rows], -1, 1), atol=1e-14, rtol=0)
    for row, below in pairwise(rows):
        if np.array_equal(vectors[row], vectors[below]):
            assert row < below
    # Sums of float64 may differ in their last bit; then different vectors may change places.
    gaps = np.diff(np.unique([math.fsum(row) for row in vectors.astype(np.float64) * query]))
    if gaps.min(initial=1) > 1e-13:
        assert rows.tolist() == expected


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.booleans())
def test_whole_numbers_leave_no_room_for_rounding(seed: int, k: int, masked: bool):
    """Rows of a few eighths have products and sums that every format holds exactly."""
    rng = np.random.default_rng(seed)
    vectors = rng.integers(-1, 2, (50, 8)).astype(np.float32) / 8
    query = rng.integers(-2, 3, 8).astype(np.float32) / 8
    mask = rng.random(50) < 0.5 if masked else None
    scores = [
        sum(Fraction(float(a)) * Fraction(float(b)) for a, b in zip(row, query, strict=True))
        for row in vectors
    ]
    selected = [row for row in range(50) if mask is None or mask[row]]
    expected = sorted(selected, key=lambda row: (-scores[row], row))[:k]
    rows, similarities = top_k(vectors, query, k, mask)
    assert rows.tolist() == expected
    assert similarities.tolist() == [float(scores[row]) for row in expected]


def test_float32_alone_would_get_it_wrong_and_we_do_not():
    rng = np.random.default_rng(5)
    base = unit(rng.normal(size=128))
    vectors = unit(base + 3e-8 * rng.normal(size=(5000, 128)))
    expected = oracle(vectors, base, 50, None)
    float32_order = np.argsort(-(vectors @ base), kind="stable")[:50].tolist()
    assert float32_order != expected
    assert top_k(vectors, base, 50)[0].tolist() == expected


def test_rescoring_in_steps_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    vectors = unit(np.ones((100, 128)))
    whole = top_k(vectors, vectors[0], 100)
    monkeypatch.setattr(cosine, "_RESCORED_ROWS", 7)
    steps = top_k(vectors, vectors[0], 100)
    assert whole[0].tolist() == steps[0].tolist() == list(range(100))
    assert whole[1].tolist() == steps[1].tolist()


def test_edges():
    vectors = unit(np.eye(4, 128))
    assert top_k(vectors, vectors[2], 99)[0].tolist() == [2, 0, 1, 3]
    assert top_k(vectors, vectors[2], 2, np.zeros(4, bool))[0].tolist() == []
    assert top_k(vectors, vectors[2], 0)[1].tolist() == []
    assert top_k(vectors[:0], vectors[2], 3)[0].tolist() == []
    rows, similarities = top_k(vectors, np.zeros(128, np.float32), 3)
    assert rows.tolist() == [0, 1, 2]
    assert similarities.tolist() == [0, 0, 0]
    assert top_k(vectors, -vectors[1], 4)[0].tolist() == [0, 2, 3, 1]


def test_the_catalogue_is_not_changed_by_a_masked_search():
    vectors = unit(np.eye(3, 128))
    vectors.flags.writeable = False
    mask = np.array([False, True, True])
    assert top_k(vectors, vectors[0], 3, mask)[0].tolist() == [1, 2]
    assert mask.tolist() == [False, True, True]
