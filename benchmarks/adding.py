"""How long the window ever stops answering while a folder of own sounds is analysed.

``python -m benchmarks.adding [--minutes N] [--runs N]`` starts the real program under Xvfb, asks it
by words once a second, first at rest and then while the folder is added in the background, and
prints a Markdown table: the largest gap between two beats, the 99th percentile, and how long an
answer takes, at rest and meanwhile.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.beats import Beats, largest_ms, largest_own_ms, p99_ms
from benchmarks.measure import PROJECT
from benchmarks.sounds import written
from benchmarks.window import screen

REST_S = 8.0
ASKING_S = 1.0
WORDS = ("dog barking", "rain", "siren", "church bell")


def measure(folder: Path) -> None:  # noqa: C901 - a window with all of its methods
    """Run the program until the folder is added; print gaps and times of answers."""
    from PySide6.QtCore import QTimer

    import main
    from gui import app
    from gui.main_window import MainWindow
    from gui.sounds.add_dialog import AddSoundsDialog
    from gui.sounds.progress import SoundsProgress

    class Watched(MainWindow):
        def __init__(self) -> None:
            super().__init__()
            self.painted.connect(self.begin)

        def begin(self) -> None:
            self.answers: dict[str, list[float]] = {"rest": [], "adding": []}
            self.asked_s, self.is_waiting = 0.0, False
            self.words_to_ask = itertools.cycle(WORDS)
            self.results.table.model().modelReset.connect(self.on_answer)
            QTimer.singleShot(4000, self, self.rest)

        def rest(self) -> None:
            self.permission.adopt(False)
            self.words.wanted.emit("cat")  # the first answer compiles
            self.rest_s = time.perf_counter() + 3
            self.beats = Beats(self, self.beat)

        def beat(self) -> None:
            now_s = time.perf_counter()
            if self.beats.phase == "start":
                if now_s > self.rest_s:
                    self.beats.phase, self.rest_s = "rest", now_s + REST_S
                return
            if now_s - self.asked_s > ASKING_S and not self.is_waiting:
                self.asked_s, self.is_waiting = now_s, True
                self.words.wanted.emit(next(self.words_to_ask))
            if self.beats.phase == "rest" and now_s > self.rest_s:
                self.commands.add_sounds.trigger()
                dialog = self.findChild(AddSoundsDialog)
                assert dialog is not None
                dialog.add_folder(folder)
                dialog.add.click()
                chip = self.findChild(SoundsProgress)
                assert chip is not None
                self.chip = chip
                self.beats.phase, self.added_s = "adding", now_s
            elif self.beats.phase == "adding" and self.chip.isHidden():
                took_s = now_s - self.added_s
                found = {"gaps_s": self.beats.end(), "answers_s": self.answers, "took_s": took_s}
                print(json.dumps(found))
                self.close()

        def on_answer(self) -> None:
            if self.is_waiting:
                self.is_waiting = False
                took_s = time.perf_counter() - self.asked_s
                self.answers[self.beats.phase].append(took_s)

    app.MainWindow = Watched  # type: ignore[attr-defined]
    raise SystemExit(main.main([]))


def run(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Start the program once, with a data folder of its own, and return what it printed."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.adding", "--window", str(folder)],
            env={**environment, "SOUNDALIKE_HOME": home},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"The process printed nothing:\n{done.stderr}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    if chosen.window is not None:
        measure(chosen.window)
        return
    with tempfile.TemporaryDirectory() as temporary, screen() as display:
        folder = Path(temporary) / "sounds"
        written(folder, chosen.minutes / 60)
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        runs = [run(folder, environment) for _ in range(chosen.runs)]
    print(f"| {chosen.minutes} files of a minute, {len(runs)} runs | at rest | while adding |")
    print("|---|---|---|")
    for what, value in (
        ("largest gap of each run, ms", largest_ms),
        ("of which the program computed, ms", largest_own_ms),
        ("99th percentile, ms", p99_ms),
    ):
        cells = [
            ", ".join(f"{value(each['gaps_s'][phase]):.0f}" for each in runs)
            for phase in ("rest", "adding")
        ]
        print(f"| {what} | {' | '.join(cells)} |")
    answers = [
        ", ".join(f"{1000 * statistics.median(each['answers_s'][phase]):.0f}" for each in runs)
        for phase in ("rest", "adding")
    ]
    print(f"| median answer, ms | {' | '.join(answers)} |")
    took = ", ".join(f"{each['took_s']:.0f}" for each in runs)
    print(f"| adding took, s | | {took} |")


if __name__ == "__main__":
    main()
