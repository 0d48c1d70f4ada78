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

from core.catalog import decoding
from core.catalog.build import build_catalog
from core.catalog.store import Catalog
from core.errors import Cancelled, CatalogError
from core.jobs import Job
from tests.catalog.records import clip_record, write_shard
from tests.catalog.test_build import digest
from tests.conftest import PROJECT, wait_until

BUILD = """
import sys, pathlib
from core.catalog import decoding
from core.catalog.build import build_catalog
decoding._TASK_BYTES, decoding._PART_BYTES = 1 << 20, 4 << 20
source, out, workers = sys.argv[1:]
build_catalog(pathlib.Path(out), "audioset", [pathlib.Path(source)], workers=int(workers))
"""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_TASK_BYTES", 1 << 20)
    monkeypatch.setattr(decoding, "_PART_BYTES", 4 << 20)


def parts_of(out: Path) -> list[Path]:
    return sorted(out.parent.glob(f".{out.name}.parts/*.part"))


def killed_after(n_parts: int, source: Path, out: Path, workers: int) -> None:
    """Build in another process, and kill it when it has made some parts."""
    command = [sys.executable, "-c", BUILD, str(source), str(out), str(workers)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment) as program:
        wait_until(lambda: len(parts_of(out)) >= n_parts or program.poll() is not None, 60)
        helpers = psutil.Process(program.pid).children(recursive=True)
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
    assert 0 < n_read < 15_000
    assert same(catalog, fresh)
    assert {path.name for path in tmp_path.iterdir()} <= {"out", "soundalike-home"}


def test_a_killed_build_of_an_archive_goes_on_where_it_was(
    features: Path, real_catalog: Catalog, tmp_path: Path
):
    out = tmp_path / "out"
    killed_after(2, features, out, 1)
    catalog, n_read = resumed(features, out)
    assert 0 < n_read < 18_500
    assert np.array_equal(catalog.clips, real_catalog.clips)
    assert catalog.manifest.files["frames.npy"] == real_catalog.manifest.files["frames.npy"]
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
    assert len(catalog) == 23_135


def cancelled(shards: Path, out: Path) -> None:
    job = Job(lambda *_: len(parts_of(out)) < 3 or job.cancel())
    with pytest.raises(Cancelled):
        build_catalog(out, "audioset", [shards], job=job)


def test_a_cancelled_build_goes_on_too(shards: Path, fresh: Catalog, tmp_path: Path):
    cancelled(shards, tmp_path / "out")
    catalog, n_read = resumed(shards, tmp_path / "out")
    assert n_read <= 18_000 - 3 * 300
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
    before = decoding.plan(shard, decoding.Options("audioset"))[0].digest
    os.utime(shard, (1, 1))
    assert decoding.plan(shard, decoding.Options("audioset"))[0].digest != before


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
    """Thirty megabytes, and several parts are written before the end is reached."""
    old = build_catalog(tmp_path / "out", "audioset", [shards])
    before = digest(old.path)
    content = gzip.decompress(features.read_bytes())
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        last = archive.getmembers()[-1]
    content = content[: last.offset_data + last.size // 2]
    cut = tmp_path / ("cut.tar.gz" if packed else "cut.tar")
    cut.write_bytes(gzip.compress(content, 1) if packed else content)
    assert len(content) > 30 << 20
    n_parts: list[int] = []
    job = Job(lambda *_: n_parts.append(len(parts_of(old.path))))
    with pytest.raises(CatalogError, match="cut off or damaged") as caught:
        build_catalog(old.path, "audioset", [cut], job=job)
    assert max(n_parts) > 3
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
    assert n_read == 18_000 - (n_parts - 1) * 900  # a part is three shards of 300 clips
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
    assert int(read[-1].replace(",", "")) < 18_000
    assert same(built, build_catalog(tmp_path / "new", "audioset", [other, shards]))
