"""Ranking by sound and pictures together, against slow whole-number arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, CatalogError
from core.jobs import Job
from core.options import Weights
from core.search.weighted import WeightedSearch
from tests.search.sounds import catalogues, clip_search, random_query
from tests.search.test_mean import exact_cosine


def exact_visual(one: np.ndarray, other: np.ndarray) -> float:
    """Return the float64 cosine of two rows, from Python's unlimited whole numbers."""
    a, b = one.tolist(), other.tolist()
    squared = float(sum(x * x for x in a)) * float(sum(x * x for x in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.sqrt(squared) if squared else 0.0


@st.composite
def pictures(draw, n_clips: int) -> np.ndarray:
    """Draw int8 directions: few distinct ones, so that there are ties, some of them zero."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.sampled_from([1, 3, 320, 1024]))
    distinct = rng.integers(-127, 128, (draw(st.integers(1, 6)), size)).astype(np.int8)
    distinct[rng.random(len(distinct)) < 0.2] = 0
    return distinct[rng.integers(0, len(distinct), n_clips)]


@pytest.mark.parametrize("compiled", [False, True])
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_order_is_the_exact_one_ties_and_all(scanners, compiled, data):
    clips = data.draw(catalogues())
    query = data.draw(random_query(clips))
    visual = data.draw(pictures(len(clips)))
    looks = visual[data.draw(st.integers(0, len(clips) - 1))]
    weights = data.draw(st.sampled_from([(7, 3), (1, 0), (0, 1), (1, 1), (1e-9, 1)]).map(
        lambda pair: Weights(*pair)
    ))  # fmt: skip
    mask = data.draw(st.sampled_from([None, np.arange(len(clips)) % 3 > 0]))
    k = data.draw(st.integers(1, len(clips) + 2))
    scanner = scanners[compiled]
    search = WeightedSearch(clip_search(clips, scanner), visual, scanner)
    rows, similarities = search.top_k(query, looks, weights, k, mask)
    allowed = range(len(clips)) if mask is None else np.flatnonzero(mask).tolist()
    scores = {
        row: weights.audio * exact_cosine(clips[row], query)
        + weights.visual * exact_visual(visual[row], looks)
        for row in allowed
    }
    expected = sorted(scores, key=lambda row: (-scores[row], row))[:k]
    assert rows.tolist() == expected
    assert similarities.tolist() == [scores[row] for row in expected]


def test_few_of_many_clips_are_computed_exactly(scanners, monkeypatch):
    rng = np.random.default_rng(4)
    clips = list(rng.integers(0, 256, (20_000, 1, 128), dtype=np.uint8))
    visual = rng.integers(-127, 128, (20_000, 320)).astype(np.int8)
    search = WeightedSearch(clip_search(clips, scanners[True]), visual, scanners[True])
    computed, exact = [], search.exact_visual
    monkeypatch.setattr(
        search, "exact_visual", lambda rows, looks: computed.append(len(rows)) or exact(rows, looks)
    )
    rows, similarities = search.top_k(clips[77], visual[77], Weights(1, 1), 10)
    assert (rows[0], similarities[0]) == (77, pytest.approx(1))
    assert sum(computed) < 1000


def test_looks_of_another_size_are_refused(scanners):
    clips = [np.zeros((1, 128), np.uint8)]
    search = WeightedSearch(
        clip_search(clips, scanners[True]), np.ones((1, 1024), np.int8), scanners[True]
    )
    for size in (0, 1, 320, 2048):
        with pytest.raises(CatalogError, match="in another way"):
            search.top_k(clips[0], np.ones(size, np.int8), Weights(1, 1), 1)


def test_a_cancelled_search_ends(scanners):
    job = Job()
    job.cancel()
    clip = np.zeros((1, 128), np.uint8)
    looks = np.ones((1, 320), np.int8)
    search = WeightedSearch(clip_search([clip], scanners[False]), looks, scanners[False])
    with pytest.raises(Cancelled):
        search.top_k(clip, looks[0], Weights(1, 1), 1, job=job)
