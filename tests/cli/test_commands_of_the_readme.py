"""What `make run` starts: the window where there is a display, else the same job in words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, str(PROJECT / ".ci" / "start.py"), *arguments],
        cwd="/",
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.mark.parametrize("display", ["", ":77777"])
def test_without_a_display_the_job_is_done_in_words(display: str):
    answer = start(DISPLAY=display)
    assert answer.returncode == 0, answer.stderr
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("No display here")
    assert "To see the window" in lines[0]
    assert "Built-in listener · AudioSet, balanced, 22160 clips" in lines[2]
    # What the example is meant to be is heard.
    assert any(line.startswith("Heard: ") and "Rain" in line for line in lines)
    assert sum("https://www.youtube.com/watch?v=" in line for line in lines) == 10


def test_a_sound_may_be_named(sounds: Path):
    dog = str(sounds / "barks.wav")
    answer = start(dog)
    assert answer.returncode == 0, answer.stderr
    assert "barks.wav (11.0 s)" in answer.stdout
    missing = start("none.wav")
    assert missing.returncode == 1
    assert missing.stderr.startswith("error: none.wav cannot be opened")


def test_system_packages_are_asked_for_by_their_exact_command(tmp_path: Path):
    # A user without rights, on a machine that lacks everything: stand-ins for the system's tools.
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, body in {
        "dpkg-query": "exit 1",
        "apt-get": "echo called >> called; exit 1",
        "id": "echo 1000",
        "sudo": "exit 1",
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    for purpose, status in (("run", 0), ("test", 1)):
        answer = subprocess.run(
            [str(PROJECT / ".ci" / "system-packages"), sys.executable, purpose],
            cwd=tmp_path,
            env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
        )
        assert answer.returncode == status
        assert "sudo apt-get install --no-install-recommends libportaudio2" in answer.stderr
    assert not (tmp_path / "called").exists()
