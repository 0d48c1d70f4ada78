from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from core.catalog.ontology import Ontology
from core.errors import CatalogError
from core.tagging.words import classes_of, completions, word_query
from tests.tagging.test_tags import index

RESOURCES = Path(__file__).parents[2] / "resources"


def names(text: str) -> set[str]:
    return {Ontology.load().name(each) for each in classes_of(text).indices}


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("dog barking", {"Dog", "Bark"}),
        ("Dogs BARK!", {"Dog", "Bark"}),
        ("rain on a roof", {"Rain on surface"}),
        ("rain", {"Rain"}),
        ("meow", {"Meow"}),
        ("crowd", {"Crowd"}),
        ("thunder and rain", {"Thunder", "Rain"}),
        ("motorbike", {"Motorcycle"}),
        ("storm", {"Thunderstorm"}),
        ("kid crying", {"Crying, sobbing"}),
        ("babies laughing", {"Baby laughter"}),
        ("male speech, man speaking", {"Male speech, man speaking"}),
    ],
)
def test_classes_are_found_by_name_synonym_and_part_of_a_word(text, classes):
    assert names(text) == classes


def test_every_class_is_found_by_its_own_name():
    for name in Ontology.load().names:
        assert name in names(name), name


def test_descriptions_help_where_no_name_does():
    # "Principal communication sound produced by dogs. Often transliterated as woof …"
    assert names("transliterated") == {"Bark"}
    assert classes_of("dog transliterated").unknown == ("transliterated",)


def test_a_word_that_is_no_class_is_said():
    found = word_query("dog  barkign")
    assert found.name == "dog barkign"
    assert found.notes == ("No class is known as “barkign”.",)
    assert [tag.label for tag in found.heard] == ["Dog"]


@pytest.mark.parametrize(
    ("text", "hint"), [("spech", "Speech"), ("qqqq", "dog barking"), ("", "Say"), ("?!", "Say")]
)
def test_words_that_stand_for_nothing_are_one_error_with_suggestions(text, hint):
    with pytest.raises(CatalogError, match="No class of sounds") as caught:
        classes_of(text)
    assert hint in caught.value.hint


def test_a_query_of_words_has_tags_and_the_classes_above_them_but_no_frames():
    query = word_query("bark")
    assert query.frames.shape == (0, 128)
    assert np.flatnonzero(query.tags).tolist() == sorted(
        index(name) for name in ("Bark", "Dog", "Domestic animals, pets", "Animal")
    )


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("d", "Dog"),
        ("rai", "Rain"),
        ("thun", "Thunder"),
        ("thu", "Thunder"),
        ("ba la", "Baby laughter"),
    ],
)
def test_what_is_typed_is_completed(typed, first):
    assert first in completions(typed)[:2]
    assert completions("   ") == completions("zzzz") == []
    assert len(completions("a", most=4)) == 4


def test_only_words_that_begin_so_complete_what_was_typed():
    found = completions("thu")
    assert "Thunderstorm" in found[:2]
    assert "Air conditioning" not in found[:4]
    assert "Trickle, dribble" not in completions("ick")


@pytest.mark.real_data
def test_the_script_makes_the_carried_table(shared):
    spec = importlib.util.spec_from_file_location("make_words", RESOURCES / "make_ontology.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = shared / "audioset"
    made = module.make_class_words(folder / "ontology.json", folder / "class_labels_indices.csv")
    assert made == (RESOURCES / "class_words.json").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in json.loads(made)["attribution"]
    assert set(module.ALIASES) <= set(Ontology.load().names)
