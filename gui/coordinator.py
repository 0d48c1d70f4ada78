"""Joins the window to the session and the recording: who hears whom, and what is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDeadlineTimer, QObject, Signal
from PySide6.QtGui import QGuiApplication

from core.audio.reader import AudioFile
from core.audio.recordings import Recordings
from core.engine import Engine
from core.errors import AudioFileError, SoundalikeError
from core.jobs import Job
from core.paths import DataFolder
from core.search.feedback import Calibration, Closeness, common_labels
from core.types import CatalogInfo, Matches
from gui import formats
from gui.history.model import History
from gui.main_window import MainWindow
from gui.recording.controller import RecordingController
from gui.recording.recording import Listening, microphone
from gui.search.answers import Answer
from gui.search.queue import Queue
from gui.search.session import Session, State
from gui.settings import Settings
from gui.spectrogram.controller import SpectrogramController
from gui.spectrogram.loader import SpectrogramLoader
from gui.widgets.drops import local_paths
from gui.workers import Worker

if TYPE_CHECKING:
    from gui.furnishing import Furnishing
    from gui.youtube.services import Services

CLOSING_MS = 4000
"""A thread that has not ended by then is stuck in a foreign library."""


class Coordinator(QObject):
    """The window at work.

    Parameters
    ----------
    window : MainWindow
    engine : Engine
        Not yet loaded; only its worker uses it.
    settings : Settings
    data : DataFolder
        Where recordings are written, and what is kept lies.
    first_paths : list of Path
        Sounds to open at once, as if they had been dropped.
    devices : callable
        As in `Listening`.
    services : Services, optional
        Where titles and thumbnails are looked up.

    Signals
    -------
    moved : DataFolder
        Where the data is now.
    """

    moved = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        engine: Engine,
        settings: Settings,
        data: DataFolder,
        first_paths: list[Path] | None = None,
        devices: Callable[[], Any] = microphone,
        services: Services | None = None,
    ) -> None:
        super().__init__()
        self._window, self._settings, self._engine = window, settings, engine
        self._first_paths = first_paths or []
        self.workers: dict[str, Worker] = {}
        self._has_begun = False
        sounds, searches, inputs = map(self._worker, ("sounds", "searches", "in"))
        pictures, details, files = map(self._worker, ("pictures", "details", "files"))
        remembered = settings.read()
        window.recall(remembered)
        self.session = Session(engine, sounds, searches, self)
        self._recordings = kept = Recordings(data.recordings)
        self._searches = searches
        self.listening = Listening(inputs, devices, kept, self)
        self.viewing = SpectrogramLoader(window.spectrogram, pictures, details, self)
        self.history = History(self)
        self.queue = Queue(engine, searches, self.session, self.history, self)
        self.recording = RecordingController(window, self.session, self.listening, files, kept)
        self.sound = SpectrogramController(
            window, self.session, self.viewing, engine, files, searches
        )
        self._remembered = remembered
        self._data, self._services = data, services
        self._importing = self._worker("imports")
        self._info: CatalogInfo | None = None
        self.furnishing: Furnishing | None = None
        self.session.choose(window.results.choices)
        self._join_window()
        self._join_session()
        self._retitle()
        if self._first_paths:
            window.show_sound()

    def _worker(self, name: str) -> Worker:
        self.workers[name] = Worker(name, self)
        return self.workers[name]

    def _join_window(self) -> None:
        window, commands = self._window, self._window.commands
        window.painted.connect(self._begin)
        window.dropped.connect(self.open_paths)
        window.refused.connect(self.session.report)
        window.closing.connect(self.close)
        commands.paste.triggered.connect(self._paste)
        commands.cancel.triggered.connect(self._lead_back)
        commands.back.triggered.connect(self.session.back)
        commands.forward.triggered.connect(self.session.forward)
        for part in (window.capture, window.empty):
            part.open_pressed.connect(window.dialogs.open_files)
        window.progress.cancel_pressed.connect(self.session.cancel)
        window.results.choices_changed.connect(self._choose)

    def _join_session(self) -> None:
        session, window = self.session, self._window
        session.state_changed.connect(self._on_state)
        session.opened.connect(self._on_opened)
        session.found.connect(self.queue.add)
        session.answered.connect(self._on_answer)
        session.glimpsed.connect(self._on_glimpse)
        for row in (window.progress, window.empty.progress):
            session.began.connect(row.begin)
            session.progressed.connect(row.report)
            session.finished.connect(row.finish)
        session.troubled.connect(self._on_trouble)
        session.noted.connect(self._on_note)
        session.ready.connect(self._on_ready)
        session.choices_rejected.connect(self._on_choices_rejected)
        session.trail_changed.connect(window.commands.show_trail)
        self.viewing.failed.connect(self._on_trouble)

    def _begin(self) -> None:
        """Start what is slow, now that the window is on the screen."""
        self._has_begun = True
        self.session.load()
        self._importing.submit(_import_furnishing, self._furnish)
        if self._first_paths:
            self.open_paths(self._first_paths)
        else:
            self.recording.offer_kept()
        self.listening.refresh()

    def _furnish(self, kind: type[Furnishing]) -> None:
        self.furnishing = kind(
            self._window,
            self.session,
            self.history,
            self._engine,
            self._data,
            self._remembered,
            self._worker,
            self.open_paths,
            self._services,
            lambda: [worker for worker in self.workers.values() if worker is not self._searches],
            lambda: self.recording.is_active,
        )
        self.furnishing.moving.moved.connect(self._on_moved)
        self.furnishing.catch_up(self._info)

    def _on_moved(self, _: DataFolder, now: DataFolder) -> None:
        self._recordings.folder = now.recordings
        self._settings.use(now)
        self.moved.emit(now)

    def close(self) -> None:
        """Remember the window and stop all work."""
        output, may_look_up = self._remembered.output, self._remembered.may_look_up
        if self.furnishing is not None:
            output = self.furnishing.playback.output
            may_look_up = self.furnishing.results.may_look_up
        self._settings.write(
            replace(self._window.remembered(), output=output, may_look_up=may_look_up)
        )
        self.session.close()
        self.listening.close()
        self.viewing.forget()
        if self.furnishing is not None:
            self.furnishing.close()
        for worker in self.workers.values():
            worker.close()

    def wait(self) -> bool:
        """Wait for the threads of a closed window; False if one of them is stuck."""
        deadline = QDeadlineTimer(CLOSING_MS)
        ended = [worker.wait(deadline) for worker in self.workers.values()]
        return all(ended)

    # What a person does

    def open_paths(self, paths: list[Path]) -> None:
        """Match the first sound among files and folders, then the others."""
        if not self._has_begun:
            self._first_paths = paths
            return
        if self.recording.is_active:
            self.recording.set_aside()
        self._window.banner.clear()
        self._window.show_sound()
        self.session.open_files(paths)

    def _paste(self) -> None:
        try:
            paths = local_paths(QGuiApplication.clipboard().mimeData())
        except AudioFileError as error:
            self._window.banner.show_note(error.in_full)
        else:
            self.open_paths(paths)

    def _lead_back(self) -> None:
        if self.recording.is_active:
            self.recording.set_aside()
        elif self.session.state is State.ANALYSING:
            self.session.cancel()
        else:
            self._window.banner.clear()

    def _choose(self) -> None:
        self.session.choose(self._window.results.choices)

    # What the session says

    def _on_state(self, state: State) -> None:
        window, has_answer = self._window, self.session.answer is not None
        window.results.set_dimmed(state in (State.ANALYSING, State.RECORDING))
        if not has_answer:
            window.results.show_message(_SENTENCES[state])
        if not has_answer and (
            state is State.EMPTY or (state is State.TROUBLE and window.spectrogram.is_blank)
        ):
            window.show_empty()
        self._retitle()

    def _retitle(self) -> None:
        session = self.session
        match session.state:
            case State.RECORDING:
                self._window.show_title("Recording")
            case State.ANALYSING:
                self._window.show_title(session.subject, "matching")
            case State.RESULTS if session.answer is not None:
                number = min(len(session.answer.matches.matches), session.choices.k)
                self._window.show_title(session.subject, formats.count(number, "match", "matches"))
            case State.TROUBLE:
                self._window.show_title(session.subject, "no match")
            case _:
                self._window.show_title()

    def _on_opened(self, audio: AudioFile) -> None:
        if audio.path.parent != self.recording.folder:
            self._window.recent.add(audio.path)

    def _on_answer(self, answer: Answer) -> None:
        subject = answer.matches.query.name
        if answer.span is not None and not isinstance(answer.source, str):
            start, end = (formats.clock(time_s, 1) for time_s in answer.span)
            subject = f"{subject}, {start} – {end}"
        self._show_matches(_heading(answer, subject), subject, answer.matches, answer.calibration)
        self._describe(answer.matches.catalog)

    def _on_glimpse(self, matches: Matches) -> None:
        labels = common_labels(matches.matches)
        self._show_matches(f"Sounds like {labels}" if labels else "Recording", "", matches)

    def _show_matches(
        self, heading: str, subject: str, answer: Matches, calibration: Calibration | None = None
    ) -> None:
        most = self.session.choices.k
        number = formats.count(min(len(answer.matches), most), "match", "matches")
        parts = (subject, number, formats.elapsed(answer.elapsed_s))
        self._window.results.show_matches(
            heading, " · ".join(part for part in parts if part), answer.matches, calibration, most
        )
        for action in self._window.commands.for_a_row:
            action.setEnabled(bool(answer.matches))

    def _on_ready(self, info: CatalogInfo) -> None:
        self._info = info
        self._describe(info)

    def _describe(self, info: CatalogInfo) -> None:
        clips = formats.count(info.n_clips, "clip", "clips")
        self._window.status.setText(f"{info.model} · {info.name}, {clips}")
        self._window.status.setToolTip("")

    def _on_trouble(self, error: SoundalikeError) -> None:
        self._window.banner.show_trouble(error.in_full)

    def _on_note(self, note: str) -> None:
        self._window.banner.show_note(note)

    def _on_choices_rejected(self) -> None:
        self._window.show_choices(self.session.choices)


def _import_furnishing(job: Job) -> type[Furnishing]:
    from gui.furnishing import Furnishing

    return Furnishing


def _heading(answer: Answer, subject: str) -> str:
    """Return what a person should think of an answer, in one line."""
    if not answer.matches.matches:
        return "No match"
    if answer.closeness is Closeness.NONE:
        return "No close match: this is the nearest there is"
    labels = common_labels(answer.matches.matches)
    return f"Sounds like {labels}" if labels else f"Sounds like {subject}"


_SENTENCES = {
    State.EMPTY: "",
    State.RECORDING: "Recording. Stop to find the videos that sound like it.",
    State.ANALYSING: "Looking for the videos that sound like it.",
    State.RESULTS: "",
    State.TROUBLE: "No matches for this sound.",
}
