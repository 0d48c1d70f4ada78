"""What is told about an input while it is being recorded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio.input_check import NOTICED_AFTER_S, Finding, InputCheck, is_clipped

RATE_HZ = 8_000


def noise(peak: float, duration_s: float) -> np.ndarray:
    random = np.random.default_rng(0)
    return (random.uniform(-peak, peak, round(duration_s * RATE_HZ))).astype(np.float32)


def listened(samples: np.ndarray, block: int) -> InputCheck:
    check = InputCheck(RATE_HZ)
    for begin in range(0, len(samples), block):
        check.listen(samples[begin : begin + block])
    return check


@pytest.mark.parametrize("block", [1_000, 37, 100_000])
@pytest.mark.parametrize(
    ("samples", "finding"),
    [
        (noise(0.3, 3), Finding.FINE),
        (np.zeros(3 * RATE_HZ, np.float32), Finding.ZEROS),
        (noise(0.001, 3), Finding.FAINT),
        (np.concatenate([noise(0.3, 1), np.zeros(RATE_HZ, np.float32)]), Finding.FINE),
        (np.concatenate([noise(0.3, 1), np.zeros(2 * RATE_HZ, np.float32)]), Finding.ZEROS),
        (np.concatenate([np.zeros(3 * RATE_HZ, np.float32), noise(0.3, 0.2)]), Finding.FINE),
        (np.concatenate([noise(0.001, 3), noise(0.3, 0.2)]), Finding.FINE),
    ],
)
def test_an_input_is_judged_by_its_last_seconds(samples, finding, block):
    assert listened(samples, block).finding is finding


def test_trouble_is_noticed_before_two_seconds_are_over():
    assert NOTICED_AFTER_S < 2
    check = InputCheck(RATE_HZ)
    n_blocks = 0
    while check.finding is Finding.FINE:
        check.listen(np.zeros(400, np.float32))
        n_blocks += 1
    assert n_blocks * 400 / RATE_HZ < 2


@given(
    st.lists(st.sampled_from([0.2, -0.5, 0.9985, 0.9995, 1.0, -1.0]), min_size=1, max_size=40),
    st.integers(1, 7),
)
def test_three_equal_samples_in_a_row_at_full_scale_are_clipped(values, block):
    samples = np.array(values, np.float32)
    runs = [[value] * 3 for value in (0.9995, 1.0, -1.0)]
    expected = any(values[at : at + 3] in runs for at in range(len(values)))
    assert listened(samples, block).has_clipped == expected


def test_a_loud_tone_is_not_clipped():
    times = np.arange(16_000)
    for frequency_hz in (60, 100, 440, 3000):
        tone = np.round(32767 * np.sin(2 * np.pi * frequency_hz * times / 16_000)) / 32768
        assert not is_clipped(tone.astype(np.float32)[:, None])


def test_any_channel_counts():
    check = InputCheck(RATE_HZ)
    block = np.zeros((2 * RATE_HZ, 2), np.float32)
    block[:, 1] = noise(0.5, 2)
    check.listen(block)
    assert check.finding is Finding.FINE
    block[100:103, 1] = -1
    check.listen(block)
    assert check.has_clipped
