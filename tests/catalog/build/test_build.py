from __future__ import annotations

import errno
import json
import os
import shutil
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from core.catalog.build import merge, tasks
from core.catalog.build import workers as running
from core.catalog.build.build import build_catalog, write_catalog
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import RELEASED_MODEL_ID, ModelIdentity
from core.catalog.ontology import Ontology
from core.errors import Cancelled, CatalogError
from core.filters import label_mask
from core.jobs import Job
from core.search.matcher import Matcher
from core.types import Query
from tests.catalog.conftest import N_IN_SHARDS
from tests.made_data import N_CLIPS
from tests.record_writers import clip_record, dying_task, quickly_framed, write_shard

MINE = ModelIdentity("Mine", "mine-1")


def few_clips(n_clips: int = 3) -> Clips:
    rng = np.random.default_rng(0)
    return Clips.from_lists(
        [f"video{row:06}".encode() for row in range(n_clips)],
        [(10.0 * row, 10.0 * row + 10) for row in range(n_clips)],
        [[row % 527, 0] for row in range(n_clips)],
        [rng.integers(0, 256, (row % 10 + 1, 128), dtype=np.uint8) for row in range(n_clips)],
        [True] * n_clips,
    )


def digest(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def is_what_the_records_say(catalog: Catalog, oracle: list) -> None:
    offsets = catalog.label_offsets
    for row, (video_id, start_s, end_s, labels, frames) in enumerate(oracle):
        record = catalog.clips[row]
        assert record["video_id"].decode() == video_id
        assert (record["start_s"], record["end_s"]) == (start_s, end_s)
        assert catalog.label_indices[offsets[row] : offsets[row + 1]].tolist() == labels
        first = record["first_frame"]
        assert np.array_equal(catalog.frames[first : first + record["n_frames"]], frames)
    assert catalog.clips["is_youtube_id"].all()
    assert set(catalog.clips["n_frames"].tolist()) == set(range(1, 11))


def test_each_clip_is_its_records(made_catalog: Catalog, oracle: list):
    assert len(made_catalog) == len(oracle) == N_CLIPS
    is_what_the_records_say(made_catalog, oracle)


@pytest.mark.real_data
def test_the_real_sample_has_23_135_clips_and_each_is_the_records(
    real_catalog: Catalog, real_oracle: list
):
    assert len(real_catalog) == len(real_oracle) == 23_135
    is_what_the_records_say(real_catalog, real_oracle)
    assert real_catalog.model_id == RELEASED_MODEL_ID


@pytest.mark.real_data
def test_animal_without_music_equals_an_independent_count(
    real_features: Path, real_oracle: list, shared: Path, tmp_path: Path
):
    nodes = {n["id"]: n for n in json.loads((shared / "audioset" / "ontology.json").read_text())}
    lines = (shared / "audioset" / "class_labels_indices.csv").read_text().splitlines()[1:]
    index_of = {mid: int(index) for index, mid, _ in (line.split(",", 2) for line in lines)}

    def below(name: str) -> set[int]:
        waiting = [key for key, node in nodes.items() if node["name"] == name]
        keys = set()
        while waiting:
            keys.add(key := waiting.pop())
            waiting += nodes[key]["child_ids"]
        return {index_of[key] for key in keys if key in index_of}

    animal, music = below("Animal"), below("Music")
    expected = [
        (video_id, start_s)
        for video_id, start_s, _, labels, _ in real_oracle
        if animal & set(labels) and not music & set(labels)
    ]
    catalog = build_catalog(
        tmp_path / "out", "audioset", [real_features], include=["Animal"], exclude=["music"]
    )
    found = zip(catalog.clips["video_id"].astype(str), catalog.clips["start_s"], strict=True)
    assert list(found) == expected
    source = catalog.manifest.sources[0]
    assert (source.include, source.exclude) == (("Animal",), ("music",))


def test_filtering_at_query_time_equals_filtering_while_building(
    made_catalog: Catalog, features: Path, tmp_path: Path
):
    ontology = Ontology.load()
    mask = label_mask(
        made_catalog.label_indices,
        made_catalog.label_offsets,
        ontology.resolve(["Animal"]),
        ontology.resolve(["Music"]),
    )
    built = build_catalog(
        tmp_path / "out", "audioset", [features], include=["Animal"], exclude=["Music"]
    )
    assert np.array_equal(made_catalog.vectors[mask], built.vectors)
    assert np.array_equal(made_catalog.clips["video_id"][mask], built.clips["video_id"])


def test_a_clips_own_frames_find_it_first(made_catalog: Catalog):
    matcher = Matcher(made_catalog)
    for row in np.random.default_rng(1).choice(len(made_catalog), 200, replace=False):
        query = Query("own frames", made_catalog.clip(int(row)).frames, 10.0)
        best = matcher.matches(query, 3).matches[0]
        # A few videos are silent, or uploads of one recording: then the first of them is found.
        same = (made_catalog.vectors == made_catalog.vectors[row]).all(axis=1)
        first = made_catalog.clip(int(np.flatnonzero(same)[0]))
        assert (best.video_id, best.start_s) == (first.video_id, first.start_s)
        assert f"{best.similarity:.3f}" == "1.000"
    matcher.close()


@pytest.fixture
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "TASK_BYTES", 1 << 18)


def test_workers_change_nothing(shards: Path, oracle: list, small_tasks: None, tmp_path: Path):
    made = [
        build_catalog(tmp_path / f"out{workers}", "audioset", [shards], workers=workers)
        for workers in (1, 2, 3)
    ]
    assert len(tasks.plan(shards, tasks.TaskOptions("audioset"))) > 10
    assert made[0].clips["video_id"].astype(str).tolist() == [
        clip[0] for clip in oracle[:N_IN_SHARDS]
    ]
    for other in made[1:]:
        ours, theirs = digest(made[0].path), digest(other.path)
        assert sorted(ours) == sorted(theirs)
        for name in ours.keys() - {"catalog.json"}:
            assert ours[name] == theirs[name], name
        assert other.manifest.files == made[0].manifest.files


def test_a_bad_shard_in_a_worker_is_one_error(shards: Path, small_tasks: None, tmp_path: Path):
    folder = tmp_path / "s"
    shutil.copytree(shards, folder)
    with (folder / "31.tfrecord").open("ab") as file:
        file.write(b"tail")
    with pytest.raises(CatalogError, match=r"31\.tfrecord: the record at byte \d+ is cut off"):
        build_catalog(tmp_path / "out", "audioset", [folder], workers=2)
    assert {path.name for path in tmp_path.iterdir()} <= {"s", "soundalike-home"}


def test_cancelling_stops_workers_too(shards: Path, small_tasks: None, tmp_path: Path):
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        build_catalog(tmp_path / "out", "audioset", [shards], workers=2, job=job)
    assert not (tmp_path / "out").exists()


def test_a_worker_that_dies_is_one_error(
    shards: Path, small_tasks: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(running, "in_turn", dying_task)
    with pytest.raises(CatalogError, match="has died"):
        build_catalog(tmp_path / "out", "audioset", [shards], workers=2)
    assert not (tmp_path / "out").exists()


def test_a_place_where_nothing_can_be_written_is_one_error():
    with pytest.raises(CatalogError, match="cannot be written") as caught:
        write_catalog(Path("/proc/soundalike/out"), [few_clips()], "audioset", MINE)
    assert "may write" in caught.value.hint


def test_a_clip_alone_is_a_catalogue(tmp_path: Path):
    shard = write_shard(tmp_path / "a.tfrecord", [clip_record()])
    catalog = build_catalog(tmp_path / "out", "audioset", [shard])
    matcher = Matcher(catalog)
    (match,) = matcher.matches(Query("own frames", catalog.clip(0).frames, 10.0), 5).matches
    assert match.similarity == pytest.approx(1)
    matcher.close()


def test_a_folder_whose_name_is_no_text_is_one_like_any_other(tmp_path: Path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/na\xffme"))
    ids = ["first123456", "later123456"]
    shards = [
        write_shard(tmp_path / f"{each}.tfrecord", [clip_record(each.encode())]) for each in ids
    ]
    build_catalog(folder, "audioset", shards[:1])
    build_catalog(folder, "audioset", shards)
    catalog = Catalog.open(folder, verify=True)
    assert sorted(catalog.clip(row).video_id for row in range(2)) == ids
    with (folder / "clips.parquet").open("rb") as table:
        assert sorted(pq.read_table(table).column("video_id").to_pylist()) == ids


def test_clips_from_arrays_make_a_catalogue_of_a_named_model(tmp_path: Path):
    clips = few_clips()
    catalog = write_catalog(tmp_path / "out", [clips], "audioset", MINE, "synthesised")
    assert (catalog.model_id, catalog.model_name) == ("mine-1", "Mine")
    assert catalog.manifest.kind == "audioset"
    clip = catalog.clip(2)
    assert (clip.video_id, clip.start_s, clip.end_s) == ("video000002", 20, 30)
    assert clip.labels == ("Female speech, woman speaking", "Speech")
    assert np.array_equal(clip.frames, clips.frames[3:6])


def test_released_features_name_their_model(made_catalog: Catalog):
    assert made_catalog.model_id == RELEASED_MODEL_ID
    sources = [(source.name, source.n_clips) for source in made_catalog.manifest.sources]
    assert sources == [("features.tar.gz", N_CLIPS)]


def test_an_unknown_class_is_refused_before_anything_is_read(tmp_path: Path):
    with pytest.raises(CatalogError) as caught:
        build_catalog(tmp_path / "out", "audioset", [tmp_path / "missing"], include=["Anmal"])
    assert "Animal" in caught.value.hint
    assert not (tmp_path / "out").exists()


def test_filters_that_leave_nothing_keep_the_old_catalogue(tmp_path: Path):
    old = build_catalog(
        tmp_path / "out", "audioset", [write_shard(tmp_path / "a.tfrecord", [clip_record()])]
    )
    before = digest(old.path)
    shard = write_shard(tmp_path / "b.tfrecord", [clip_record(b"kjihgfedcba", labels=[0])])
    with pytest.raises(CatalogError, match="No clip"):
        build_catalog(tmp_path / "new", "audioset", [shard], include=["Whale vocalization"])
    assert not (tmp_path / "new").exists()
    added = build_catalog(old.path, "audioset", [shard], include=["Whale vocalization"])
    assert len(added) == 1
    assert digest(old.path).keys() == before.keys()
    assert [source.n_clips for source in added.manifest.sources] == [1, 0]


def test_progress_tells_speed_and_time_left(tmp_path: Path, shards: Path):
    reports = []
    build_catalog(
        tmp_path / "out", "audioset", [shards], job=Job(lambda *report: reports.append(report))
    )
    stages, fractions = zip(*reports, strict=True)
    assert f"Reading clips: {N_IN_SHARDS:,} (" in " ".join(stages)
    assert " a second" in stages[1]
    assert list(fractions) == sorted(fractions)
    assert fractions[0] >= 0
    assert 0.9 <= fractions[-1] <= 1
    assert stages[-1] == "Writing the catalogue"


def test_time_left_follows_from_the_bytes_that_are_left(monkeypatch: pytest.MonkeyPatch):
    reports = []
    now_s = iter([100.0, 102.0, 110.0])
    monkeypatch.setattr(running.time, "monotonic", lambda: next(now_s))
    meter = running.Meter(1000, Job(lambda *report: reports.append(report)))
    meter.reuse(500)
    meter.add(400, 10)
    meter.show(100, 240)
    assert reports[0] == (
        "Reading clips: 400 (200 a second, 1 min 38 s left)",
        pytest.approx(0.459),
    )
    assert reports[1] == ("Reading clips: 500 (50 a second, 10 s left)", pytest.approx(0.675))


def test_a_full_disk_is_one_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shard = write_shard(tmp_path / "a.tfrecord", [clip_record()])
    old = build_catalog(tmp_path / "out", "audioset", [shard])
    before = digest(old.path)
    other = write_shard(tmp_path / "b.tfrecord", [clip_record(b"kjihgfedcba")])

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for module, name in (
        (merge.NpyFile, "append"),
        (merge.ClipsTable, "append"),
        (tasks, "write_part"),
        (os, "fsync"),
    ):
        with monkeypatch.context() as patch, pytest.raises(CatalogError) as caught:
            patch.setattr(module, name, full)
            build_catalog(old.path, "audioset", [other])
        assert "No space left on device" in caught.value.message
        assert "Make room" in caught.value.hint
        assert digest(old.path) == before
        assert {path.name for path in tmp_path.iterdir()} <= {
            "a.tfrecord", "b.tfrecord", "out", "soundalike-home"
        }  # fmt: skip


def test_a_really_full_disk(tmp_path: Path):
    """/dev/full refuses every write as a full disk does."""
    (tmp_path / "frames.npy").symlink_to("/dev/full")
    frames = merge.NpyFile(tmp_path / "frames.npy", "u1", (1000, 128))
    with pytest.raises(OSError, match="No space left"):
        try:
            frames.append(np.zeros((1000, 128), np.uint8))
        finally:
            frames.close()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_clips(oracle: list, tmp_path: Path):
    """Four times the clips take hardly more memory than what is held of each: id and start."""
    records = [clip_record(c[0].encode(), *c[1:]) for c in oracle[:2000]]
    frames = b"".join(map(quickly_framed, records))
    peaks = []
    for n_shards in (20, 80):
        folder = tmp_path / str(n_shards)
        folder.mkdir()
        for number in range(n_shards):
            (folder / f"{number}.tfrecord").write_bytes(frames)
        tracemalloc.start()
        build_catalog(folder / "out", "audioset", [folder])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + (80 - 20) * 2000 * 200
    assert peaks[1] < 250 << 20


def test_processes_hear_a_wish_to_stop_within_a_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tasks, "TASK_BYTES", 1 << 20)
    record = quickly_framed(clip_record(frames=[bytes(128)] * 10))
    for number in range(4):
        (tmp_path / f"{number}.tfrecord").write_bytes(record * (4_000_000 // len(record)))
    job = Job(lambda stage, _: job.cancel() if stage.startswith(running.READING) else None)
    with pytest.raises(Cancelled):
        build_catalog(tmp_path / "out", "audioset", [tmp_path], workers=2, job=job)
    # A task that was finished all the same would have left its part.
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{n}.tfrecord" for n in range(4)]
