"""Taught classes in a sound: where they are heard, and before all other tags."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tagging.spans import query_spans
from core.teaching.embedding_model import EmbeddingModel, background
from core.teaching.recognition import recognised, window_vectors
from core.teaching.taught_class import TaughtClass
from core.teaching.training import taught
from core.types import Query, Tag
from core.vectors import CENTRE
from tests.teaching.conftest import MODEL, Space


@pytest.fixture(scope="module")
def learned() -> TaughtClass:
    space = Space()
    return taught("our gate", MODEL, space.examples(10, True), space.background)


def sound(space: Space, heard_at: range, n: int = 20) -> Query:
    random = np.random.default_rng(5)
    frames = random.normal(scale=6, size=(n, 128))
    frames[list(heard_at)] += space.axis * 5
    whole = np.clip(np.rint(frames) + CENTRE, 0, 255).astype(np.uint8)
    return Query("sound", whole, n * 0.96, hop_s=0.96, heard=(Tag("Dog", 0.9),))


def test_a_class_is_heard_where_it_is(space: Space, learned: TaughtClass):
    query = recognised(sound(space, range(8, 12)), [learned], MODEL)
    assert [tag.label for tag in query.heard] == ["our gate", "Dog"]
    assert query.heard[0].is_taught
    (span,) = query_spans(query, 100.0)
    assert span.label == "our gate"
    assert abs(span.start_s - (100 + 8 * 0.96)) <= 0.96 + 1e-9
    assert abs(span.end_s - (100 + 12 * 0.96)) <= 0.96 + 1e-9


def test_a_sound_without_it_is_as_before(space: Space, learned: TaughtClass):
    before = sound(space, range(0))
    after = recognised(before, [learned], MODEL)
    assert after.heard == before.heard
    assert query_spans(after) == []


def test_a_class_of_another_model_says_nothing(space: Space, learned: TaughtClass):
    before = sound(space, range(8, 12))
    assert recognised(before, [learned], EmbeddingModel("other", "Other")) is before
    assert recognised(before, [], MODEL) is before


@given(st.integers(1, 7))
def test_each_patch_is_judged_with_its_neighbours(n: int):
    frames = np.random.default_rng(n).integers(0, 256, (n, 128)).astype(np.uint8)
    found = window_vectors(frames)
    width = min(3, n)
    for place in range(n):
        begin = min(max(place - width // 2, 0), n - width)
        mean = frames[begin : begin + width].astype(float).mean(axis=0) - CENTRE
        assert np.allclose(found[place], mean / np.linalg.norm(mean), atol=1e-6)


def test_there_are_other_sounds_for_both_listeners():
    for model in (EmbeddingModel("vggish-audioset", "VGGish"), EmbeddingModel("built-in-1", "")):
        vectors = background(model)
        assert vectors.shape == (500, 128)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
