"""The catalogue in the box: `resources/balanced.npz`."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.catalog.ontology import Ontology
from core.catalog.records.ids import is_youtube_id
from core.tagging.ranking import label_rates
from core.tagging.weights import shipped
from resources.make_balanced import make
from tests.tagging.test_tags import index


@pytest.fixture(scope="module")
def balanced() -> dict[str, np.ndarray]:
    with np.load(shipped("balanced.npz")) as stored:
        return dict(stored)


def test_shapes_and_types(balanced):
    shapes = {name: (array.shape, array.dtype.str) for name, array in balanced.items()}
    text = shapes.pop("attribution")
    assert text[0] == ()
    assert "CC BY 4.0" in str(balanced["attribution"])
    assert shapes == {
        "format": ((), "<i8"),
        "video_id": ((22_160,), "|S11"),
        "start_s": ((22_160,), "<f4"),
        "end_s": ((22_160,), "<f4"),
        "n_labels": ((22_160,), "|u1"),
        "label": ((52_882,), "<i2"),
        "mean_frame": ((22_160, 128), "|u1"),
    }


def test_what_is_known_of_the_clips(balanced):
    assert len(set(balanced["video_id"].tolist())) == 22_160
    assert all(is_youtube_id(video_id) for video_id in balanced["video_id"].tolist())
    assert balanced["n_labels"].sum() == len(balanced["label"])
    assert balanced["n_labels"].min() == 1
    length_s = balanced["end_s"] - balanced["start_s"]
    assert (length_s > 0.9).all()
    assert (length_s <= 10).all()
    counts = np.bincount(balanced["label"], minlength=527)
    assert counts.min() >= 50
    assert np.argsort(-counts)[:2].tolist() == [index("Music"), index("Speech")]
    assert len(counts) == len(Ontology.load().names)


def test_the_rates_are_how_often_a_class_is_named_where_it_is(balanced):
    begins = np.concatenate([[0], np.cumsum(balanced["n_labels"], dtype=int)])
    lists = [balanced["label"][a:b] for a, b in pairwise(begins.tolist())]
    ontology = Ontology.load()
    for name in ("Animal", "Dog", "Bark", "Music"):
        below = ontology.resolve([name])
        there = sum(not below.isdisjoint(labels.tolist()) for labels in lists)
        named = sum(index(name) in labels for labels in lists)
        assert label_rates()[index(name)] == pytest.approx(named / there)


@pytest.mark.real_data
def test_a_clip_is_as_the_official_list_has_it(balanced, shared: Path):
    lines = (shared / "audioset" / "balanced_train_segments.csv").read_text().splitlines()
    official = {line.split(", ")[0]: line.split(", ", 3) for line in lines if line[:1] != "#"}
    begins = np.concatenate([[0], np.cumsum(balanced["n_labels"], dtype=int)])
    for row in range(0, 22_160, 1000):
        _, start_s, end_s, ids = official[balanced["video_id"][row].decode()]
        assert float(start_s) == balanced["start_s"][row]
        assert float(end_s) == pytest.approx(balanced["end_s"][row], abs=1e-3)
        labels = {Ontology.load().node(key).index for key in ids.strip('"').split(",")}
        assert labels == set(balanced["label"][begins[row] : begins[row + 1]].tolist())


@pytest.mark.real_data
def test_the_script_makes_the_same_bytes_again(shared: Path):
    made = make(shared / "audioset" / "features-sample.tar.gz")
    assert sorted(made) == ["balanced.npz", "label_rates.npz"]
    for name, content in made.items():
        there = shipped(name).read_bytes()
        assert hashlib.sha256(content).digest() == hashlib.sha256(there).digest()
