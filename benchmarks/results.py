"""How smoothly the table of matches scrolls while titles and thumbnails arrive.

``python -m benchmarks.results`` shows the results under Xvfb, in the real window, with 1,000 rows,
and scrolls from the first to the last and back while a slow server on loopback, in a process of its
own, answers for YouTube. It prints a Markdown table of event-loop gaps, medians over the runs; the
window at rest is measured just before, to tell what the machine itself adds.
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

from benchmarks.window import screen

PROJECT = Path(__file__).resolve().parent.parent
N_ROWS = 1000
BEAT_MS = 2
FRAME_MS = 16
DELAY_S = 0.05
REST_MS = 3000


def serve() -> None:
    """Answer for YouTube until standard input ends; print where."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from tests.gui.youtube.youtube_server import serving

    with serving() as server:
        server.delay_s = DELAY_S
        print(server.address, flush=True)
        sys.stdin.read()


def measure(address: str, speed: int) -> None:
    """Scroll through the table; print gaps and what arrived."""
    from PySide6.QtCore import QDeadlineTimer, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from core.types import Match, watch_url
    from gui.app import SWITCH_INTERVAL_S
    from gui.main_window import MainWindow
    from gui.workers import Worker
    from gui.youtube.look_ups import LookUps
    from gui.youtube.services import Services

    labels = ("Dog", "Bark", "Domestic animals, pets", "Animal", "Inside, small room")
    matches = tuple(
        Match(n, f"id{n:09}", 30, 40, labels[: 1 + n % 5], 1 - n / N_ROWS, "", 34.0, 1.0).linked(
            f"id{n:09}"
        )
        for n in range(1, N_ROWS + 1)
    )
    assert matches[0].url == watch_url("id000000001", 34)
    application = QApplication([])
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    window = MainWindow()
    lane = Worker("look-ups")
    folder = tempfile.TemporaryDirectory()
    services = Services(f"{address}/oembed", f"{address}/vi")
    look_ups = LookUps(Path(folder.name) / "cache.sqlite", lane, window.permission, services)
    known: set[str] = set()
    look_ups.changed.connect(known.update)
    panel, table = window.results, window.results.table
    panel.use_look_ups(look_ups)
    window.permission.adopt(True)
    window.show_sound()
    window.show()
    bar = table.verticalScrollBar()
    beats: list[float] = []
    step = speed * FRAME_MS // 1000

    def scroll() -> None:
        nonlocal step
        bar.setValue(bar.value() + step)
        if bar.value() in (bar.minimum(), bar.maximum()):
            step = -step
            if step > 0:
                beat.stop()
                frame.stop()
                QTimer.singleShot(0, report)

    def report() -> None:
        n_titles = sum(look_ups.video(match.video_id) is not None for match in matches)
        print(
            json.dumps(
                {
                    "gaps_s": gaps_of(beats),
                    "at_rest_s": at_rest,
                    "n_titles": n_titles,
                    "n_images": look_ups.n_images,
                    "show_s": show_s,
                }
            )
        )
        look_ups.close()
        lane.close()
        window.close()
        application.quit()

    show_s = 0.0
    at_rest: list[float] = []

    def begin() -> None:
        nonlocal show_s, at_rest
        at_rest = gaps_of(beats)
        began_s = time.perf_counter()
        panel.show_matches("Sounds like a dog", matches)
        table.viewport().repaint()
        show_s = time.perf_counter() - began_s
        QTimer.singleShot(500, start)

    def start() -> None:
        beats.clear()
        frame.start(FRAME_MS)

    beat, frame = QTimer(), QTimer()
    for timer in (beat, frame):
        timer.setTimerType(Qt.TimerType.PreciseTimer)
    beat.timeout.connect(lambda: beats.append(time.perf_counter()))
    frame.timeout.connect(scroll)
    QTimer.singleShot(500, lambda: beat.start(BEAT_MS))
    QTimer.singleShot(500 + REST_MS, begin)
    application.exec()
    assert lane.wait(QDeadlineTimer(5000))


def gaps_of(beats: list[float]) -> list[float]:
    """Return the times between beats, in seconds."""
    return [later - earlier for earlier, later in itertools.pairwise(beats)]


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--server"]:
        serve()
        return
    if sys.argv[1:2] == ["--window"]:
        measure(sys.argv[2], int(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--speed", type=int, default=2000, help="pixels a second")
    chosen = parser.parse_args()
    command = [sys.executable, "-m", "benchmarks.results"]
    runs = []
    for _ in range(chosen.runs):
        server = subprocess.Popen(
            [*command, "--server"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            with screen() as display:
                environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
                done = subprocess.run(
                    [*command, "--window", address, str(chosen.speed)],
                    cwd=PROJECT,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=300,
                    check=False,
                )
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait()
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            raise SystemExit(f"The window printed nothing:\n{done.stderr}")
        runs.append(json.loads(lines[-1]))
    report(runs, chosen.speed)


def report(runs: list[dict[str, Any]], speed: int) -> None:
    """Print the table."""
    p99, rest = (
        statistics.median(statistics.quantiles(run[name], n=100)[98] * 1000 for run in runs)
        for name in ("gaps_s", "at_rest_s")
    )
    largest = statistics.median(max(run["gaps_s"]) * 1000 for run in runs)
    show_ms = [run["show_s"] * 1000 for run in runs]
    print(
        f"| {N_ROWS} rows at {speed} px/s, answers after {DELAY_S * 1000:.0f} ms | value | limit |"
    )
    print("|---|---|---|")
    print(f"| 99th percentile of event-loop gaps | {p99:.1f} ms | 16 ms |")
    print(f"| the same at rest | {rest:.1f} ms | |")
    print(f"| largest gap | {largest:.1f} ms | |")
    print(f"| new list of 1,000 on the screen | {statistics.median(show_ms):.0f} ms | |")
    print(f"| titles that arrived | {statistics.median(run['n_titles'] for run in runs):.0f} | |")
    print(f"| thumbnails in memory | {statistics.median(run['n_images'] for run in runs):.0f} | |")


if __name__ == "__main__":
    main()
