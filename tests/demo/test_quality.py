"""The prepared demo finds sounds that its catalogue was not made from."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.demo_quality import held_out, nearest_classes, tries
from core.audio.reader import load
from core.audio.waveform import Waveform
from core.demo.recipes import synthesise
from core.demo.starter import starter_clips
from core.engine import Engine
from core.preparing import CLIP_S, MODEL_NAME


@pytest.fixture(scope="module")
def engine(demo_home):
    engine = Engine(demo_home)
    yield engine
    engine.close()


def test_most_new_sounds_find_their_class_first(engine):
    results = list(tries(engine, held_out, 30, seed=1))
    assert sum(name == found for name, found in results) >= 20


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("recording", "classes"),
    [("ibm_dog.wav", {"Yip", "Bark"}), ("ibm_piano.wav", {"Piano"})],
)
def test_real_recordings_find_their_class_among_the_first_five(engine, shared, recording, classes):
    found = nearest_classes(engine, load(shared / "wav" / recording), 5)
    assert classes & {name for name, _ in found}, found


def test_the_catalogue_holds_what_the_model_says_of_the_clips_sounds(engine):
    clips, catalog = starter_clips(), engine.catalog()
    for row in (0, len(clips) // 2, len(clips) - 1):
        sound = synthesise(clips[row].sound, clips[row].variation, CLIP_S)
        frames = engine.query(Waveform(sound, 16_000)).frames
        stored = catalog.clip(row)
        assert (stored.video_id, stored.start_s) == (clips[row].video_id, clips[row].start_s)
        difference = frames.astype(int) - stored.frames
        assert np.abs(difference).max() <= 1
        assert (difference == 0).mean() > 0.99


def test_bytes_are_spread_over_the_whole_range(engine):
    frames = engine.catalog().frames
    clipped = np.mean((frames == 0) | (frames == 255))
    assert 0.03 < clipped < 0.07
    assert frames.std(axis=0).min() > 20


def test_the_demo_calls_itself_a_demo(engine):
    info = engine.load()
    assert info.is_demo
    assert info.model == MODEL_NAME
    assert info.n_clips == len(starter_clips())


def test_no_second_of_a_video_is_named_whose_sound_was_not_heard(engine, sounds):
    dog = load(sounds / "barks.wav")
    by_means, by_frames = engine.match(dog, 5), engine.match(dog, 5, by="frames")
    assert engine.with_best_seconds(by_means).matches == by_means.matches
    for match in (*by_means.matches, *by_frames.matches):
        assert match.best_second is None
        assert match.url.endswith(f"&t={int(match.start_s)}s")
