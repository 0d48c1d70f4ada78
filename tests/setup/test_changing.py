"""A model or a catalogue comes, goes or moves while an engine answers."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from core.__main__ import main
from core.audio.reader import load
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.downloads import room
from core.engine import Engine
from core.errors import Cancelled, CatalogError, DownloadError
from core.jobs import Job
from core.library import Library
from core.library_types import Past
from core.paths import DataFolder
from core.preparing import prepare_starter
from core.setup import inventory
from core.setup.features import fetch_features
from core.setup.moving import move
from core.types import Query
from core.vggish.model import ModelManifest
from tests.conftest import PROJECT, small_disk


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


def test_the_trained_model_alone_answers_with_the_real_starter(engine, data, dog):
    info = engine.load()
    assert (info.name, info.is_starter, info.is_demo) == ("Starter", True, False)
    assert info.n_clips == 1357
    assert any("Starter" in note for note in info.notes)
    answer = engine.match(dog, 10)
    assert len(answer.matches) == 10
    assert all(match.url.startswith("https://www.youtube.com/") for match in answer.matches)
    clip = engine.catalog().clip(100)
    assert engine.similar(clip.video_id, 3).catalog.is_starter
    assert [entry.kind for entry in engine.catalogs()] == ["starter"]


def test_the_starter_is_said_in_json_and_in_words(data, sounds, capsys):
    dog = str(sounds / "barks.wav")
    assert main(["match", dog, "-k", "3", "--json"]) == 0
    catalog = json.loads(capsys.readouterr().out)["catalog"]
    assert (catalog["name"], catalog["starter"], catalog["demo"]) == ("Starter", True, False)
    assert main(["match", dog, "-k", "3"]) == 0
    assert "Starter, 1357 clips" in capsys.readouterr().out
    assert main(["info", catalog["path"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["catalog"]["starter"] is True


def test_a_catalogue_that_comes_is_searched_after_reloading(engine, data, dog, server):
    assert engine.load().is_starter
    query = engine.query(dog)
    catalog, _ = fetch_features(data)
    assert engine.search(query, 5).catalog.is_starter
    info = engine.reload()
    assert (info.name, info.n_clips, info.is_starter) == ("audioset", len(catalog), False)
    assert engine.search(query, 5).catalog.name == "audioset"


def test_a_model_that_comes_ends_the_demo(demo_home, data, tmp_path, dog):
    empty = DataFolder(tmp_path / "first")
    shutil.copytree(demo_home.root, empty.root, copy_function=os.link)
    engine = Engine(empty)
    assert engine.load().is_demo
    shutil.copytree(data.files, empty.files, copy_function=os.link)
    shutil.copytree(data.models, empty.models, copy_function=os.link, dirs_exist_ok=True)
    (folder,) = (path for path in empty.models.iterdir() if path.name.startswith("vggish"))
    manifest = ModelManifest.load(folder)
    (folder / "manifest.json").unlink()
    ours = str(empty.files / "vggish_model.ckpt")
    dataclasses.replace(manifest, source=ours).save(folder)
    info = engine.reload()
    assert (info.is_demo, info.is_starter) == (False, True)
    assert engine.match(dog, 3).catalog.is_starter
    engine.close()


def test_reloading_that_fails_or_is_cancelled_changes_nothing(engine, data, dog):
    engine.load()
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        engine.reload(job)
    broken = data.catalogs / "audioset"
    broken.mkdir()
    (broken / "catalog.json").write_text("{}")
    with pytest.raises(CatalogError):
        engine.reload()
    assert engine.match(dog, 3).catalog.is_starter
    assert {entry.name: entry.kind for entry in engine.catalogs()}["audioset"] == "damaged"
    engine.remove("catalog:audioset")
    assert engine.load().is_starter


def test_catalogues_are_chosen_for_good_and_deleted(engine, data, features, dog, made_catalog):
    shutil.copytree(made_catalog.path, data.catalogs / "audioset", copy_function=os.link)
    build_catalog(data.catalogs / "dogs", "audioset", [features], include=["Dog"])
    assert engine.load().name == "audioset"
    starter = prepare_starter(data.catalogs, Job())
    info = engine.choose("dogs")
    assert info.name == "dogs"
    assert engine.match(dog, 3).catalog.name == "dogs"
    assert Engine(data).load().name == "dogs"
    entries = {entry.name: entry for entry in engine.catalogs()}
    assert set(entries) == {"audioset", "dogs", starter.name}
    assert [name for name, entry in entries.items() if entry.is_chosen] == ["dogs"]
    assert entries["dogs"].n_clips == info.n_clips
    assert entries["dogs"].sources == (features.name,)
    assert entries["dogs"].n_bytes == sum(
        path.stat().st_size for path in entries["dogs"].path.iterdir()
    )
    for name in ("none", "../catalogs/dogs", "", "demo"):
        with pytest.raises(CatalogError, match="There is no catalogue"):
            engine.choose(name)
    assert engine.match(dog, 3).catalog.name == "dogs"
    assert engine.choose(starter.name).is_starter
    engine.choose("dogs")
    engine.remove("catalog:dogs")
    assert engine.load().name == "audioset"
    engine.remove("catalog:audioset")
    assert engine.load().is_starter


def test_the_demo_cannot_be_chosen(demo_home, data):
    (demo,) = demo_home.catalogs.glob("starter-*")
    shutil.copytree(demo, data.catalogs / demo.name)
    with pytest.raises(CatalogError, match=r"demo's|another model"):
        Engine(data).choose(demo.name)
    with pytest.raises(CatalogError, match="demo's"):
        inventory.choose(data, demo.name)


def test_what_is_stored_is_listed_with_its_size_and_removed_one_by_one(data, capsys):
    Engine(data).load()
    data.recordings.mkdir()
    (data.recordings / "mine.flac").write_bytes(bytes(1000))
    (data.files / ".features.tar.gz.part").write_bytes(bytes(5000))
    (data.catalogs / ".audioset.parts").mkdir()
    (data.catalogs / ".audioset.parts" / "x.part").write_bytes(bytes(700))
    data.youtube_ids.write_bytes(bytes(300))
    data.maps.mkdir(parents=True)
    (data.maps / "x.npz").write_bytes(bytes(900))
    items = {item.key: item for item in inventory.storage(data)}
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
            inventory.remove(data, key)
    assert main(["files", "list"]) == 0
    assert "unfinished: 0.0 MB" in capsys.readouterr().out
    keys = [key for key, item in items.items() if item.is_removable]
    assert main(["files", "remove", *keys]) == 0
    assert [item.key for item in inventory.storage(data)] == ["own:recordings"]
    assert (data.recordings / "mine.flac").stat().st_size == 1000


def contents(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
        and path.suffix != ".lock"
        and path.name not in ("moved-to", "moved-from", "manifest.json")
    }


@pytest.fixture
def small(own_data_folder, features):
    """A data folder with a catalogue and a recording, and no model."""
    data = DataFolder(own_data_folder)
    build_catalog(data.catalogs / "audioset", "audioset", [features], include=["Dog"])
    data.recordings.mkdir()
    (data.recordings / "mine.flac").write_bytes(os.urandom(100_000))
    return data


def test_the_data_folder_moves_and_is_found_where_it_is(engine, data, dog, tmp_path, capsys):
    engine.load()
    before = contents(data.root)
    moved = engine.move_data(tmp_path / "disk" / "sounds")
    assert contents(moved.root) == before
    assert contents(data.root) == {}
    assert DataFolder.default() == moved
    assert engine.load().is_starter
    assert engine.match(dog, 3).matches
    (model,) = moved.models.glob("vggish*")
    assert ModelManifest.load(model).source == str(moved.files / "vggish_model.ckpt")
    # And back again, from the command line.
    engine.close()
    assert main(["files", "move", str(data.root)]) == 0
    assert str(data.root) in capsys.readouterr().out
    assert DataFolder.default() == data
    assert contents(data.root) == before


def test_a_place_that_is_not_empty_or_inside_is_refused(small, tmp_path, monkeypatch):
    before = contents(small.root)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.odt").write_text("my life's work")
    for target in (foreign, foreign / "thesis.odt", small.root / "inside", small.root.parent):
        with pytest.raises(DownloadError):
            move(small, target)
    monkeypatch.setattr(room, "free_bytes", lambda _: 1_000)
    with pytest.raises(DownloadError, match="no room"):
        move(small, tmp_path / "new")
    assert contents(small.root) == before
    assert (foreign / "thesis.odt").read_text() == "my life's work"
    assert DataFolder.default() == small


def test_a_cancelled_move_loses_nothing_and_can_be_done_again(small, tmp_path):
    before = contents(small.root)
    target = tmp_path / "new"
    with pytest.raises(Cancelled):
        move(small, target, Job(lambda stage, done: job_at(done, 0.5)))
    assert contents(small.root) == before
    assert DataFolder.default() == small
    (small.recordings / "mine.flac").unlink()
    assert contents(move(small, target).root).keys() == before.keys() - {"recordings/mine.flac"}


@pytest.mark.parametrize("was_there", [False, True])
def test_a_move_that_ends_early_leaves_no_half_a_copy(small, tmp_path, was_there):
    target = tmp_path / "new"
    if was_there:
        target.mkdir()
    with pytest.raises(Cancelled):
        move(small, target, Job(lambda stage, done: job_at(done, 0.5)))
    assert target.exists() == was_there
    assert not was_there or list(target.iterdir()) == []


def test_a_full_disk_stops_a_move_and_nothing_is_lost(small, tmp_path, monkeypatch):
    """The room is there when it is asked for, and gone while the data is copied."""
    before = contents(small.root)
    monkeypatch.setattr(room, "free_bytes", lambda _: 1 << 50)
    n_bytes = sum(map(len, before.values()))
    with small_disk(tmp_path / "disk", n_bytes // 2) as disk:
        with pytest.raises(DownloadError, match="No space left on device") as raised:
            move(small, disk / "sounds")
        assert "make room there" in raised.value.hint
        assert list(disk.iterdir()) == []
    assert contents(small.root) == before
    assert DataFolder.default() == small


def test_a_place_that_cannot_be_written_is_refused(small, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(DownloadError, match="cannot be moved to"):
        move(small, blocked / "below")
    assert DataFolder.default() == small


def test_back_again_after_a_cancelled_move_the_way_still_leads_there(small, tmp_path):
    first, target = small, tmp_path / "new"
    moved = move(first, target)
    with pytest.raises(Cancelled):
        move(moved, first.root, Job(lambda stage, done: job_at(done, 0.5)))
    assert DataFolder.default() == moved
    assert {path.name for path in first.root.iterdir()} <= {"moved-to", "moved-from"}
    # Killed between its last two steps, a move has left two folders that lead to each other.
    before = contents(moved.root)
    (target / "moved-to").write_text(str(first.root))
    assert contents(DataFolder.default().root) == before


def test_history_knows_its_recordings_after_a_move(small, tmp_path):
    library, elsewhere = Library(small.library), tmp_path / "else.wav"
    query = Query("mine", np.zeros((1, 128), np.uint8), 1.0)
    for path in (small.recordings / "mine.flac", elsewhere):
        library.remember(Past(name=path.name, path=str(path)), query)
    moved = move(small, tmp_path / "new")
    paths = [past.path for past in Library(moved.library).history()]
    assert paths == [str(elsewhere), str(moved.recordings / "mine.flac")]


def job_at(done, limit):
    if done is not None and done > limit:
        raise Cancelled


def test_a_killed_move_loses_nothing(small, tmp_path):
    before, moments = contents(small.root), random.Random(3)
    target = tmp_path / "new"
    script = "import sys; from core.__main__ import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "files", "move", str(target)]
    for _ in range(8):
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as program:
            time.sleep(moments.uniform(0.2, 0.9))
            program.send_signal(signal.SIGKILL)
        now = DataFolder.default()
        assert contents(now.root) == before
        assert Catalog.open(now.catalogs / "audioset", verify=True)
        if now.root == target:
            break
    move(DataFolder.default(), target)
    assert contents(target) == before
    assert DataFolder.default().root == target
    for key in [item.key for item in inventory.storage(DataFolder(target))]:
        if key == "left-behind":
            inventory.remove(DataFolder(target), key)
    assert contents(small.root) == {}
