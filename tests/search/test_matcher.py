"""Ranking by sound, meaning or both: what each match says of its parts."""

from __future__ import annotations

import numpy as np
import pytest

from core.catalog.ontology import Ontology
from core.options import Comparison, Filter, Ranking
from core.search.matcher import Matcher
from core.tagging.ranking import MEANING
from core.tagging.tags import N_CLASSES, closed_upwards
from core.types import Query


@pytest.fixture
def matcher(made_catalog):
    made = Matcher(made_catalog)
    yield made
    made.close()


def tags(*names: str) -> np.ndarray:
    found = np.zeros(N_CLASSES, np.float32)
    for name in names:
        found[Ontology.load().names.index(name)] = 0.9
    return closed_upwards(found)


@pytest.fixture
def query(made_catalog):
    return Query("q", made_catalog.clip(5).frames, 10.0, tags=tags("Bark", "Rain"))


@pytest.mark.parametrize("by", Comparison)
def test_a_score_is_the_weighted_sum_of_its_parts(matcher, query, by):
    every = len(matcher.catalog)
    found = {
        ranking: {
            each.row: each for each in matcher.matches(query, every, by=by, ranking=ranking).matches
        }
        for ranking in Ranking
    }
    for row, match in found[Ranking.BOTH].items():
        by_sound, by_meaning = found[Ranking.SOUND][row], found[Ranking.MEANING][row]
        assert by_sound.similarity == by_sound.sound == match.sound
        assert by_meaning.similarity == by_meaning.meaning == match.meaning
        assert by_sound.meaning is None and by_meaning.sound is None
        expected = (1 - MEANING) * match.sound + MEANING * match.meaning
        assert match.similarity == pytest.approx(expected, abs=1e-9)
        assert 0 <= match.meaning <= 1 + 1e-6
    for matches in found.values():
        scores = [match.similarity for match in matches.values()]
        assert scores == sorted(scores, reverse=True)


def test_seconds_are_told_by_frames_and_not_by_meaning_alone(matcher, query):
    for ranking in Ranking:
        (best, *_) = matcher.matches(query, 3, by=Comparison.FRAMES, ranking=ranking).matches
        assert (best.best_second is None) == (ranking is Ranking.MEANING)


def test_filters_and_what_is_left_out_hold_for_meaning(matcher, query):
    every = matcher.matches(query, len(matcher.catalog), ranking=Ranking.MEANING).matches
    filters = Filter(include=("Dog",), exclude=("Speech",))
    gone = np.array([match.row for match in every[:3]])
    found = matcher.matches(query, 10, filters, without=gone, ranking=Ranking.MEANING).matches
    below = matcher.catalog.class_indices
    names = {
        kind: {matcher.catalog.label_name(index) for index in below([kind])}
        for kind in ("Dog", "Speech")
    }
    expected = [
        match.row
        for match in every[3:]
        if names["Dog"] & set(match.labels) and not names["Speech"] & set(match.labels)
    ]
    assert [match.row for match in found] == expected[:10]
    assert found


def test_a_clip_is_a_query_with_its_labels_and_what_is_above_them(matcher, made_catalog):
    clip = made_catalog.clip(5)
    asked = matcher.clip_query(clip.video_id, 5)
    names = Ontology.load().names
    assert {names[index] for index in np.flatnonzero(asked.tags == 1)} >= set(clip.labels)
    assert np.array_equal(closed_upwards(asked.tags), asked.tags)
    alike = matcher.matches(asked, 5, ranking=Ranking.MEANING).matches
    assert set(clip.labels) & set(alike[0].labels)


def test_what_is_close_is_a_decision_of_both_parts(matcher, query):
    none = Query("q", query.frames, 10.0, tags=np.full(N_CLASSES, 1e-3, np.float32))
    assert matcher.matches(query, 3, ranking=Ranking.BOTH).is_close
    assert not matcher.matches(none, 3, ranking=Ranking.BOTH).is_close
    opposite = 254 - np.clip(query.frames, 0, 254)
    far = Query("q", opposite.astype(np.uint8), 10.0, tags=query.tags)
    assert matcher.matches(far, 3, ranking=Ranking.MEANING).is_close
    # By sound alone it is judged by random pairs; here nothing is said.
    assert matcher.matches(far, 3, ranking=Ranking.SOUND).is_close
    # Filters change what is shown, and not whether the catalogue has anything close.
    assert matcher.matches(query, 3, Filter(include=("Siren",)), ranking=Ranking.BOTH).is_close
