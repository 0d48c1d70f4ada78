"""Teaching through the engine: clips and sounds are answers, and the class is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.audio.examples import example
from core.catalog.balanced import balanced_catalog
from core.catalog.ontology import Ontology
from core.class_teaching import ClipAnswer, SoundAnswer
from core.engine import Engine
from core.errors import CatalogError, ModelError
from core.options import Filter, ListenerKind, Options
from core.paths import DataFolder

CLASS = "Chainsaw"


@pytest.fixture
def engine(own_data_folder: Path):
    engine = Engine(DataFolder(own_data_folder), Options(listener=ListenerKind.BUILT_IN))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def is_of_class() -> np.ndarray:
    catalog = balanced_catalog()
    index = Ontology.load().names.index(CLASS)
    found = np.zeros(len(catalog), bool)
    owners = np.repeat(np.arange(len(catalog)), np.diff(catalog.label_offsets))
    found[owners[catalog.label_indices == index]] = True
    return found


def test_answers_to_what_is_asked_find_the_class_in_real_sounds(
    engine: Engine, is_of_class: np.ndarray
):
    first = np.flatnonzero(is_of_class)[:5].tolist()
    engine.teach("our saw", [ClipAnswer(row, True) for row in first])
    answered = set(first)
    n_yes = 0
    for _ in range(4):
        asked = [match.row for match in engine.to_ask("our saw").matches]
        assert len(asked) == 5
        assert answered.isdisjoint(asked), "nothing is asked twice"
        answered.update(asked)
        n_yes += int(is_of_class[asked].sum())
        engine.teach("our saw", [ClipAnswer(row, bool(is_of_class[row])) for row in asked])
    assert n_yes >= 6, "by chance it would be one in twenty times"
    (taught,) = engine.taught_classes()
    assert len(taught.examples) == 25
    assert taught.n_members == 5 + n_yes
    assert taught.estimate.precision is not None
    found = engine.find("our saw", k=25)
    hits = is_of_class[[match.row for match in found.matches]]
    assert hits.mean() > 0.5


def test_it_filters_alone_beside_audiosets_classes_and_turned_around(
    engine: Engine, is_of_class: np.ndarray
):
    rows = np.flatnonzero(is_of_class)[:8].tolist()
    taught = engine.teach("our saw", [ClipAnswer(row, True) for row in rows])
    catalog = engine.catalog()

    def scores(filters: Filter) -> np.ndarray:
        matches = engine.find("dog", k=1000, filters=filters).matches
        return taught.scores(catalog.unit_vectors()[[match.row for match in matches]])

    only = scores(Filter(include=("Our Saw",)))
    assert len(only)
    assert (only > 0.49).all()
    assert (scores(Filter(exclude=("our saw",))) < 0.51).all()
    both = engine.find("dog", k=1000, filters=Filter(include=("our saw", "Dog")))
    dogs = engine.find("dog", k=1000, filters=Filter(include=("Dog",)))
    assert {match.row for match in dogs.matches} <= {match.row for match in both.matches}


def test_a_taught_sound_is_heard_in_sounds_and_in_what_arrives(engine: Engine):
    siren, rain = (engine.query(example(name)) for name in ("Siren", "Rain"))
    engine.teach(
        "our siren",
        [SoundAnswer(siren, "siren.wav", 0.0, True), SoundAnswer(rain, "rain.wav", 0.0, False)],
    )
    other = example("Siren", 1)
    assert engine.query(other).heard[0].label == "our siren"
    assert "our siren" not in [tag.label for tag in engine.query(example("Rain", 1)).heard]
    stream = engine.query_stream("Recording")
    stream.push(other.samples)
    assert stream.query().heard[0].is_taught
    engine.forget_class("our siren")
    assert "our siren" not in [tag.label for tag in engine.query(other).heard]


def test_models_are_not_mixed(engine: Engine):
    siren = engine.query(example("Siren"))
    own = SoundAnswer(siren, "siren.wav", 0.0, True)
    with pytest.raises(CatalogError, match="different models"):
        engine.teach("mixed", [own, ClipAnswer(0, False)])
    engine.teach("our siren", [own])
    with pytest.raises(ModelError, match="was taught by"):
        engine.teach("our siren", [ClipAnswer(0, False)])
    with pytest.raises(CatalogError, match="was taught by"):
        engine.find("our siren")
    with pytest.raises(CatalogError, match="was taught by"):
        engine.find("dog", filters=Filter(include=("our siren",)))
    assert [len(taught.examples) for taught in engine.taught_classes()] == [1]


def test_contradictions_words_and_nothing_are_one_error(engine: Engine):
    with pytest.raises(ModelError, match="is said to be of the class and not to be"):
        engine.teach("x", [ClipAnswer(3, True), ClipAnswer(3, False)])
    with pytest.raises(ModelError, match="no answer"):
        engine.teach("x", [])
    words = engine.find("dog", k=1).query
    with pytest.raises(ModelError, match="Words are no example"):
        engine.teach("x", [SoundAnswer(words, "words", 0.0, True)])
    with pytest.raises(ModelError, match="No class “x” was taught"):
        engine.to_ask("x")
    assert engine.taught_classes() == []


def test_a_class_goes_to_another_computer(engine: Engine, tmp_path: Path):
    rows = [ClipAnswer(row, True) for row in range(3)]
    engine.teach("our gate", rows)
    engine.export_class("our gate", tmp_path / "gate.json")
    other = Engine(DataFolder(tmp_path / "other"))
    assert other.import_class(tmp_path / "gate.json").name == "our gate"
    ids = [
        [match.video_id for match in each.find("our gate", 5).matches] for each in (engine, other)
    ]
    assert ids[0] == ids[1]
    with pytest.raises(ModelError, match="There is a class"):
        other.import_class(tmp_path / "gate.json")
    other.import_class(tmp_path / "gate.json", may_replace=True)
    other.close()


def test_names_of_taught_classes_complete_what_is_typed(engine: Engine):
    engine.teach("our gate", [ClipAnswer(0, True)])
    assert engine.find_classes("gat")[0] == "our gate"
    assert "our gate" not in engine.find_classes("dog")
