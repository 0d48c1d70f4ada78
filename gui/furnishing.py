"""What the window gets once it is on the screen: everything that a first look can do without.

Importing it takes a third of the window's own time: a worker does that, after the first paint.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from core.engine import Engine
from core.library import Library
from core.paths import DataFolder
from core.types import CatalogInfo, Match
from gui.history.controller import HistoryController
from gui.history.model import History
from gui.main_window import MainWindow
from gui.map.pane import MapPane
from gui.playback.controller import PlaybackController
from gui.playback.playback import Playback
from gui.player.controller import PlayerController
from gui.results.controller import ResultsController
from gui.search.answers import Answer
from gui.search.session import Session
from gui.settings import Remembered
from gui.setup.controller import SetUpController
from gui.storage.controller import StorageController
from gui.storage.move_controller import MoveController
from gui.widgets.external import ExternalPrograms
from gui.workers import Worker
from gui.youtube.look_ups import LookUps
from gui.youtube.services import Services


class Furnishing(QObject):
    """Playback, look-ups, details, the map, memory and setting up.

    Parameters
    ----------
    window : MainWindow
    session : Session
    history : History
    engine : Engine
    data : DataFolder
    remembered : Remembered
        What a person chose last.
    worker : callable
        Makes a worker with a name; whoever gives it closes the workers.
    open_paths : callable
        Opens sounds.
    services : Services, optional
        Where titles and thumbnails are looked up.
    workers : callable
        Returns the workers that use files, but for the engine's.
    is_recording : callable
        Whether an input is open.
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        history: History,
        engine: Engine,
        data: DataFolder,
        remembered: Remembered,
        worker: Callable[[str], Worker],
        open_paths: Callable[[list[Path]], None],
        services: Services | None,
        workers: Callable[[], list[Worker]],
        is_recording: Callable[[], bool],
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._engine = window, session, engine
        self._history, self._is_recording = history, is_recording
        self.playing = Playback(worker("out"), self)
        self.playback = PlaybackController(window, session, self.playing, remembered.output)
        self.look_ups = LookUps(data.look_ups, worker("looks"), services, parent=self)
        self._opening = opening = ExternalPrograms(window.banner, worker("opening"))
        self.results = ResultsController(
            window,
            session,
            engine,
            self.look_ups,
            remembered.may_look_up,
            worker("reasons"),
            worker("lists"),
            opening.browse,
        )
        self.player = PlayerController(
            window, session, self.playing, worker("player"), opening.browse
        )
        self.map = MapPane(worker("map"), data.maps)
        window.add_map(self.map)
        self.memory = HistoryController(
            window,
            session,
            history,
            Library(data.library),
            worker("memory"),
            lambda entry: open_paths([entry.path]),
            opening,
        )
        self.set_up = SetUpController(window, session, data, worker("set-up"), worker("stored"))
        self.storage = StorageController(
            window,
            session,
            engine,
            data,
            worker("storage"),
            lambda: self.set_up.is_active,
            opening.show_folder,
        )
        self._counting = worker("counting")
        self.storage.move_wanted.connect(self._move)
        self.moving = MoveController(
            window,
            session,
            engine,
            data,
            (self.memory, self.look_ups, self.map),
            workers,
            self._tell_of_move,
        )
        self.set_up.move_pressed.connect(lambda: self.storage.ask_for_folder(self.set_up.dialog))
        self.moving.moved.connect(self._on_moved)
        self.map.chosen.connect(self._on_map_chosen)
        self.map.failed.connect(session.report)
        window.results.table.chosen_changed.connect(self._on_row)
        session.ready.connect(self._on_ready)
        session.answered.connect(self._on_answered)
        window.results.table.proxy.hide_gone(window.commands.hide_gone.isChecked())
        self.memory.load()
        self.playing.refresh()  # also imports what the first playing would wait for

    def catch_up(self, info: CatalogInfo | None) -> None:
        """Take up what happened before: the engine was ready, and has answered."""
        if info is not None:
            self._on_ready(info)
        if self._session.answer is not None:
            self._session.tell_again()

    def close(self) -> None:
        """Stop; whoever owns the workers closes them."""
        self.player.close()
        self.playing.close()
        self.look_ups.close()
        self.memory.close()

    def _on_ready(self, info: CatalogInfo) -> None:
        self.map.set_catalog(self._engine.catalog())
        self._counting.submit(self._engine.class_counts, self._window.filter.set_counts)
        self.set_up.offer(info)

    def _on_answered(self, answer: Answer) -> None:
        self.map.show_answer(answer.matches)

    # Moving the data folder

    def _move(self, target: Path) -> None:
        if reason := self._why_not_now():
            self._tell_of_move(f"{reason}, then move the data.")
        else:
            self.moving.move(target)

    def _tell_of_move(self, text: str) -> None:
        self.storage.tell_of_move(text)
        self.set_up.tell_of_move(text)

    def _why_not_now(self) -> str:
        """Return what must end before the data can be moved; empty for nothing."""
        if self._is_recording():
            return "A recording is running. Stop it"
        if self.playing.is_active:
            return "A sound is playing. Stop it"
        if self.set_up.is_active:
            return "Setting up is not done. Wait for it, or stop it"
        return ""

    def _on_moved(self, before: DataFolder, now: DataFolder) -> None:
        self._history.relocate(before.root, now.root)
        if self._session.audio is not None:
            self._session.audio.relocate(before.root, now.root)
        self.set_up.use(now)
        self.storage.use(now)

    def _on_row(self, match: Match | None) -> None:
        if match is not None and match.row >= 0:
            self.map.select(match.row)

    def _on_map_chosen(self, row: int) -> None:
        if not self._window.results.table.select_clip(row):
            video_id = self._engine.catalog().clip(row).video_id
            self._window.banner.show_note(
                f"{video_id} is not among the matches.",
                "More like this",
                lambda: self._session.more_like(video_id),
            )
