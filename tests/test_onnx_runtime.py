"""onnxruntime tells nobody what is opened and run: its telemetry never starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT

LISTEN = """
import numpy as np
from core.tagging.listener import BuiltInListener
BuiltInListener().listen(np.zeros((1, 96, 64), np.float32))
"""
PLAIN = "import onnxruntime; onnxruntime.SessionOptions()"


def written(folder: Path, script: str) -> list[str]:
    """Return the files that a script leaves in its home, cache and temporary folder."""
    folder.mkdir()
    # It keeps still by itself where a machine of tests is recognised.
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    for name in [name for name in environment if name.startswith(("ORT_", "GITHUB_", "XDG_"))]:
        del environment[name]
    environment |= {"HOME": str(folder), "TMPDIR": str(folder), "PYTHONPATH": str(PROJECT)}
    environment |= {"HTTPS_PROXY": "http://127.0.0.1:9"}  # nothing shall be sent from here, either
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=folder, check=True)
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_no_identifier_and_no_queue_of_events_is_kept(tmp_path):
    assert written(tmp_path / "ours", LISTEN) == []


def test_a_runtime_that_was_left_alone_would_have_kept_them(tmp_path):
    """Else the test above could not fail."""
    assert "deviceid" in written(tmp_path / "plain", PLAIN)
