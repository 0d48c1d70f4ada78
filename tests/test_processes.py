"""Work in a process of its own: its result, its errors, progress, cancelling and death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import Cancelled, CatalogError
from core.jobs import Job
from core.processes import run_apart


def told_of_itself(word: str, job: Job) -> tuple[str, int, int]:
    job.report("half done", 0.5)
    return word, os.getpid(), os.getpriority(os.PRIO_PROCESS, 0)


def failing(job: Job) -> None:
    raise CatalogError("It broke.", "Mend it.")


def dying(job: Job) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def waiting(path: str, job: Job) -> None:
    """Work until it is cancelled, and leave word of its end."""
    try:
        while True:
            job.report("waiting")
            time.sleep(0.01)
    except Cancelled:
        Path(path).write_text("cancelled")
        raise


def test_the_result_comes_from_another_process_that_gives_way() -> None:
    reports: list[tuple[str, float | None]] = []
    word, pid, niceness = run_apart(
        told_of_itself, "word", job=Job(lambda *report: reports.append(report))
    )
    assert word == "word"
    assert pid != os.getpid()
    assert niceness >= 10
    assert reports == [("half done", 0.5)]


def test_its_errors_are_raised_here() -> None:
    with pytest.raises(CatalogError, match="It broke") as caught:
        run_apart(failing, job=Job())
    assert caught.value.hint == "Mend it."


def test_its_death_is_a_known_error() -> None:
    with pytest.raises(CatalogError, match="has died"):
        run_apart(dying, job=Job())


def test_it_is_cancelled_over_there_before_that_is_told_here(tmp_path: Path) -> None:
    job = Job()
    with pytest.raises(Cancelled):
        run_apart(waiting, str(tmp_path / "end"), job=job.watched_by(lambda *_: job.cancel()))
    assert (tmp_path / "end").read_text() == "cancelled"


def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """The real thing: a process that waits for another one is killed."""
    code = (
        "import sys\n"
        "from core.jobs import Job\n"
        "from core.processes import run_apart\n"
        "from tests.test_processes import naming\n"
        "if __name__ == '__main__':\n"
        "    run_apart(naming, sys.argv[1], job=Job())\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    name = tmp_path / "pid"
    os.mkfifo(name)
    parent = subprocess.Popen([sys.executable, str(script), str(name)], env=environment)
    with name.open() as fifo:  # ends when the process over there, its only writer, is gone
        pid = int(fifo.readline())
        assert pid != parent.pid
        parent.kill()
        parent.wait()
        assert fifo.read() == ""


def naming(path: str, job: Job) -> None:
    """Tell who this is, and stay."""
    with Path(path).open("w") as fifo:
        fifo.write(f"{os.getpid()}\n")
        fifo.flush()
        while True:
            job.check()
            time.sleep(0.01)
