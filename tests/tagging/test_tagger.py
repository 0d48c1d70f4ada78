from __future__ import annotations

import numpy as np
import pytest

from core.tagging.tagger import Tagger, platt
from core.tagging.tags import N_CLASSES, closed_upwards
from core.tagging.weights import shipped
from tests.tagging.test_tags import index


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    """Frames of 40 real clips: their means."""
    with np.load(shipped("balanced.npz")) as stored:
        return stored["mean_frame"][:40]


def reference(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and whole as the training defines them, in float64."""
    with np.load(shipped("tagger.npz")) as stored:
        a = {name: array.astype(np.float64) for name, array in stored.items()}
    inputs = (frames.astype(np.float64) - 127) * 4 / 255
    scores, whole = np.zeros((len(frames), N_CLASSES)), np.zeros(N_CLASSES)
    n_networks = len(a["first_weight"])
    for i in range(n_networks):
        x = np.maximum(inputs @ a["first_weight"][i] + a["first_bias"][i], 0)
        x = x + np.maximum(x @ a["second_weight"][i] + a["second_bias"][i], 0)
        found = 1 / (1 + np.exp(-(x @ a["class_weight"][i] + a["class_bias"][i])))
        attention = np.exp(x @ a["attention_weight"][i] + a["attention_bias"][i])
        scores += found / n_networks
        whole += (attention * found).sum(0) / attention.sum(0) / n_networks

    def calibrated(p: np.ndarray) -> np.ndarray:
        slope, shift = a["calibration"]
        return closed_upwards(1 / (1 + np.exp(-(np.log(p / (1 - p)) * slope + shift))))

    return calibrated(scores), calibrated(whole)


def test_scores_are_what_the_training_defines(tagger, frames):
    tags = tagger.tags(frames)
    scores, whole = reference(frames)
    assert tags.scores.dtype == tags.whole.dtype == np.float32
    assert tags.scores.shape == (40, N_CLASSES)
    np.testing.assert_allclose(tags.scores, scores, atol=1e-4)
    np.testing.assert_allclose(tags.whole, whole, atol=1e-4)


def test_the_whole_of_one_frame_is_that_frame(tagger, frames):
    tags = tagger.tags(frames[:1])
    np.testing.assert_allclose(tags.whole, tags.scores[0], atol=1e-6)


def test_silent_frames_do_not_count_for_the_whole(tagger, frames):
    is_loud = np.arange(40) < 7
    tags = tagger.tags(frames, is_loud)
    assert tags.scores.shape == (40, N_CLASSES)
    assert (tags.is_loud == is_loud).all()
    np.testing.assert_allclose(tags.whole, tagger.tags(frames[:7]).whole, atol=1e-6)


def test_a_long_sound_is_the_same_in_steps(tagger, frames):
    long = np.tile(frames, (300, 1))
    np.testing.assert_allclose(tagger.tags(long).whole, tagger.tags(frames).whole, atol=1e-5)


def test_no_class_outranks_one_above_it(tagger, frames):
    tags = tagger.tags(frames)
    assert (closed_upwards(tags.scores) == tags.scores).all()
    assert (closed_upwards(tags.whole) == tags.whole).all()


def test_real_clips_are_given_their_labels(tagger):
    """Trained on these very clips, so this tells only that weights and code belong together."""
    with np.load(shipped("balanced.npz")) as stored:
        labels, counts, means = stored["label"], stored["n_labels"], stored["mean_frame"]
    begins = np.concatenate([[0], np.cumsum(counts, dtype=int)])
    siren = index("Siren")
    rows = [row for row in range(22160) if siren in labels[begins[row] : begins[row + 1]]][:50]
    with_siren = np.mean([tagger.tags(means[row][None]).whole[siren] for row in rows])
    without = np.mean([tagger.tags(means[row][None]).whole[siren] for row in range(0, 22160, 400)])
    assert with_siren > 5 * without


def test_calibration_is_monotonous_and_leaves_the_identity():
    scores = np.linspace(0, 1, 101, dtype=np.float32)
    np.testing.assert_allclose(platt(scores, 1, 0), scores, atol=1e-6)
    assert (np.diff(platt(scores, 1.3, -0.5)) > 0).all()
