"""Classes sound: finite, audible, within full scale, its own, and the same for one seed."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.logmel import log_mel_frames
from core.demo.recipes import RECIPES, synthesise

pytestmark = pytest.mark.slow

SOME_CLASSES = pytest.mark.parametrize("name", list(RECIPES)[::8])


@SOME_CLASSES
def test_a_sound_is_finite_within_full_scale_and_audible(name):
    for seed in range(2):
        sound = synthesise(name, seed, 3.0)
        assert sound.dtype == np.float32
        assert sound.shape == (48_000,)
        assert np.isfinite(sound).all()
        assert 0.05 < np.abs(sound).max() <= 1.0
        # Half of full scale gives about 4, silence -4.6.
        assert log_mel_frames(sound).max() > -1.0


@SOME_CLASSES
def test_a_seed_gives_one_sound_and_another_seed_another(name):
    sound = synthesise(name, 3, 2.0)
    np.testing.assert_array_equal(sound, synthesise(name, 3, 2.0))
    other = synthesise(name, 4, 2.0)
    assert abs(np.corrcoef(sound, other)[0, 1]) < 0.9


def test_every_class_has_a_sound_of_the_length_that_was_asked_for():
    for name in RECIPES:
        sound = synthesise(name, 0, 0.01)
        assert sound.shape == (160,)
        assert np.isfinite(sound).all()
