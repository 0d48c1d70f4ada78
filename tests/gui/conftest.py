"""A window whose engine and microphone are fakes, and a watch over what outlives a test."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.audio.logmel import LogMel
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.errors import AudioFileError, CatalogError, MicrophoneError
from core.jobs import Job
from core.options import Filter
from core.types import CatalogInfo, Match, Matches, Query, watch_url
from gui.presenter import Presenter
from gui.settings import Settings
from gui.window import MainWindow

INFO = CatalogInfo("Starter", "/nowhere", 132, "VGGish (demo)", True)


class FakeEngine:
    """Answers like the engine, from nothing; `gate` holds it up as long as a test likes."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.load_error: Exception | None = None
        self.is_closed = False
        self.threads: set[int] = set()

    def _work(self, job: Job) -> None:
        self.threads.add(threading.get_ident())
        while not self.gate.wait(0.005):
            job.check()
        job.check()

    def load(self, job: Job) -> CatalogInfo:
        self.calls.append(("load",))
        job.report("Preparing the demo model", 0.5)
        self._work(job)
        if self.load_error is not None:
            raise self.load_error
        return INFO

    def query(self, sound: LogMel, job: Job) -> Query:
        self.calls.append(("query", sound.name))
        job.report("Listening with VGGish", 0.3)
        self._work(job)
        if sound.is_silent:
            raise AudioFileError(f"{sound.name} is silent.", "Record again.")
        frames = np.zeros((len(sound.patches), 128), np.uint8)
        return Query(sound.name, frames, sound.duration_s, sound.notes)

    def search(self, query: Query, k: int, filters: Filter, job: Job) -> Matches:
        self.calls.append(("search", query.name, k, filters))
        self._work(job)
        return self._answer(query, k, filters)

    def similar(self, video_id: str, k: int, filters: Filter, job: Job) -> Matches:
        self.calls.append(("similar", video_id, k, filters))
        self._work(job)
        return self._answer(Query(video_id, np.zeros((10, 128), np.uint8), 10.0), k, filters)

    def _answer(self, query: Query, k: int, filters: Filter) -> Matches:
        for name in (*filters.include, *filters.exclude):
            if name not in self.class_names():
                raise CatalogError(f"There is no class “{name}”.", "Did you mean Dog?")
        matches = []
        for rank in range(1, k + 1):
            video_id = f"{query.name[:3]}{rank:08}"
            url = "" if rank == 3 else watch_url(video_id, 30)
            matches.append(
                Match(rank, video_id, 30.0, 40.0, ("Dog", "Bark"), 1.0 - rank / 100, url)
            )
        return Matches(query, INFO, tuple(matches), 0.012)

    def class_names(self) -> list[str]:
        return ["Cattle, bovinae", "Dog", "Music"]

    def close(self) -> None:
        self.is_closed = True


class FakeRecorder:
    """Gives a sine as fast as it is asked for it."""

    made: ClassVar[list[FakeRecorder]] = []

    def __init__(self, device: str | None = None) -> None:
        self.device = device
        self.problem: MicrophoneError | None = None
        self.is_stopped = False
        self._blocks: list[np.ndarray] = []
        FakeRecorder.made.append(self)

    def drain(self) -> np.ndarray:
        times = np.arange(1600) / MODEL_RATE_HZ
        self._blocks.append((0.5 * np.sin(2 * np.pi * 1000 * times)).astype(np.float32))
        return self._blocks[-1]

    def stop(self) -> Waveform:
        self.is_stopped = True
        samples = np.concatenate([*self._blocks, np.zeros(0, np.float32)])
        if not len(samples):
            raise MicrophoneError("The microphone sent no sound.", "Check it.")
        return Waveform(samples, MODEL_RATE_HZ, "Recording")


class FakeDevices(SimpleNamespace):
    """Stands in for `core.audio.microphone`."""

    def __init__(self) -> None:
        super().__init__(Recorder=FakeRecorder, error=None)

    def list_inputs(self) -> list[SimpleNamespace]:
        if self.error is not None:
            raise self.error
        return [SimpleNamespace(name="Built-in"), SimpleNamespace(name="USB microphone")]


class App:
    """The window, what drives it, and the fakes behind it."""

    def __init__(self, qtbot: QtBot, home: Path, first_paths: list[Path]) -> None:
        self.qtbot, self.engine, self.devices = qtbot, FakeEngine(), FakeDevices()
        self.window = MainWindow()
        self.settings = Settings(home / "window.ini")
        self.presenter = Presenter(
            self.window,
            self.engine,  # type: ignore[arg-type]
            self.settings,
            home / "recordings",
            first_paths,
            lambda: self.devices,
        )
        self.session = self.presenter.session

    def show(self) -> None:
        self.window.show()
        self.qtbot.waitExposed(self.window)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=10_000)

    @property
    def rows(self) -> int:
        return self.window.results.table.model().rowCount()

    def close(self) -> None:
        self.engine.gate.set()
        self.window.close()
        assert self.presenter.wait()


@pytest.fixture
def make_app(qtbot: QtBot, own_data_folder: Path) -> Iterator[Callable[..., App]]:
    apps: list[App] = []
    own_data_folder.mkdir()
    FakeRecorder.made.clear()

    def make(*first_paths: Path) -> App:
        apps.append(App(qtbot, own_data_folder, list(first_paths)))
        return apps[-1]

    yield make
    for app in apps:
        app.close()
        app.window.deleteLater()
        app.presenter.deleteLater()
    qtbot.wait(1)


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    made = make_app()
    made.show()
    made.wait_for(lambda: ("load",) in made.engine.calls and not made.session._is_loading)
    return made


@pytest.fixture
def sine(tmp_path: Path) -> Path:
    """A second and a half of 440 Hz."""
    return write_wav(tmp_path / "sine.wav", np.sin(np.arange(24_000) * 2 * np.pi * 440 / 16_000))


def write_wav(path: Path, samples: np.ndarray, rate_hz: int = 16_000) -> Path:
    import soundfile

    soundfile.write(path, samples.astype(np.float32) * 0.5, rate_hz)
    return path


@pytest.fixture(autouse=True)
def nothing_outlives_the_test(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail where a widget, a running timer or a thread is left behind."""
    threads_before = set(threading.enumerate())
    yield
    qapp.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    qapp.processEvents()
    left = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    assert not left, f"widgets outlive the test: {left}"
    timers = [timer for timer in qapp.findChildren(QTimer) if timer.isActive()]
    assert not timers, f"timers outlive the test: {timers}"
    running = [thread for thread in qapp.findChildren(QThread) if thread.isRunning()]
    assert not running, f"Qt threads outlive the test: {running}"
    threads = [
        thread
        for thread in set(threading.enumerate()) - threads_before
        # Python's stand-in for a Qt thread that once ran Python; it ends with that thread.
        if thread.is_alive() and not isinstance(thread, threading._DummyThread)
    ]
    assert not threads, f"threads outlive the test: {threads}"
