"""How soon the window shows, how long it ever stops answering, and what memory it takes.

The real program is started under Xvfb with a 60 s sound, and beside it, in turn, an empty window
with one empty plot.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import material
from benchmarks.beats import BEAT_MS, joined, largest_ms, largest_own_ms, p99_ms
from benchmarks.measure import PROJECT
from benchmarks.report import Section, Target, spread, table
from benchmarks.window_child import AGAIN, BEGUN, MATCHED, MATCHES, STARTING

OPTIONS = ("catalog", "model", "pca")
BUILT_IN, VGGISH = "built-in listener", "VGGish"


@contextmanager
def screen() -> Iterator[str]:
    """Give a screen of its own; yields its name."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def run(mode: list[str], environment: dict[str, str]) -> dict[str, object]:
    """Start one process and return what it printed."""
    environment = {**environment, BEGUN: str(time.monotonic())}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.window_child", *mode],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"The process printed nothing:\n{done.stderr}")
    found: dict[str, object] = json.loads(lines[-1])
    return found


def take_options(parser: argparse.ArgumentParser) -> None:
    """Take what the program is started with."""
    for name in OPTIONS:
        parser.add_argument(f"--{name}")


def given(chosen: argparse.Namespace) -> list[str]:
    """Return what the program is started with."""
    return [
        part
        for name in OPTIONS
        if getattr(chosen, name)
        for part in (f"--{name}", str(Path(getattr(chosen, name)).absolute()))
    ]


def measure(work: Path, quick: bool) -> Section:
    """Run both windows in turns, the program's with either listener."""
    vggish = ["--catalog", str(material.catalog(work)), "--model", str(material.checkpoint(work))]
    vggish += ["--pca", str(material.pca_file(work))]
    (sound,) = material.sounds(work / "sounds-60", 1, 60)
    kinds = {BUILT_IN: [], VGGISH: vggish}
    peers: list[dict[str, Any]] = []
    windows: dict[str, list[dict[str, Any]]] = {name: [] for name in kinds}
    with tempfile.TemporaryDirectory() as folder, screen() as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        # Compiled once, as on anybody's machine, and not at each start.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["SOUNDALIKE_HOME"] = str(Path(folder) / "home")
        for number in range(-1, 1 if quick else 7):
            peer = run(["--peer"], environment)
            for name, options in kinds.items():
                found = run(["--window", str(sound), *options], environment)
                if number >= 0:  # the first converts the model, and warms the disk cache
                    windows[name].append(found)
            if number >= 0:
                peers.append(peer)
    return section(peers, windows)


def section(peers: list[dict[str, Any]], windows: dict[str, list[dict[str, Any]]]) -> Section:
    """Return the tables."""
    peer_ms = [1000 * run["first_paint_s"] for run in peers]
    rows = [["empty window with a plot: start to first paint, ms", spread(peer_ms), ""]]
    columns: dict[str, dict[str, list[float]]] = {}
    for name, runs in windows.items():
        column = columns[name] = {"start to first paint, ms": []}
        for run_ in runs:
            gaps = run_["gaps_s"]
            column["start to first paint, ms"].append(1000 * run_["first_paint_s"])
            column.setdefault("first paint to matches of 60 s, ms", []).append(
                1000 * run_["matched_s"]
            )
            for phase, found in {**gaps, "all phases": joined(gaps)}.items():
                key = f"largest gap, {phase}, ms"
                column.setdefault(key, []).append(largest_ms(found))
                column.setdefault(f"{key}: computed by the program", []).append(
                    largest_own_ms(found)
                )
                column.setdefault(f"99th percentile, {phase}, ms", []).append(p99_ms(found))
            for what, value in run_["memory_mb"].items():
                column.setdefault(f"memory after {what}, MB", []).append(value)
    first = columns[BUILT_IN]
    rows += [[what, *(spread(columns[name][what]) for name in columns)] for what in first]
    ratio = median(first["start to first paint, ms"]) / median(peer_ms)
    return Section(
        "The window",
        "python -m benchmarks --only window",
        "The real program under Xvfb with a sound of 60 s: from the first paint through loading, "
        f"embedding and search ({STARTING}), at rest with matches ({MATCHED}), and {MATCHES} "
        f"further matches of 50 and 200 rows ({AGAIN}). Gaps are those between two beats of a "
        f"timer of {BEAT_MS} ms in the window's thread; the model was converted before.",
        [table(["", *columns], rows)],
        [
            Target.at_most("first paint beside an empty window with a plot", 1.3, ratio),
            *(
                Target.at_most(f"{what}, {name}", asked, median(columns[name][key]), " ms")
                for name in columns
                for what, key, asked in (
                    ("largest event-loop gap", "largest gap, all phases, ms", 50),
                    ("99th percentile of gaps", "99th percentile, all phases, ms", 16),
                )
            ),
        ],
    )
