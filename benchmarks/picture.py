"""How soon a long sound is in sight, how smoothly it zooms, and what a live picture costs.

``python -m benchmarks.picture`` writes a sound of three hours (48 kHz, stereo, 2 GB) into a
temporary folder, opens it in the spectrogram, offscreen, and prints a Markdown table of medians.
``--hours H`` makes it shorter; ``--sound FILE`` takes a file that is there.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import soundfile
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from core.audio.frequency import FrequencyView
from core.audio.reader import AudioFile
from core.audio.spectrogram import Overview, detail
from core.jobs import Job
from gui.spectrogram.live_picture import LivePicture
from gui.spectrogram.loader import SpectrogramLoader
from gui.spectrogram.widget import Spectrogram
from gui.workers import Worker

RATE_HZ = 48_000
SIZE = (1920, 400)
BEAT_MS = 5
SWITCH_INTERVAL_S = 0.001
"""As the program has it."""


def write_long_sound(path: Path, hours: float) -> None:
    """Write chirps in noise; ten seconds of it are computed, and shifted for each block."""
    times_s = np.arange(10 * RATE_HZ) / RATE_HZ
    noise = 0.01 * np.random.default_rng(0).standard_normal((len(times_s), 2))
    block = (noise + 0.3 * np.sin(2000 * times_s + 300 * np.sin(times_s))[:, None]).astype("f4")
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_16") as file:
        for index in range(round(hours * 360)):
            file.write(np.roll(block, index * 997, axis=0) * (0.2 + 0.8 * (index % 7 > 2)))


def took_s(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begun_s = time.perf_counter()
    work()
    return time.perf_counter() - begun_s


class Bench:
    """The widget with its lanes, and the rows of the table."""

    def __init__(self, application: QApplication, path: Path) -> None:
        self.application, self.path = application, path
        self.spectrogram = Spectrogram()
        self.spectrogram.resize(*SIZE)
        self.spectrogram.show()
        self.lanes = [Worker("pictures"), Worker("details")]
        self.viewing = SpectrogramLoader(self.spectrogram, *self.lanes)
        self.gaps_s: list[float] = []
        application.processEvents()

    def row(self, name: str, values_s: list[float], limit: str = "") -> None:
        """Print the median and the largest of some times."""
        middle, most = statistics.median(values_s) * 1000, max(values_s) * 1000
        print(
            f"| {name} ({len(values_s)}) | {middle:.1f} ms | {most:.1f} ms | {limit} |", flush=True
        )

    def wait(self, is_done: Callable[[], bool]) -> None:
        """Keep the window alive until something has come true."""
        loop, timer = QEventLoop(), QTimer()
        timer.timeout.connect(lambda: loop.quit() if is_done() else None)
        timer.start(BEAT_MS)
        loop.exec()

    def painted(self) -> None:
        """Paint at once what is due."""
        self.spectrogram.repaint()
        self.spectrogram.plot.viewport().repaint()

    def zoomed(self, factor: float) -> None:
        """Zoom and paint."""
        self.spectrogram.zoom(factor)
        self.painted()

    def measure_first_picture(self, runs: int) -> None:
        """From the path of a file to its first picture, without a window."""

        def sketch() -> None:
            file = AudioFile(self.path)
            Overview(file.duration_s).sketch(file, Job())

        self.row("open and sketch", [took_s(sketch) for _ in range(runs)], "1000 ms")

    def measure_opening(self) -> None:
        """In the window: sketch in sight, all of it in sight, event-loop gaps meanwhile."""
        drawn: list[tuple[bool, float]] = []
        begun_s = time.perf_counter()
        self.viewing.drawn.connect(
            lambda is_whole: drawn.append((is_whole, time.perf_counter() - begun_s))
        )
        beats: list[float] = []
        timer = QTimer()
        timer.timeout.connect(lambda: beats.append(time.perf_counter()))
        timer.start(BEAT_MS)
        self.viewing.show_file(AudioFile(self.path))
        self.wait(lambda: bool(drawn))
        self.painted()
        self.row("window: path to sketch in sight", [time.perf_counter() - begun_s])
        self.wait(lambda: drawn[-1][0])
        timer.stop()
        self.row("window: path to all of it in sight", [drawn[-1][1]])
        gaps_s = [later - earlier for earlier, later in itertools.pairwise(beats)]
        self.row(f"event-loop gaps meanwhile, beat {BEAT_MS} ms", gaps_s)
        self.row("99th percentile of them", [statistics.quantiles(gaps_s, n=100)[98]])

    def measure_zoom(self) -> None:
        """Wheel steps from the whole down to a second and back, each painted."""
        for view in FrequencyView:
            self.spectrogram.choose(replace(self.spectrogram.choices, view=view))
            self.spectrogram.reset_zoom()
            steps_s = []
            for factor in [1.25] * 40 + [0.8] * 40:
                steps_s.append(took_s(partial(self.zoomed, factor)))
                self.application.processEvents()
            self.row(f"zoom step, painted, {view.value}", steps_s, "50 ms")

    def measure_details(self) -> None:
        """Read what is in sight again, finer."""
        file = AudioFile(self.path)
        for width_s in (120.0, 30.0, 2.0):
            span = file.duration_s / 2, file.duration_s / 2 + 2 * width_s
            for view in (FrequencyView.LOG_MEL, FrequencyView.LINEAR):
                times_s = [
                    took_s(lambda: detail(file, view.spectrum, *span, 2 * SIZE[0], Job()))  # noqa: B023
                    for _ in range(5)
                ]
                self.row(f"detail for {width_s:g} s in sight, {view.spectrum.name}", times_s)

    def measure_live(self) -> None:
        """One frame of a live picture: new samples, scroll, paint."""
        for view in FrequencyView:
            self.spectrogram.choose(replace(self.spectrogram.choices, view=view))
            picture = LivePicture()
            noise = np.random.default_rng(0).standard_normal(16_000 // 60)
            samples = (0.1 * noise).astype(np.float32)

            def frame() -> None:
                picture.push(samples)  # noqa: B023
                self.spectrogram.show_live(picture)  # noqa: B023
                self.painted()

            for _ in range(30):
                frame()
            self.row(
                f"live frame, painted, {view.value}", [took_s(frame) for _ in range(300)], "16.7 ms"
            )

    def measure_playhead(self) -> None:
        """Move the playhead and paint what changed."""
        self.spectrogram.reset_zoom()
        plot, times_s = self.spectrogram.plot, []
        for index in range(300):
            self.application.processEvents()
            begun_s = time.perf_counter()
            self.spectrogram.set_playhead(index / 60)
            self.application.sendPostedEvents()
            self.application.processEvents()
            times_s.append(time.perf_counter() - begun_s)
        plot.set_playhead(None)
        self.row("playhead moved and painted", times_s, "16.7 ms")

    def close(self) -> None:
        """End the threads."""
        self.viewing.forget()
        for lane in self.lanes:
            lane.close()
        for lane in self.lanes:
            lane.wait(QDeadlineTimer(10_000))
        self.spectrogram.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--sound", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.sound or Path(folder) / "long.wav"
        if chosen.sound is None:
            write_long_sound(path, chosen.hours)
        bench = Bench(application, path)
        file = AudioFile(path)
        print(f"{file.duration_s / 3600:.2f} h, {file.rate_hz} Hz, {file.channels} channels\n")
        print("| what (how often) | median | largest | limit |")
        print("|---|---|---|---|")
        before_mb = psutil.Process().memory_info().rss / 2**20
        bench.measure_first_picture(chosen.runs)
        bench.measure_opening()
        grown_mb = psutil.Process().memory_info().rss / 2**20 - before_mb
        print(f"| memory: the process grew by | {grown_mb:.0f} MB | | |")
        bench.measure_zoom()
        bench.measure_playhead()
        bench.measure_details()
        bench.measure_live()
        bench.close()


if __name__ == "__main__":
    main()
