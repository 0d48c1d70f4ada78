"""Builds that are killed, cancelled or fail, and what the next one makes of what they left."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.catalog.build import tasks
from core.catalog.build.build import build_catalog
from core.catalog.catalog import Catalog
from core.catalog.records import tfrecord
from core.errors import Cancelled, CatalogError
from core.jobs import Job
from tests.catalog.build.test_build import digest
from tests.catalog.conftest import CLIPS_A_SHARD, N_IN_SHARDS
from tests.conftest import PROJECT
from tests.made_data import N_CLIPS
from tests.record_writers import clip_record, write_shard
from tests.waiting import wait_until

CLIPS_A_PART = 3 * CLIPS_A_SHARD

BUILD = """
import os, pathlib, signal, sys
from core.catalog.build import tasks
from core.catalog.records import tfrecord
from core.catalog.build.build import build_catalog
from core.jobs import Job
tasks.TASK_BYTES, tasks.PART_BYTES, tfrecord.BLOCK_BYTES = 1 << 18, 1 << 20, 1 << 18
source, out, workers, n_parts = sys.argv[1:]
out = pathlib.Path(out)

def stop(*_):
    if len(list(out.parent.glob(f".{out.name}.parts/*.part"))) >= int(n_parts):
        os.kill(os.getpid(), signal.SIGSTOP)

build_catalog(out, "audioset", [pathlib.Path(source)], workers=int(workers), job=Job(stop))
"""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "TASK_BYTES", 1 << 18)
    monkeypatch.setattr(tasks, "PART_BYTES", 1 << 20)
    monkeypatch.setattr(tfrecord, "BLOCK_BYTES", 1 << 18)


def parts_of(out: Path) -> list[Path]:
    return sorted(out.parent.glob(f".{out.name}.parts/*.part"))


def killed_after(n_parts: int, source: Path, out: Path, workers: int) -> None:
    """Build in another process, which stops when it has made some parts, and kill it there."""
    command = [sys.executable, "-c", BUILD, str(source), str(out), str(workers), str(n_parts)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment) as program:
        process = psutil.Process(program.pid)
        wait_until(lambda: process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE))
        assert process.status() == psutil.STATUS_STOPPED, "it ended before it was killed"
        helpers = process.children(recursive=True)
        program.kill()
    wait_until(lambda: not any(map(psutil.Process.is_running, helpers)))


def resumed(source: Path, out: Path, workers: int = 1) -> tuple[Catalog, int]:
    """Build; return the catalogue and how many records had to be read."""
    stages: list[str] = []
    job = Job(lambda stage, _: stages.append(stage))
    catalog = build_catalog(out, "audioset", [source], workers=workers, job=job)
    counts = [stage.split()[2] for stage in stages if stage.startswith("Reading clips: ")]
    return catalog, int(counts[-1].replace(",", "")) if counts else 0


def same(one: Catalog, other: Catalog) -> bool:
    names = digest(one.path).keys() - {"catalog.json"}
    return one.manifest.files == other.manifest.files and all(
        digest(one.path)[name] == digest(other.path)[name] for name in names
    )


@pytest.fixture
def fresh(small_parts: None, shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return build_catalog(tmp_path_factory.mktemp("fresh") / "out", "audioset", [shards])


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_build_of_shards_goes_on_where_it_was(
    shards: Path, fresh: Catalog, tmp_path: Path, workers: int
):
    out = tmp_path / "out"
    for n_parts in (3, 9):
        killed_after(n_parts, shards, out, workers)
        assert not out.exists()
    # A part that is being written when the power fails may be there and be wrong.
    first = parts_of(out)[0]
    first.write_bytes(first.read_bytes()[:-100])
    catalog, n_read = resumed(shards, out, workers)
    assert 0 < n_read <= N_IN_SHARDS - 8 * CLIPS_A_PART
    assert same(catalog, fresh)
    assert {path.name for path in tmp_path.iterdir()} <= {"out", "soundalike-home"}


def test_a_killed_build_of_an_archive_goes_on_where_it_was(
    features: Path, made_catalog: Catalog, tmp_path: Path
):
    out = tmp_path / "out"
    killed_after(2, features, out, 1)
    catalog, n_read = resumed(features, out)
    assert 0 < n_read < 0.8 * N_CLIPS
    assert np.array_equal(catalog.clips, made_catalog.clips)
    assert catalog.manifest.files["frames.npy"] == made_catalog.manifest.files["frames.npy"]
    fresh = build_catalog(tmp_path / "fresh", "audioset", [features])
    assert same(catalog, fresh)


def test_a_kill_while_adding_leaves_the_old_catalogue(shards: Path, features: Path, tmp_path: Path):
    out = tmp_path / "out"
    old = build_catalog(out, "audioset", [shards])
    before = digest(out)
    killed_after(1, features, out, 1)
    assert digest(out) == before
    assert len(Catalog.open(out, verify=True)) == len(old)
    catalog, _ = resumed(features, out)
    assert len(catalog) == N_CLIPS


def cancelled(shards: Path, out: Path) -> None:
    job = Job(lambda *_: len(parts_of(out)) < 3 or job.cancel())
    with pytest.raises(Cancelled):
        build_catalog(out, "audioset", [shards], job=job)


def test_a_cancelled_build_goes_on_too(shards: Path, fresh: Catalog, tmp_path: Path):
    cancelled(shards, tmp_path / "out")
    catalog, n_read = resumed(shards, tmp_path / "out")
    assert n_read <= N_IN_SHARDS - 3 * CLIPS_A_PART
    assert same(catalog, fresh)


def test_parts_of_other_options_or_changed_files_are_not_used(shards: Path, tmp_path: Path):
    out = tmp_path / "out"
    cancelled(shards, out)
    old = {path.name for path in parts_of(out)}
    job = Job(lambda *_: len(parts_of(out)) < 1 or job.cancel())
    with pytest.raises(Cancelled):
        build_catalog(out, "audioset", [shards], exclude=["Music"], job=job)
    assert not old & {path.name for path in parts_of(out)}
    shard = write_shard(tmp_path / "a.tfrecord", [clip_record()])
    before = tasks.plan(shard, tasks.TaskOptions("audioset"))[0].digest
    os.utime(shard, (1, 1))
    assert tasks.plan(shard, tasks.TaskOptions("audioset"))[0].digest != before


def test_an_error_leaves_no_parts(shards: Path, tmp_path: Path):
    cancelled(shards, tmp_path / "out")
    assert parts_of(tmp_path / "out")
    bad = tmp_path / "bad.tfrecord"
    bad.write_bytes(b"zeros" * 100)
    with pytest.raises(CatalogError, match="wrong checksum"):
        build_catalog(tmp_path / "out", "audioset", [shards, bad])
    assert {path.name for path in tmp_path.iterdir()} <= {"bad.tfrecord", "soundalike-home"}


def test_an_archive_that_shrinks_between_builds_is_read_anew(features: Path, tmp_path: Path):
    job = Job(lambda *_: len(parts_of(tmp_path / "out")) < 1 or job.cancel())
    archive = tmp_path / "x.tar.gz"
    archive.write_bytes(features.read_bytes())
    with pytest.raises(Cancelled):
        build_catalog(tmp_path / "out", "audioset", [archive], job=job)
    archive.write_bytes(features.read_bytes()[:1_000_000])
    with pytest.raises(CatalogError, match="cut off or damaged"):
        build_catalog(tmp_path / "out", "audioset", [archive])
    assert not parts_of(tmp_path / "out")


@pytest.mark.parametrize("packed", [False, True])
def test_an_archive_whose_last_member_is_cut(
    features: Path, shards: Path, tmp_path: Path, packed: bool
):
    """Several parts are written before the end is reached."""
    old = build_catalog(tmp_path / "out", "audioset", [shards])
    before = digest(old.path)
    content = gzip.decompress(features.read_bytes())
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        last = archive.getmembers()[-1]
    content = content[: last.offset_data + last.size // 2]
    cut = tmp_path / ("cut.tar.gz" if packed else "cut.tar")
    cut.write_bytes(gzip.compress(content, 1) if packed else content)
    assert len(content) > 4 << 20
    n_parts: list[int] = []
    job = Job(lambda *_: n_parts.append(len(parts_of(old.path))))
    with pytest.raises(CatalogError, match="cut off or damaged") as caught:
        build_catalog(old.path, "audioset", [cut], job=job)
    assert max(n_parts) >= 3
    assert "Fetch the archive again" in caught.value.hint
    assert digest(old.path) == before
    assert len(Catalog.open(old.path, verify=True)) == len(old)
    assert {path.name for path in tmp_path.iterdir()} <= {cut.name, "out", "soundalike-home"}


@pytest.mark.parametrize("name", ["frames.npy", "vectors.npy"])
def test_parts_whose_rows_are_damaged_are_made_again(
    shards: Path, fresh: Catalog, tmp_path: Path, name: str
):
    out = tmp_path / "out"
    cancelled(shards, out)
    n_parts = len(parts_of(out))
    (rows,) = out.parent.glob(f".{out.name}.parts/*.{name}")
    with rows.open("r+b") as file:
        file.seek(200)
        file.write(b"damage")
    catalog, n_read = resumed(shards, out)
    assert n_read == N_IN_SHARDS - (n_parts - 1) * CLIPS_A_PART
    assert same(catalog, fresh)


def test_parts_of_another_order_of_sources_are_used(shards: Path, tmp_path: Path):
    """Their frames lie in another file, so they are copied."""
    other = write_shard(tmp_path / "a.tfrecord", [clip_record()])
    out = tmp_path / "out"
    cancelled(shards, out)
    stages: list[str] = []
    job = Job(lambda stage, _: stages.append(stage))
    built = build_catalog(out, "audioset", [other, shards], job=job)
    read = [stage.split()[2] for stage in stages if stage.startswith("Reading")]
    assert int(read[-1].replace(",", "")) < N_IN_SHARDS
    assert same(built, build_catalog(tmp_path / "new", "audioset", [other, shards]))
