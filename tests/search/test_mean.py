from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Cancelled
from core.jobs import Job
from core.search import topk
from core.search.mean import ClipSearch
from core.search.scan import Scanner
from core.vectors import CENTRE, clip_directions
from tests.search.sounds import catalogues, clip_search, random_query, top_k


def exact_cosine(frames: np.ndarray, query: np.ndarray) -> float:
    """Return the float64 cosine of two centred sums, from Python's unlimited whole numbers."""
    one, other = ([int(x) for x in (f.astype(int) - CENTRE).sum(axis=0)] for f in (frames, query))
    dot = sum(a * b for a, b in zip(one, other, strict=True))
    squared = float(sum(a * a for a in one)) * float(sum(b * b for b in other))
    return dot / math.sqrt(squared) if squared else 0.0


def expected_order(clips, query, k, mask) -> tuple[list[int], list[float]]:
    scores = {row: exact_cosine(clips[row], query) for row in np.flatnonzero(mask).tolist()}
    rows = sorted(scores, key=lambda row: (-scores[row], row))[:k]
    return rows, [scores[row] for row in rows]


@pytest.mark.parametrize("compiled", [False, True])
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_order_is_the_exact_one_ties_and_all(scanners, compiled, data):
    clips = data.draw(catalogues())
    query = data.draw(random_query(clips))
    mask = data.draw(st.sampled_from([None, np.arange(len(clips)) % 3 > 0]))
    k = data.draw(st.integers(1, len(clips) + 2))
    search = clip_search(clips, scanners[compiled])
    rows, similarities = top_k(search, query, k, mask)
    allowed = np.ones(len(clips), bool) if mask is None else mask
    assert (rows.tolist(), similarities.tolist()) == expected_order(clips, query, k, allowed)


@settings(max_examples=200, deadline=None)
@given(catalogues(), st.data())
def test_no_clip_is_more_similar_than_its_bound(clips, data):
    from core.search.bounds import RoundedQuery
    from core.vectors import clip_sums

    query = data.draw(random_query(clips))
    scanner = Scanner()
    rounded = RoundedQuery.of(clip_sums(query, np.array([len(query)])), 1023)
    bounds = clip_search(clips, scanner).bounds(rounded, Job())
    scanner.close()
    for clip, bound in zip(clips, bounds.tolist(), strict=True):
        one, other = ((f.astype(int) - CENTRE).sum(axis=0).tolist() for f in (clip, query))
        dot = sum(a * b for a, b in zip(one, other, strict=True))
        squared = sum(a * a for a in one) * sum(b * b for b in other)
        # dot / sqrt(squared) <= bound, in whole numbers
        assert _signed_square(dot) <= _signed_square(Fraction(bound)) * squared


def _signed_square(number):
    return number * abs(number)


def test_thousands_of_near_ties_are_put_in_order(scanners):
    """Clips that differ by one unit in one byte: the scan cannot tell them apart."""
    rng = np.random.default_rng(3)
    base = rng.integers(0, 255, (10, 128), dtype=np.uint8)
    clips = []
    for _ in range(3000):
        frames = base.copy()
        frames[rng.integers(10), rng.integers(128)] += 1
        clips.append(frames)
    directions = clip_directions(np.concatenate(clips), np.full(3000, 10))
    assert len(np.unique(directions, axis=0)) < 300
    for scanner in scanners.values():
        rows, _ = top_k(clip_search(clips, scanner), base, 50)
        assert rows.tolist() == expected_order(clips, base, 50, np.ones(3000, bool))[0]


def test_few_of_many_clips_are_computed_exactly(scanners, monkeypatch):
    rng = np.random.default_rng(4)
    clips = list(rng.integers(0, 256, (20_000, 2, 128), dtype=np.uint8))
    search = clip_search(clips, scanners[True])
    computed = []
    exact = search.exact
    monkeypatch.setattr(
        search, "exact", lambda rows, query: computed.append(len(rows)) or exact(rows, query)
    )
    rows, _ = top_k(search, clips[77], 10)
    assert rows[0] == 77
    assert sum(computed) < 1000


def test_rescoring_in_steps_changes_nothing(scanners, monkeypatch):
    clips = [np.full((1, 128), 200, np.uint8)] * 100
    monkeypatch.setattr(topk, "PER_STEP", 7)
    rows, similarities = top_k(clip_search(clips, scanners[False]), clips[0], 100)
    assert rows.tolist() == list(range(100))
    assert len(set(similarities.tolist())) == 1
    assert similarities[0] == pytest.approx(1, abs=1e-15)


def test_edges(scanners):
    silent = np.full((2, 128), CENTRE, np.uint8)
    loud = np.full((1, 128), 200, np.uint8)
    search = clip_search([silent, loud, 2 * CENTRE - loud], scanners[False])
    rows, similarities = top_k(search, loud, 9)
    assert rows.tolist() == [1, 0, 2]
    assert similarities == pytest.approx([1, 0, -1], abs=1e-15)
    assert top_k(search, silent, 9)[1].tolist() == [0, 0, 0]
    assert top_k(search, loud, 0)[0].tolist() == []
    assert top_k(search, loud, 3, np.zeros(3, bool))[0].tolist() == []
    nothing = ClipSearch(
        np.empty((0, 128), np.int8), np.empty((0, 128), np.uint8), np.zeros(1, int), scanners[False]
    )
    assert top_k(nothing, loud, 3)[0].tolist() == []


def test_a_cancelled_search_ends(scanners):
    job = Job()
    job.cancel()
    clip = np.zeros((1, 128), np.uint8)
    with pytest.raises(Cancelled):
        top_k(clip_search([clip], scanners[True]), clip, 1, job=job)
