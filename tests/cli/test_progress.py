"""Whatever takes long says so from its beginning, stage by stage, and can be cancelled."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from core.catalog.build.build import build_catalog
from core.catalog.export import export
from core.cli.output import Progress
from core.engine import Engine
from core.errors import Cancelled
from core.jobs import Job
from core.options import Options
from core.paths import DataFolder
from tests.record_writers import clip_record, write_shard


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def source(tmp_path):
    random = np.random.default_rng(0)
    records = [
        clip_record(f"video{n:06}".encode(), frames=random.integers(0, 256, (10, 128), np.uint8))
        for n in range(50)
    ]
    return write_shard(tmp_path / "records.tfrecord", records)


@pytest.fixture
def stages():
    """Return a job, and what it was told: stage and fraction."""
    told: list[tuple[str, float | None]] = []
    return Job(lambda *report: told.append(report)), told


def test_a_new_stage_is_shown_at_once_and_its_figures_now_and_then(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress() as progress:
        progress.job.report("Checking the checkpoint", 1.0)
        progress.job.report("Starting TensorFlow")
        progress.job.report("Reading: 1 clip", 0.1)
        progress.job.report("Reading: 2 clips", 0.2)
    shown = terminal.getvalue()
    for stage in ("Checking the checkpoint", "Starting TensorFlow", "Reading: 1 clip"):
        assert stage in shown
    assert "Reading: 2 clips" not in shown


def test_a_build_says_so_before_it_has_read_anything(source, tmp_path, stages):
    job, told = stages
    build_catalog(tmp_path / "catalog", "audioset", [source], job=job)
    assert told[0][0].startswith("Reading clips: 0 ")
    assert told[0][1] == 0.0


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_an_export_says_so_and_can_be_cancelled(source, tmp_path, stages, ending):
    catalog = build_catalog(tmp_path / "catalog", "audioset", [source])
    job, told = stages
    path = tmp_path / f"clips{ending}"
    export(catalog, path, job=job)
    assert told == [("Writing the clips", 0.0)]
    before = path.read_bytes()
    job.cancel()
    with pytest.raises(Cancelled):
        export(catalog, path, job=job)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if "clips" in each.name] == [path.name]


def test_opening_a_catalogue_is_said_first(source, tmp_path, own_data_folder, stages):
    catalog = build_catalog(tmp_path / "catalog", "audioset", [source])
    job, told = stages
    engine = Engine(DataFolder(own_data_folder), Options(catalog=catalog.path))
    engine.similar("video000003", 5, job=job)
    assert told[0] == ("Opening the catalogue", 0.0)
