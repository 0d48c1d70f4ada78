"""Measuring whole processes: wall time and peak memory, in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds from start to end, and its peak resident memory in MB."""

    wall_s: float
    peak_mb: float


QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "ORT_DISABLE_TELEMETRY": "1"}
"""For the environment of peers: no greetings, and nothing told to others."""

_LAUNCHER = """
import json, os, subprocess, sys, time
began_s = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
wall_s = time.perf_counter() - began_s
print(json.dumps([os.waitstatus_to_exitcode(status), wall_s, usage.ru_maxrss]))
"""
"""Small itself: a process counts what its parent had when it was forked as its own peak."""


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command to its end; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, *command],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    status, wall_s, peak = json.loads(done.stdout)
    if status:
        raise SystemExit(f"failed with {status}: {' '.join(command)}")
    scale = 1 / 1024 if sys.platform != "darwin" else 1 / 1024**2
    return Cost(wall_s, peak * scale)


def call(arguments: Sequence[str]) -> str:
    """Run Python with these arguments in a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={**os.environ, **QUIET, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"failed with {done.returncode}: {' '.join(arguments)}\n{done.stderr}")
    return done.stdout


def peak_mb() -> float:
    """Return the most memory that this process has had."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def in_rounds(
    commands: Mapping[str, Sequence[str]], repetitions: int, environment: Mapping[str, str]
) -> dict[str, list[Cost]]:
    """Run commands in turns, so that a busy moment hits all of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, command in commands.items():
            costs[name].append(run(command, environment))
    return costs
