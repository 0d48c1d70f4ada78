from __future__ import annotations

import numpy as np

from core.audio.logmel import LOG_OFFSET
from core.catalog.ontology import Ontology
from core.tagging.tags import N_CLASSES, closed_upwards, counted, loud


def index(name: str) -> int:
    found = Ontology.load().node(name).index
    assert found is not None
    return found


def patches_at(*levels_db: float) -> np.ndarray:
    mel = np.random.default_rng(1).uniform(0.5, 1, (len(levels_db), 96, 64))
    factors = 10 ** (np.array(levels_db) / 20)
    return np.log(mel * factors[:, None, None] + LOG_OFFSET).astype(np.float32)


def test_no_class_outranks_one_above_it():
    scores = np.random.default_rng(2).random((7, N_CLASSES), np.float32)
    closed = closed_upwards(scores)
    ontology = Ontology.load()
    for child in range(N_CLASSES):
        for node in ontology.ancestors(ontology.node_of(child)):
            if node.index is not None:
                assert (closed[:, node.index] >= closed[:, child]).all()


def test_closing_gives_each_class_the_best_score_at_or_below_it_and_no_more():
    scores = np.zeros(N_CLASSES, np.float32)
    scores[index("Bark")] = 0.7
    scores[index("Cat")] = 0.2
    closed = closed_upwards(scores)
    assert closed[index("Dog")] == closed[index("Animal")] == np.float32(0.7)
    assert closed[index("Cat")] == np.float32(0.2)
    assert closed[index("Meow")] == closed[index("Music")] == 0
    assert (closed_upwards(closed) == closed).all()


def test_patches_30_db_below_the_loudest_are_silent():
    assert loud(patches_at(0, -29, -31, -60)).tolist() == [True, True, False, False]
    assert loud(patches_at(-40, -60, -80)).tolist() == [True, True, False]


def test_where_nothing_is_heard_all_patches_count():
    silence = np.full((3, 96, 64), np.log(LOG_OFFSET), np.float32)
    assert loud(silence).all()
    assert counted(np.zeros(3, bool), 3).all()
    assert counted(None, 2).all()
    assert counted(np.array([True, False]), 2).tolist() == [True, False]
