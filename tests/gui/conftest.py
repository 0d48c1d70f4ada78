"""A window whose engine and microphone are fakes, and a watch over what outlives a test."""

from __future__ import annotations

import gc
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.audio.devices import Device
from core.audio.input_check import Finding
from core.audio.logmel import PATCH_S, padding_note
from core.audio.pre_roll import PreRoll
from core.audio.reader import AudioFile
from core.audio.recorder import RecordedBlock
from core.audio.waveform import MODEL_RATE_HZ
from core.catalog.catalog import Catalog
from core.catalog.counting import ClassCount
from core.catalog.ontology import Ontology
from core.engine import Engine
from core.errors import AudioFileError, CatalogError, MicrophoneError
from core.jobs import Job
from core.options import Filter, ListenerKind, Options, Ranking
from core.paths import DataFolder
from core.search.feedback import Calibration
from core.tagging.naming import TAGGER_THRESHOLDS, named
from core.tagging.steering import TagChange, steered
from core.tagging.tags import N_CLASSES, closed_upwards
from core.tagging.words import completions, word_query
from core.types import CatalogInfo, Match, Matches, Query, Tag, watch_url
from gui.coordinator import Coordinator
from gui.main_window import MainWindow
from gui.settings import Settings
from gui.youtube.services import Services
from tests.gui.own_catalogs import own_app, own_folder  # noqa: F401 - fixtures of all
from tests.waiting import LONG_S

NOTE = "Searched are 132 clips of AudioSet."
INFO = CatalogInfo(
    *("AudioSet, balanced", "/nowhere", 132, "Built-in listener", (NOTE,)),
    listener=ListenerKind.BUILT_IN,
    rankings=(Ranking.MEANING,),
    is_balanced=True,
)

LONG_MS = round(1000 * LONG_S)


class PatientBot(QtBot):
    """Waits for as long as a busy machine may take."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = LONG_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = LONG_MS, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitSignals(self, signals: list[Any], *, timeout: int = LONG_MS, **options: Any) -> Any:
        return super().waitSignals(signals, timeout=timeout, **options)

    def waitExposed(self, widget: Any, *, timeout: int = LONG_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)

    def waitActive(self, widget: Any, *, timeout: int = LONG_MS) -> Any:
        return super().waitActive(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


def heard(query: Query, scores: list[dict[str, float]]) -> Query:
    """Return a query with these classes in its patches, and what is said of them."""
    patch_tags = np.zeros((len(query.frames), N_CLASSES), np.float16)
    if not scores:
        return replace(query, patch_tags=patch_tags)
    for row, patch in zip(patch_tags, itertools.cycle(scores), strict=False):
        for name, score in patch.items():
            row[Ontology.load().names.index(name)] = score
    whole = closed_upwards(patch_tags.max(axis=0).astype(np.float32))
    patch_tags = closed_upwards(patch_tags)
    said = named(whole, TAGGER_THRESHOLDS)
    return replace(query, hop_s=PATCH_S, tags=whole, patch_tags=patch_tags, heard=said)


class FakeEngine:
    """Answers like the engine, from nothing; `gate` holds it up as long as a test likes.

    In sounds it hears `scores`: those of one patch after the other, by class, over and over.
    """

    others: tuple[Engine, ...] = ()

    def __init__(self, made_catalog: Catalog) -> None:
        self.made_catalog = made_catalog
        self.calls: list[tuple[object, ...]] = []
        self.options = Options()
        self.gate = threading.Event()
        self.gate.set()
        self.info = INFO
        self.load_error: Exception | None = None
        self.is_closed = False
        self.is_close = True
        self.has_files = False
        self.scores: list[dict[str, float]] = []
        self.scores_so_far: list[dict[str, float]] = []
        self.ranking: Ranking | None = None
        self.threads: set[int] = set()
        self.completing_threads: set[int] = set()
        self.tagging_threads: set[int] = set()

    def _work(self, job: Job) -> None:
        self.threads.add(threading.get_ident())
        while not self.gate.wait(0.005):
            job.check()
        job.check()

    def load(self, job: Job) -> CatalogInfo:
        self.calls.append(("load",))
        job.report("Loading the model", 0.5)
        self._work(job)
        if self.load_error is not None:
            raise self.load_error
        return self.info

    def reload(self, job: Job) -> CatalogInfo:
        self.calls.append(("reload",))
        return self.info

    def choose(self, names: list[str], job: Job) -> CatalogInfo:
        self.calls.append(("choose", tuple(names)))
        return self.info

    def query(
        self,
        sound: AudioFile,
        start_s: float | None = None,
        end_s: float | None = None,
        job: Job | None = None,
        so_far: Callable[[Query], None] | None = None,
    ) -> Query:
        assert job is not None
        span = (start_s, end_s) if start_s is not None else ()
        self.calls.append(("query", sound.name, *span))
        job.report("Analysing with VGGish", 0.3)
        for scores in self.scores_so_far if so_far is not None else ():
            assert so_far is not None
            frames = np.zeros((1, 128), np.uint8)
            so_far(heard(Query(sound.name, frames, PATCH_S, hop_s=PATCH_S), [scores]))
        self._work(job)
        waveform = sound.waveform(start_s, end_s)
        if not waveform.samples.any():
            raise AudioFileError(f"{sound.name} is silent.", "Record again.")
        frames = np.zeros((max(1, int(waveform.duration_s / 0.96)), 128), np.uint8)
        notes = sound.notes
        if waveform.duration_s < 0.96:
            notes += (padding_note(waveform.duration_s),)
        return heard(Query(sound.name, frames, waveform.duration_s, notes), self.scores)

    def with_patch_tags(self, query: Query) -> Query:
        self.calls.append(("with_patch_tags", query.name))
        self.tagging_threads.add(threading.get_ident())
        return heard(query, self.scores)

    def query_stream(self, name: str, job: Job) -> FakeQueryStream:
        self.calls.append(("query_stream", name))
        self._work(job)
        return FakeQueryStream(name, self.calls, self.scores)

    def save_embedding(
        self, sound: AudioFile, path: Path, span: tuple[float | None, float | None], job: Job
    ) -> None:
        self.calls.append(("save_embedding", sound.name, *span))
        self._work(job)
        path.write_bytes(b"arrays")

    def search(
        self,
        query: Query,
        k: int,
        filters: Filter,
        job: Job,
        by: str = "mean",
        ranking: Ranking = Ranking.BOTH,
    ) -> Matches:
        self.calls.append(("search", query.name, k, filters))
        self.compared, self.ranking = by, ranking
        self._work(job)
        return self.answer(query, k, filters)

    def similar(
        self,
        video_id: str,
        k: int,
        filters: Filter,
        job: Job,
        by: str = "mean",
        ranking: Ranking = Ranking.BOTH,
        changes: tuple[TagChange, ...] = (),
    ) -> Matches:
        self.compared, self.ranking = by, ranking
        self.calls.append(("similar", video_id, k, filters))
        self._work(job)
        labels = (Tag("Dog", 1.0), Tag("Bark", 1.0))
        frames, tags = np.zeros((10, 128), np.uint8), word_query("bark").tags
        query = Query(video_id, frames, 10.0, tags=tags, heard=labels)
        return self.answer(self.steer(query, changes), k, filters)

    def find(self, text: str, k: int, filters: Filter, job: Job) -> Matches:
        self.calls.append(("find", text, k, filters))
        self._work(job)
        return self.answer(word_query(text), k, filters)

    def find_classes(self, text: str) -> list[str]:
        self.completing_threads.add(threading.get_ident())
        return completions(text)

    def steer(self, query: Query, changes: tuple[TagChange, ...]) -> Query:
        if changes:
            self.calls.append(("steer", *((each.label, each.steer) for each in changes)))
        return steered(query, changes)

    def compare(self, query: Query, match: Match) -> np.ndarray:
        pairs = np.zeros((len(query.frames), 10), np.float32)
        pairs[0, match.rank % 10] = 0.9
        return pairs

    def with_best_seconds(self, answer: Matches, job: Job) -> Matches:
        return answer

    def refine(self, query: Query, more: list[Match], less: list[Match]) -> Query:
        self.calls.append(("refine", [match.rank for match in more], [m.rank for m in less]))
        return replace(query, direction=np.ones(128, np.int64))

    def resolve(self, answer: Matches, job: Job) -> Matches:
        self.calls.append(("resolve",))
        matches = tuple(
            match if match.no_link is None else match.linked("abcdefghijk")
            for match in answer.matches
        )
        return replace(answer, matches=matches)

    def calibration(self, by: str, job: Job) -> Calibration:
        return Calibration(np.linspace(0, 0.99, 10_001, dtype=np.float32))

    def answer(self, query: Query, k: int, filters: Filter) -> Matches:
        for name in (*filters.include, *filters.exclude):
            if name not in self.class_names():
                raise CatalogError(f"There is no class “{name}”.", "Did you mean Dog?")
        matches = []
        for rank in range(1, k + 1):
            video_id = f"{query.name[:3]}{rank:08}"
            url = "" if rank == 3 or self.has_files else watch_url(video_id, 30)
            score, labels = 1.0 - rank / 100, ("Dog", "Bark")
            path = f"/media/field recordings/2026-05/rec_{rank:04}.wav" if self.has_files else ""
            match = Match(rank, video_id, 30.0, 40.0, labels, score, url, path=path)
            matches.append(replace(match, sound=score, meaning=score))
        return Matches(query, self.info, tuple(matches), is_close=self.is_close, elapsed_s=0.012)

    def class_names(self) -> list[str]:
        return ["Cattle, bovinae", "Dog", "Music"]

    def class_counts(self, job: Job) -> dict[str, ClassCount]:
        names = ("Animal", *self.class_names())
        below = {"Animal": ("Cattle, bovinae", "Dog")}
        return {name: ClassCount(name, name, 5, 9, below.get(name, ())) for name in names}

    def catalog(self) -> Catalog:
        return self.made_catalog

    def close(self) -> None:
        self.is_closed = True


class FakeQueryStream:
    """Counts what it is given; see `core.query.QueryStream`."""

    def __init__(
        self, name: str, calls: list[tuple[object, ...]], scores: list[dict[str, float]]
    ) -> None:
        self._name, self._calls, self._scores = name, calls, scores
        self._n_samples = 0
        self._is_silent = True

    def push(self, samples: np.ndarray, job: Job) -> None:
        self._n_samples += len(samples)
        self._is_silent = self._is_silent and not np.any(samples)

    def query(self, last_s: float | None = None) -> Query:
        self._calls.append(("live", last_s))
        if self._is_silent:
            raise AudioFileError("Recording is silent.", "Record again.")
        duration_s = self._n_samples / MODEL_RATE_HZ
        if last_s is not None:
            duration_s = min(duration_s, last_s)
        frames = np.zeros((max(1, int(duration_s / 0.96)), 128), np.uint8)
        return heard(Query(self._name, frames, duration_s), self._scores)


class FakeRecorder:
    """Gives a sine as fast as it is asked for it."""

    made: ClassVar[list[FakeRecorder]] = []
    has_clipped: ClassVar[bool] = False
    finding: ClassVar[Finding] = Finding.FINE

    def __init__(
        self, key: str, path: Path, before: PreRoll | None = None, source: object = None
    ) -> None:
        self.key, self.path, self.before, self.source = key, path, before, source
        self.device = Device(key or "default", "Built-in", 48_000, 1, True)
        self.problem: MicrophoneError | None = None
        self.is_stopped = False
        self.blocks: list[np.ndarray] = []
        FakeRecorder.made.append(self)

    def drain(self) -> list[RecordedBlock]:
        if self.is_stopped:
            return []
        times = np.arange(1600) / MODEL_RATE_HZ
        self.blocks.append((0.5 * np.sin(2 * np.pi * 1000 * times)).astype(np.float32))
        return [RecordedBlock(self.blocks[-1], 0.5, FakeRecorder.finding, FakeRecorder.has_clipped)]

    def stop(self) -> Path:
        self.is_stopped = True
        samples = np.concatenate([*self.blocks, np.zeros(0, np.float32)])
        if not len(samples):
            raise MicrophoneError("The microphone sent no sound.", "Check it.")
        soundfile.write(self.path, samples, MODEL_RATE_HZ, "PCM_24", format="FLAC")
        return self.path


class FakeMonitor:
    """An open input at half of full scale."""

    made: ClassVar[list[FakeMonitor]] = []

    def __init__(self, key: str, keeps_last: bool = False) -> None:
        self.key, self.is_fed, self.is_closed = key, True, False
        self.last = PreRoll(48_000) if keeps_last else None
        self.device = Device(key, "Built-in", 48_000, 1, key == "builtin")
        self.source = object()
        FakeMonitor.made.append(self)

    def read_peak(self) -> float | None:
        return 0.5

    def close(self) -> None:
        self.is_closed, self.is_fed = True, False


class FakeDevices(SimpleNamespace):
    """Stands in for `core.audio.inputs`."""

    def __init__(self) -> None:
        super().__init__(Recorder=FakeRecorder, LevelMonitor=FakeMonitor, error=None)

    def list_inputs(self) -> list[Device]:
        if self.error is not None:
            raise self.error
        return [
            Device("builtin", "Built-in", 48_000, 1, True, gain=0.65),
            Device("usb", "USB microphone", 44_100, 2, False),
            Device("out.monitor", "This computer (Speaker)", 48_000, 2, False, True),
        ]


class App:
    """The window, what drives it, and the fakes behind it."""

    def __init__(
        self,
        qtbot: QtBot,
        home: Path,
        first_paths: list[Path],
        catalog: Catalog,
        real: Engine | None = None,
    ) -> None:
        self.qtbot, self.engine, self.devices = qtbot, FakeEngine(catalog), FakeDevices()
        self.window = MainWindow()
        self.settings_folder = home
        self.settings = Settings(home / "window.ini")
        self.coordinator = Coordinator(
            self.window,
            real or self.engine,  # type: ignore[arg-type]
            self.settings,
            DataFolder(home),
            first_paths,
            lambda: self.devices,
            Services("http://127.0.0.1:9/titles", "http://127.0.0.1:9/thumbnails"),
        )
        self.session = self.coordinator.session

    def show(self) -> None:
        self.window.show()
        self.qtbot.waitExposed(self.window)
        self.wait_for(lambda: self.coordinator.features is not None)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    @property
    def rows(self) -> int:
        return self.window.results.table.model().rowCount()

    def close(self) -> None:
        self.engine.gate.set()
        self.window.close()
        assert self.coordinator.wait()


@pytest.fixture(scope="module", autouse=True)
def no_garbage_in_other_threads() -> Iterator[None]:
    """Let widgets die in their own thread, as `gui.garbage` does for the program.

    Between two tests, too: the thread that talks with pytest-xdist would collect as well.
    """
    gc.disable()
    gc.freeze()  # what is there by now need not be looked at after each test
    yield
    # All of it: other tests' threads might find what is left.
    gc.unfreeze()
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def garbage_in_this_thread(no_garbage_in_other_threads: None) -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def make_app(
    qtbot: QtBot,
    own_data_folder: Path,
    made_catalog: Catalog,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., App]]:
    # On a busy machine, opening an output takes longer than a person may be kept waiting.
    monkeypatch.setattr("gui.coordinator.CLOSING_MS", LONG_MS)
    apps: list[App] = []
    own_data_folder.mkdir()
    FakeRecorder.made.clear()
    FakeMonitor.made.clear()
    FakeRecorder.finding, FakeRecorder.has_clipped = Finding.FINE, False

    def make(*first_paths: Path, real: Engine | None = None) -> App:
        apps.append(App(qtbot, own_data_folder, list(first_paths), made_catalog, real))
        return apps[-1]

    yield make
    for app in apps:
        app.close()
        app.window.deleteLater()
        app.coordinator.deleteLater()
    qtbot.wait(1)


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    made = make_app()
    made.show()
    made.wait_for(lambda: ("load",) in made.engine.calls and not made.session.loader.is_loading)
    return made


@pytest.fixture
def sine(tmp_path: Path) -> Path:
    """A second and a half of 440 Hz."""
    return write_wav(tmp_path / "sine.wav", np.sin(np.arange(24_000) * 2 * np.pi * 440 / 16_000))


def write_wav(path: Path, samples: np.ndarray, rate_hz: int = 16_000) -> Path:
    soundfile.write(path, samples.astype(np.float32) * 0.5, rate_hz)
    return path


@pytest.fixture(autouse=True)
def nothing_outlives_the_test(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail where a widget, a running timer or a thread is left behind."""
    threads_before = set(threading.enumerate())
    yield
    qapp.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    qapp.processEvents()
    QApplication.clipboard().clear()  # PySide crashes at the end on what Python copied
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
        if thread.is_alive() and not thread.name.startswith("Dummy-")
    ]
    assert not threads, f"threads outlive the test: {threads}"
