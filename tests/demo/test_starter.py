"""The starter list against AudioSet's own segment list and ontology."""

from __future__ import annotations

import csv
import json
from collections import Counter
from importlib.resources import files

import pytest

from core.demo.recipes import RECIPES
from core.demo.starter import starter_clips
from resources.make_starter import choose, read_segments, to_csv


@pytest.fixture(scope="module")
def classes(shared):
    """Ontology id and name of every class, by index, read independently of the program."""
    with (shared / "audioset" / "class_labels_indices.csv").open(encoding="utf-8") as file:
        return {
            int(row["index"]): (row["mid"], row["display_name"]) for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def segments(shared):
    rows = {}
    text = (shared / "audioset" / "balanced_train_segments.csv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            video_id, start_s, end_s, ids = line.strip().split(", ", 3)
            rows[video_id] = (float(start_s), float(end_s), set(ids.strip('"').split(",")))
    return rows


@pytest.mark.real_data
def test_every_clip_is_a_fact_of_audiosets_list(classes, segments):
    for clip in starter_clips():
        start_s, end_s, ids = segments[clip.video_id]
        assert (clip.start_s, clip.end_s) == (start_s, end_s)
        assert {classes[index][0] for index in clip.labels} == ids


@pytest.mark.real_data
def test_every_clip_is_labelled_with_the_class_that_is_synthesised(classes):
    for clip in starter_clips():
        assert clip.sound in {classes[index][1] for index in clip.labels}


@pytest.mark.real_data
def test_there_are_enough_classes_animals_and_clips(shared, classes):
    clips = starter_clips()
    assert len({clip.video_id for clip in clips}) == len(clips)
    counts = Counter(clip.sound for clip in clips)
    assert set(counts) == set(RECIPES)
    assert len(counts) >= 60
    assert min(counts.values()) >= 2
    nodes = {
        node["id"]: node for node in json.loads((shared / "audioset" / "ontology.json").read_text())
    }
    waiting = [key for key, node in nodes.items() if node["name"] == "Animal"]
    animals = set()
    while waiting:
        animals.add(nodes[key := waiting.pop()]["name"])
        waiting += nodes[key]["child_ids"]
    assert len(animals & set(counts)) >= 25


def test_clips_of_a_class_have_variations_of_their_own():
    pairs = [(clip.sound, clip.variation) for clip in starter_clips()]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.real_data
def test_the_list_can_be_made_again(shared):
    rows = read_segments(shared / "audioset" / "balanced_train_segments.csv")
    kept = files("resources").joinpath("starter.csv").read_text("utf-8")
    assert to_csv(choose(rows)) == kept
