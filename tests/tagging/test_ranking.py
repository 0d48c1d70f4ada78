from __future__ import annotations

import numpy as np
import pytest

from core.catalog.ontology import Ontology
from core.tagging.ranking import (
    IMPLIED,
    POWER,
    LabelVectors,
    agreement,
    is_close,
    label_rates,
    tag_direction,
)
from core.tagging.tags import N_CLASSES
from tests.tagging.test_tags import index


def labelled(*lists: list[int]) -> LabelVectors:
    offsets = np.cumsum([0] + [len(labels) for labels in lists])
    return LabelVectors.of(np.array([label for each in lists for label in each], int), offsets)


def heard(**scores: float) -> np.ndarray:
    whole = np.zeros(N_CLASSES, np.float32)
    for name, score in scores.items():
        whole[index(name)] = score
    return tag_direction(whole)


def test_labels_that_are_exactly_what_is_heard_agree_fully():
    speech, music, dog = (index(name) for name in ("Speech", "Music", "Dog"))
    vectors = labelled([speech, music], [speech], [dog], [])
    rates = label_rates()
    equally = 0.4 / rates[[speech, music]]
    found = agreement(heard(Speech=equally[0], Music=equally[1]), vectors)
    assert found == pytest.approx([1, np.sqrt(0.5), 0, 0], abs=1e-6)
    assert found.dtype == np.float32


def test_parents_that_nobody_named_count_a_little():
    vectors = labelled([index("Bark")], [index("Bark"), index("Dog")], [index("Music")])
    implied, named, foreign = agreement(heard(Dog=0.9), vectors)
    assert 0 == foreign < implied < named < 1


def test_agreement_is_the_cosine_of_powers_of_tags_and_labels_with_their_parents():
    rng = np.random.default_rng(4)
    whole = rng.random(N_CLASSES).astype(np.float32) ** 4
    lists = [rng.choice(N_CLASSES, n, replace=False).tolist() for n in rng.integers(0, 9, 60)]
    ontology = Ontology.load()
    found = agreement(tag_direction(whole), labelled(*lists))
    for row, labels in zip(found, lists, strict=True):
        clip = np.zeros(N_CLASSES)
        for label in labels:
            for node in ontology.ancestors(ontology.node_of(label)):
                if node.index is not None:
                    clip[node.index] = IMPLIED
        clip[labels] = 1
        tags = (whole.astype(float) * label_rates()) ** POWER
        norms = np.linalg.norm(tags) * max(np.linalg.norm(clip), 1e-9)
        assert row == pytest.approx(tags @ clip / norms, abs=1e-5)


def test_a_label_given_twice_counts_once():
    vectors = labelled([5, 5], [5])
    assert np.diff(vectors.first).tolist() == [len(vectors.classes) // 2] * 2


def test_a_query_in_which_nothing_is_heard_agrees_with_nothing():
    assert agreement(heard(), labelled([0, 1])).tolist() == [0]


@pytest.mark.parametrize(
    ("best_agreement", "best_cosine", "close"),
    [(0.7, 0.6, True), (0.7, 0.3, False), (0.2, 0.9, False), (0.7, None, True), (0.2, None, False)],
)
def test_both_parts_decide_whether_anything_is_close(best_agreement, best_cosine, close):
    assert is_close(best_agreement, best_cosine) is close
