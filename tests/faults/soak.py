"""Months of use in minutes: memory, threads and descriptors stay what they were."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import psutil

from core.audio.examples import EXAMPLES, example
from core.audio.reader import AudioFile
from core.audio.recorder import Recorder
from core.audio.recordings import MOST_KEPT, Recordings
from core.audio.waveform import Waveform
from tests.faults.fault import Fault, begun, ended
from tests.faults.kills import SteadyInput

share = 1.0
"""Of the usual number; less for a quick look."""

N_MATCHES, N_RECORDINGS, N_PAGES, ROWS_A_PAGE = 10_000, 500, 500, 10
_MOST_MB, _MOST_THREADS, _MOST_DESCRIPTORS = 24, 2, 4
_BEGINNING = 0.2
"""What is cached at all is there after this share."""


def _held() -> tuple[int, int, int]:
    """Return memory in MB, threads, and descriptors of this process."""
    process = psutil.Process()
    return process.memory_info().rss >> 20, process.num_threads(), process.num_fds()


def _soaked(folder: Path, count: int, begin: Callable[[], Callable[[int], None]]) -> str:
    """Do something so many times in a child; return how much more it holds at the end."""
    count, told = max(20, round(count * share)), folder / "told"

    def work() -> None:
        once = begin()
        early = (0, 0, 0)
        for number in range(count):
            once(number)
            if number == round(_BEGINNING * count):
                early = _held()
        late = _held()
        more = [after - before for before, after in zip(early, late, strict=True)]
        told.write_text(
            f"{count:,} times, from {early[0]} to {late[0]} MB, {more[1]:+} threads, "
            f"{more[2]:+} descriptors"
        )
        limits = (_MOST_MB, _MOST_THREADS, _MOST_DESCRIPTORS)
        assert all(n <= most for n, most in zip(more, limits, strict=True)), told.read_text()

    assert ended(begun(work)) == 0, told.read_text() if told.is_file() else "it ended early"
    return f"nothing: {told.read_text()}"


def matches(folder: Path, random: Random) -> str:
    """Match short sounds with the catalogue that the program carries."""

    def begin() -> Callable[[int], None]:
        from core.engine import Engine
        from core.options import Options
        from core.paths import DataFolder

        engine = Engine(DataFolder(folder / "home"), Options())
        sounds = [example(name) for name in EXAMPLES]

        def once(_: int) -> None:
            sound = random.choice(sounds)
            start = random.randrange(len(sound.samples) - 16_000)
            piece = Waveform(sound.samples[start : start + 16_000], sound.rate_hz, sound.name)
            answer = engine.match(piece, 10)
            assert len(answer.matches) == 10

        return once

    return _soaked(folder, N_MATCHES, begin)


def recordings(folder: Path, _: Random) -> str:
    """Make recordings of a fifth of a second, of an input that sends a tone."""

    def begin() -> Callable[[int], None]:
        kept = Recordings(folder / "recordings")

        def once(number: int) -> None:
            place = kept.begin()
            recorder = Recorder("", place.path, source=SteadyInput())  # type: ignore[arg-type]
            end_s, n_samples = time.monotonic() + 30, 0
            while n_samples < 3200 and time.monotonic() < end_s:
                n_samples += sum(len(block.samples) for block in recorder.drain())
                time.sleep(0.01)
            recorder.stop()
            assert AudioFile(place.finish()).duration_s > 0.15
            kept.prune([])
            n_files = sum(1 for _ in kept.folder.glob("*.flac"))
            assert n_files == min(number + 1, MOST_KEPT)

        return once

    return _soaked(folder, N_RECORDINGS, begin)


def look_ups(folder: Path, _: Random) -> str:
    """Look videos up, titles and pictures, at a server on loopback."""
    from tests.gui.youtube.youtube_server import serving

    address = folder / "address"

    def server() -> None:
        with serving() as served:
            (folder / "new").write_text(f"{served.services.titles}\n{served.services.thumbnails}")
            (folder / "new").rename(address)
            threading.Event().wait()

    def begin() -> Callable[[int], None]:
        from PySide6.QtCore import QDeadlineTimer
        from PySide6.QtGui import QGuiApplication

        from gui.workers import Worker
        from gui.youtube.look_ups import LookUps
        from gui.youtube.permission import LookUpPermission
        from gui.youtube.services import Services

        application = QGuiApplication([])
        services = Services(*address.read_text().split("\n"))
        worker = Worker("look-ups")
        asking = LookUps(folder / "cache.sqlite", worker, LookUpPermission(True), services)

        def once(number: int) -> None:
            keys = [f"ok{number:06}{row:03}" for row in range(ROWS_A_PAGE)]
            asking.want([(key, 56) for key in keys])
            deadline = QDeadlineTimer(60_000)
            while any(asking.video(key) is None or asking.image(key, 56) is None for key in keys):
                application.processEvents()
                time.sleep(0.001)
                assert not deadline.hasExpired(), keys

        return once

    child = begun(server)
    try:
        while not address.exists():
            time.sleep(0.005)
        return _soaked(folder, N_PAGES, begin)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


SOAK = (
    Fault("soak-matches", "10,000 matches", matches, 1),
    Fault("soak-recordings", "500 recordings", recordings, 1),
    Fault(
        "soak-look-ups",
        "look-ups of the titles and pictures of 500 pages of ten videos",
        look_ups,
        1,
    ),
)
