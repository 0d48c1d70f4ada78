from __future__ import annotations

import csv
import importlib.util
import json
from itertools import pairwise
from pathlib import Path

import pytest

from core.catalog.ontology import Ontology
from core.errors import CatalogError


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return Ontology.load()


@pytest.fixture(scope="module")
def official(shared: Path) -> dict[str, dict]:
    nodes = json.loads((shared / "audioset" / "ontology.json").read_text())
    return {node["id"]: node for node in nodes}


@pytest.fixture(scope="module")
def classes(shared: Path) -> dict[str, int]:
    with (shared / "audioset" / "class_labels_indices.csv").open() as file:
        return {row["mid"]: int(row["index"]) for row in csv.DictReader(file)}


@pytest.mark.real_data
def test_the_carried_table_equals_the_official_files(ontology, official, classes):
    assert list(ontology.nodes) == list(official)
    for key, node in ontology.nodes.items():
        assert node.name == official[key]["name"]
        assert list(node.child_ids) == official[key]["child_ids"]
        assert node.index == classes.get(key)
    assert len(ontology.nodes) == 632
    assert len(ontology.names) == 527


@pytest.mark.real_data
def test_class_names_are_those_of_the_class_list(ontology, shared):
    with (shared / "audioset" / "class_labels_indices.csv").open() as file:
        names = tuple(row["display_name"] for row in csv.DictReader(file))
    assert ontology.names == names
    assert [ontology.name(index) for index in (0, 72, 137)] == ["Speech", "Animal", "Music"]


@pytest.mark.real_data
def test_the_script_makes_the_carried_table(shared, ontology):
    resources = Path(__file__).parents[2] / "resources"
    spec = importlib.util.spec_from_file_location("make_ontology", resources / "make_ontology.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = shared / "audioset"
    made = module.make_ontology(folder / "ontology.json", folder / "class_labels_indices.csv")
    assert made == (resources / "ontology.json").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in json.loads(made)["attribution"]


def _closure(official: dict[str, dict], key: str) -> set[str]:
    return {key}.union(*(_closure(official, child) for child in official[key]["child_ids"]))


@pytest.mark.real_data
def test_every_node_resolves_to_all_classes_below_it(ontology, official, classes):
    for key, node in official.items():
        expected = {classes[below] for below in _closure(official, key) if below in classes}
        if expected:
            assert ontology.resolve([key]) == expected
            assert ontology.resolve([node["name"].upper()]) == expected
        else:
            with pytest.raises(CatalogError, match="No AudioSet clip is labelled"):
                ontology.resolve([key])


def test_several_names_join_and_none_is_nothing(ontology):
    assert ontology.resolve(["Dog", "/m/04rlf"]) == ontology.resolve(["dog"]) | ontology.resolve(
        [" music "]
    )
    assert ontology.resolve([]) == frozenset()
    assert ontology.name(137) == "Music"
    assert 137 in ontology.resolve(["Music"])


@pytest.mark.parametrize(
    ("wrong", "suggested"),
    [("Anmal", "Animal"), ("dogs barking", "Dog"), ("pianoo", "Piano"), ("CAT PURR", "Purr")],
)
def test_an_unknown_name_gets_the_nearest_ones(ontology, wrong: str, suggested: str):
    with pytest.raises(CatalogError) as caught:
        ontology.resolve(["Speech", wrong])
    assert caught.value.message == f"There is no class {wrong!r}."
    assert suggested in caught.value.hint


@pytest.mark.parametrize("wrong", ["", "qqqqqqqq", "/m/nothing", "\x1b[31m\n"])
def test_a_name_near_nothing_gets_an_example(ontology, wrong: str):
    with pytest.raises(CatalogError) as caught:
        ontology.resolve([wrong])
    assert "\n" not in caught.value.message + caught.value.hint
    assert "\x1b" not in caught.value.message
    assert caught.value.hint


def test_roots_and_children_fit_together(ontology):
    assert [root.name for root in ontology.roots] == [
        "Human sounds",
        "Animal",
        "Music",
        "Natural sounds",
        "Sounds of things",
        "Source-ambiguous sounds",
        "Channel, environment and background",
    ]
    children = [child for node in ontology.nodes.values() for child in ontology.children(node)]
    for node in ontology.nodes.values():
        assert (node not in children) == (node in ontology.roots)
    above = [ontology.node(name) for name in ("Animal", "Domestic animals, pets", "Dog", "Bark")]
    for parent, child in pairwise(above):
        assert child in ontology.children(parent)


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (("Animal", "Domestic animals, pets", "Dog", "Howl"),)
        + (("Howl", "Dog", "Domestic animals, pets", "Animal"),),
        (("Speech", "Animal", "Bird"), ("Speech", "Bird", "Animal")),
        (("Concert", "Guitar"), ("Concert", "Guitar")),  # none of AudioSet's, and one
        ((), ()),
    ],
)
def test_what_other_labels_imply_comes_last(
    ontology: Ontology, labels: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    assert ontology.specific_first(labels) == wanted
