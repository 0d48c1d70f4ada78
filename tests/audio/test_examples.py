from __future__ import annotations

import numpy as np
import pytest

from core.audio.examples import EXAMPLES, example
from core.audio.logmel import log_mel
from core.listeners import BuiltIn
from core.tagging.naming import named

HEARD = {"Bell": "Bell", "Rain": "Rain on surface", "Siren": "Police car (siren)"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_heard_as_what_it_is_meant_to_be(name):
    sound, listener = example(name), BuiltIn()
    assert (sound.name, sound.duration_s) == (name, 5.0)
    assert np.abs(sound.samples).max() == pytest.approx(0.5)
    tags = listener.tags(listener.analyse(log_mel(sound).patches)).whole
    assert named(tags, listener.thresholds)[0].label == HEARD[name]


def test_a_seed_gives_the_same_sound_again_and_another_one_another():
    first, again, other = (example("Rain", seed).samples for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_there_are_no_others():
    with pytest.raises(KeyError):
        example("Dog")
