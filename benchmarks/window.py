"""How soon the window shows, and how long it ever stops answering.

``python benchmarks/window.py --catalog DIR --model FILE --pca FILE`` starts the real program under
Xvfb with a 60 s sound, and beside it, in turn, an empty window with one empty plot. Without the
three options the built-in listener and catalogue are measured. It prints a Markdown table with
medians over the runs.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BEAT_MS = 5
OPTIONS = ("catalog", "model", "pca")
BEGUN = "BENCHMARK_BEGUN_S"


def measure_peer() -> None:
    """Show an empty QMainWindow with one empty plot; print the seconds to its first paint."""
    import pyqtgraph
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Plot(pyqtgraph.PlotWidget):
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


def measure_window(arguments: list[str]) -> None:
    """Run the program until it has matched twice; print first paint and event-loop gaps."""
    sys.path.insert(0, str(PROJECT))
    import main
    from gui import app
    from gui.main_window import MainWindow

    class Measured(MainWindow):
        def __init__(self) -> None:
            super().__init__()
            self.painted.connect(self.begin)

        def begin(self) -> None:
            from PySide6.QtCore import Qt, QTimer

            self.first_paint_s = time.monotonic() - float(os.environ[BEGUN])
            self.beats = [time.perf_counter()]
            self.matched_beat = 0
            self.timer = QTimer(self)
            self.timer.setTimerType(Qt.TimerType.PreciseTimer)
            self.timer.timeout.connect(self.beat)
            self.timer.start(BEAT_MS)

        def beat(self) -> None:
            self.beats.append(time.perf_counter())
            if "matches" not in self.windowTitle():
                return
            if not self.matched_beat:
                self.matched_beat = len(self.beats)
            elif len(self.beats) == self.matched_beat + 40:
                self.options.change(k=200)
            elif len(self.beats) == self.matched_beat + 100:
                self.timer.stop()
                gaps = [later - earlier for earlier, later in itertools.pairwise(self.beats)]
                print(
                    json.dumps(
                        {
                            "first_paint_s": self.first_paint_s,
                            "gaps_s": gaps,
                            "matched_s": self.beats[self.matched_beat - 1] - self.beats[0],
                            "title": self.windowTitle(),
                        }
                    )
                )
                self.close()

    app.MainWindow = Measured  # type: ignore[misc]
    raise SystemExit(main.main(arguments))


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


def write_sound(path: Path, seconds: int = 60) -> None:
    """Write a minute of chirps in noise, 44.1 kHz stereo."""
    import numpy as np
    import soundfile

    times = np.arange(seconds * 44_100) / 44_100
    noise = np.random.default_rng(0).standard_normal((len(times), 2)) * 0.05
    chirps = 0.3 * np.sin(2 * np.pi * (500 + 300 * np.sin(2 * times)) * times)
    soundfile.write(path, (noise + chirps[:, None]).astype(np.float32), 44_100)


def run(mode: list[str], environment: dict[str, str]) -> dict[str, object]:
    """Start one process and return what it printed."""
    environment = {**environment, BEGUN: str(time.monotonic())}
    done = subprocess.run(
        [sys.executable, __file__, *mode],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"The process printed nothing:\n{done.stderr}")
    return json.loads(lines[-1])


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


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--peer"]:
        measure_peer()
        return
    if sys.argv[1:2] == ["--window"]:
        measure_window(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    take_options(parser)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    options = given(chosen)
    with tempfile.TemporaryDirectory() as folder, screen() as display:
        sound = Path(folder) / "minute.wav"
        write_sound(sound)
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        # Compiled once, as on anybody's machine, and not at each start.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment.setdefault("SOUNDALIKE_HOME", str(Path(folder) / "home"))
        window = ["--window", str(sound), *options]
        run(window, environment)  # converts the model, and warms the disk cache
        run(["--peer"], environment)
        peers, windows = [], []
        for _ in range(chosen.runs):
            peers.append(run(["--peer"], environment))
            windows.append(run(window, environment))
    report(peers, windows)


def report(peers: list[dict], windows: list[dict]) -> None:
    """Print the table."""
    peer_ms = statistics.median(run["first_paint_s"] for run in peers) * 1000
    own_ms = statistics.median(run["first_paint_s"] for run in windows) * 1000
    largest = [max(run["gaps_s"]) * 1000 for run in windows]
    p99 = [statistics.quantiles(run["gaps_s"], n=100)[98] * 1000 for run in windows]
    matched = statistics.median(run["matched_s"] for run in windows)
    each = ", ".join(f"{value:.0f}" for value in largest)
    print(f"| medians of {len(windows)} runs | value | limit |")
    print("|---|---|---|")
    print(f"| empty window with a plot: start to first paint | {peer_ms:.0f} ms | |")
    print(f"| Soundalike: start to first paint | {own_ms:.0f} ms | |")
    print(f"| ratio | {own_ms / peer_ms:.2f} | 1.5 |")
    print(f"| largest event-loop gap ({each}) | {statistics.median(largest):.0f} ms | 50 ms |")
    print(f"| 99th percentile of gaps (beat of {BEAT_MS} ms) | {statistics.median(p99):.1f} ms | |")
    print(f"| first paint to matches of a 60 s sound | {matched:.2f} s | |")


if __name__ == "__main__":
    main()
