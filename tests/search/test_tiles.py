"""Both kinds of tiles compute the same, on a processor that has what the faster one needs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compiling import processor_has
from core.search import byte_tiles, tiles
from core.vectors import CENTRE

KINDS = [tiles, *([byte_tiles] if processor_has("avx512vnni") else [])]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_queries=st.integers(1, 40))
def test_cosines_are_those_of_whole_numbers(kind, seed, n_queries):
    rng = np.random.default_rng(seed)
    frames = rng.choice(np.array([0, 1, CENTRE, 254, 255], np.uint8), (kind.ROWS + 3, 128))
    codes = rng.choice(np.array([-kind.LARGEST, -1, 0, kind.LARGEST]), (n_queries, 128))
    inverse = rng.random(kind.ROWS + 3, np.float32)
    lanes = kind.lanes_for(n_queries)
    n_lanes = len(lanes)
    n_blocks = -(-n_queries // n_lanes)
    padded = np.zeros((n_blocks * n_lanes, 128), kind.CODE)
    padded[:n_queries] = codes
    shape = n_blocks, n_lanes, 128 // kind.COMPONENTS, kind.COMPONENTS
    start = -CENTRE * padded.sum(axis=1, dtype=np.int32).reshape(n_blocks, n_lanes)
    room = np.zeros((kind.ROWS, 128), kind.ROOM)
    out = np.zeros((n_blocks, kind.ROWS, n_lanes), np.float32)
    queries = np.ascontiguousarray(padded.reshape(shape).transpose(0, 2, 1, 3))
    kind.cosines(frames, inverse, 3, queries, start, CENTRE, room, out, lanes)
    found = out.transpose(1, 0, 2).reshape(kind.ROWS, -1)[:, :n_queries]
    whole = (frames[3:].astype(int) - CENTRE) @ codes.T
    assert np.array_equal(found, whole.astype(np.float32) * inverse[3:, None])


@pytest.mark.parametrize("n_queries", [8, 16])
@pytest.mark.parametrize("kind", KINDS)
def test_the_highest_of_some_rows_and_their_weighted_sum(kind, n_queries):
    rng = np.random.default_rng(0)
    lanes = kind.lanes_for(n_queries)
    found = rng.normal(size=(2, kind.ROWS, len(lanes))).astype(np.float32)
    weights = rng.random((2, len(lanes)), np.float32)
    best = np.full((2, len(lanes)), -np.inf, np.float32)
    kind.raise_to(best, found, 1, 3, lanes)
    kind.raise_to(best, found, 4, 5, lanes)
    expected = found[:, [1, 2, 4]].max(axis=1)
    assert np.array_equal(best, expected)
    assert kind.weighted(best, weights, lanes) == pytest.approx(
        (expected * weights).sum(), rel=1e-6
    )
    assert (best == -np.inf).all()


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
