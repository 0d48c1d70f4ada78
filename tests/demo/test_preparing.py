"""Preparing the demo: once, whole or not at all, stoppable at any moment."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from core.errors import Cancelled, ModelError
from core.jobs import Job
from core.paths import DataFolder
from core.preparing import prepare_demo, probe_patches
from tests.conftest import wait_until

pytestmark = pytest.mark.slow

STAGES = ["Making the demo's network", "Making the demo's sounds: Yip"]


def visible(home: DataFolder) -> list[Path]:
    return [path for path in home.root.glob("*/*") if not path.name.startswith(".")]


def leftovers(home: DataFolder) -> list[Path]:
    return [path for path in home.root.glob("*/.*") if path.is_dir()]


def cancelling(stage: str) -> Job:
    job = Job(lambda reported, _: job.cancel() if reported == stage else None)
    return job


@pytest.mark.parametrize("stage", STAGES)
def test_cancelling_leaves_nothing(tmp_path, stage):
    home = DataFolder(tmp_path)
    with pytest.raises(Cancelled):
        prepare_demo(home.models, home.catalogs, cancelling(stage))
    assert visible(home) == leftovers(home) == []


def test_a_kill_leaves_nothing_that_looks_whole_and_is_cleaned_up_next_time(tmp_path):
    home = DataFolder(tmp_path)
    script = (
        "import sys, pathlib\n"
        "from core.jobs import Job\n"
        "from core.preparing import prepare_demo\n"
        "models, catalogs = map(pathlib.Path, sys.argv[1:])\n"
        "prepare_demo(models, catalogs, Job(lambda stage, _: print(stage, flush=True)))\n"
    )
    command = [sys.executable, "-c", script, str(home.models), str(home.catalogs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith(STAGES[1]):
                process.kill()
                break
    assert visible(home) == []
    assert [path.name for path in leftovers(home)] == [".demo-1.making"]
    with pytest.raises(Cancelled):
        prepare_demo(home.models, home.catalogs, cancelling(STAGES[1]))
    assert visible(home) == leftovers(home) == []


def test_a_second_program_waits_and_can_be_cancelled(tmp_path):
    home, stages = DataFolder(tmp_path), []
    job = Job(lambda stage, _: stages.append(stage))
    home.models.mkdir()
    problems: list[BaseException] = []

    def prepare() -> None:
        try:
            prepare_demo(home.models, home.catalogs, job)
        except BaseException as problem:
            problems.append(problem)

    with FileLock(home.models / ".demo-1.lock"):
        thread = threading.Thread(target=prepare)
        thread.start()
        wait_until(lambda: bool(stages))
        job.cancel()
        thread.join(10)
    assert [type(problem) for problem in problems] == [Cancelled]
    assert stages[0] == "Waiting for another Soundalike that does the same"


def test_what_is_prepared_is_not_prepared_again(demo_home):
    reports = []
    job = Job(lambda *report: reports.append(report))
    model, catalog = prepare_demo(demo_home.models, demo_home.catalogs, job)
    assert reports == []
    assert set(visible(demo_home)) == {model, catalog}
    assert leftovers(demo_home) == []


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "models").write_text("a file is in the way")
    with pytest.raises(ModelError, match="cannot be stored") as caught:
        prepare_demo(tmp_path / "models", tmp_path / "catalogs", Job())
    assert "SOUNDALIKE_HOME" in caught.value.hint


def test_probe_patches_are_sounds_of_every_class():
    patches = probe_patches()
    assert patches.shape[1:] == (96, 64)
    assert len(patches) >= 60
