"""Measuring whole processes: wall time and peak memory, medians over alternating repetitions."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds from start to end, and its peak resident memory in MB."""

    wall_s: float
    peak_mb: float


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command to its end; it must succeed."""
    began_s = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed with {process.returncode}: {' '.join(command)}")
    scale = 1 / 1024 if sys.platform != "darwin" else 1 / 1024**2
    return Cost(wall_s, usage.ru_maxrss * scale)


def medians(
    commands: Mapping[str, Sequence[str]], repetitions: int, environment: Mapping[str, str]
) -> dict[str, Cost]:
    """Run commands in turns, so that a busy moment hits all of them, and return the medians."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, command in commands.items():
            costs[name].append(run(command, environment))
    return {
        name: Cost(
            statistics.median(cost.wall_s for cost in found),
            statistics.median(cost.peak_mb for cost in found),
        )
        for name, found in costs.items()
    }
