from __future__ import annotations

import errno
import json
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from core.catalog import build as build_module
from core.catalog.build import build_catalog, write_catalog
from core.catalog.clips import Clips
from core.catalog.manifest import RELEASED_MODEL_ID, ModelIdentity
from core.catalog.ontology import Ontology
from core.catalog.store import Catalog
from core.errors import Cancelled, CatalogError
from core.filters import label_mask
from core.jobs import Job
from core.search.cosine import top_k
from core.vectors import query_vector
from tests.catalog.records import clip_record, dying_decoder, write_shard

DEMO = ModelIdentity("Demo", "demo-1")


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


def test_the_sample_has_23_135_clips_and_each_is_the_records(real_catalog: Catalog, oracle: list):
    assert len(real_catalog) == len(oracle) == 23_135
    offsets = real_catalog.label_offsets
    for row, (video_id, start_s, end_s, labels, frames) in enumerate(oracle):
        record = real_catalog.clips[row]
        assert record["video_id"].decode() == video_id
        assert (record["start_s"], record["end_s"]) == (start_s, end_s)
        assert real_catalog.label_indices[offsets[row] : offsets[row + 1]].tolist() == labels
        first = record["first_frame"]
        assert np.array_equal(real_catalog.frames[first : first + record["n_frames"]], frames)
    assert real_catalog.clips["is_youtube_id"].all()
    assert set(real_catalog.clips["n_frames"].tolist()) == set(range(1, 11))


def test_animal_without_music_equals_an_independent_count(
    features: Path, oracle: list, shared: Path, tmp_path: Path
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
        for video_id, start_s, _, labels, _ in oracle
        if animal & set(labels) and not music & set(labels)
    ]
    catalog = build_catalog(
        tmp_path / "out", "audioset", [features], include=["Animal"], exclude=["music"]
    )
    found = zip(catalog.clips["video_id"].astype(str), catalog.clips["start_s"], strict=True)
    assert list(found) == expected
    assert catalog.manifest.include == ("Animal",)
    assert catalog.manifest.exclude == ("music",)


def test_filtering_at_query_time_equals_filtering_while_building(
    real_catalog: Catalog, features: Path, tmp_path: Path
):
    ontology = Ontology.load()
    mask = label_mask(
        real_catalog.label_indices,
        real_catalog.label_offsets,
        ontology.resolve(["Animal"]),
        ontology.resolve(["Music"]),
    )
    built = build_catalog(
        tmp_path / "out", "audioset", [features], include=["Animal"], exclude=["Music"]
    )
    assert np.array_equal(real_catalog.vectors[mask], built.vectors)
    assert np.array_equal(real_catalog.clips["video_id"][mask], built.clips["video_id"])


def test_a_clips_own_frames_find_it_first(real_catalog: Catalog):
    for row in np.random.default_rng(1).choice(len(real_catalog), 200, replace=False):
        query = query_vector(real_catalog.clip(int(row)).frames)
        rows, similarities = top_k(real_catalog.vectors, query, 3)
        # A few videos are silent, or uploads of one recording: then the first of them is found.
        same = (real_catalog.vectors == real_catalog.vectors[row]).all(axis=1)
        assert rows[0] == np.flatnonzero(same)[0]
        assert f"{similarities[0]:.3f}" == "1.000"


def test_workers_change_nothing(features: Path, oracle: list, tmp_path: Path):
    for number in range(4):
        clips = oracle[number * 2000 : (number + 1) * 2000]
        records = [clip_record(c[0].encode(), c[1], c[2], c[3], c[4]) for c in clips[:1]] * 6000
        write_shard_fast(tmp_path / "shards" / f"{number}.tfrecord", records)
    made = [
        build_catalog(
            tmp_path / f"out{workers}", "audioset", [tmp_path / "shards"], workers=workers
        )
        for workers in (1, 2, 3)
    ]
    for other in made[1:]:
        ours, theirs = digest(made[0].path), digest(other.path)
        assert sorted(ours) == sorted(theirs)
        for name in ours.keys() - {"catalog.json"}:
            assert ours[name] == theirs[name], name


def write_shard_fast(path: Path, records: list[bytes]) -> None:
    """Write equal records: the checksum of the tests' own is too slow for many."""
    from tests.catalog.records import framed

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(framed(records[0]) * len(records))


def test_a_bad_shard_in_a_worker_is_one_error(tmp_path: Path):
    for name in "abc":
        write_shard_fast(tmp_path / "s" / f"{name}.tfrecord", [clip_record()] * 30_000)
    with (tmp_path / "s" / "b.tfrecord").open("ab") as file:
        file.write(b"tail")
    with pytest.raises(CatalogError, match=r"b\.tfrecord: the record at byte \d+ is cut off"):
        build_catalog(tmp_path / "out", "audioset", [tmp_path / "s"], workers=2)
    assert [path.name for path in tmp_path.iterdir() if path.name != "s"] == ["soundalike-home"] * (
        tmp_path / "soundalike-home"
    ).exists()


def test_cancelling_stops_workers_too(tmp_path: Path):
    for name in "abc":
        write_shard_fast(tmp_path / "s" / f"{name}.tfrecord", [clip_record()] * 30_000)
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        build_catalog(tmp_path / "out", "audioset", [tmp_path / "s"], workers=2, job=job)
    assert not (tmp_path / "out").exists()


def test_a_worker_that_dies_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in "abc":
        write_shard_fast(tmp_path / "s" / f"{name}.tfrecord", [clip_record()] * 30_000)
    monkeypatch.setitem(build_module.DECODERS, "audioset", dying_decoder)
    with pytest.raises(CatalogError, match="has died"):
        build_catalog(tmp_path / "out", "audioset", [tmp_path / "s"], workers=2)
    assert not (tmp_path / "out").exists()


def test_a_place_where_nothing_can_be_written_is_one_error():
    with pytest.raises(CatalogError, match="cannot be written") as caught:
        write_catalog(Path("/proc/soundalike/out"), [few_clips()], "demo", DEMO, ())
    assert "may write" in caught.value.hint


def test_a_clip_alone_is_a_catalogue(tmp_path: Path):
    shard = write_shard(tmp_path / "a.tfrecord", [clip_record()])
    catalog = build_catalog(tmp_path / "out", "audioset", [shard])
    rows, similarities = top_k(catalog.vectors, query_vector(catalog.clip(0).frames), 5)
    assert rows.tolist() == [0]
    assert similarities[0] == pytest.approx(1)


def test_clips_from_arrays_make_a_catalogue_of_a_named_model(tmp_path: Path):
    clips = few_clips()
    catalog = write_catalog(tmp_path / "out", [clips], "demo", DEMO, ("synthesised",))
    assert (catalog.model_id, catalog.model_name) == ("demo-1", "Demo")
    assert catalog.manifest.kind == "demo"
    clip = catalog.clip(2)
    assert (clip.video_id, clip.start_s, clip.end_s) == ("video000002", 20, 30)
    assert clip.labels == ("Female speech, woman speaking", "Speech")
    assert np.array_equal(clip.frames, clips.frames[3:6])


def test_released_features_name_their_model(real_catalog: Catalog):
    assert real_catalog.model_id == RELEASED_MODEL_ID
    assert real_catalog.manifest.sources == ("features-sample.tar.gz",)


def test_an_unknown_class_is_refused_before_anything_is_read(tmp_path: Path):
    with pytest.raises(CatalogError) as caught:
        build_catalog(tmp_path / "out", "audioset", [tmp_path / "missing"], include=["Anmal"])
    assert "Animal" in caught.value.hint
    assert not (tmp_path / "out").exists()


def test_filters_that_leave_nothing_keep_the_old_catalogue(tmp_path: Path):
    old = write_catalog(tmp_path / "out", [few_clips()], "demo", DEMO, ())
    before = digest(old.path)
    shard = write_shard(tmp_path / "a.tfrecord", [clip_record(labels=[0])])
    with pytest.raises(CatalogError, match="No clip"):
        build_catalog(old.path, "audioset", [shard], include=["Whale vocalization"])
    assert digest(old.path) == before


def test_progress_counts_clips_and_cancelling_leaves_the_old(tmp_path: Path, features: Path):
    old = write_catalog(tmp_path / "out", [few_clips()], "demo", DEMO, ())
    before = digest(old.path)
    reports = []

    def report(stage: str, fraction: float | None) -> None:
        reports.append((stage, fraction))
        if len(reports) == 4:
            job.cancel()

    job = Job(report)
    with pytest.raises(Cancelled):
        build_catalog(old.path, "audioset", [features], job=job)
    assert len(reports) == 4
    assert reports[0][0].startswith("Reading clips: 2,048 (")
    assert [fraction for _, fraction in reports] == sorted(fraction for _, fraction in reports)
    assert digest(old.path) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"out", "soundalike-home"}


def test_a_full_disk_is_one_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    old = write_catalog(tmp_path / "out", [few_clips()], "demo", DEMO, ())
    before = digest(old.path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for name in ("_write_parquet", "_rows", "file_crc32c", "clip_vectors"):
        with monkeypatch.context() as patch, pytest.raises(CatalogError) as caught:
            patch.setattr(build_module, name, full)
            write_catalog(old.path, [few_clips(5)], "demo", DEMO, ())
        assert "No space left on device" in caught.value.message
        assert "Make room" in caught.value.hint
        assert digest(old.path) == before
        assert {path.name for path in tmp_path.iterdir()} <= {"out", "soundalike-home"}


def test_a_really_full_disk(tmp_path: Path):
    """/dev/full refuses every write as a full disk does."""
    frames = build_module._NpyFile(tmp_path / "frames.npy", "u1")
    with Path("/dev/full").open("wb", buffering=0) as full:
        frames._file.close()
        frames._file = full
        with pytest.raises(OSError, match="No space left"):
            frames.append(np.zeros((1000, 128), np.uint8))


def test_memory_does_not_grow_with_the_frames(tmp_path: Path):
    clips = few_clips(2000)
    tracemalloc.start()
    catalog = write_catalog(tmp_path / "out", (clips for _ in range(40)), "demo", DEMO, ())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert catalog.frames.nbytes > 50 << 20
    assert peak < 40 << 20
