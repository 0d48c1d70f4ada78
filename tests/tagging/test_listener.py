from __future__ import annotations

import numpy as np
import pytest

from core.audio.logmel import LOG_OFFSET, log_mel
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.errors import Cancelled
from core.jobs import Job
from core.tagging.listener import BuiltInListener
from core.tagging.tags import N_CLASSES, closed_upwards
from tests.tagging.test_tags import index


@pytest.fixture(scope="module")
def listener() -> BuiltInListener:
    return BuiltInListener()


def patches_of(samples: np.ndarray) -> np.ndarray:
    sound = Waveform(samples.astype(np.float32), MODEL_RATE_HZ)
    return np.ascontiguousarray(log_mel(sound).patches)


def noise(duration_s: float) -> np.ndarray:
    return 0.1 * np.random.default_rng(3).standard_normal(int(duration_s * MODEL_RATE_HZ))


def tone(duration_s: float, frequency_hz: float = 1000) -> np.ndarray:
    time_s = np.arange(int(duration_s * MODEL_RATE_HZ)) / MODEL_RATE_HZ
    return 0.3 * np.sin(2 * np.pi * frequency_hz * time_s)


def test_tags_and_embeddings_of_each_patch(listener):
    heard = listener.listen(patches_of(noise(20)))
    assert heard.tags.scores.shape == (20, N_CLASSES)
    assert heard.embedding.shape == (20, 128)
    assert heard.tags.scores.dtype == heard.embedding.dtype == heard.tags.whole.dtype == np.float32
    assert heard.tags.scores.min() >= 0 and heard.tags.scores.max() <= 1
    assert np.isfinite(heard.embedding).all()


def test_no_class_outranks_one_above_it(listener):
    tags = listener.listen(patches_of(np.concatenate([noise(3), tone(3)]))).tags
    assert (closed_upwards(tags.scores) == tags.scores).all()
    assert (closed_upwards(tags.whole) == tags.whole).all()


def test_a_patch_is_heard_the_same_in_any_company(listener):
    patches = patches_of(np.concatenate([noise(9), tone(9)]))
    together = listener.listen(patches)
    for row in (0, 11, len(patches) - 1):
        alone = listener.listen(patches[row : row + 1])
        np.testing.assert_allclose(together.tags.scores[row], alone.tags.scores[0], atol=1e-4)
        np.testing.assert_allclose(
            together.embedding[row], alone.embedding[0], atol=1e-3, rtol=1e-3
        )


def test_a_sine_wave_and_noise_are_told_apart(listener):
    beep, hiss = (listener.listen(patches_of(sound(5))).tags.whole for sound in (tone, noise))
    assert beep[index("Sine wave")] > 5 * hiss[index("Sine wave")]
    assert hiss[index("Noise")] > 5 * beep[index("Noise")]


def test_silence_is_heard_as_silence_and_silent_patches_do_not_count(listener):
    silence = np.full((4, 96, 64), np.log(LOG_OFFSET), np.float32)
    alone = listener.listen(silence).tags
    assert alone.is_loud.all()
    assert alone.whole[index("Silence")] > 0.5
    beep = patches_of(tone(3))
    mixed = listener.listen(np.concatenate([silence, beep])).tags
    assert mixed.is_loud.tolist() == [False] * 4 + [True] * len(beep)
    np.testing.assert_allclose(mixed.whole, listener.listen(beep).tags.whole, atol=1e-4)


def test_classes_that_the_teacher_lacks_have_no_score_of_their_own(listener):
    scores = listener.listen(patches_of(noise(3))).tags.scores
    for name in ("Male speech, man speaking", "Female singing", "Battle cry", "Funny music"):
        assert (scores[:, index(name)] < 1e-30).all()


def test_listening_can_be_cancelled(listener):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        listener.listen(patches_of(noise(2)), job)
