"""The window at work: where the features are built, and where they meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from core.audio.reader import AudioFile
from core.engine import Engine
from core.errors import AudioFileError
from core.jobs import Job
from core.paths import DataFolder
from core.types import CatalogInfo
from gui import formats
from gui.context import Context
from gui.history.model import History
from gui.history.queue import Queue
from gui.keyboard_order import go_to_next_part, order_tabs
from gui.main_window import MainWindow
from gui.recording.controller import RecordingController
from gui.recording.recording import microphone
from gui.results.answer_view import AnswerView
from gui.search.answers import Answer, Words, is_clip, is_heard, origin_of
from gui.search.session import Session
from gui.search.state import State
from gui.settings import Settings
from gui.spectrogram.controller import SpectrogramController
from gui.spectrogram.taking import SoundTaking
from gui.tag_table.collector import TagCollector
from gui.widgets.dropped_links import linked_video
from gui.widgets.drops import local_paths
from gui.widgets.external import ExternalPrograms
from gui.window_state import recall, state_of
from gui.workers import Workers

if TYPE_CHECKING:
    from gui.features import Features
    from gui.youtube.services import Services

CLOSING_MS = 4000
"""A thread that has not ended by then is stuck in a foreign library."""

_SAID_MS = 5000


class Coordinator(QObject):
    """Joins the window to the session and the features that a first look needs.

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
        As in `Recording`.
    services : Services, optional
        Where titles and thumbnails are looked up.

    Attributes
    ----------
    session : Session
    features : Features or None
        The other features; there once the window has been painted.
    """

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
        self._window, self._settings, self._services = window, settings, services
        self._first_paths = first_paths or []
        self._has_begun = self._shows_matches_next = False
        self._info: CatalogInfo | None = None
        self.features: Features | None = None
        self._building: Features | None = None
        self.workers = workers = Workers(self)
        remembered = settings.read()
        recall(window, remembered)
        self.session = Session(engine, workers["sounds"], workers["searches"], window.options, self)
        self._context = context = Context(
            engine,
            data,
            remembered,
            workers,
            self.session,
            window.permission,
            window.commands,
            window.banner,
            window.dialogs,
            ExternalPrograms(window.banner, workers["opening"]),
            lambda text: window.statusBar().showMessage(text, _SAID_MS),
            window,
        )
        self.history = History(self)
        self.queue = Queue(context, self.history, self)
        self.collector = TagCollector(workers["tag table"], self)
        self.answer_view = AnswerView(context, window.header, window.results)
        self.recording = RecordingController(context, window.capture, devices)
        self.sound = SpectrogramController(context, window.spectrogram, window.sound)
        SoundTaking(context, window.commands.track_menu)
        self._join_window()
        self._join_session()
        self._join_recording()
        self._retitle()
        if self._first_paths:
            window.show_sound()

    def _join_window(self) -> None:
        window, commands = self._window, self._window.commands
        order_tabs(window)
        commands.next_part.triggered.connect(lambda: go_to_next_part(window))
        window.painted.connect(self._begin)
        window.dropped.connect(self.open_paths)
        window.overlay.refused.connect(self._context.show_trouble)
        window.overlay.linked.connect(self._find_video)
        window.closing.connect(self.close)
        commands.paste.triggered.connect(self._paste)
        commands.cancel.triggered.connect(self._lead_back)
        commands.back.triggered.connect(lambda: self.session.go(-1))
        commands.forward.triggered.connect(lambda: self.session.go(1))
        for part in (window.capture, window.empty):
            part.open_pressed.connect(window.dialogs.open_files)
        window.words.complete_with(self._context.complete_classes)
        window.words.wanted.connect(self._find)
        self.answer_view.counted.connect(window.count.setText)
        window.recent.follow(self.history, self.recording.folder)

    def _join_session(self) -> None:
        session, window = self.session, self._window
        session.state_changed.connect(self._on_state)
        session.analysis.opened.connect(self._on_opened)
        session.analysis.found.connect(self.queue.add)
        session.answered.connect(self._on_answer)
        for answered in (session.answered, self.queue.answered):
            answered.connect(self.collector.take)
        for refused in (session.analysis.refused, self.queue.failed):
            refused.connect(self.collector.refuse)
        for row in (window.header.progress, window.empty.progress):
            row.cancel_pressed.connect(session.cancel)
            session.began.connect(row.begin)
            session.progressed.connect(row.report)
            session.finished.connect(row.finish)
        session.troubled.connect(self._context.show_trouble)
        session.noted.connect(window.banner.show_note)
        session.ready.connect(self._on_ready)
        session.answers.changed.connect(window.commands.show_steps)

    def _join_recording(self) -> None:
        window, recording = self._window, self.recording
        window.empty.record_pressed.connect(recording.toggle)
        recording.recording.unavailable.connect(window.empty.set_unavailable)
        recording.recording.arrived.connect(self.sound.push_live)
        recording.kept.connect(self.open_paths)

    def _begin(self) -> None:
        """Start what is slow, now that the window is on the screen."""
        self._has_begun = True
        self.session.loader.load()
        self.workers["imports"].submit(_import_features, self._build_features)
        if self._first_paths:
            self.open_paths(self._first_paths)
        else:
            self.recording.offer_kept()
        self.recording.recording.refresh()

    def _build_features(self, kind: type[Features]) -> None:
        building = self._building = kind(
            *(self._context, self._window, self.sound, self.history, self.collector),
            self.recording.level,
            self._services,
        )
        building.built.connect(self._on_built)
        building.build()

    def _on_built(self) -> None:
        self.features = self._building
        assert self.features is not None  # noqa: S101 - they have just said so
        self.features.join_queue(self.queue)
        self.features.opened.connect(self.open_paths)
        self.features.catch_up(self._info)

    def close(self) -> None:
        """Remember the window and stop all work."""
        values, before = state_of(self._window), self._context.remembered
        values = replace(values, output=before.output, knows_set_up=before.knows_set_up)
        values = replace(values, shows_level=self.recording.level.choice)
        if self.features is not None:
            values = self.features.remembered(values)
        self._settings.write(values)
        self.session.close()
        self.recording.close()
        self.sound.close()
        if self._building is not None:
            self._building.close()
        self.workers.close()

    def wait(self) -> bool:
        """Wait for the threads of a closed window; False if one of them is stuck."""
        return self.workers.wait(CLOSING_MS)

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
        self._shows_matches_next = True
        self.session.open_files(paths, self._window.commands.subfolders.isChecked())

    def _find(self, text: str) -> None:
        self._window.banner.clear()
        self._shows_matches_next = True
        self.session.find(text)

    def _find_video(self, video_id: str) -> None:
        if not self.recording.is_active:
            self._window.banner.clear()
            self._shows_matches_next = True
            self.session.more_like(video_id)

    def _paste(self) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        if video_id := linked_video(mime):
            self._find_video(video_id)
            return
        try:
            paths = local_paths(mime)
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
            self._window.banner.dismiss_shown()

    # What the session says

    def _on_state(self, state: State) -> None:
        window, has_answer = self._window, self.session.answer is not None
        window.words.setEnabled(state is not State.RECORDING)
        if state is State.RECORDING:
            window.options.show_clip(False)
            window.show_sound()
        elif not has_answer and (
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
            # After trouble, too, the answer of before is what is shown.
            case State.RESULTS | State.TROUBLE if session.answer is not None:
                most = session.options.values.k
                number = min(len(session.answer.matches.matches), most)
                self._window.show_title(session.subject, formats.count(number, "match", "matches"))
            case State.TROUBLE:
                self._window.show_title(session.subject, "no match")
            case _:
                self._window.show_title()

    def _on_opened(self, audio: AudioFile) -> None:
        self._window.show_sound()

    def _on_answer(self, answer: Answer) -> None:
        if is_heard(answer.source) or self._info is None:
            # What a video or words are asked with has made the catalogue, and analyses no sound.
            others = self.session.further.names
            self._window.describe(replace(answer.matches.catalog, others=others))
        self._window.options.show_clip(is_clip(answer.source))
        origin = origin_of(answer.source)
        self._window.words.show_words(origin.text if isinstance(origin, Words) else "")
        if answer.audio is None:
            self._window.show_sound(is_there=not self._window.spectrogram.is_blank)
        if self._shows_matches_next:
            # What was opened is answered: the arrow keys go through the matches.
            self._shows_matches_next = False
            self._window.focus_answer()

    def _on_ready(self, info: CatalogInfo) -> None:
        self._info = info
        options = self._window.options
        options.offer(info.rankings, info.knows_sure_labels, info.clip_rankings)
        self._window.describe(info)


def _import_features(job: Job) -> type[Features]:
    from gui.features import Features

    return Features
