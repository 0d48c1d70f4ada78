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
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.window import given, screen, take_options

RATE_HZ = 48_000
CHUNK_S = 0.01
BEAT_MS = 5
CLICK_LEVEL = 100
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


class Drive:
    """The program, driven a step each beat of a timer; what happens is noted with its time."""

    def __init__(self, coordinator: Any) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.coordinator = coordinator
        self.speaker = Speaker()
        self.beats: list[float] = []
        self.matched_s: list[float] = []
        self.paints: list[float] = []
        self.seen_s: float | None = None
        self.is_watching = False
        self._course: Iterator[None] = iter(())
        coordinator.session.live_matched.connect(
            lambda _: self.matched_s.append(time.perf_counter())
        )
        self._clock = QTimer(coordinator)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._beat)

    def begin(self, course: Iterator[None]) -> None:
        """Follow a course, then close the window."""
        self._course = course
        self._clock.start(BEAT_MS)

    def _beat(self) -> None:
        self.beats.append(time.perf_counter())
        try:
            next(self._course)
        except StopIteration:
            self._clock.stop()
            self.speaker.close()
            self.coordinator._window.close()

    def painted(self) -> None:
        """Note that the spectrogram was painted, and whether a click can be seen in it."""
        self.paints.append(time.perf_counter())
        coordinator = self.coordinator
        is_looking = self.is_watching and coordinator.recording.recording.device is not None
        if is_looking and coordinator.sound.live.levels[:, -30:].max() > CLICK_LEVEL:
            self.is_watching, self.seen_s = False, time.perf_counter()

    def record(self) -> Iterator[None]:
        """Begin a recording, and wait until the input is open."""
        self.coordinator.recording.toggle()
        while self.coordinator.recording.recording.device is None:
            yield

    def stop(self) -> Iterator[None]:
        """Stop, and wait for the matches of the whole."""
        from gui.search.state import State

        self.coordinator.recording.toggle()
        while self.coordinator.session.state is not State.RESULTS:
            yield


def pause(seconds: float) -> Iterator[None]:
    """Wait while the window lives on."""
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        yield


def live_latencies(drive: Drive, found: dict[str, Any]) -> Iterator[None]:
    """Play short sounds, each into a new recording, until they have live matches."""
    import numpy as np

    random = np.random.default_rng(0)
    burst = (random.uniform(-0.5, 0.5, RATE_HZ // 2) * 32767).astype(np.int16)
    found["live_ms"] = []
    for _ in range(REPETITIONS):
        yield from drive.record()
        yield from pause(1.0 + 0.96 * float(random.uniform()))
        drive.matched_s.clear()
        drive.speaker.ended_s = 0.0
        drive.speaker.play(burst)
        while not (drive.speaker.ended_s and drive.matched_s[-1:] > [drive.speaker.ended_s]):
            yield
        found["live_ms"].append(1000 * (drive.matched_s[-1] - drive.speaker.ended_s))
        yield from drive.stop()


def click_latencies(drive: Drive, found: dict[str, Any]) -> Iterator[None]:
    """Play clicks into the recording that runs, until they are painted."""
    import numpy as np

    click = np.zeros(480, np.int16)
    click[:96] = 30_000 * np.sign(np.sin(np.arange(96) / 3))
    found["click_ms"] = []
    for _ in range(REPETITIONS):
        drive.seen_s, drive.is_watching = None, True
        given_s = drive.speaker.play(click)
        while drive.seen_s is None:
            yield
        found["click_ms"].append(1000 * (drive.seen_s - given_s))
        yield from pause(1.0)


def long_recording(drive: Drive, found: dict[str, Any], result: Path) -> Iterator[None]:
    """Play noise into the recording that runs, and note the pace of everything."""
    import numpy as np
    import soundfile

    minutes = found["minutes"]
    random = np.random.default_rng(1)
    noise = random.uniform(-0.4, 0.4, round(minutes * 60 * RATE_HZ)) * 32767
    played = result.with_suffix(".wav")
    soundfile.write(played, noise.astype(np.int16), RATE_HZ)
    first_paint, first_beat = len(drive.paints), len(drive.beats)
    drive.matched_s.clear()
    begun_s = time.perf_counter()
    # A player with a large buffer: what is judged is the recording, not how it is played.
    player = subprocess.Popen(["paplay", "--device=speaker", str(played)])
    while player.poll() is None:
        yield
    yield from pause(1.0)
    lasted_s = time.perf_counter() - begun_s
    shown, beats = drive.paints[first_paint:], drive.beats[first_beat:]
    found["paints_per_s"] = len(shown) / lasted_s
    found["paint_gaps_s"] = [later - earlier for earlier, later in itertools.pairwise(shown)]
    found["gaps_s"] = [later - earlier for earlier, later in itertools.pairwise(beats)]
    found["live_matches_per_s"] = len(drive.matched_s) / lasted_s
    asked_s = time.perf_counter()
    yield from drive.stop()
    found["final_s"] = time.perf_counter() - asked_s
    found["recording"] = str(drive.coordinator.session.audio.path)


def course(drive: Drive, minutes: float, result: Path) -> Iterator[None]:
    """Measure everything, and write it down."""
    found: dict[str, Any] = {"minutes": minutes}
    while "clips" not in drive.coordinator._window.status.text():
        yield
    yield from pause(1.0)
    yield from live_latencies(drive, found)
    yield from drive.record()
    yield from pause(1.0)
    yield from click_latencies(drive, found)
    yield from long_recording(drive, found, result)
    result.write_text(json.dumps(found))


def measure_window(result: Path, minutes: float, arguments: list[str]) -> None:
    """Run the program and drive it."""
    import main
    from gui import app
    from gui.coordinator import Coordinator
    from gui.spectrogram.plot import SpectrogramPlot

    drives: list[Drive] = []
    paint_event = SpectrogramPlot.paintEvent

    def painted(plot: Any, event: Any) -> None:
        paint_event(plot, event)
        for drive in drives:
            drive.painted()

    class Driven(Coordinator):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            drives.append(Drive(self))
            drives[0].begin(course(drives[0], minutes, result))

    SpectrogramPlot.paintEvent = painted
    app.Coordinator = Driven  # type: ignore[attr-defined]
    raise SystemExit(main.main(arguments))


def lost_samples(played: Path, recorded: str) -> tuple[int, int]:
    """Return how many samples were played, and how many of them the recording has not, in place."""
    import numpy as np
    import soundfile

    noise, _ = soundfile.read(played, dtype="int16")
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
    take_options(parser)
    parser.add_argument("--minutes", type=float, default=10.0)
    chosen = parser.parse_args()
    options = given(chosen)
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
        played, lost = lost_samples(result.with_suffix(".wav"), found["recording"])
    report(found, chosen.minutes, played, lost)


def report(found: dict[str, Any], minutes: float, played: int, lost: int) -> None:
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
    print(f"| live matches a second | {found['live_matches_per_s']:.2f} | |")
    print(f"| Stop to the matches of the whole | {found['final_s']:.2f} s | |")
    print(f"| samples played, and missing or changed | {played:,}, {lost} | 0 |")


if __name__ == "__main__":
    main()
