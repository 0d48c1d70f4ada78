"""From a sound to its videos: the engine with a real catalogue and the stand-in weights."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.logmel import log_mel
from core.audio.reader import AudioFile, load
from core.audio.waveform import Waveform
from core.catalog.build.build import write_catalog
from core.catalog.clips import Clips
from core.catalog.manifest import ModelIdentity
from core.engine import Engine
from core.errors import AudioFileError, Cancelled, CatalogError, ModelError
from core.jobs import Job
from core.listeners import vggish_of
from core.options import Filter, Options, Ranking
from core.tagging.tagger import Tagger
from core.types import Query
from tests.made_data import N_CLIPS


@pytest.fixture(scope="module")
def dog(sounds):
    return load(sounds / "barks.wav")


@pytest.fixture
def options(checkpoint, pca_file, made_catalog, model_folder):
    return Options(checkpoint, pca_file, made_catalog.path)


@pytest.fixture
def engine(stand_in_home, options):
    engine = Engine(stand_in_home, options)
    yield engine
    engine.close()


def test_a_clips_own_frames_find_it_first(engine, made_catalog):
    for row in (0, 1234, len(made_catalog) - 1):
        clip = made_catalog.clip(row)
        query = Query("own frames", clip.frames, 10.0)
        best = engine.search(query, 3).matches[0]
        assert (best.video_id, best.start_s, best.end_s) == (
            clip.video_id,
            clip.start_s,
            clip.end_s,
        )
        assert best.similarity == pytest.approx(1.0, abs=1e-6)
        assert best.labels == clip.labels
        assert best.url == f"https://www.youtube.com/watch?v={clip.video_id}&t={int(clip.start_s)}s"


def test_matches_are_ranked_and_the_query_tells_of_itself(engine, dog):
    answer = engine.match(dog, k=40)
    similarities = [match.similarity for match in answer.matches]
    assert similarities == sorted(similarities, reverse=True)
    assert [match.rank for match in answer.matches] == list(range(1, 41))
    assert answer.query.name == "barks.wav"
    assert answer.query.frames.shape == (11, 128)
    assert answer.query.duration_s == pytest.approx(dog.duration_s)
    assert answer.catalog.n_clips == N_CLIPS


def test_a_file_and_its_waveform_give_the_same(engine, dog, sounds):
    answer = engine.match(AudioFile(sounds / "barks.wav"), 5)
    assert answer.matches == engine.match(dog, 5).matches
    assert np.array_equal(answer.query.frames, engine.query(dog).frames)


def test_a_long_sound_is_heard_in_pieces_as_if_in_one(engine, dog):
    long = Waveform(np.tile(dog.samples, 5), 16_000, "long")
    heard = engine.query(long)
    assert len(heard.frames) > 50
    stages = []
    stream = engine.query_stream("long")
    for first in range(0, len(long.samples), 7_777):
        stream.push(long.samples[first : first + 7_777], Job(lambda stage, _: stages.append(stage)))
    pieces = stream.query().frames
    # What is cut off to 8 bits may fall to either side of a whole number.
    assert np.abs(pieces.astype(int) - heard.frames).max() <= 1
    assert np.mean(pieces == heard.frames) > 0.999
    assert np.array_equal(stream.query(last_s=5).frames, pieces[-5:])
    assert stream.query(last_s=5).duration_s == pytest.approx(4.8)
    # Each patch went through both networks once: VGGish, and what gives these weights' tags.
    assert stages.count("Analysing with VGGish") == len(heard.frames)
    assert stages.count("Analysing") == len(heard.frames)
    patches = log_mel(long).patches
    model = vggish_of(engine.listener())
    assert np.array_equal(model.embed(patches).postprocessed, heard.frames)


def test_progress_of_a_long_sound_goes_from_nothing_to_all(engine, dog):
    told = []
    long = Waveform(np.tile(dog.samples, 10), 16_000, "long")
    engine.query(long, job=Job(lambda stage, fraction: told.append(fraction)))
    assert told == sorted(told)
    assert told[0] == 0
    assert 0.5 < told[-1] < 1


def test_filters_hold_for_everything_below_a_class(engine, dog):
    everything = engine.match(dog, k=2000)
    filtered = engine.match(dog, 50, Filter(include=("Animal",), exclude=("Music", "Speech")))
    assert len(filtered.matches) == 50
    for match in filtered.matches:
        assert not {"Music", "Speech", "Male speech, man speaking"} & set(match.labels)
    assert {"Dog", "Bird", "Insect", "Cat"} & {
        label for match in filtered.matches for label in match.labels
    }
    # The order among those that pass is the order without a filter.
    passed = {(match.video_id, match.start_s) for match in filtered.matches}
    expected = [m.video_id for m in everything.matches if (m.video_id, m.start_s) in passed]
    assert [match.video_id for match in filtered.matches][: len(expected)] == expected


def test_a_filter_that_nothing_passes_gives_no_matches(engine, dog):
    answer = engine.match(dog, 5, Filter(include=("Dog",), exclude=("Animal",)))
    assert answer.matches == ()


def test_an_unknown_class_is_refused_with_the_nearest_names(engine, dog):
    with pytest.raises(CatalogError, match="Dgo") as raised:
        engine.match(dog, 5, Filter(include=("Dgo",)))
    assert "Dog" in raised.value.hint


def test_similar_leaves_the_video_itself_out(engine, made_catalog):
    clip = made_catalog.clip(77)
    answer = engine.similar(clip.video_id, 10, ranking=Ranking.SOUND)
    assert len(answer.matches) == 10
    assert clip.video_id not in [match.video_id for match in answer.matches]
    vectors = made_catalog.unit_vectors().astype(np.float64)
    products = vectors @ vectors[77]
    products[77] = -2
    best = made_catalog.clip(int(np.argmax(products)))
    assert answer.matches[0].video_id == best.video_id
    assert answer.matches[0].similarity == pytest.approx(products.max(), abs=1e-6)


def test_similar_needs_no_model(tmp_path, made_catalog):
    from core.paths import DataFolder

    engine = Engine(DataFolder(tmp_path / "empty"), Options(catalog=made_catalog.path))
    assert engine.similar(made_catalog.clip(0).video_id, 3).matches
    assert not (tmp_path / "empty").exists()


def test_an_unknown_video_is_refused(engine):
    with pytest.raises(CatalogError, match="is not in this catalogue"):
        engine.similar("???????????")


def test_silence_is_refused_in_words(engine):
    silence = Waveform(np.zeros(32_000, np.float32), 16_000, "quiet.wav")
    with pytest.raises(AudioFileError, match=r"quiet\.wav is silent"):
        engine.match(silence)


def test_short_sounds_are_matched_and_say_that_they_were_padded(engine, dog):
    answer = engine.match(dog, 3, span=(1.0, 1.4))
    assert len(answer.query.frames) == 1
    assert any("padded with silence" in note for note in answer.query.notes)


def test_other_weights_than_the_catalogues_rank_by_sound_and_are_said_to_mean_little(engine, dog):
    info = engine.load()
    assert any("mean little" in note for note in info.notes)
    assert info.rankings == (Ranking.SOUND, Ranking.MEANING)
    answer = engine.match(dog, 3)
    assert answer.ranking is Ranking.SOUND
    assert answer.query.tags is not None


def test_a_catalogue_of_another_model_is_refused(stand_in_home, options, tmp_path):
    path = tmp_path / "foreign"
    frames = np.full((10, 128), 200, np.uint8)
    clips = Clips.from_lists([b"abcdefghijk"], [(0.0, 10.0)], [[0]], [frames], [True])
    write_catalog(path, [clips], "youtube8m", ModelIdentity("Somebody's network", "other-1"))
    engine = Engine(stand_in_home, Options(options.model, options.pca, path))
    with pytest.raises(CatalogError, match="made by another model"):
        engine.load()


def test_a_match_can_be_cancelled(engine, dog):
    job = Job(lambda stage, fraction: job.cancel() if "Analysing" in stage else None)
    with pytest.raises(Cancelled):
        engine.match(dog, job=job)
    assert engine.match(dog, 1).matches  # and the engine is as good as before


def test_the_tensorflow_engine_agrees(stand_in_home, options, engine, dog):
    reference = Engine(
        stand_in_home, Options(options.model, options.pca, options.catalog, engine="tensorflow")
    )
    try:
        expected = reference.match(dog, 10)
    finally:
        reference.close()
    found = engine.match(dog, 10)
    assert [match.video_id for match in found.matches] == [
        match.video_id for match in expected.matches
    ]


def test_pca_without_a_model_is_refused(stand_in_home, pca_file):
    with pytest.raises(ModelError, match="--pca was given without --model"):
        Engine(stand_in_home, Options(pca=pca_file)).load()


def test_tags_of_patches_are_told_from_released_frames(engine, made_catalog):
    frames = made_catalog.clip(7).frames
    query = engine.with_patch_tags(Query("a former day", frames, 10.0))
    assert query.patch_tags is not None and query.patch_tags.dtype == np.float16
    np.testing.assert_array_equal(query.patch_tags, Tagger().tags(frames).scores.astype(np.float16))
    np.testing.assert_array_equal(query.frames, frames)
