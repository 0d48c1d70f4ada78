"""Both listeners, through the interface that the program knows."""

from __future__ import annotations

import dataclasses
import os
import shutil

import numpy as np
import pytest

from core.audio.examples import example
from core.audio.logmel import LOG_OFFSET, log_mel
from core.catalog.manifest import RELEASED_MODEL_ID
from core.errors import Cancelled, ModelError
from core.jobs import Job
from core.listeners import BUILT_IN_ID, Analysis, BuiltIn, VggishListener, vggish_of
from core.options import ListenerKind
from core.tagging.naming import BUILT_IN_THRESHOLDS, named
from core.tagging.tagger import Tagger
from core.tagging.tags import N_CLASSES, closed_upwards
from core.vectors import clip_vectors
from core.vggish.model import ModelManifest, Vggish


@pytest.fixture(scope="module")
def released_folder(model_folder, tmp_path_factory):
    """The stand-in weights, taken for Google's."""
    folder = tmp_path_factory.mktemp("released") / model_folder.name
    shutil.copytree(model_folder, folder, copy_function=os.link)
    (folder / "manifest.json").unlink()
    dataclasses.replace(ModelManifest.load(model_folder), is_released=True).save(folder)
    return folder


@pytest.fixture(params=["built-in", "vggish", "other weights"])
def listener(request, model_folder, released_folder):
    made = {
        "built-in": BuiltIn,
        "vggish": lambda: VggishListener(Vggish(released_folder)),
        "other weights": lambda: VggishListener(Vggish(model_folder)),
    }[request.param]()
    yield made
    made.close()


@pytest.fixture(scope="module")
def rain() -> np.ndarray:
    return log_mel(example("Rain")).patches


def test_frames_and_tags_have_one_form(listener, rain):
    analysis = listener.analyse(rain)
    assert analysis.frames.shape == (len(rain), 128)
    assert analysis.frames.dtype == np.uint8
    assert analysis.energies.shape == (len(rain),)
    tags = listener.tags(analysis)
    assert tags.scores.shape == (len(rain), N_CLASSES)
    assert tags.whole.shape == (N_CLASSES,)
    assert tags.whole.min() >= 0 and tags.whole.max() <= 1
    assert np.array_equal(closed_upwards(tags.whole), tags.whole)
    assert listener.name and listener.model_id not in ("", RELEASED_MODEL_ID)


def test_silent_patches_do_not_vote(listener, rain):
    silence = np.full((6, 96, 64), np.log(LOG_OFFSET), np.float32)
    alone = listener.tags(listener.analyse(rain))
    mixed = listener.tags(listener.analyse(np.concatenate([rain, silence])))
    assert mixed.is_loud.tolist() == [True] * len(rain) + [False] * 6
    np.testing.assert_allclose(mixed.whole, alone.whole, atol=2e-3)


def test_bit_by_bit_is_as_good_as_at_once(listener, rain):
    parts = [listener.analyse(rain[:2]), listener.analyse(rain[2:])]
    joined, whole = Analysis.joined(parts), listener.analyse(rain)
    assert np.abs(joined.frames.astype(int) - whole.frames).max() <= 1
    np.testing.assert_allclose(listener.tags(joined).whole, listener.tags(whole).whole, atol=2e-3)
    last = joined.last(2)
    assert np.array_equal(last.frames, joined.frames[-2:])
    assert np.array_equal(last.energies, joined.energies[-2:])
    np.testing.assert_allclose(
        listener.tags(last).whole, listener.tags(listener.analyse(rain[-2:])).whole, atol=2e-2
    )


def test_progress_goes_forward_and_it_can_be_cancelled(listener, rain):
    told: list[float] = []
    listener.analyse(np.tile(rain, (8, 1, 1)), Job(lambda _, fraction: told.append(fraction)))
    assert len(told) > 1
    assert told == sorted(told)
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        listener.analyse(rain, job)


def test_frames_of_the_built_in_listener_tell_sounds_apart():
    listener = BuiltIn()
    found = [listener.analyse(log_mel(example(name)).patches).frames for name in ("Rain", "Bell")]
    again = listener.analyse(log_mel(example("Rain", 3)).patches).frames
    rain, bell, other = (clip_vectors(each, np.array([len(each)]))[0] for each in (*found, again))
    assert rain @ other > 0.8
    assert rain @ bell < 0.5
    # Eight bits keep them: components hardly reach the ends of the range.
    ends = np.mean([((each == 0) | (each == 255)).mean() for each in found])
    assert ends < 0.05


def test_each_says_which_it_is(model_folder, released_folder):
    built_in = BuiltIn()
    assert (built_in.kind, built_in.model_id) == (ListenerKind.BUILT_IN, BUILT_IN_ID)
    assert not built_in.is_released
    for folder, is_released in ((released_folder, True), (model_folder, False)):
        vggish = VggishListener(Vggish(folder))
        assert (vggish.kind, vggish.is_released) == (ListenerKind.VGGISH, is_released)
        assert vggish.model_id == ModelManifest.load(folder).model_id
        assert vggish_of(vggish) is vggish.model
        vggish.close()
    with pytest.raises(ModelError, match="VGGish's") as caught:
        vggish_of(built_in)
    assert "files fetch" in caught.value.hint


def test_other_weights_take_their_tags_from_the_built_in_listener(
    model_folder, released_folder, rain
):
    built_in = BuiltIn()
    expected = built_in.tags(built_in.analyse(rain)).whole
    other = VggishListener(Vggish(model_folder))
    assert np.array_equal(other.tags(other.analyse(rain)).whole, expected)
    assert other.thresholds == BUILT_IN_THRESHOLDS
    assert "Rain on surface" in [tag.label for tag in named(expected, other.thresholds)]
    vggish = VggishListener(Vggish(released_folder))
    analysis = vggish.analyse(rain)
    assert analysis.scores is None
    assert np.array_equal(vggish.tags(analysis).whole, Tagger().tags(analysis.frames).whole)
    assert not np.array_equal(vggish.tags(analysis).whole, expected)
    other.close()
    vggish.close()
