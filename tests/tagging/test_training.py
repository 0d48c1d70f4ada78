"""The parts of `resources/training` that need no torch."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.logmel import LOG_OFFSET
from resources.npz import npz
from resources.training.agreement import agreement, neighbours
from resources.training.augment import Augmentation
from resources.training.clips import closed
from resources.training.sounds import LEAST_MEL, Sounds, split_of
from tests.tagging.test_tags import index

N_CLIPS, N_WINDOWS = 5, 10
FRAMES = 200


@pytest.fixture
def sounds() -> Sounds:
    """Five clips of two seconds of two windows each; a steady sound of one band each."""
    mel = np.zeros((N_CLIPS, FRAMES, 64))
    for clip in range(N_CLIPS):
        mel[clip, :, 10 * clip : 10 * clip + 5] = 1 + clip
    scores = np.zeros((N_WINDOWS, 527), np.float16)
    scores[np.arange(N_WINDOWS), np.repeat(np.arange(N_CLIPS), 2)] = 0.5
    return Sounds(
        frames=np.log(mel + LEAST_MEL).reshape(-1, 64).astype(np.float16),
        first_frame=np.arange(N_CLIPS + 1) * FRAMES,
        names=tuple(f"collection/{clip}.ogg" for clip in range(N_CLIPS)),
        split=np.zeros(N_CLIPS, np.int8),
        clip=np.repeat(np.arange(N_CLIPS), 2),
        first=(np.arange(N_CLIPS)[:, None] * FRAMES + np.array([0, 48])).ravel(),
        scores=scores,
    )


def test_a_file_is_always_in_the_same_split():
    names = [f"a/{number}" for number in range(5000)]
    splits = np.array([split_of(name) for name in names])
    assert (splits == [split_of(name) for name in names]).all()
    assert np.bincount(splits) / 5000 == pytest.approx([0.8, 0.1, 0.1], abs=0.02)
    assert split_of("gcompris/drum_kit.ogg") == 0


def test_magnitudes_survive_being_kept_in_16_bits(sounds):
    found = sounds.magnitudes(sounds.first[[4]])
    assert found.shape == (1, 96, 64)
    np.testing.assert_allclose(found[0, :, 20:25], 3, rtol=2e-3)
    assert np.abs(found[0, :, :20]).max() < 2e-6


def test_changed_sounds_are_sound_patches_with_targets_between_0_and_1(sounds):
    targets = sounds.scores.astype(np.float32)
    made = Augmentation(sounds, targets, np.random.default_rng(1))
    windows, others = np.arange(10).repeat(20), np.arange(10)[::-1].repeat(20)
    patches, scores = made.batch(windows, others)
    assert patches.shape == (200, 96, 64)
    assert patches.dtype == scores.dtype == np.float32
    assert np.isfinite(patches).all()
    assert patches.min() >= np.log(LOG_OFFSET) - 1e-5
    assert scores.min() == 0
    assert scores.max() <= 1
    own = scores[np.arange(200), sounds.clip[windows]]
    assert (own >= 0.5).all()
    was_mixed = (scores > 0).sum(1) == 2
    assert 0.1 < was_mixed.mean() < 0.5


def test_the_same_seed_makes_the_same_changes(sounds):
    targets = sounds.scores.astype(np.float32)
    rows = np.arange(10)
    first, second = (
        Augmentation(sounds, targets, np.random.default_rng(7)).batch(rows, rows)[0]
        for _ in range(2)
    )
    assert (first == second).all()


def test_agreement_with_oneself_is_full():
    scores = np.random.default_rng(2).random((30, 527), np.float32)
    assert agreement(scores, scores) == pytest.approx(
        {"top 1": 1, "in top 3": 1, "cosine of roots": 1}
    )
    other = agreement(scores[::-1], scores)
    assert other["top 1"] < 0.2


def test_neighbours_of_one_source_are_not_compared():
    kinds = np.repeat([0, 1], 12)
    scores = np.eye(527, dtype=np.float32)[kinds]
    embedding = np.eye(2, dtype=np.float32)[kinds]
    assert neighbours(embedding, scores, np.arange(24)) == 1
    assert neighbours(embedding, scores, kinds) == 0


def test_labels_are_closed_upwards():
    labels = np.zeros((1, 527), bool)
    labels[0, index("Bark")] = True
    above = set(np.flatnonzero(closed(labels)[0]).tolist())
    assert {index("Bark"), index("Dog"), index("Animal")} <= above
    assert index("Cat") not in above


def test_an_npz_has_the_same_bytes_at_any_time(tmp_path):
    arrays = {"a": np.arange(5), "text": np.array("x")}
    path = tmp_path / "some.npz"
    path.write_bytes(npz(arrays))
    assert npz(arrays) == path.read_bytes()
    with np.load(path) as stored:
        assert stored["a"].tolist() == [0, 1, 2, 3, 4]
        assert str(stored["text"]) == "x"
