"""Building on a real Dask cluster: a scheduler and workers in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from distributed import Client

from core.catalog.build import cluster, tasks
from core.catalog.build.build import build_catalog
from core.errors import Cancelled, CatalogError
from core.jobs import Job
from core.tagging.noting import noted
from tests.catalog.build.test_resuming import parts_of, same
from tests.catalog.conftest import N_IN_SHARDS
from tests.conftest import PROJECT
from tests.waiting import wait_until


@dataclass
class Cluster:
    """A scheduler and two workers on loopback."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)


def dask(*arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, arguments)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def joined(cluster: Cluster) -> None:
    """Wait until the scheduler knows the workers."""
    async with Client(cluster.address, asynchronous=True, set_as_default=False) as client:
        await client.wait_for_workers(len(cluster.workers), timeout=120)


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[Cluster]:
    file = tmp_path / "scheduler.json"
    common = ("--scheduler-file", file, "--no-dashboard")
    scheduler = dask("scheduler", *common, "--host", "127.0.0.1", "--port", "0")
    started = Cluster("", scheduler)
    try:
        wait_until(file.exists, 60)
        started.address = json.loads(file.read_text())["address"]
        for _ in range(2):
            started.workers.append(
                dask(
                    "worker",
                    *common,
                    "--nthreads",
                    "1",
                    "--no-nanny",
                    "--local-directory",
                    tmp_path,
                )
            )
        asyncio.run(joined(started))
        yield started
    finally:
        for process in (scheduler, *started.workers):
            process.kill()
            process.wait()


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "TASK_BYTES", 1 << 17)
    monkeypatch.setattr(cluster, "POLL_S", 0.01)


def when_begun(out: Path, *victims: subprocess.Popen[bytes], then: Callable[[], None]) -> Job:
    """Return a job that kills processes when some parts of a build are there."""

    def kill(*_: object) -> None:
        if len(parts_of(out)) >= 3 and victims[0].poll() is None:
            for victim in victims:
                victim.kill()
                victim.wait()
            then()

    return Job(kill)


def test_a_worker_killed_in_the_middle_changes_nothing(
    two_workers: Cluster, shards: Path, tmp_path: Path
):
    out = tmp_path / "out"
    victim = two_workers.workers[0]
    built = build_catalog(
        out,
        "audioset",
        [shards],
        scheduler=two_workers.address,
        noting=noted,
        job=when_begun(out, victim, then=lambda: None),
    )
    assert victim.returncode is not None
    here = build_catalog(tmp_path / "here", "audioset", [shards], noting=noted)
    assert here.knows_sure_labels
    assert same(built, here)
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize("who", ["scheduler", "workers"])
def test_a_cluster_that_is_gone_is_one_error_and_its_work_is_kept(
    two_workers: Cluster, shards: Path, tmp_path: Path, who: str, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "out"

    def lose_patience() -> None:  # only now: a scheduler and workers that live may be slow
        monkeypatch.setattr(cluster, "CONNECT_S", 1)
        monkeypatch.setattr(cluster, "LOST_S", 1)

    victims = {"scheduler": [two_workers.scheduler], "workers": two_workers.workers}[who]
    with pytest.raises(CatalogError, match="does not answer or has no workers"):
        build_catalog(
            out,
            "audioset",
            [shards],
            scheduler=two_workers.address,
            job=when_begun(out, *victims, then=lose_patience),
        )
    assert not out.exists()
    assert len(parts_of(out)) >= 3
    assert len(build_catalog(out, "audioset", [shards])) == N_IN_SHARDS


def test_no_scheduler_at_an_address(shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense", "what://127.0.0.1:9"):
        with pytest.raises(CatalogError) as caught:
            build_catalog(tmp_path / "out", "audioset", [shards], scheduler=address)
        assert address in caught.value.message
        assert "IO loop" not in [thread.name for thread in threading.enumerate()]
    assert not list(tmp_path.glob("*out*"))


def test_bad_input_on_a_cluster_and_cancelling(two_workers: Cluster, shards: Path, tmp_path: Path):
    bad = tmp_path / "bad.tfrecord"
    bad.write_bytes(bytes(1000))
    out = tmp_path / "out"
    with pytest.raises(CatalogError, match=r"bad\.tfrecord: the record at byte 0 has a wrong"):
        build_catalog(out, "audioset", [shards, bad], scheduler=two_workers.address)
    assert not list(tmp_path.glob("*out*"))
    job = Job(lambda *_: len(parts_of(out)) < 1 or job.cancel())
    with pytest.raises(Cancelled):
        build_catalog(out, "audioset", [shards], scheduler=two_workers.address, job=job)
    assert not out.exists()
