"""What every change must keep: light imports, the rules between rooms, nothing heavy or private."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.conftest import PROJECT

HEAVY = (
    "tensorflow",
    "onnx",
    "onnxruntime",
    "pandas",
    "pyarrow",
    "sklearn",
    "scipy",
    "soundfile",
    "av",
)


@pytest.mark.parametrize("module", ["core.engine", "core.__main__"])
def test_importing_the_engine_is_light(module):
    script = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def tracked_text_files():
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, names):
        content = (PROJECT / name).read_bytes() if (PROJECT / name).is_file() else b"\0"
        if b"\0" not in content:
            yield name, content.decode("utf-8")


def test_no_registry_address_and_no_path_of_one_machine_is_in_the_repository():
    forbidden = re.compile(
        r"pypi\.(org|python)|files\.pythonhosted|--(extra-)?index-url\s+\S|/wo"
        + r"rk/|/ro"
        + r"ot/"
    )
    found = [
        f"{name}: {match.group()}"
        for name, text in tracked_text_files()
        if (match := forbidden.search(text))
    ]
    assert found == []


def test_requirements_are_pinned_exactly():
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (PROJECT / name).read_text().splitlines():
            assert re.fullmatch(r"[\w.\-]+(\[[\w,]+\])?==[\w.+!]+( ; .+)?", line), line
