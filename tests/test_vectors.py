from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.vectors import CENTRE, clip_vectors, quantise


def dequantise(frames: np.ndarray) -> np.ndarray:
    """Return the values, -2 to 2, that the bytes stand for: the middle of each byte's step."""
    return (frames + 0.5) * 4 / 255 - 2


def alone(frames: np.ndarray) -> np.ndarray:
    """Return the vector of a single sound."""
    return clip_vectors(frames, np.array([len(frames)]))[0]


@st.composite
def clips(draw) -> tuple[np.ndarray, np.ndarray]:
    counts = np.array(draw(st.lists(st.integers(1, 12), min_size=1, max_size=20)))
    seed = draw(st.integers(0, 2**32 - 1))
    frames = np.random.default_rng(seed).integers(0, 256, (counts.sum(), 128), dtype=np.uint8)
    return frames, counts


@given(clips())
def test_vectors_are_the_directions_of_the_mean_dequantised_frames(case):
    frames, counts = case
    vectors = clip_vectors(frames, counts)
    assert vectors.dtype == np.float32
    for vector, part in zip(vectors, np.split(frames, np.cumsum(counts)[:-1]), strict=True):
        mean = dequantise(part).mean(axis=0)
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-6)


@given(clips())
def test_grouping_does_not_change_a_single_bit(case):
    frames, counts = case
    together = clip_vectors(frames, counts)
    ends = np.cumsum(counts)
    single = [alone(frames[end - n : end]) for end, n in zip(ends, counts, strict=True)]
    assert np.array_equal(together.view(np.uint32), np.array(single).view(np.uint32))


def test_a_clip_at_the_centre_has_no_direction_and_no_nan():
    centre = np.full((3, 128), CENTRE, np.uint8)
    assert not alone(centre).any()
    around = np.stack([centre[0] - 5, centre[0] + 5])
    assert not alone(around).any()


def test_no_clips_have_no_vectors():
    assert clip_vectors(np.empty((0, 128), np.uint8), np.empty(0, np.int64)).shape == (0, 128)


def test_three_hours_of_sound_do_not_overflow():
    frames = np.full((11_250, 128), 255, np.uint8)
    np.testing.assert_allclose(alone(frames), np.full(128, 128**-0.5), rtol=1e-6)


def test_bytes_survive_being_dequantised_and_quantised():
    every = np.arange(256, dtype=np.uint8).reshape(2, 128)
    assert np.array_equal(quantise(dequantise(every)), every)
    assert abs(dequantise(CENTRE)) < 1e-12


def test_quantising_is_vggishs():
    values = np.array([-9.0, -2.0, -1.999, 0.0, 1.999, 2.0, 9.0])
    reference = ((np.clip(values, -2, 2) + 2) * (255.0 / 4)).astype(np.uint8)
    assert quantise(values).tolist() == reference.tolist() == [0, 0, 0, 127, 254, 255, 255]
