"""What Numba keeps of compiled code counts only for the sources that it was compiled of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

pytestmark = pytest.mark.slow

COUNT = """
import numpy as np
from core.kernels.framing import find_records
data = np.zeros(16, np.uint8)
data[8:12] = [0x29, 0x03, 0x98, 0x07]
data[12:16] = [0xd8, 0xea, 0x82, 0xa2]
print(find_records(data, 0, 16, 100, np.zeros((1, 2), np.int64)))
"""


def found(folder: Path) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", COUNT], cwd=folder, capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


def test_a_change_in_one_file_compiles_anew_what_calls_it_from_another(tmp_path: Path):
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "core", tmp_path / "core", ignore=ignored)
    assert found(tmp_path) == "(1, 16, 12, 0)"
    kept = set(tmp_path.rglob("framing._find_records*"))
    assert kept
    assert found(tmp_path) == "(1, 16, 12, 0)"
    assert set(tmp_path.rglob("framing._find_records*")) == kept
    # The checksum's file changes; the caller's does not.
    crc = tmp_path / "core" / "kernels" / "crc.py"
    text = crc.read_text()
    assert "np.uint32(0xA282EAD8)" in text
    crc.write_text(text.replace("np.uint32(0xA282EAD8)", "np.uint32(0xA282EAD9)"))
    assert found(tmp_path) == "(0, 0, 12, 1)"
