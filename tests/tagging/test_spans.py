from __future__ import annotations

import numpy as np
import pytest

from core.tagging.spans import TagSpan, query_spans, tag_spans
from core.tagging.tags import N_CLASSES, closed_upwards
from core.types import Query
from tests.tagging.test_tags import index

HOP_S = 0.96


def scores(n_patches: int, **heard: dict[int, float]) -> np.ndarray:
    """Return scores (N, 527) of patches; `heard` says for each class in which it has which."""
    found = np.zeros((n_patches, N_CLASSES), np.float32)
    for name, values in heard.items():
        for patch, score in values.items():
            found[patch, index(name.replace("_", " "))] = score
    return closed_upwards(found)


def spans(of: np.ndarray, start_s: float = 0.0, end_s: float = 100.0) -> list[tuple]:
    found = tag_spans(of, HOP_S, start_s, end_s, 0.25)
    return [(span.label, round(span.start_s, 2), round(span.end_s, 2)) for span in found]


def test_a_span_reaches_from_the_first_patch_to_the_end_of_the_last():
    heard = scores(6, Bark={1: 0.3, 2: 0.8, 3: 0.25}, Rain={4: 0.2})
    assert spans(heard) == [("Bark", 0.96, 3.84)]
    (span,) = tag_spans(heard, HOP_S, 0, 100, 0.25)
    assert span.score == pytest.approx(0.8)


def test_a_gap_of_one_patch_is_bridged_and_one_of_two_is_not():
    assert spans(scores(5, Rain={0: 0.5, 2: 0.5})) == [("Rain", 0.0, 2.88)]
    assert spans(scores(5, Rain={0: 0.5, 3: 0.5})) == [("Rain", 0.0, 0.96), ("Rain", 2.88, 3.84)]


def test_times_are_those_of_the_file_and_the_sound_ends_where_it_ends():
    assert spans(scores(3, Rain={2: 0.5}), 10.0, 12.5) == [("Rain", 11.92, 12.5)]


def test_only_the_most_specific_is_named_in_each_patch():
    heard = scores(2, Bark={0: 0.5}, Animal={1: 0.5})
    assert spans(heard) == [("Bark", 0.0, 0.96), ("Animal", 0.96, 1.92)]


def test_spans_come_in_the_order_of_time_the_surest_first():
    heard = scores(3, Rain={0: 0.4, 1: 0.4}, Speech={0: 0.6}, Piano={2: 0.9})
    assert [label for label, *_ in spans(heard)] == ["Speech", "Rain", "Piano"]


def test_a_querys_spans_are_those_of_its_patches():
    patch_tags = scores(4, Rain={1: 0.5}).astype(np.float16)
    query = Query("x", np.zeros((4, 128), np.uint8), 3.84, hop_s=HOP_S, patch_tags=patch_tags)
    assert query_spans(query, 5.0) == [TagSpan("Rain", 5.96, 6.92, 0.5)]
    assert query_spans(Query("x", np.zeros((4, 128), np.uint8), 3.84)) == []
    silent = Query("x", query.frames, 3.84, hop_s=HOP_S, patch_tags=np.zeros_like(patch_tags))
    assert query_spans(silent) == []
