"""Ranking by sound and pictures together, against slow whole-number arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, CatalogError
from core.jobs import Job
from core.options import Weights
from core.search.parts import ScorePart, best_of_parts
from core.search.visual import VisualSearch
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


def parts_of(clips, visual, query, looks, weights, scanner) -> tuple[ScorePart, ScorePart]:
    return (
        ScorePart(weights.audio, *clip_search(clips, scanner).scores(query)),
        ScorePart(weights.visual, *VisualSearch(visual, scanner).scores(looks)),
    )


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
    best = best_of_parts(parts_of(clips, visual, query, looks, weights, scanner), scanner, k, mask)
    allowed = range(len(clips)) if mask is None else np.flatnonzero(mask).tolist()
    scores = {
        row: weights.audio * exact_cosine(clips[row], query)
        + weights.visual * exact_visual(visual[row], looks)
        for row in allowed
    }
    expected = sorted(scores, key=lambda row: (-scores[row], row))[:k]
    assert best.rows.tolist() == expected
    assert best.scores.tolist() == [scores[row] for row in expected]


def test_few_of_many_clips_are_computed_exactly(scanners):
    rng = np.random.default_rng(4)
    clips = list(rng.integers(0, 256, (20_000, 1, 128), dtype=np.uint8))
    visual = rng.integers(-127, 128, (20_000, 320)).astype(np.int8)
    sound, pictures = parts_of(clips, visual, clips[77], visual[77], Weights(1, 1), scanners[True])
    computed: list[int] = []

    def counted(rows: np.ndarray) -> np.ndarray:
        computed.append(len(rows))
        return pictures.exact(rows)

    best = best_of_parts((sound, replace(pictures, exact=counted)), scanners[True], 10)
    assert (best.rows[0], best.scores[0]) == (77, pytest.approx(1))
    assert [values[0] for values in best.values] == pytest.approx([1, 1])
    assert sum(computed) < 1000


def test_looks_of_another_size_are_refused(scanners):
    search = VisualSearch(np.ones((1, 1024), np.int8), scanners[True])
    for size in (0, 1, 320, 2048):
        with pytest.raises(CatalogError, match="in another way"):
            search.scores(np.ones(size, np.int8))


def test_a_cancelled_search_ends(scanners):
    job = Job()
    job.cancel()
    looks = np.ones((1, 320), np.int8)
    search = VisualSearch(looks, scanners[False])
    with pytest.raises(Cancelled):
        search.scores(looks[0], job)
