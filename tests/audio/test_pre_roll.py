"""The seconds before a recording: the last ones, however they come, in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio.devices import Device
from core.audio.pre_roll import PRE_ROLL_S, PreRoll


@given(st.lists(st.integers(0, 250), max_size=30))
def test_the_last_samples_are_kept(sizes):
    ring, sent = PreRoll(20), np.arange(sum(sizes), dtype=np.float32)
    for block in np.split(sent, np.cumsum(sizes)[:-1]) if sizes else []:
        ring.push(block)
    kept = sent[-100:]
    assert np.array_equal(ring.samples, kept)
    assert ring.duration_s == len(kept) / 20
    assert ring.duration_s <= PRE_ROLL_S


@pytest.mark.parametrize(
    ("rate_hz", "is_monitor", "is_noted"),
    [(8_000, False, True), (16_000, False, True), (44_100, False, False), (16_000, True, False)],
)
def test_a_headset_that_sends_little_is_noted(rate_hz, is_monitor, is_noted):
    note = Device("key", "Headset", rate_hz, 1, True, is_monitor).note
    assert bool(note) == is_noted
    if is_noted:
        assert f"{rate_hz / 1000:g} kHz" in note
        assert f"above {rate_hz / 2000:g} kHz" in note
