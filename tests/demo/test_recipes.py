"""Every class sounds: finite, audible, within full scale, its own, and the same for one seed."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.logmel import log_mel_frames
from core.demo.recipes import RECIPES, synthesise

EVERY_CLASS = pytest.mark.parametrize("name", RECIPES)


@EVERY_CLASS
def test_a_sound_is_finite_within_full_scale_and_audible(name):
    for seed in range(4):
        sound = synthesise(name, seed, 3.0)
        assert sound.dtype == np.float32
        assert sound.shape == (48_000,)
        assert np.isfinite(sound).all()
        assert 0.05 < np.abs(sound).max() <= 1.0
        # Half of full scale gives about 4, silence -4.6.
        assert log_mel_frames(sound).max() > -1.0


@EVERY_CLASS
def test_a_seed_gives_one_sound_and_another_seed_another(name):
    sound = synthesise(name, 3, 2.0)
    np.testing.assert_array_equal(sound, synthesise(name, 3, 2.0))
    other = synthesise(name, 4, 2.0)
    assert abs(np.corrcoef(sound, other)[0, 1]) < 0.9


@EVERY_CLASS
@pytest.mark.parametrize("duration_s", [0.01, 0.5])
def test_short_sounds_have_the_length_that_was_asked_for(name, duration_s):
    assert synthesise(name, 0, duration_s).shape == (round(duration_s * 16_000),)
    assert np.isfinite(synthesise(name, 0, duration_s)).all()


def test_classes_differ_even_for_one_seed():
    spectra = {name: log_mel_frames(synthesise(name, 0, 3.0)).mean(axis=0) for name in RECIPES}
    names = list(spectra)
    for index, name in enumerate(names):
        for other in names[:index]:
            assert np.abs(spectra[name] - spectra[other]).max() > 0.2, (name, other)
