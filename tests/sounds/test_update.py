"""Catalogues of own sounds: made, searched, and kept true."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.audio.examples import example
from core.audio.reader import AudioFile
from core.audio.writing import save_wav
from core.catalog.catalog import Catalog
from core.catalog.counting import count_classes
from core.catalog.replacing import alone, beside
from core.engine import Engine
from core.errors import AudioFileError, Cancelled, CatalogError
from core.options import CatalogKind, Filter, ListenerKind, Options, Ranking
from core.paths import DataFolder
from core.sounds.update import update_sounds
from tests.conftest import PROJECT, small_disk
from tests.sounds.conftest import job_of_one_task, write_long


@pytest.fixture
def folder(sounds, tmp_path):
    """A folder of sounds that may be changed."""
    shutil.copytree(sounds, tmp_path / "sounds")
    return tmp_path / "sounds"


def rows_by_name(catalog: Catalog) -> dict[str, dict]:
    files = catalog.sound_files
    return {os.fsdecode(each.path): each for each in files.files()}


def test_a_catalogue_has_all_files(built, sounds):
    catalog = built.catalog
    assert catalog.manifest.kind is CatalogKind.SOUNDS
    summary = catalog.sound_files.summary()
    assert (summary["files"], summary["analysed"]) == (8, 5)
    assert (summary["silent"], summary["unreadable"], summary["missing"]) == (1, 2, 0)
    assert summary["folders"] == [{"path": os.path.realpath(sounds), "subfolders": True}]
    assert {Path(path).name for path, _ in built.failed} == {"damaged.wav", "empty.flac"}
    assert len(catalog) == 3 + 3 + 1
    assert len(catalog.sound_files.loudness_db) == len(catalog)
    assert catalog.tags.shape == (len(catalog), 8)
    assert Catalog.open(catalog.path, verify=True).model_id == "built-in-1"


def test_a_sound_finds_itself_in_its_span(built, sounds):
    engine = Engine(DataFolder(built.catalog.path / "none"), Options(catalog=built.catalog.path))
    for name in ("Siren.wav", "Bell.wav"):
        answer = engine.match(AudioFile(sounds / name), 3)
        assert answer.matches[0].path == os.path.realpath(sounds / name)
        assert answer.matches[0].sound == pytest.approx(1.0)
        assert (answer.matches[0].url, answer.matches[0].no_link) == ("", None)
    path = str(sounds / "below" / "long.wav")
    similar = engine.similar(path, 5)
    assert path not in {os.path.realpath(match.path) for match in similar.matches}
    with pytest.raises(CatalogError, match="nothing to hear"):
        engine.similar(str(sounds / "below" / "silence.wav"))
    with pytest.raises(CatalogError, match="is not in this catalogue"):
        engine.similar("nobody.wav")
    engine.close()


def test_words_and_classes_find_what_was_heard(built):
    engine = Engine(DataFolder(built.catalog.path / "none"), Options(catalog=built.catalog.path))
    found = engine.find("siren", 1).matches[0]
    assert Path(found.path).name == "Siren.wav"
    counts = {each.name: each for each in count_classes(built.catalog).values()}
    label = found.labels[0]
    assert counts[label].n_own >= 1
    only = engine.find("siren", 9, Filter(include=(label,))).matches
    assert all(label in match.labels for match in only)
    engine.close()


def test_nothing_is_analysed_or_written_again(update, folder, tmp_path):
    update(tmp_path / "mine", folder)
    before = (tmp_path / "mine" / "catalog.json").stat().st_ino
    again = update(tmp_path / "mine")
    assert (again.n_analysed, again.n_recognised, again.n_files) == (0, 0, 8)
    assert (tmp_path / "mine" / "catalog.json").stat().st_ino == before


def test_renamed_moved_changed_new_and_copied_files(update, folder, tmp_path):
    first = update(tmp_path / "mine", folder)
    keys = {name: each.key for name, each in rows_by_name(first.catalog).items()}
    (folder / "Siren.wav").rename(folder / "Alarm.wav")
    (folder / "Bell.wav").rename(folder / "below" / "Bell.wav")
    shutil.copy(folder / "Rain.wav", folder / "Rain again.wav")
    save_wav(example("Siren", 7), folder / "new.wav")
    write_long(folder / "below" / "short.wav", 0.7)
    now = update(tmp_path / "mine")
    rows = rows_by_name(now.catalog)
    assert (now.n_analysed, now.n_recognised, now.n_missing) == (2, 3, 0)
    assert rows["Alarm.wav"].key == keys["Siren.wav"]
    assert rows["below/Bell.wav"].key == keys["Bell.wav"]
    assert rows["Rain again.wav"].key == rows["Rain.wav"].key == keys["Rain.wav"]
    assert rows["below/short.wav"].key != keys["below/short.wav"]
    assert not {"Siren.wav", "Bell.wav"} & set(rows)
    assert len(now.catalog) == len(first.catalog) + 1
    files = now.catalog.sound_files
    for name, each in rows.items():
        for row in range(each.first_clip, each.first_clip + each.n_clips):
            assert now.catalog.clip(row).video_id == each.key.decode()
            paths = map(files.path, files.of_clip(row))
            assert str(folder.resolve() / name) in paths
    (two,) = [files.of_clip(each.first_clip) for name, each in rows.items() if name == "Rain.wav"]
    assert len(two) == 2


def test_what_is_gone_is_missing_until_it_is_removed(update, folder, tmp_path):
    update(tmp_path / "mine", folder)
    (folder / "Siren.wav").unlink()
    (folder / "below" / "damaged.wav").unlink()
    now = update(tmp_path / "mine")
    assert (now.n_missing, now.n_removed, now.n_files) == (1, 0, 7)
    assert rows_by_name(now.catalog)["Siren.wav"].is_missing
    save_wav(example("Siren"), folder / "Siren.wav")
    assert update(tmp_path / "mine").n_missing == 0
    (folder / "Siren.wav").unlink()
    n_clips = len(now.catalog)
    now = update(tmp_path / "mine", remove_missing=True)
    assert (now.n_missing, now.n_removed, len(now.catalog)) == (0, 1, n_clips - 1)


def test_a_folder_that_is_not_there_loses_nothing(update, folder, tmp_path):
    first = update(tmp_path / "mine", folder)
    folder.rename(tmp_path / "drive")
    now = update(tmp_path / "mine", remove_missing=True)
    assert (now.n_missing, now.n_removed) == (now.n_files, 0)
    assert len(now.catalog) == len(first.catalog)
    assert "is not there" in now.notes[0]
    (tmp_path / "drive").rename(folder)
    back = update(tmp_path / "mine")
    assert (back.n_missing, back.n_analysed, back.n_recognised) == (0, 0, 0)
    assert back.n_returned == back.n_files


def test_folders_are_added_and_none_twice(update, folder, tmp_path):
    first = update(tmp_path / "mine", folder / "below")
    now = update(tmp_path / "mine", folder, folder / "below")
    assert [each.path for each in now.catalog.sound_files.folders] == [os.path.realpath(folder)]
    assert now.n_files == 8
    assert now.n_analysed == 3
    assert len(now.catalog) > len(first.catalog)
    alone_there = update(tmp_path / "flat", folder, has_subfolders=False)
    assert alone_there.n_files == 3


def test_bad_folders_are_one_error(update, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(AudioFileError, match="no sound file"):
        update(tmp_path / "mine", empty)
    with pytest.raises(CatalogError, match="is not there"):
        update(tmp_path / "mine", tmp_path / "nowhere")
    for number in range(50):
        (empty / f"{number}.wav").touch()
    with pytest.raises(AudioFileError, match="None of 50 files"):
        update(tmp_path / "mine", empty)
    assert not (tmp_path / "mine").exists()


def test_a_link_to_a_parent_leads_nowhere(update, folder, tmp_path):
    (folder / "below" / "up").symlink_to(folder)
    assert update(tmp_path / "mine", folder).n_files == 8


def test_names_that_are_no_text(update, tmp_path):
    inner = os.fsencode(tmp_path) + b"/odd"
    os.mkdir(inner)  # noqa: PTH102 - bytes
    write_long(Path(os.fsdecode(inner + b"/\xff\n.wav")), 2)
    report = update(tmp_path / "mine", tmp_path / "odd")
    files = report.catalog.sound_files
    assert os.fsencode(files.path(0)) == os.path.realpath(inner) + b"/\xff\n.wav"
    assert files.find(files.path(0)) == 0
    assert update(tmp_path / "mine").n_recognised == 0


def test_two_builds_at_once_are_one_error(update, folder, tmp_path):
    with alone(tmp_path / "mine"), pytest.raises(CatalogError, match="Another program"):
        update(tmp_path / "mine", folder)


def test_a_full_disk_is_one_error_and_leaves_the_old_catalogue(update, folder, tmp_path):
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        first = update(disk / "mine", folder)
        (disk / "filling").write_bytes(b"." * (shutil.disk_usage(disk).free - (64 << 10)))
        write_long(folder / "more.wav", 900)
        with pytest.raises(CatalogError, match="cannot be written"):
            update(disk / "mine")
        assert len(Catalog.open(disk / "mine", verify=True)) == len(first.catalog)


@pytest.mark.slow
def test_each_listener_asks_what_it_made_by_both(checkpoint, pca_file, stand_in_home, folder):
    """A sound is analysed by VGGish for one catalogue, and by the built-in listener for another."""
    weights = Options(checkpoint, pca_file, listener=ListenerKind.VGGISH)
    vggish, built_in = (stand_in_home.catalogs / name for name in ("vggish", "built-in"))
    report = update_sounds(vggish, [folder], stand_in_home, weights)
    assert report.catalog.model_name != "Built-in listener"
    update_sounds(built_in, [folder], stand_in_home, Options(listener=ListenerKind.BUILT_IN))
    first = Engine(stand_in_home, Options(checkpoint, pca_file, vggish))
    second = Engine(stand_in_home, Options(catalog=built_in))
    sound = AudioFile(folder / "Siren.wav")
    for engine, kind in ((first, ListenerKind.VGGISH), (second, ListenerKind.BUILT_IN)):
        assert engine.listener_kind is kind
        answer = engine.match(sound, 1)
        assert answer.ranking is Ranking.BOTH
        assert answer.catalog.listener == kind
        assert Path(answer.matches[0].path).name == "Siren.wav"
        assert answer.matches[0].sound == pytest.approx(1.0)
        engine.close()
    with pytest.raises(CatalogError, match="another listener"):
        update_sounds(vggish, [], stand_in_home, Options(listener=ListenerKind.BUILT_IN))


def test_another_kind_of_catalogue_stays(update, folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(CatalogError, match="is not a catalogue"):
        update(tmp_path / "mine", folder)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_cancelling_keeps_what_was_analysed(update, folder, tmp_path):
    for number in range(80):
        write_long(folder / f"{number}.wav", 1 + number / 50)

    with pytest.raises(Cancelled):
        update(tmp_path / "mine", folder, job=job_of_one_task())
    assert any(beside(tmp_path / "mine", "parts").iterdir())
    report = update(tmp_path / "mine", folder)
    assert report.n_resumed > 0
    assert report.n_analysed + report.n_resumed == 86
    assert not beside(tmp_path / "mine", "parts").exists()


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["lock", "parts/*.sounds", "building/catalog.json"])
def test_a_kill_leaves_the_old_catalogue_and_the_next_build_goes_on(
    folder, tmp_path, update, moment
):
    out = tmp_path / "mine"
    first = update(out, folder)
    n_new = 300
    for number in range(n_new):
        write_long(folder / f"{number}.wav", 3.003 + number / 100)
    command = [sys.executable, "-m", "core", "update", str(out), "--workers", "1"]
    environment = {**os.environ, "SOUNDALIKE_HOME": str(tmp_path / "home")}
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)
    while not any(tmp_path.glob(f".mine.{moment}")):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(Catalog.open(out, verify=True)) in (len(first.catalog), len(first.catalog) + n_new)
    report = update(out)
    assert report.n_files == 8 + n_new
    assert len(report.catalog) == len(first.catalog) + n_new
    if moment.startswith("parts"):
        assert report.n_resumed > 0


def test_a_damaged_table_is_one_error(update, folder, tmp_path):
    catalog = update(tmp_path / "mine", folder).catalog
    rows = np.load(catalog.path / "files.npy")
    rows["first_clip"] += 1_000
    np.save(catalog.path / "files.npy", rows)
    with pytest.raises(CatalogError, match=r"files\.npy"):
        Catalog.open(catalog.path)
