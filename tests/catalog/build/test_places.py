"""Frames and vectors that are written once, and tasks that wait for their turn."""

from __future__ import annotations

import threading
from pathlib import Path

import google_crc32c
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog.build import merge, tasks
from core.catalog.build.build import build_catalog
from core.catalog.build.places import UNKNOWN, AbandonedError, InTurn, Stored, store
from core.catalog.build.writing import joined_crc32c
from core.catalog.manifest import FRAMES, VECTORS
from tests.catalog.build.test_resuming import same


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_joined_checksums_are_those_of_all_bytes(first: bytes, second: bytes):
    one, other = google_crc32c.value(first), google_crc32c.value(second)
    assert joined_crc32c(one, other, len(second)) == google_crc32c.value(first + second)


def test_frames_may_be_written_in_any_order(tmp_path: Path):
    frames = np.random.default_rng(0).integers(0, 256, (9, 128), dtype=np.uint8)
    late = store(store(Stored(tmp_path / "x", 4, 0, 0), frames[4:6]), frames[6:])
    early = store(Stored(tmp_path / "x", 0, 0, 0), frames[:4])
    assert np.array_equal(np.concatenate((early.load(), late.load())), frames)
    assert early.is_sound() and late.is_sound()
    store(Stored(tmp_path / "x", 2, 0, 0), frames[:1])
    assert not early.is_sound()
    assert Stored(tmp_path / "y", 0, 0, 0).load().shape == (0, 128)


def test_a_task_waits_for_those_before_it():
    counts = {FRAMES: [50, UNKNOWN, UNKNOWN], VECTORS: [5, UNKNOWN, UNKNOWN]}
    places = [InTurn("x", counts, number) for number in range(3)]
    assert [place.first_rows() for place in places[:2]] == [
        {FRAMES: 0, VECTORS: 0},
        {FRAMES: 50, VECTORS: 5},
    ]
    assert [place.is_known() for place in places] == [True, True, False]
    found: list[dict[str, int]] = []
    waiting = threading.Thread(target=lambda: found.append(places[2].first_rows()))
    waiting.start()
    counts[FRAMES][1] = 70
    assert not places[2].is_known()  # another process may see one number before the other
    places[1].took({FRAMES: 70, VECTORS: 7})
    waiting.join(10)
    assert found == [{FRAMES: 120, VECTORS: 12}]
    places[1].failed()
    with pytest.raises(AbandonedError):
        places[2].first_rows()


@pytest.mark.parametrize("workers", [1, 2])
def test_rows_are_copied_only_where_clips_are_left_out(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
):
    monkeypatch.setattr(tasks, "TASK_BYTES", 1 << 18)
    written: list[str] = []
    made = merge.NpyFile.__init__

    def noted(self: merge.NpyFile, path: Path, *rest: object) -> None:
        written.append(path.name)
        made(self, path, *rest)

    monkeypatch.setattr(merge.NpyFile, "__init__", noted)
    once = build_catalog(tmp_path / "once", "audioset", [shards], workers=workers)
    assert {(once.path / file).stat().st_nlink for file in (FRAMES, VECTORS)} == {1}
    again = tmp_path / "again.tfrecord"
    again.write_bytes(sorted(shards.iterdir())[0].read_bytes())
    after = build_catalog(tmp_path / "after", "audioset", [shards, again], workers=workers)
    assert not {FRAMES, VECTORS} & set(written)
    before = build_catalog(tmp_path / "before", "audioset", [again, shards], workers=workers)
    assert {FRAMES, VECTORS} <= set(written)
    for other in (after, before):
        for file in (FRAMES, VECTORS):
            assert other.manifest.files[file] == once.manifest.files[file]
        assert np.array_equal(other.clips, once.clips)


def test_a_file_system_without_links(shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    linked = build_catalog(tmp_path / "linked", "audioset", [shards])

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    renamed = build_catalog(tmp_path / "renamed", "audioset", [shards])
    assert same(renamed, linked)
