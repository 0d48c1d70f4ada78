"""Each fault is tried twice; `python -m tests.faults` tries them as often as is documented."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from tests.faults.kills import KILLS
from tests.faults.limits import LIMITS
from tests.faults.soak import SOAK

pytestmark = pytest.mark.slow


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=500)


@pytest.mark.parametrize("fault", (*KILLS, *LIMITS), ids=lambda fault: fault.name)
def test_nothing_is_lost_that_may_not_be(fault):
    done = run(fault.name, "--times", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"| {fault.words} | 2 |" in done.stdout


@pytest.mark.parametrize("fault", SOAK, ids=lambda fault: fault.name)
def test_use_holds_no_more_and_more(fault):
    done = run(fault.name, "--share", "0.02")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "threads" in done.stdout
