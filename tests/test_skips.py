"""What the suite says where real records are missing, and that nothing else may be skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

pytestmark = pytest.mark.slow

CODE = """
import pytest

@pytest.mark.real_data
def test_of_real_records(shared): pass

@pytest.mark.real_data
def test_of_more_records(): pass

def test_of_none(): pass
"""


def run(folder: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(code)
    inherited = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-c", str(PROJECT / "pyproject.toml")]
    return subprocess.run(
        [*command, "-p", "tests.conftest", "-p", "no:cacheprovider", str(folder / "test_it.py")],
        cwd=PROJECT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
    )


def test_missing_records_are_one_line_at_the_end(tmp_path: Path):
    answer = run(tmp_path, CODE, SOUNDALIKE_TEST_DATA="/nonexistent")
    assert answer.returncode == 0, answer.stdout
    assert answer.stdout.count("/nonexistent") == 1
    said = [line for line in answer.stdout.splitlines() if "/nonexistent" in line]
    assert said[0].startswith("2 tests were skipped: they need the real records of AudioSet")


def test_in_ci_missing_records_are_failures(tmp_path: Path):
    answer = run(tmp_path, CODE, SOUNDALIKE_TEST_DATA="/nonexistent", CI="true")
    assert answer.returncode == 1
    assert "1 passed, 2 errors" in answer.stdout


def test_records_that_are_there_are_used(tmp_path: Path):
    answer = run(tmp_path, CODE, SOUNDALIKE_TEST_DATA=str(tmp_path), CI="true")
    assert answer.returncode == 0, answer.stdout
    assert "3 passed" in answer.stdout


@pytest.mark.parametrize("ci", ["", "true"])
def test_any_other_skip_is_a_failure(tmp_path: Path, ci: str):
    code = "import pytest\n\ndef test_it():\n    pytest.skip('no reason')\n"
    answer = run(tmp_path, code, SOUNDALIKE_TEST_DATA="/nonexistent", CI=ci)
    assert answer.returncode == 1
    assert "1 failed" in answer.stdout


def test_real_records_are_marked(tmp_path: Path):
    answer = run(tmp_path, "def test_it(shared): pass")
    assert answer.returncode != 0
    assert "uses real records: mark it real_data" in answer.stdout + answer.stderr
