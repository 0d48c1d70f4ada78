"""Both kinds of scans by frames compute the same, on a processor that has what the faster needs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernels import byte_clips, tiles
from core.kernels.compiling import processor_has
from core.vectors import CENTRE

pytestmark = pytest.mark.slow

KINDS = [tiles, *([byte_clips] if processor_has("avx512vnni") else [])]


def scores(kind, frames, inverse, n_frames, codes, weights):
    frames = frames.view()
    frames.flags.writeable = False
    out = np.full(len(n_frames), np.nan, np.float32)
    kind.best_cosines(frames, inverse, n_frames, out, *kind.laid_out(codes, weights, CENTRE))
    return out


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_queries=st.integers(1, 40),
    n_frames=st.lists(st.integers(1, 13), min_size=1, max_size=20),
)
def test_the_weighted_sum_of_the_highest_products(kind, seed, n_queries, n_frames):
    rng = np.random.default_rng(seed)
    counts = np.array(n_frames)
    frames = rng.choice(np.array([0, 1, CENTRE, 254, 255], np.uint8), (counts.sum(), 128))
    codes = rng.choice(np.array([-kind.LARGEST, -1, 0, kind.LARGEST], np.int16), (n_queries, 128))
    inverse, weights = rng.random(len(frames), np.float32), rng.random(n_queries, np.float32)
    products = (frames.astype(int) - CENTRE) @ codes.T.astype(int)
    cosines = products.astype(np.float32) * inverse[:, None]
    highest = np.maximum.reduceat(cosines, np.cumsum(counts) - counts)
    expected = highest.astype(float) @ weights
    rounding = n_queries * 2.0**-23 * (abs(highest) @ weights)
    found = scores(kind, frames, inverse, counts, codes, weights)
    assert (abs(found - expected) <= rounding).all()
    first = scores(kind, frames, inverse, counts, codes[:1], np.ones(1, np.float32))
    assert np.array_equal(first, highest[:, 0])  # of one query nothing is rounded


@pytest.mark.parametrize("kind", KINDS)
def test_more_clips_than_are_computed_at_a_time(kind):
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 11, 700)
    frames = rng.integers(0, 256, (counts.sum(), 128), np.uint8)
    codes = rng.integers(-kind.LARGEST, kind.LARGEST + 1, (23, 128)).astype(np.int16)
    inverse, weights = rng.random(len(frames), np.float32), rng.random(23, np.float32)
    whole = scores(kind, frames, inverse, counts, codes, weights)
    begins = np.cumsum(counts) - counts
    for clip in (0, 255, 256, 511, 512, 699):
        some = slice(begins[clip], begins[clip] + counts[clip])
        alone = scores(kind, frames[some], inverse[some], counts[clip : clip + 1], codes, weights)
        assert whole[clip] == alone[0]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_read_behind_the_last_frame(kind):
    frames = np.full((8, 128), 255, np.uint8)
    frames[:7] = CENTRE
    inverse = np.ones(8, np.float32)
    codes, weights = np.ones((3, 128), np.int16), np.ones(3, np.float32)
    for n_rows in range(1, 8):
        found = scores(kind, frames[:n_rows], inverse[:n_rows], np.array([n_rows]), codes, weights)
        assert found == [0]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([127, 1023, 16_383]))
def test_the_turn_of_a_rounded_query_is_not_more_than_is_said(seed, largest):
    from fractions import Fraction

    from core.search.bounds import RoundedQuery

    directions = np.random.default_rng(seed).integers(-(2**20), 2**20, (1, 128))
    query = RoundedQuery.of(directions, largest)
    exact, codes = directions[0].tolist(), query.codes[0].tolist()
    dot = sum(a * b for a, b in zip(exact, codes, strict=True))
    both = sum(a * a for a in exact) * sum(b * b for b in codes)
    assert 1 - Fraction(dot * dot, both) <= Fraction(float(query.sines[0])) ** 2
    assert query.sines[0] < 0.1
