"""Which listener and which catalogue answer, in which state of the data folder, and by what."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

from core.audio.examples import example
from core.catalog.build.build import write_catalog
from core.catalog.clips import Clips
from core.catalog.manifest import ModelIdentity
from core.engine import Engine
from core.errors import CatalogError, ModelError
from core.options import ListenerKind, Options, Ranking
from core.paths import DataFolder
from core.setup.selection import listener_kind, possible_ranking
from core.types import CatalogInfo, Query

BUILT_IN = Options(listener=ListenerKind.BUILT_IN)
FRAMES = np.full((3, 128), 200, np.uint8)
TAGGED = Query("tagged", FRAMES, 3.0, tags=np.ones(527, np.float32))
UNTAGGED = Query("untagged", FRAMES, 3.0)


@pytest.fixture
def data(own_data_folder):
    return DataFolder(own_data_folder)


@pytest.fixture
def foreign(tmp_path):
    """A catalogue of another model's vectors, whose clips have no labels of AudioSet's."""
    clips = Clips.from_lists([b"abcd"], [(0.0, 10.0)], [[0]], [FRAMES], [False])
    identity = ModelIdentity("Somebody's network", "other-1")
    return write_catalog(tmp_path / "foreign", [clips], "youtube8m", identity).path


def info(*rankings: Ranking) -> CatalogInfo:
    return CatalogInfo("audioset", "/", 10, "Built-in listener", rankings=rankings)


def test_vggish_listens_where_it_is_installed_whole(data):
    assert listener_kind(data, Options()) is ListenerKind.BUILT_IN
    data.files.mkdir(parents=True)
    (data.files / "vggish_model.ckpt").touch()
    assert listener_kind(data, Options()) is ListenerKind.BUILT_IN
    (data.files / "vggish_pca_params.npz").touch()
    assert listener_kind(data, Options()) is ListenerKind.VGGISH
    assert listener_kind(data, BUILT_IN) is ListenerKind.BUILT_IN


def test_weights_that_are_named_listen(data, tmp_path):
    for options in (Options(model=tmp_path / "x.ckpt"), Options(pca=tmp_path / "x.npz")):
        assert listener_kind(data, options) is ListenerKind.VGGISH


def test_vggish_that_is_wanted_and_not_there_says_how_to_get_it(data):
    with pytest.raises(ModelError, match="VGGish is not installed") as caught:
        Engine(data, Options(listener=ListenerKind.VGGISH)).load()
    assert "files fetch" in caught.value.hint


def test_out_of_the_box_the_balanced_catalogue_is_asked_by_meaning(data):
    engine = Engine(data)
    loaded = engine.load()
    assert (loaded.listener, loaded.rankings) == (ListenerKind.BUILT_IN, (Ranking.MEANING,))
    assert (loaded.is_balanced, loaded.n_clips) == (True, 22_160)
    assert (loaded.has_released_frames, loaded.clip_rankings) == (False, tuple(Ranking))
    assert any("22,160 clips" in note for note in loaded.notes)
    answer = engine.match(example("Siren"), 5)
    assert answer.ranking is Ranking.MEANING
    for match in answer.matches:
        assert any("siren" in label.lower() for label in match.labels)
        assert match.similarity == match.meaning
        assert match.sound is None
    with pytest.raises(CatalogError, match="cannot be ranked by sound") as caught:
        engine.match(example("Siren"), 5, ranking=Ranking.SOUND)
    assert "files fetch" in caught.value.hint
    # A clip's own frames are VGGish's: videos are compared both ways without it.
    assert engine.similar(answer.matches[0].video_id, 3).ranking is Ranking.BOTH
    assert not data.root.exists()


def test_any_catalogue_of_audiosets_labels_is_asked_by_meaning(data, made_catalog):
    shutil.copytree(made_catalog.path, data.catalogs / "audioset", copy_function=os.link)
    engine = Engine(data)
    assert engine.load().name == "audioset"
    answer = engine.match(example("Rain"), 5)
    assert (answer.ranking, answer.catalog.is_balanced) == (Ranking.MEANING, False)
    # The frames of the two are of different networks: no second is like another.
    assert engine.with_best_seconds(answer).matches == answer.matches


def test_another_models_vectors_without_labels_cannot_be_asked(data, foreign):
    engine = Engine(data, Options(catalog=foreign))
    with pytest.raises(CatalogError, match="made by another model") as caught:
        engine.load()
    assert caught.value.hint
    assert engine.similar("abcd", 3).ranking is Ranking.SOUND


@pytest.mark.parametrize(
    ("wanted", "query", "rankings", "expected"),
    [
        (Ranking.BOTH, TAGGED, tuple(Ranking), Ranking.BOTH),
        (Ranking.SOUND, TAGGED, tuple(Ranking), Ranking.SOUND),
        (Ranking.MEANING, TAGGED, tuple(Ranking), Ranking.MEANING),
        (Ranking.BOTH, UNTAGGED, tuple(Ranking), Ranking.SOUND),
        (Ranking.BOTH, TAGGED, (Ranking.MEANING,), Ranking.MEANING),
        (Ranking.BOTH, TAGGED, (Ranking.SOUND,), Ranking.SOUND),
        (Ranking.BOTH, TAGGED, (Ranking.SOUND, Ranking.MEANING), Ranking.SOUND),
        (Ranking.BOTH, TAGGED, (Ranking.MEANING, Ranking.SOUND), Ranking.MEANING),
    ],
)
def test_what_is_wanted_is_done_and_both_falls_back(wanted, query, rankings, expected):
    assert possible_ranking(wanted, query, info(*rankings)) is expected


@pytest.mark.parametrize(
    ("wanted", "query", "rankings", "reason"),
    [
        (Ranking.SOUND, TAGGED, (Ranking.MEANING,), "cannot be ranked by sound"),
        (Ranking.MEANING, TAGGED, (Ranking.SOUND,), "cannot be ranked by meaning"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_way_out(wanted, query, rankings, reason):
    with pytest.raises(CatalogError, match=reason) as caught:
        possible_ranking(wanted, query, info(*rankings))
    assert caught.value.hint
