"""Compiled code stays within its arrays: its tests once more, with every index checked."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import PROJECT

pytestmark = pytest.mark.slow

BEYOND = """
import numpy as np
from core.kernels.compiling import compiled

@compiled
def third(array):
    return array[2]

third(np.zeros(2))
"""
CHECKED = ("tests/kernels", "tests/catalog/records/test_tfrecord.py", "tests/search/test_scan.py")


@pytest.fixture
def checking(tmp_path, monkeypatch):
    """Have compiled code of other processes check its indices; what is kept does not."""
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, **options)


def test_an_index_beyond_an_array_is_an_error(checking, tmp_path):
    script = tmp_path / "beyond.py"
    script.write_text(BEYOND)
    assert "IndexError: index is out of bounds" in run(script, cwd=tmp_path).stderr


def test_the_kernels_pass_their_tests(checking):
    options = ["-q", "-p", "no:cacheprovider", "-m", "not slow and not real_data"]
    done = run("-m", "pytest", *options, *CHECKED, cwd=PROJECT, timeout=500)
    assert done.returncode == 0, done.stdout
