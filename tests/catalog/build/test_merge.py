"""Adding to a catalogue, and clips that are there twice."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog.build.build import build_catalog, write_catalog
from core.catalog.build.duplicates import first_of_each
from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.manifest import ModelIdentity
from core.errors import CatalogError
from tests.catalog.build.test_build import digest
from tests.catalog.conftest import N_IN_SHARDS, N_SHARDS
from tests.record_writers import clip_record, video_record, write_shard


def shard(path, *ids_and_starts, **options):
    records = [
        clip_record(key.encode(), start, start + 10, **options) for key, start in ids_and_starts
    ]
    return write_shard(path, records)


def clips_of(catalog: Catalog) -> list[tuple[str, float]]:
    return list(zip(catalog.clips["video_id"].astype(str), catalog.clips["start_s"], strict=True))


A, B, C = "aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc"


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"longer than 8"]), st.integers(0, 3))))
def test_the_first_of_each_video_and_start(keys: list[tuple[bytes, int]]):
    ids = np.array([key for key, _ in keys], "S13")
    mask = first_of_each(ids, np.array([start for _, start in keys], float))
    assert mask.tolist() == [key not in keys[:row] for row, key in enumerate(keys)]


def test_building_again_adds_what_is_new_and_what_is_there_wins(tmp_path):
    out = tmp_path / "out"
    first = shard(tmp_path / "1.tfrecord", (A, 0), (B, 0), (A, 0), labels=[0])
    second = shard(tmp_path / "2.tfrecord", (C, 0), (A, 0), (A, 10), labels=[137])
    build_catalog(out, "audioset", [first])
    catalog = build_catalog(out, "audioset", [second], include=["Music"])
    assert clips_of(catalog) == [(A, 0), (B, 0), (C, 0), (A, 10)]
    assert [catalog.clip(row).labels for row in range(4)] == [("Speech",)] * 2 + [("Music",)] * 2
    assert [len(catalog.clip(row).frames) for row in range(4)] == [1] * 4
    one, two = catalog.manifest.sources
    assert (one.name, one.n_clips, one.include) == ("1.tfrecord", 2, ())
    assert (two.name, two.n_clips, two.include) == ("2.tfrecord", 2, ("Music",))
    Catalog.open(out, verify=True)


def test_adding_equals_building_at_once(shards, tmp_path):
    half = tmp_path / "half"
    half.mkdir()
    for file in sorted(shards.iterdir())[: N_SHARDS // 2]:
        (half / file.name).write_bytes(file.read_bytes())
    build_catalog(tmp_path / "twice", "audioset", [half])
    twice = build_catalog(tmp_path / "twice", "audioset", [shards])
    once = build_catalog(tmp_path / "once", "audioset", [shards])
    for name in ("clips.npy", "labels.npy", "frames.npy", "vectors.npy"):
        assert digest(twice.path)[name] == digest(once.path)[name]
    assert [source.n_clips for source in twice.manifest.sources] == [N_IN_SHARDS // 2] * 2


def test_a_source_named_twice_counts_once_and_is_not_read_again(tmp_path: Path):
    path = shard(tmp_path / "1.tfrecord", (A, 0), (B, 0))
    catalog = build_catalog(tmp_path / "out", "audioset", [path, Path(os.path.relpath(path))])
    assert clips_of(catalog) == [(A, 0), (B, 0)]
    before = digest(catalog.path)
    again = build_catalog(tmp_path / "out", "audioset", [path])
    assert digest(again.path) == before


def test_catalogues_of_another_kind_or_model_or_damaged_ones_are_not_added_to(tmp_path):
    path = shard(tmp_path / "1.tfrecord", (A, 0))
    clips = Clips.from_lists([b"x"], [(0, 1)], [[0]], [np.zeros((1, 128), np.uint8)], [False])
    demo = write_catalog(tmp_path / "mine", [clips], "audioset", ModelIdentity("Mine", "mine-1"))
    other = write_catalog(tmp_path / "other", [clips], "audioset", ModelIdentity("X", "x-1"))
    audio = [0.5] * 128
    video = write_shard(tmp_path / "v.tfrecord", [video_record(id=b"abcd", mean_audio=audio)])
    videos = build_catalog(tmp_path / "videos", "youtube8m", [video])
    for catalog in (demo, other, videos):
        before = digest(catalog.path)
        with pytest.raises(CatalogError, match="of another kind"):
            build_catalog(catalog.path, "audioset", [path])
        assert digest(catalog.path) == before
    (demo.path / "frames.npy").write_bytes(b"")
    with pytest.raises(CatalogError, match="cannot be used") as caught:
        build_catalog(demo.path, "audioset", [path])
    assert "Remove the folder" in caught.value.hint
