"""A stream that never ends, because its sound server has died, holds up nothing for long."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import PROJECT

STUCK = """
import threading
from core.audio import portaudio

class Stuck:
    def abort(self, ignore_errors):
        threading.Event().wait()

portaudio.portaudio()
portaudio.let_go(Stuck())
print("gone on", portaudio.open_streams)
"""
ENDING = """
from core.audio import portaudio

class Ending:
    def abort(self, ignore_errors):
        print("aborted")

    def close(self, ignore_errors):
        print("closed", portaudio.open_streams)

portaudio.let_go(Ending())
"""


def printed(script: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_is_given_up_and_devices_are_not_listed_anew():
    assert printed(STUCK) == ["gone on 1"]


def test_a_usual_one_is_ended_then_closed():
    assert printed(ENDING) == ["aborted", "closed 0"]
