"""Nothing is kept that the program does not use."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import PROJECT


def vulture(*paths: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vulture", *paths], cwd=PROJECT, capture_output=True, text=True
    )


def test_all_code_is_used_by_the_program():
    found = vulture()
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_code_that_nothing_uses_is_found(tmp_path):
    spare = tmp_path / "spare.py"
    spare.write_text("def nobody_calls_this():\n    return 1\n")
    found = vulture("core", "gui", "main.py", str(spare))
    assert found.returncode == 3
    assert "unused function 'nobody_calls_this'" in found.stdout
    assert len(found.stdout.splitlines()) == 1
