from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.vectors import CENTRE
from tests.search.sounds import aligned_top_k, catalogues, frame_search, random_query


def exact_cosines(clip: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Return float64 cosines (frames, query frames), from Python's unlimited whole numbers."""
    rows = [[int(x) - CENTRE for x in frame] for frame in clip]
    columns = [[int(x) - CENTRE for x in frame] for frame in query]
    found = np.zeros((len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            squared = sum(a * a for a in row) * sum(b * b for b in column)
            dot = sum(a * b for a, b in zip(row, column, strict=True))
            found[i, j] = dot / math.sqrt(squared) if squared else 0.0
    return found


def exact_cosines_of_bytes(clip: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Return what `exact_cosines` does, faster, of frames that are not the centre itself."""
    one, other = (frames.astype(np.float64) - CENTRE for frames in (clip, query))
    norms = np.linalg.norm(one, axis=1)[:, None] * np.linalg.norm(other, axis=1)
    return np.asarray(one @ other.T / norms)


@pytest.mark.parametrize("compiled", [False, True])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_order_is_the_exact_one_ties_and_all(scanners, compiled, data):
    clips = data.draw(catalogues())[:40]
    query = data.draw(random_query(clips))
    mask = data.draw(st.sampled_from([None, np.arange(len(clips)) % 3 > 0]))
    k = data.draw(st.integers(1, len(clips) + 2))
    found = aligned_top_k(frame_search(clips, scanners[compiled]), query, k, mask)
    cosines = [exact_cosines(clip, query) for clip in clips]
    scores = [float(np.mean(each.max(axis=0))) for each in cosines]
    allowed = [row for row in range(len(clips)) if mask is None or mask[row]]
    expected = sorted(allowed, key=lambda row: (-scores[row], row))[:k]
    assert found.rows.tolist() == expected
    assert found.similarities.tolist() == [scores[row] for row in expected]
    for row, frame, query_frame in zip(found.rows, found.frame, found.query_frame, strict=True):
        best = np.argwhere(cosines[row] == cosines[row].max())[0]
        assert (frame, query_frame) == tuple(best)


def test_the_best_second_is_found_wherever_it_is(scanners):
    rng = np.random.default_rng(0)
    clips = list(rng.integers(0, 256, (300, 10, 128), dtype=np.uint8))
    query = rng.integers(0, 256, (3, 128), dtype=np.uint8)
    clips[42][7] = query[2]
    for scanner in scanners.values():
        found = aligned_top_k(frame_search(clips, scanner), query, 2)
        assert (found.rows[0], found.frame[0], found.query_frame[0]) == (42, 7, 2)


def test_a_query_of_hours_takes_bounded_memory(scanners):
    rng = np.random.default_rng(0)
    clips = list(rng.integers(0, 256, (300, 10, 128), dtype=np.uint8))
    query = rng.integers(0, 256, (12_000, 128), dtype=np.uint8)
    query[7_000] = clips[42][7]
    search = frame_search(clips, scanners[False])
    tracemalloc.start()
    try:
        found = aligned_top_k(search, query, 200)
        assert tracemalloc.get_traced_memory()[1] < 1 << 28
    finally:
        tracemalloc.stop()
    assert len(found.rows) == 200
    assert (found.query_frame[found.rows.tolist().index(42)]) == 7_000
    whole = [exact_cosines_of_bytes(clips[row], query).max(axis=0).mean() for row in found.rows]
    assert found.similarities.tolist() == pytest.approx(whole, abs=1e-12)
    assert sorted(whole, reverse=True) == whole


def test_nothing_allowed_nothing_found(scanners):
    clip = np.zeros((2, 128), np.uint8)
    found = aligned_top_k(frame_search([clip], scanners[False]), clip, 3, np.zeros(1, bool))
    assert found.rows.tolist() == found.frame.tolist() == found.query_frame.tolist() == []
