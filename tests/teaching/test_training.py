"""Answers become a class that tells its sounds from others, and says how well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.errors import ModelError
from core.teaching.taught_class import MOST_EXAMPLES, Estimate, vectors_of
from core.teaching.training import LEAST_PRECISION, taught, with_answers
from core.types import TAUGHT_HEARD
from tests.teaching.conftest import MODEL, Space


def test_a_class_of_five_examples_tells_new_sounds_from_others(space: Space):
    learned = taught("our gate", MODEL, space.examples(5, True), space.background)
    of_it = vectors_of(space.examples(200, True, "new"))
    others = vectors_of(space.examples(1000, False, "new"))
    assert (learned.scores(of_it) >= TAUGHT_HEARD).mean() > 0.9
    assert (learned.scores(others) >= TAUGHT_HEARD).mean() < 0.05
    assert learned.estimate == Estimate(), "five are too few to say how well"


def test_the_same_answers_give_the_same_class(space: Space):
    examples = space.examples(6, True) + space.examples(6, False)
    one, other = (taught("our gate", MODEL, examples, space.background) for _ in range(2))
    assert one.to_json() == other.to_json()


def test_eight_answers_are_judged_and_the_threshold_is_precise_where_it_can_be(space: Space):
    examples = space.examples(8, True) + space.examples(8, False)
    estimate = taught("our gate", MODEL, examples, space.background).estimate
    assert estimate.precision is not None
    assert estimate.precision >= LEAST_PRECISION
    assert estimate.recall is not None
    assert estimate.recall > 0.8


def test_what_cannot_be_told_is_not_said_to_be_told_well():
    random = np.random.default_rng(1)
    space = Space()
    # Labels by chance: there is nothing to learn.
    examples = [
        replace(example, is_member=bool(random.integers(2)))
        for example in space.examples(40, False)
    ]
    estimate = taught("chance", MODEL, examples, space.background).estimate
    assert estimate.precision is not None
    assert estimate.precision < 0.5


def test_a_class_that_cannot_be_told_precisely_is_still_heard(space: Space):
    # Half of the others are near it: only the surest example is above them all.
    near = np.rint(space.axis * 8).astype(int)
    random = np.random.default_rng(3)
    others = near + random.normal(scale=9, size=(60, 128))
    background = np.concatenate(
        [space.background, others / np.linalg.norm(others, axis=1, keepdims=True)]
    ).astype(np.float32)
    estimate = taught("near", MODEL, space.examples(20, True), background).estimate
    assert estimate.recall is not None
    assert estimate.recall > 0.3


def test_answers_that_are_no_keep_such_sounds_out(space: Space):
    close = np.zeros(128)
    close[3], close[41] = 9, 9
    near = [
        replace(example, direction=np.rint(close + noise).astype(np.int8), source=f"near-{place}")
        for place, (example, noise) in enumerate(
            zip(
                space.examples(30, False),
                np.random.default_rng(2).normal(size=(30, 128)),
                strict=True,
            )
        )
    ]
    members = space.examples(10, True)
    before = taught("our gate", MODEL, members, space.background)
    after = taught("our gate", MODEL, members + near[:15], space.background)
    unseen = vectors_of(near[15:])
    assert after.scores(unseen).mean() < before.scores(unseen).mean()


def test_the_newest_answer_for_a_sound_counts(space: Space):
    first = space.examples(3, True)
    changed = replace(first[1], is_member=False)
    joined = with_answers(first, [changed])
    assert [example.is_member for example in joined] == [True, False, True]


@pytest.mark.parametrize("name", ["", "  ", "Dog", "dOg", "a\nb\x07", "x" * 61])
def test_names_that_are_none_are_refused(space: Space, name: str):
    with pytest.raises(ModelError, match="cannot be taught"):
        taught(name, MODEL, space.examples(2, True), space.background)


def test_without_any_yes_there_is_nothing_to_learn(space: Space):
    with pytest.raises(ModelError, match="has no example"):
        taught("our gate", MODEL, space.examples(4, False), space.background)


def test_two_answers_for_one_sound_and_too_many_are_refused(space: Space):
    one = space.examples(1, True)
    with pytest.raises(ModelError, match="two answers"):
        taught("our gate", MODEL, [*one, replace(one[0], is_member=False)], space.background)
    with pytest.raises(ModelError, match="more than"):
        taught("our gate", MODEL, space.examples(MOST_EXAMPLES + 1, True), space.background)
