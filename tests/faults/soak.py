"""Months of use in minutes: memory, threads and descriptors stay what they were."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import numpy as np
import psutil
import pytest

from core.audio.examples import EXAMPLES, example
from core.audio.reader import AudioFile
from core.audio.recorder import Recorder
from core.audio.recordings import MOST_KEPT, Recordings
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from tests.faults.fault import Fault, begun, ended
from tests.virtual_microphone import VirtualMicrophone, serving_microphone
from tests.waiting import wait_until

share = 1.0
"""Of the usual number; less for a quick look."""

N_MATCHES, N_RECORDINGS, N_LOSSES, N_PAGES, ROWS_A_PAGE = 10_000, 500, 20, 500, 10
_MOST_MB, _MOST_THREADS, _MOST_DESCRIPTORS = 10, 2, 4
_N_LOOKS = 5
"""At what is held, evenly spread; what is cached at all is there at the first one."""

_IMAGE_BYTES = 4 << 20
"""Pictures that are kept in memory: of the usual 48 MB, most of the soak would be the filling."""


def _held() -> tuple[int, int, int]:
    """Return memory in MB, threads, and descriptors of this process."""
    process = psutil.Process()
    return process.memory_info().rss >> 20, process.num_threads(), process.num_fds()


def _soaked(folder: Path, count: int, begin: Callable[[], Callable[[int], None]]) -> str:
    """Do something so many times in a child; return what it holds after each fifth of them."""
    count, told = max(2 * _N_LOOKS, round(count * share)), folder / "told"

    def work() -> None:
        once, held = begin(), []
        for number in range(count):
            once(number)
            if (number + 1) * _N_LOOKS // count > len(held):
                held.append(_held())
        more = [after - before for before, after in zip(held[0], held[-1], strict=True)]
        told.write_text(
            f"{count:,} times, {', '.join(str(each[0]) for each in held)} MB after each fifth, "
            f"{more[1]:+} threads, {more[2]:+} descriptors"
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


@contextmanager
def _microphone(folder: Path) -> Iterator[VirtualMicrophone]:
    """Have a microphone in a room with a tone."""
    pulse = folder / "pulse"
    pulse.mkdir()
    with (
        pytest.MonkeyPatch.context() as patch,
        serving_microphone(pulse, patch) as microphone,
    ):
        microphone.control("load-module", "module-sine", "sink=speaker", "frequency=440")
        yield microphone


class _Recording:
    """A recording that runs, and what of it was handed on.

    Attributes
    ----------
    n_samples : int
        At 16 kHz.
    """

    def __init__(self, kept: Recordings, key: str) -> None:
        self._place, self.n_samples = kept.begin(), 0
        self.recorder = Recorder(key, self._place.path)

    def has(self, n_samples: int) -> bool:
        """Take what has come; return whether it is so much by now."""
        self.n_samples += sum(len(block.samples) for block in self.recorder.drain())
        return self.n_samples >= n_samples

    def finish(self) -> AudioFile:
        """Stop; the file has all that was handed on, and the tone all the time."""
        self.recorder.stop()
        self.has(0)
        audio = AudioFile(self._place.finish())
        samples = audio.waveform().samples
        assert abs(len(samples) - self.n_samples) <= 1, (len(samples), self.n_samples)
        rows = samples[: len(samples) // 800 * 800].reshape(-1, 800)
        loud = np.abs(rows).max(axis=1) > 0.1
        assert loud[np.flatnonzero(loud)[0] :].all()
        return audio


def recordings(folder: Path, _: Random) -> str:
    """Make recordings of a fifth of a second and more, of a microphone."""

    def begin() -> Callable[[int], None]:
        kept = Recordings(folder / "recordings")

        def once(number: int) -> None:
            recording = _Recording(kept, "microphone")
            wait_until(lambda: recording.has(MODEL_RATE_HZ // 5))
            recording.finish()
            kept.prune([])
            n_files = sum(1 for _ in kept.folder.glob("*.flac"))
            assert n_files == min(number + 1, MOST_KEPT)

        return once

    with _microphone(folder):
        return _soaked(folder, N_RECORDINGS, begin)


def losses(folder: Path, random: Random) -> str:
    """Unplug the microphone at random moments of recordings, and plug it in again."""

    def begin() -> Callable[[int], None]:
        kept = Recordings(folder / "recordings")

        def once(_: int) -> None:
            recording = _Recording(kept, microphone.key)
            n_samples = round(random.uniform(0.1, 1.0) * MODEL_RATE_HZ)
            wait_until(lambda: recording.has(n_samples))
            microphone.unplug()
            wait_until(lambda: recording.has(0) and recording.recorder.problem is not None)
            assert "what was recorded until then is kept" in recording.recorder.problem.message
            assert recording.finish().duration_s > n_samples / MODEL_RATE_HZ - 0.001
            microphone.plug_in()

        return once

    with _microphone(folder) as microphone:
        return _soaked(folder, N_LOSSES, begin)


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
        from gui.youtube import look_ups
        from gui.youtube.permission import LookUpPermission
        from gui.youtube.services import Services

        application = QGuiApplication([])
        services = Services(*address.read_text().split("\n"))
        worker = Worker("look-ups")
        look_ups.MOST_IMAGE_BYTES = _IMAGE_BYTES
        asking = look_ups.LookUps(folder / "cache.sqlite", worker, LookUpPermission(True), services)

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
    Fault("soak-recordings", "500 recordings of a fifth of a second", recordings, 1),
    Fault("soak-losses", "20 recordings whose microphone is unplugged", losses, 1),
    Fault(
        "soak-look-ups",
        "look-ups of the titles and pictures of 500 pages of ten videos",
        look_ups,
        1,
    ),
)
