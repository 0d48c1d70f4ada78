"""The windows that `benchmarks.window` measures; imports nothing before their own time counts."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

BEGUN = "BENCHMARK_BEGUN_S"
STARTING, MATCHED, AGAIN = "until the matches", "matched", "matching again"
MATCHES = 100


def measure_peer() -> None:
    """Show an empty QMainWindow with one empty plot; print the seconds to its first paint."""
    import pyqtgraph
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Plot(pyqtgraph.PlotWidget):  # type: ignore[misc]
        is_painted = False

        def paintEvent(self, event: object) -> None:  # noqa: N802
            super().paintEvent(event)
            if not self.is_painted:
                self.is_painted = True
                QTimer.singleShot(0, self.report)

        def report(self) -> None:
            print(json.dumps({"first_paint_s": time.monotonic() - float(os.environ[BEGUN])}))
            self.window().close()

    application = QApplication([])
    window = QMainWindow()
    window.setCentralWidget(Plot())
    window.resize(1120, 760)
    window.show()
    application.exec()


def measure_window(arguments: list[str]) -> None:  # noqa: C901 - a window with its methods
    """Run the program through its phases; print first paint, event-loop gaps and memory."""
    import main
    from benchmarks.beats import Beats
    from gui import app
    from gui.main_window import MainWindow

    class Measured(MainWindow):
        def __init__(self) -> None:
            super().__init__()
            self.painted.connect(self.begin)

        def begin(self) -> None:
            self.first_paint_s = time.monotonic() - float(os.environ[BEGUN])
            self.memory_mb = {"first paint": resident_mb()}
            self.begun_s, self.matched_s = time.perf_counter(), 0.0
            self.n_beats = self.n_matched = self.n_seen = 0
            self.results.table.model().modelReset.connect(self.on_matches)
            self.beats = Beats(self, self.beat)
            self.beats.phase = STARTING

        def on_matches(self) -> None:
            self.n_matched += 1

        def beat(self) -> None:
            self.n_beats += 1
            if self.beats.phase == STARTING:
                if "matches" in self.windowTitle():
                    self.matched_s = time.perf_counter() - self.begun_s
                    self.go_on(MATCHED)
            elif self.beats.phase == MATCHED:
                if self.n_beats > 100:
                    self.memory_mb["first match"] = resident_mb()
                    self.go_on(AGAIN)
                    self.options.change(k=200)
            elif self.n_matched >= MATCHES:
                self.memory_mb[f"{MATCHES} matches"] = resident_mb()
                self.finish()
            elif self.n_matched > self.n_seen:
                self.n_seen = self.n_matched
                self.options.change(k=50 if self.n_matched % 2 else 200)

        def go_on(self, phase: str) -> None:
            self.beats.phase, self.n_beats, self.n_matched, self.n_seen = phase, 0, 0, 0

        def finish(self) -> None:
            found = {
                "first_paint_s": self.first_paint_s,
                "gaps_s": self.beats.end(),
                "matched_s": self.matched_s,
                "memory_mb": self.memory_mb,
            }
            print(json.dumps(found))
            self.close()

    app.MainWindow = Measured  # type: ignore[attr-defined]
    raise SystemExit(main.main(arguments))


def resident_mb() -> float:
    """Return the memory that this process has now."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        measure_peer()
    else:
        measure_window(sys.argv[2:])
