"""The file of a taught class: what is written is read, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelError
from core.teaching.taught_class import Estimate, TaughtClass, vectors_of
from core.teaching.training import taught
from tests.teaching.conftest import MODEL, Space


@pytest.fixture(scope="module")
def learned() -> TaughtClass:
    space = Space()
    examples = space.examples(6, True) + space.examples(6, False)
    return taught("Käuzchen, “Hof”", MODEL, examples, space.background)


def test_a_class_is_read_as_it_was_written(learned: TaughtClass):
    text = learned.to_json()
    read = TaughtClass.from_json(text, "file")
    assert read.to_json() == text
    vectors = vectors_of(learned.examples)
    assert np.allclose(read.scores(vectors), learned.scores(vectors), atol=1e-5)
    assert (read.name, read.estimate) == (learned.name, learned.estimate)
    assert [each.key for each in read.examples] == [each.key for each in learned.examples]


def test_a_class_without_an_estimate_too(learned: TaughtClass):
    read = TaughtClass.from_json(replace(learned, estimate=Estimate()).to_json(), "file")
    assert read.estimate == Estimate()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "other"),
        ("name", 7),
        ("name", "Dog"),
        ("name", "a\x1b[31mb"),
        ("weights", [0.0] * 128),
        ("weights", [1.0] * 127),
        ("weights", [float("nan")] * 128),
        ("weights", [1e300] * 128),
        ("weights", "x" * 128),
        ("threshold", None),
        ("scale", 0),
        ("scale", -1),
        ("examples", []),
        ("examples", [{}]),
        ("examples", [{"direction": "!", "is_member": True, "source": "", "start_s": 0}]),
        ("examples", 3),
        ("estimate", {"precision": 2, "recall": 0}),
        ("estimate", None),
        ("model_id", None),
    ],
)
def test_a_damaged_class_is_one_error(learned: TaughtClass, key: str, value: object):
    content = {**json.loads(learned.to_json()), key: value}
    with pytest.raises(ModelError, match="cannot be used"):
        TaughtClass.from_json(json.dumps(content), "our gate.json")


def test_a_class_of_another_version_is_refused_by_name(learned: TaughtClass):
    content = {**json.loads(learned.to_json()), "version": 2}
    with pytest.raises(ModelError, match="version 2, and this program reads 1"):
        TaughtClass.from_json(json.dumps(content), "our gate.json")


@given(st.binary(max_size=200))
def test_bytes_by_chance_are_one_error(content: bytes):
    with pytest.raises(ModelError):
        TaughtClass.from_json(content, "file")


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.data())
def test_values_by_chance_are_read_or_one_error(learned: TaughtClass, data: st.DataObject):
    content = json.loads(learned.to_json())
    key = data.draw(st.sampled_from(sorted(content)))
    content[key] = data.draw(_JSON)
    try:
        read = TaughtClass.from_json(json.dumps(content), "file")
    except ModelError:
        return
    assert np.isfinite(read.scores(vectors_of(read.examples))).all()
