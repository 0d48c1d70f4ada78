from __future__ import annotations

import numpy as np
import pytest

from core.errors import CatalogError
from core.tagging.ranking import agreement, tag_direction
from core.tagging.steering import Steer, TagChange, steered
from core.tagging.tags import N_CLASSES, closed_upwards
from core.types import LEAST_TAG, MOST_TAG, Query
from tests.tagging.test_ranking import labelled
from tests.tagging.test_tags import index


def heard(**scores: float) -> Query:
    tags = np.zeros(N_CLASSES, np.float32)
    for name, score in scores.items():
        tags[index(name)] = score
    return Query("x.wav", np.zeros((1, 128), np.uint8), 1.0, tags=closed_upwards(tags))


def agreements(query: Query, *clips: str) -> list[float]:
    vectors = labelled(*([index(name) for name in clip.split("+")] for clip in clips))
    return agreement(tag_direction(query.tags), vectors).tolist()


def test_what_is_struck_out_pushes_clips_down_and_nothing_else():
    query = heard(Dog=0.9, Speech=0.5)
    without = steered(query, [TagChange("speech", Steer.LESS)])
    dog, both, speech, child = agreements(
        without, "Dog", "Dog+Speech", "Speech", "Child speech, kid speaking"
    )
    assert dog > 0 > both > speech
    assert child < 0
    assert dog >= agreements(query, "Dog")[0]
    assert agreements(without, "Piano") == [0]


def test_agreement_never_falls_below_minus_one():
    speeches = "Male speech, man speaking", "Female speech, woman speaking", "Conversation"
    without = steered(heard(Dog=0.9), [TagChange("Speech", Steer.LESS)])
    assert agreements(without, "+".join(("Speech", *speeches))) == [-1]


def test_what_is_added_ranks_clips_that_have_both_first():
    query = heard(Dog=0.9)
    more = steered(query, [TagChange("Rain", Steer.MORE)])
    both, dog, rain, piano = agreements(more, "Dog+Rain", "Dog", "Rain", "Piano")
    assert both > rain > dog > 0 == piano


def test_a_clip_with_little_else_than_what_is_added_comes_after_those_that_have_both():
    more = steered(heard(Dog=0.9, Bark=0.8), [TagChange("Music", Steer.MORE)])
    crowded = "Dog+Bark+Music+Speech+Vehicle+Outside, rural or natural"
    both, guitar, music, dog = agreements(more, crowded, "Guitar", "Music", "Dog+Bark")
    assert both > guitar == music > dog > 0


def test_of_two_classes_that_are_added_both_count_more_than_one():
    changes = [TagChange("Rain", Steer.MORE), TagChange("Music", Steer.MORE)]
    more = steered(heard(Dog=0.9), changes)
    all_three, two, one, none = agreements(more, "Dog+Rain+Music", "Rain+Music", "Rain", "Dog")
    assert 1 >= all_three > two > one > none > 0


def test_what_is_strengthened_counts_more_and_what_is_weakened_less():
    query = heard(Dog=0.6, Rain=0.3)
    before = agreements(query, "Rain")[0]
    assert agreements(steered(query, [TagChange("Rain", Steer.MORE)]), "Rain")[0] > before
    weaker = agreements(steered(query, [TagChange("Rain", Steer.WEAKER)]), "Rain")[0]
    assert 0 < weaker < before


def test_what_only_the_struck_class_said_of_its_parents_is_gone_with_it():
    query = heard(Bark=0.9, Meow=0.2)
    tags = steered(query, [TagChange("Dog", Steer.LESS)]).tags
    assert tags[index("Bark")] == tags[index("Dog")] == LEAST_TAG
    assert tags[index("Animal")] == pytest.approx(0.2)
    assert tags[index("Cat")] == pytest.approx(0.2)


def test_a_wanted_class_says_nothing_of_the_parents_of_one_that_is_struck_out():
    changes = [TagChange("Cat", Steer.MORE), TagChange("Dog", Steer.LESS)]
    tags = steered(heard(Bark=0.9), changes).tags
    assert tags[index("Cat")] == MOST_TAG
    assert tags[index("Animal")] == 0
    both_struck = [TagChange(label, Steer.LESS) for label in ("Bark", "Bow-wow")]
    assert steered(heard(Bark=0.9), both_struck).tags[index("Dog")] == 0


def test_a_parent_that_was_struck_stays_struck():
    both = [TagChange("Animal", Steer.LESS), TagChange("Dog", Steer.LESS)]
    for changes in (both, both[::-1]):
        tags = steered(heard(Bark=0.9, Meow=0.2), changes).tags
        assert tags[index("Animal")] == tags[index("Cat")] == LEAST_TAG


def test_striking_out_wins_over_adding_below_it_in_any_order():
    changes = [TagChange("Animal", Steer.LESS), TagChange("Dog", Steer.MORE)]
    for given in (changes, changes[::-1]):
        assert steered(heard(Rain=1), given).tags[index("Dog")] == LEAST_TAG


def test_a_node_without_clips_stands_for_what_is_below_it():
    tags = steered(heard(), [TagChange("Natural sounds", Steer.MORE)]).tags
    assert tags[index("Rain")] == tags[index("Wind")] == MOST_TAG
    assert tags[index("Speech")] == 0


def test_a_note_says_what_was_changed_and_the_query_stays_as_it_was():
    query = heard(Dog=0.9)
    changes = [TagChange("speech", Steer.LESS), TagChange("/m/06mb1", Steer.MORE)]
    assert steered(query, changes).notes == ("Steered: with more Rain, without Speech.",)
    assert query.tags[index("Speech")] == 0
    assert steered(query, []) is query


def test_what_cannot_be_steered_is_one_error():
    with pytest.raises(CatalogError, match="no class 'Rian'") as caught:
        steered(heard(), [TagChange("Rian", Steer.MORE)])
    assert "Rain" in caught.value.hint
    untagged = Query("x", np.zeros((1, 128), np.uint8), 1.0)
    with pytest.raises(CatalogError, match="cannot be steered"):
        steered(untagged, [TagChange("Rain", Steer.MORE)])
