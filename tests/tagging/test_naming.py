from __future__ import annotations

import numpy as np
import pytest

from core.tagging.naming import Sureness, Thresholds, most_specific, named
from core.tagging.tags import N_CLASSES, closed_upwards
from core.types import spoken
from tests.tagging.test_tags import index

THRESHOLDS = Thresholds(sure=0.5, likely=0.25, possible=0.1)


def whole(**scores: float) -> np.ndarray:
    found = np.zeros(N_CLASSES, np.float32)
    for name, score in scores.items():
        found[index(name.replace("_", " "))] = score
    return closed_upwards(found)


def names(scores: np.ndarray) -> list[tuple[str, Sureness]]:
    return [(each.label, each.sureness) for each in named(scores, THRESHOLDS)]


def test_the_most_specific_class_is_named_not_those_above_it():
    assert names(whole(Bark=0.8)) == [("Bark", Sureness.SURE)]


def test_a_parent_is_named_where_nothing_below_it_is_sure_enough():
    assert names(whole(Animal=0.6, Bark=0.2, Meow=0.2)) == [("Animal", Sureness.SURE)]


def test_several_are_named_surest_first_with_words_for_sureness():
    scores = whole(Rain=0.3, Speech=0.7)
    assert names(scores) == [("Speech", Sureness.SURE), ("Rain", Sureness.LIKELY)]
    assert spoken(named(scores, THRESHOLDS)) == "Speech, probably Rain"


def test_at_most_three_are_named():
    scores = whole(Rain=0.9, Speech=0.8, Piano=0.7, Siren=0.6)
    assert [name for name, _ in names(scores)] == ["Rain", "Speech", "Piano"]


def test_where_nothing_is_likely_one_possible_class_is_named():
    assert names(whole(Rain=0.2, Piano=0.15)) == [("Rain", Sureness.POSSIBLE)]


def test_nothing_is_said_where_nothing_is_possible():
    assert named(whole(Rain=0.05), THRESHOLDS) == ()
    assert spoken(()) == ""


@pytest.mark.parametrize(("score", "word"), [(0.5, Sureness.SURE), (0.1, Sureness.POSSIBLE)])
def test_a_threshold_belongs_to_what_is_above_it(score, word):
    assert THRESHOLDS.sureness(score) is word


def test_of_some_classes_the_most_specific_have_none_of_the_others_below():
    chosen = np.zeros(N_CLASSES, bool)
    chosen[[index(name) for name in ("Animal", "Dog", "Bark", "Music")]] = True
    assert np.flatnonzero(most_specific(chosen)).tolist() == sorted([index("Bark"), index("Music")])
