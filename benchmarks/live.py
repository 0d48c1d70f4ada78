"""What recording with live matches costs, and what it loses: nothing.

``python benchmarks/live.py --catalog DIR --model FILE --pca FILE [--minutes 10]`` starts the real
program under Xvfb with a real microphone (PulseAudio's null sink), plays clicks, short sounds and
minutes of noise into it, and prints a Markdown table.
"""

from __future__ import annotations

import argparse
import fcntl
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.window import screen

RATE_HZ = 48_000
CHUNK_S = 0.01
BEAT_MS = 5
REPETITIONS = 8


@contextmanager
def microphone(folder: Path) -> Iterator[dict[str, str]]:
    """Start a PulseAudio server with a null sink; yields what a program needs to find it."""
    socket = folder / "native"
    server = subprocess.Popen(
        ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
        + ["-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1"]
        + ["-L", f"module-null-sink sink_name=speaker rate={RATE_HZ}"]
        + ["-L", "module-remap-source source_name=microphone master=speaker.monitor"],
        env={**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)},
        stderr=subprocess.DEVNULL,
    )
    environment = {"PULSE_SERVER": f"unix:{socket}", "XDG_RUNTIME_DIR": str(folder)}
    try:
        ask = {**os.environ, **environment}
        command = ["pactl", "set-default-source", "microphone"]
        while subprocess.run(command, env=ask, capture_output=True, check=False).returncode:
            time.sleep(0.1)
        yield environment
    finally:
        server.terminate()
        server.wait()


class Speaker:
    """Plays into the null sink in real time: silence, until it is given something."""

    def __init__(self) -> None:
        import numpy as np

        self._silence = np.zeros(round(RATE_HZ * CHUNK_S), np.int16)
        self._sounds: list[object] = []
        self.ended_s = 0.0
        self._player = subprocess.Popen(
            ["pacat", "--playback", "--device=speaker", "--raw", f"--rate={RATE_HZ}"]
            + ["--format=s16le", "--channels=1", "--latency-msec=10"],
            stdin=subprocess.PIPE,
        )
        self._is_open = True
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def play(self, sound: object) -> float:
        """Play int16 samples from now on; return when that is, in seconds of the clock."""
        self._sounds.append(sound)
        return time.perf_counter()

    def _play(self) -> None:
        import numpy as np

        waiting = np.empty(0, np.int16)
        size = len(self._silence)
        while self._is_open:
            # What lies in the pipe would be heard late: nothing is written before it was taken.
            in_pipe = fcntl.ioctl(self._player.stdin, termios.FIONREAD, bytes(4))  # type: ignore[arg-type]
            if any(in_pipe):
                time.sleep(CHUNK_S / 10)
                continue
            if not len(waiting) and self._sounds:
                waiting = self._sounds.pop(0)  # type: ignore[assignment]
            had_sound = len(waiting) > 0
            chunk, waiting = waiting[:size], waiting[size:]
            padded = np.concatenate([chunk, self._silence[len(chunk) :]])
            self._player.stdin.write(padded.tobytes())  # type: ignore[union-attr]
            self._player.stdin.flush()  # type: ignore[union-attr]
            if had_sound and not len(waiting):
                self.ended_s = time.perf_counter()

    def close(self) -> None:
        """Stop."""
        self._is_open = False
        self._thread.join()
        self._player.stdin.close()  # type: ignore[union-attr]
        self._player.wait()


def measure_window(result: Path, minutes: float, arguments: list[str]) -> None:
    """Run the program, drive it, and write what was measured."""
    import numpy as np
    from PySide6.QtCore import Qt, QTimer

    import main
    from gui import app, presenter, spectrogram_plot
    from gui.session import State

    paints: list[float] = []
    clicks_seen: list[float] = []
    watching: list[bool] = []
    painted = spectrogram_plot.SpectrogramPlot.paintEvent

    def paint(plot, event):  # type: ignore[no-untyped-def]
        painted(plot, event)
        paints.append(time.perf_counter())
        if watching and made[0].listening._recorder is not None:
            levels = made[0].listening._picture.levels
            if levels[:, -30:].max() > 100:
                watching.clear()
                clicks_seen.append(time.perf_counter())

    spectrogram_plot.SpectrogramPlot.paintEvent = paint
    made: list[presenter.Presenter] = []

    class Presented(presenter.Presenter):
        def __init__(self, *given, **named):  # type: ignore[no-untyped-def]
            super().__init__(*given, **named)
            made.append(self)
            self.course = self.run()
            self.beats: list[float] = []
            self.glimpses: list[float] = []
            self.session.glimpsed.connect(lambda _: self.glimpses.append(time.perf_counter()))
            self.clock = QTimer(self)
            self.clock.setTimerType(Qt.TimerType.PreciseTimer)
            self.clock.timeout.connect(self.beat)
            self.clock.start(BEAT_MS)

        def beat(self) -> None:
            self.beats.append(time.perf_counter())
            try:
                next(self.course)
            except StopIteration:
                self.clock.stop()
                self._window.close()

        def run(self):  # type: ignore[no-untyped-def]
            """Drive the window, a step each beat."""
            random = np.random.default_rng(0)
            speaker = Speaker()
            while "clips" not in self._window.status.text() or not self._window.capture.device:
                yield
            yield from pause(1.0)
            live_ms, click_ms = [], []
            burst = (random.uniform(-0.5, 0.5, RATE_HZ // 2) * 32767).astype(np.int16)
            for _ in range(REPETITIONS):
                self.recording.toggle()
                while self.listening._recorder is None:
                    yield
                yield from pause(1.0 + 0.96 * float(random.uniform()))
                self.glimpses.clear()
                speaker.ended_s = 0.0
                speaker.play(burst)
                while not (speaker.ended_s and self.glimpses[-1:] > [speaker.ended_s]):
                    yield
                live_ms.append(1000 * (self.glimpses[-1] - speaker.ended_s))
                self.recording.toggle()
                while self.session.state is not State.RESULTS:
                    yield
            self.recording.toggle()
            while self.listening._recorder is None:
                yield
            yield from pause(1.0)
            click = np.zeros(480, np.int16)
            click[:96] = 30_000 * np.sign(np.sin(np.arange(96) / 3))
            for _ in range(REPETITIONS):
                clicks_seen.clear()
                watching.append(True)
                given_s = speaker.play(click)
                while not clicks_seen:
                    yield
                click_ms.append(1000 * (clicks_seen[0] - given_s))
                yield from pause(1.0)
            noise = (random.uniform(-0.4, 0.4, round(minutes * 60 * RATE_HZ)) * 32767).astype(
                np.int16
            )
            np.save(result.with_suffix(".npy"), noise)
            first_paint, first_beat = len(paints), len(self.beats)
            begun_s = time.perf_counter()
            self.glimpses.clear()
            speaker.play(noise)
            yield from pause(minutes * 60 + 2.0)
            lasted_s = time.perf_counter() - begun_s
            gaps = [b - a for a, b in itertools.pairwise(self.beats[first_beat:])]
            shown = [b - a for a, b in itertools.pairwise(paints[first_paint:])]
            found = {
                "live_ms": live_ms,
                "click_ms": click_ms,
                "paints_per_s": (len(paints) - first_paint) / lasted_s,
                "paint_gaps_s": shown,
                "gaps_s": gaps,
                "glimpses_per_s": len(self.glimpses) / lasted_s,
            }
            asked_s = time.perf_counter()
            self.recording.toggle()
            while self.session.state is not State.RESULTS:
                yield
            found["final_s"] = time.perf_counter() - asked_s
            found["recording"] = str(self.session.audio.path)
            speaker.close()
            result.write_text(json.dumps(found))

    def pause(seconds: float) -> Iterator[None]:
        until_s = time.perf_counter() + seconds
        while time.perf_counter() < until_s:
            yield

    app.Presenter = Presented  # type: ignore[misc]
    raise SystemExit(main.main(arguments))


def lost_samples(played: Path, recorded: str) -> tuple[int, int]:
    """Return how many samples were played, and how many of them the recording has not, in place."""
    import numpy as np
    import soundfile

    noise = np.load(played)
    sound, rate_hz = soundfile.read(recorded, dtype="int32")
    if rate_hz != RATE_HZ:
        raise SystemExit(f"The recording has {rate_hz} Hz")
    sound = (sound >> 16).astype(np.int16)
    mark = noise[:64]
    places = np.flatnonzero(sound == mark[0])
    start = next(place for place in places if np.array_equal(sound[place : place + 64], mark))
    part = sound[start : start + len(noise)]
    n_same = int(np.count_nonzero(part == noise[: len(part)]))
    return len(noise), len(noise) - n_same


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--window"]:
        measure_window(Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4:])
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("catalog", "model", "pca"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--minutes", type=float, default=10.0)
    chosen = parser.parse_args()
    options = [
        part
        for name in ("catalog", "model", "pca")
        if getattr(chosen, name)
        for part in (f"--{name}", str(Path(getattr(chosen, name)).absolute()))
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        screen() as display,
        microphone(Path(folder)) as sound,
    ):
        environment = {**os.environ, **sound, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        environment.setdefault("SOUNDALIKE_HOME", str(Path(folder) / "home"))
        result = Path(folder) / "result.json"
        subprocess.run(
            [sys.executable, __file__, "--window", str(result), str(chosen.minutes), *options],
            env=environment,
            check=True,
            stderr=subprocess.DEVNULL,
        )
        found = json.loads(result.read_text())
        played, lost = lost_samples(result.with_suffix(".npy"), found["recording"])
    report(found, chosen.minutes, played, lost)


def report(found: dict, minutes: float, played: int, lost: int) -> None:
    """Print the table."""
    gaps_ms = [1000 * gap for gap in found["gaps_s"]]
    paint_ms = [1000 * gap for gap in found["paint_gaps_s"]]
    percentiles = statistics.quantiles(gaps_ms, n=100)
    each = ", ".join(f"{value:.0f}" for value in sorted(found["live_ms"]))
    clicks = ", ".join(f"{value:.0f}" for value in sorted(found["click_ms"]))
    print(f"| {minutes:g} minutes of recording with live matches | value | limit |")
    print("|---|---|---|")
    print(f"| pictures a second | {found['paints_per_s']:.0f} | 25 at least |")
    print(f"| longest time between two pictures | {max(paint_ms):.0f} ms | |")
    print(
        f"| event-loop gaps (beat of {BEAT_MS} ms): p50, p99, max | {percentiles[49]:.0f}, "
        f"{percentiles[98]:.0f}, {max(gaps_ms):.0f} ms | |"
    )
    print(f"| a click to its picture ({clicks}) | {max(found['click_ms']):.0f} ms | 150 ms |")
    print(
        f"| end of a sound to its first live match ({each}) | {max(found['live_ms']):.0f} ms "
        "| 1300 ms |"
    )
    print(f"| live matches a second | {found['glimpses_per_s']:.2f} | |")
    print(f"| Stop to the matches of the whole | {found['final_s']:.2f} s | |")
    print(f"| samples played, and missing or changed | {played:,}, {lost} | 0 |")


if __name__ == "__main__":
    main()
