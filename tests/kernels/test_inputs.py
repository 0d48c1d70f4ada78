"""Compiled code reads where it is told to: what lies outside the arrays is refused before."""

from __future__ import annotations

import numpy as np
import pytest

from core.kernels import columns, compiled, framing, scanning

DATA = np.zeros(64, np.uint8)
FRAMES = np.zeros((5, 128), np.uint8)
ROWS = np.zeros((5, 128), np.int8)
ONES = np.ones(5, np.float32)
QUERY = np.zeros(128, np.int16)
WRAPPING = np.array([1 << 62] * 4 + [5])
"""Its sum is 5 in 64 bits."""

OUTSIDE = ([[0, 65]], [[-1, 3]], [[60, 1 << 40]])


def spans(*rows: list[int]) -> np.ndarray:
    return np.array(rows, np.int64)


@pytest.mark.parametrize("outside", OUTSIDE)
def test_spans_outside_the_data(outside):
    for refuse in (
        lambda: columns.copy_strings(DATA, spans(*outside), 4),
        lambda: columns.copy_numbers(DATA, spans(*outside)),
        lambda: scanning.find_values(
            DATA,
            spans(*outside),
            *scanning.padded((b"id",)),
            np.array([scanning.BYTES]),
            *scanning.padded(()),
            np.array([], np.int64),
        ),
    ):
        with pytest.raises(ValueError, match="within the data"):
            refuse()


def test_an_empty_span_may_lie_anywhere():
    assert columns.copy_strings(DATA, spans([-1, -1], [64, 64]), 2).tolist() == [[0, 0]] * 2


@pytest.mark.parametrize(
    "outside", [[60, 1, 2], [-1, 8, 1], [0, 8, 9], [0, -8, 2], [0, 0, -1], [0, 1 << 62, 5]]
)
def test_lists_outside_the_data(outside):
    assert columns.copy_rows(DATA, spans([0, 8, 8], [99, 99, 0]), 8).shape == (8, 8)
    with pytest.raises(ValueError, match="within the data"):
        columns.copy_rows(DATA, spans(outside), 8)


def test_keys_that_do_not_fit_their_sizes():
    keys, sizes = scanning.padded((b"id",))
    for kinds, wrong in ((np.array([1, 2]), sizes), (np.array([1]), sizes + 1)):
        with pytest.raises(ValueError, match="fit each other"):
            scanning.find_values(
                DATA, spans([0, 8]), keys, wrong, kinds, *scanning.padded(()), kinds[:0]
            )


@pytest.mark.parametrize(("begin", "end", "room"), [(-1, 8, 4), (0, 65, 9), (9, 8, 4), (0, 64, 3)])
def test_records_outside_the_data_or_without_room(begin, end, room):
    with pytest.raises(ValueError, match="within the arrays"):
        framing.find_records(DATA, begin, end, 100, np.zeros((room, 2), np.int64))


def test_arrays_that_do_not_fit_each_other():
    counts, out = np.array([2, 3]), np.empty(5, np.float32)
    laid_out = compiled.laid_out(np.zeros((1, 128), np.int16), np.ones(1, np.float32), 127)
    one = np.float32(1)
    for refuse in (
        lambda: compiled.best_cosines(FRAMES[:4], ONES[:4], counts, out[:2], *laid_out),
        lambda: compiled.best_cosines(FRAMES, ONES[:4], counts, out[:2], *laid_out),
        lambda: compiled.best_cosines(FRAMES, ONES, counts, out[:1], *laid_out),
        lambda: compiled.best_cosines(FRAMES, ONES, np.array([5, 0]), out[:2], *laid_out),
        lambda: compiled.best_cosines(FRAMES, ONES, WRAPPING, out, *laid_out),
        lambda: compiled.best_cosines(np.asfortranarray(FRAMES), ONES, counts, out[:2], *laid_out),
        lambda: compiled.upper_bounds(ROWS, ONES, QUERY, one, one, one, one, out[:4]),
        lambda: compiled.upper_bounds(ROWS, ONES, QUERY[:99], one, one, one, one, out),
        lambda: compiled.products(ROWS, QUERY[:99], out),
        lambda: compiled.inverse_lengths(FRAMES[:, :99], 127, out),
        lambda: compiled.add_by_set(ONES, one, ONES, np.zeros(4, np.int32), out),
        lambda: compiled.add_by_set(ONES, one, ONES, np.full(5, 5, np.int32), out),
        lambda: compiled.add_by_set(ONES, one, ONES, np.full(5, -1, np.int32), out),
    ):
        with pytest.raises(ValueError, match="fit each other"):
            refuse()
    for clips in (np.array([3, 3]), np.array([6, -1]), WRAPPING):
        with pytest.raises(ValueError, match="more frames"):
            columns.clip_directions(FRAMES, clips, 127)
