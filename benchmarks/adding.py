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

from benchmarks.sounds import written
from benchmarks.window import BEAT_MS, PROJECT, screen

REST_S = 8.0
ASKING_S = 1.0
WORDS = ("dog barking", "rain", "siren", "church bell")


def measure(folder: Path) -> None:  # noqa: C901 - a window with all of its methods
    """Run the program until the folder is added; print gaps and times of answers."""
    sys.path.insert(0, str(PROJECT))
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
            from PySide6.QtCore import Qt, QTimer

            self.beats: dict[str, list[float]] = {"rest": [], "adding": []}
            self.answers: dict[str, list[float]] = {"rest": [], "adding": []}
            self.phase, self.asked_s, self.is_waiting = "", 0.0, False
            self.words_to_ask = itertools.cycle(WORDS)
            self.results.table.model().modelReset.connect(self.on_answer)
            self.timer = QTimer(self)
            self.timer.setTimerType(Qt.TimerType.PreciseTimer)
            self.timer.timeout.connect(self.beat)
            QTimer.singleShot(4000, self, self.rest)

        def rest(self) -> None:
            self.permission.adopt(False)
            self.words.wanted.emit("cat")  # the first answer compiles
            self.rest_s = time.perf_counter() + 3
            self.timer.start(BEAT_MS)

        def beat(self) -> None:
            now_s = time.perf_counter()
            if not self.phase:
                if now_s > self.rest_s:
                    self.phase, self.rest_s = "rest", now_s + REST_S
                return
            self.beats[self.phase].append(now_s)
            if now_s - self.asked_s > ASKING_S and not self.is_waiting:
                self.asked_s, self.is_waiting = now_s, True
                self.words.wanted.emit(next(self.words_to_ask))
            if self.phase == "rest" and now_s > self.rest_s:
                self.commands.add_sounds.trigger()
                dialog = self.findChild(AddSoundsDialog)
                assert dialog is not None
                dialog.add_folder(folder)
                dialog.add.click()
                self.chip = self.findChild(SoundsProgress)
                self.phase = "adding"
            elif self.phase == "adding" and self.chip.isHidden():
                self.timer.stop()
                self.tell()

        def on_answer(self) -> None:
            if self.is_waiting:
                self.is_waiting = False
                self.answers[self.phase].append(time.perf_counter() - self.asked_s)

        def tell(self) -> None:
            gaps = {
                phase: [later - earlier for earlier, later in itertools.pairwise(beats)]
                for phase, beats in self.beats.items()
            }
            took_s = self.beats["adding"][-1] - self.beats["adding"][0]
            print(json.dumps({"gaps_s": gaps, "answers_s": self.answers, "took_s": took_s}))
            self.close()

    app.MainWindow = Watched  # type: ignore[misc]
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
        ("largest gap of each run", lambda r, p: f"{1000 * max(r['gaps_s'][p]):.0f}"),
        (
            "99th percentile",
            lambda r, p: f"{1000 * statistics.quantiles(r['gaps_s'][p], n=100)[98]:.1f}",
        ),
        ("gaps over 50 ms", lambda r, p: f"{sum(gap > 0.05 for gap in r['gaps_s'][p])}"),
        ("median answer", lambda r, p: f"{1000 * statistics.median(r['answers_s'][p]):.0f}"),
    ):
        cells = [", ".join(value(each, phase) for each in runs) for phase in ("rest", "adding")]
        print(f"| {what}, ms | {cells[0]} | {cells[1]} |".replace("50 ms, ms", "50 ms"))
    took = ", ".join(f"{each['took_s']:.0f}" for each in runs)
    print(f"| adding took, s | | {took} |")


if __name__ == "__main__":
    main()
