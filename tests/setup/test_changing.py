"""A model or a catalogue comes, goes or moves while an engine answers."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil

import pytest

from core.__main__ import main
from core.audio.reader import load
from core.catalog.build.build import build_catalog
from core.engine import Engine
from core.errors import Cancelled, CatalogError
from core.jobs import Job
from core.listeners import BUILT_IN_ID
from core.options import CatalogKind, ListenerKind, Options, Ranking
from core.paths import DataFolder
from core.setup import inventory
from core.setup.choice import BALANCED
from core.setup.features import fetch_features
from core.setup.stored_items import remove, storage
from core.vggish.model import ModelManifest, installed


@pytest.fixture(scope="module")
def copied_model(model_folder, tmp_path_factory):
    """What may have links elsewhere: onnx refuses to quantise weights that have some."""
    return shutil.copytree(model_folder, tmp_path_factory.mktemp("copied") / model_folder.name)


@pytest.fixture
def data(own_data_folder, checkpoint, pca_file, copied_model, monkeypatch):
    """A data folder whose model is taken for the released one."""
    model_folder = copied_model
    data = DataFolder(own_data_folder)
    data.files.mkdir(parents=True)
    ours = data.files / "vggish_model.ckpt"
    os.link(checkpoint, ours)
    shutil.copy2(pca_file, data.files / "vggish_pca_params.npz")
    shutil.copytree(model_folder, data.models / model_folder.name, copy_function=os.link)
    folder = data.models / model_folder.name
    (folder / "manifest.json").unlink()
    manifest = dataclasses.replace(
        ModelManifest.load(model_folder), name="VGGish", is_released=True, source=str(ours)
    )
    manifest.save(folder)
    return data


@pytest.fixture
def engine(data):
    engine = Engine(data)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def dog(sounds):
    return load(sounds / "barks.wav")


def test_the_trained_model_alone_answers_from_the_balanced_catalogue(engine, data, dog):
    info = engine.load()
    assert (info.name, info.is_balanced, info.listener) == ("AudioSet, balanced", True, "vggish")
    assert info.rankings == tuple(Ranking)
    answer = engine.match(dog, 10)
    assert answer.ranking is Ranking.BOTH
    assert len(answer.matches) == 10
    for match in answer.matches:
        assert match.url.startswith("https://www.youtube.com/")
        assert match.sound is not None and match.meaning is not None
    # Of a clip in the box there is one frame: no second of it is better than another.
    assert engine.with_best_seconds(answer).matches == answer.matches
    clip = engine.catalog().clip(100)
    assert engine.similar(clip.video_id, 3).catalog.is_balanced
    assert engine.catalogs() == []
    assert not data.catalogs.exists()


def test_the_balanced_catalogue_is_said_in_json_and_in_words(data, sounds, capsys):
    dog = str(sounds / "barks.wav")
    assert main(["match", dog, "-k", "3", "--json"]) == 0
    catalog = json.loads(capsys.readouterr().out)["catalog"]
    assert (catalog["name"], catalog["balanced"]) == ("AudioSet, balanced", True)
    assert catalog["listener"] == "vggish"
    assert main(["match", dog, "-k", "3"]) == 0
    assert "AudioSet, balanced, 22160 clips" in capsys.readouterr().out


def test_a_catalogue_that_comes_is_searched_after_reloading(engine, data, dog, server):
    assert engine.load().is_balanced
    query = engine.query(dog)
    catalog, _ = fetch_features(data)
    assert engine.search(query, 5).catalog.is_balanced
    info = engine.reload()
    assert (info.name, info.n_clips, info.is_balanced) == ("audioset", len(catalog), False)
    assert engine.search(query, 5).catalog.name == "audioset"


def test_a_model_that_comes_takes_the_place_of_the_built_in_listener(data, tmp_path, dog):
    empty = DataFolder(tmp_path / "first")
    engine = Engine(empty)
    info = engine.load()
    assert (info.listener, info.model_id, info.is_balanced) == ("built-in", BUILT_IN_ID, True)
    before = engine.match(dog, 3)
    assert before.ranking is Ranking.MEANING
    assert not empty.root.exists()
    shutil.copytree(data.files, empty.files, copy_function=os.link)
    shutil.copytree(data.models, empty.models, copy_function=os.link)
    (folder,) = empty.models.iterdir()
    manifest = ModelManifest.load(folder)
    (folder / "manifest.json").unlink()
    ours = str(empty.files / "vggish_model.ckpt")
    dataclasses.replace(manifest, source=ours).save(folder)
    info = engine.reload()
    assert (info.listener, info.model_id) == ("vggish", manifest.model_id)
    assert engine.match(dog, 3).ranking is Ranking.BOTH
    engine.close()
    built_in = Engine(empty, Options(listener=ListenerKind.BUILT_IN))
    assert [each.video_id for each in built_in.match(dog, 3).matches] == [
        each.video_id for each in before.matches
    ]


def test_reloading_that_fails_or_is_cancelled_changes_nothing(engine, data, dog):
    engine.load()
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        engine.reload(job)
    broken = data.catalogs / "audioset"
    broken.mkdir(parents=True)
    (broken / "catalog.json").write_text("{}")
    with pytest.raises(CatalogError):
        engine.reload()
    assert engine.match(dog, 3).catalog.is_balanced
    assert {entry.name: entry.kind for entry in engine.catalogs()}["audioset"] == "damaged"
    engine.remove("catalog:audioset")
    assert engine.load().is_balanced


def test_catalogues_are_chosen_for_good_and_deleted(engine, data, features, dog, made_catalog):
    shutil.copytree(made_catalog.path, data.catalogs / "audioset", copy_function=os.link)
    build_catalog(data.catalogs / "dogs", "audioset", [features], include=["Dog"])
    assert engine.load().name == "audioset"
    info = engine.choose(["dogs"])
    assert info.name == "dogs"
    assert engine.match(dog, 3).catalog.name == "dogs"
    assert Engine(data).load().name == "dogs"
    entries = {entry.name: entry for entry in engine.catalogs()}
    assert set(entries) == {"audioset", "dogs"}
    assert [name for name, entry in entries.items() if entry.is_chosen] == ["dogs"]
    assert entries["dogs"].n_clips == info.n_clips
    assert entries["dogs"].sources == (features.name,)
    assert entries["dogs"].n_bytes == sum(
        path.stat().st_size for path in entries["dogs"].path.iterdir()
    )
    for name in ("none", "../catalogs/dogs", "", "demo"):
        with pytest.raises(CatalogError, match="There is no catalogue"):
            engine.choose([name])
    assert engine.match(dog, 3).catalog.name == "dogs"
    engine.remove("catalog:dogs")
    assert engine.load().name == "audioset"
    engine.remove("catalog:audioset")
    assert engine.load().is_balanced


def test_what_the_demo_of_older_programs_left_is_neither_used_nor_in_the_way(
    own_data_folder, made_catalog, dog
):
    data = DataFolder(own_data_folder)
    old = {
        data.models / "demo-1": '{"format": 1, "model_id": "demo-1", "name": "Demo", "is_demo": '
        'true, "is_released": false, "source": null, "source_state": [], "agreement": null}',
        data.models / ".demo-1.making": "",
        data.catalogs / "starter-1-3": '{"format": "soundalike-catalog", "kind": "demo"}',
        data.catalogs / "audioset-starter-0123abcd-3": '{"kind": "starter"}',
    }
    for folder, manifest in old.items():
        folder.mkdir(parents=True)
        for name in ("manifest.json", "catalog.json"):
            (folder / name).write_text(manifest)
    (data.models / ".demo.lock").touch()
    mine = data.catalogs / "starter-of-mine"
    shutil.copytree(made_catalog.path, mine, copy_function=os.link)
    inventory.choose(data, [mine.name])
    data.chosen_catalog.write_text("audioset-starter-0123abcd-3")
    assert installed(data.models) == {}
    assert {item.key for item in storage(data) if item.is_removable} >= {
        "model:demo-1",
        "catalog:starter-1-3",
    }
    engine = Engine(data)
    assert engine.load().name == "starter-of-mine"
    assert engine.match(dog, 3).matches
    engine.close()
    assert list(data.models.iterdir()) == []
    assert [path.name for path in data.catalogs.iterdir()] == ["starter-of-mine"]
    assert not data.chosen_catalog.exists()


def test_what_is_stored_is_listed_with_its_size_and_removed_one_by_one(data, capsys):
    Engine(data).load()
    data.recordings.mkdir()
    (data.recordings / "mine.flac").write_bytes(bytes(1000))
    (data.files / ".features.tar.gz.part").write_bytes(bytes(5000))
    (data.catalogs / ".audioset.parts").mkdir(parents=True)
    (data.catalogs / ".audioset.parts" / "x.part").write_bytes(bytes(700))
    data.youtube_ids.write_bytes(bytes(300))
    data.maps.mkdir(parents=True)
    (data.maps / "x.npz").write_bytes(bytes(900))
    items = {item.key: item for item in storage(data)}
    assert items["unfinished"].n_bytes == 5700
    assert items["youtube-ids"].n_bytes == 300
    assert items["own:recordings"].n_bytes == 1000
    assert not items["own:recordings"].is_removable
    # The trained model is one thing to people, whatever it consists of.
    trained = items["trained-model"]
    assert {path.parent.name for path in trained.paths} == {"files", "models"}
    assert len(trained.paths) == 3
    assert trained.n_bytes > 500_000_000
    assert not any(key.startswith(("file:", "model:")) for key in items)
    assert items["cache"].n_bytes == 900
    in_all = sum(item.n_bytes for item in items.values())
    assert in_all == sum(path.stat().st_size for path in data.root.rglob("*") if path.is_file())
    for key in ("own:recordings", "catalog:../..", "file:../x", "", "everything"):
        with pytest.raises(CatalogError, match="nothing called"):
            remove(data, key)
    assert main(["files", "list"]) == 0
    assert "unfinished: 0.0 MB" in capsys.readouterr().out
    keys = [key for key, item in items.items() if item.is_removable]
    assert main(["files", "remove", *keys]) == 0
    assert [item.key for item in storage(data)] == ["own:recordings"]
    assert (data.recordings / "mine.flac").stat().st_size == 1000


def test_a_choice_of_which_one_is_missing_changes_nothing(engine, data, made_catalog):
    shutil.copytree(made_catalog.path, data.catalogs / "dogs", copy_function=os.link)
    engine.choose([BALANCED])
    with pytest.raises(CatalogError, match="gone"):
        engine.choose(["dogs", "gone"])
    assert engine.catalog().manifest.kind == CatalogKind.BALANCED
    assert engine.load().is_balanced
    assert data.chosen_catalog.read_text() == BALANCED


def test_several_are_chosen_and_the_one_in_the_program_among_them(engine, data, made_catalog):
    shutil.copytree(made_catalog.path, data.catalogs / "dogs", copy_function=os.link)
    info = engine.choose(["dogs", BALANCED])
    assert info.name == "dogs"
    assert info.others == ("AudioSet, balanced",)
    assert [other.load().is_balanced for other in engine.others] == [True]
    assert inventory.chosen_catalogs(data) == (data.catalogs / "dogs", None)
    later = Engine(data)
    assert later.load().others == ("AudioSet, balanced",), "the choice is kept"
    later.close()
    info = engine.choose([BALANCED])
    assert info.is_balanced
    assert engine.others == ()
    assert inventory.chosen_catalog(data) is None
    engine.choose([BALANCED, "dogs"])
    engine.remove("catalog:dogs")
    assert engine.load().others == ()
    assert data.chosen_catalog.read_text() == BALANCED
