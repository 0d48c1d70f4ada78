"""Moves the data folder under a window that stays: everything lets go, and takes hold again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from core.errors import Cancelled, SoundalikeError
from core.jobs import Job
from core.paths import DataFolder
from core.types import CatalogInfo
from gui.context import Context
from gui.storage.move_dialog import MoveDialog
from gui.workers import Worker


class DataUser(Protocol):
    """Something that reads or writes files of the data folder now and then."""

    def hold(self) -> None:
        """Begin nothing more; what is asked for waits."""

    def use(self, data: DataFolder) -> None:
        """Go on, with what lies here."""


@dataclass
class _Outcome:
    """What came of a move; written in the engine's worker, read when that is done."""

    folder: DataFolder | None = None
    error: SoundalikeError | None = None
    is_done: bool = False


class MoveController(QObject):
    """One move at a time; the window takes no other wishes meanwhile.

    Parameters
    ----------
    context : Context
    users : tuple of DataUser
    workers : callable
        Returns the workers in which files are used, but for the engine's.
    told : callable
        Takes what came of it, in words.

    Signals
    -------
    moved : DataFolder, DataFolder
        Where the data was, and where it is.
    """

    moved = Signal(object, object)

    def __init__(
        self,
        context: Context,
        users: tuple[DataUser, ...],
        workers: Callable[[], list[Worker]],
        told: Callable[[str], None],
    ) -> None:
        super().__init__(context.window)
        self._window, self._session, self._engine = context.window, context.session, context.engine
        self._data, self._users, self._workers, self._told = context.data, users, workers, told
        self._awaited: list[Worker] = []
        self._job = Job()
        self._target = Path()
        self._outcome: _Outcome | None = None
        self.dialog: MoveDialog | None = None

    def move(self, target: Path) -> None:
        """Move the data, as soon as nothing uses it."""
        if self._outcome is not None:
            return
        self._target, self._outcome, self._job = target, _Outcome(), Job()
        self.dialog = MoveDialog(str(target), self._window)
        self.dialog.cancelled.connect(lambda: self._job.cancel())
        self.dialog.show()
        for user in self._users:
            user.hold()
        self._session.ready.connect(self._on_engine)
        self._session.troubled.connect(self._on_engine)
        self._session.progressed.connect(self.dialog.show_progress)
        self._awaited = self._workers()
        for worker in self._awaited:
            worker.busy_changed.connect(self._begin)
        self._begin()

    def _begin(self) -> None:
        if not self._awaited or any(worker.is_busy for worker in self._awaited):
            return
        for worker in self._awaited:
            worker.busy_changed.disconnect(self._begin)
        self._awaited = []
        self._session.loader.reload(self._work)

    def _work(self, job: Job) -> CatalogInfo:
        """Move, and load what is there then; in the engine's worker."""
        outcome, watched = self._outcome, self._job.watched_by(job.report)
        assert outcome is not None  # noqa: S101 - `move` has set it
        try:
            outcome.folder = self._engine.move_data(self._target, watched)
        except SoundalikeError as error:
            outcome.error = error
        except Cancelled:
            job.check()  # unless the whole window is closing, the engine has to be loaded again
        finally:
            outcome.is_done = True
        return self._engine.load(job)

    def _on_engine(self) -> None:
        outcome, dialog = self._outcome, self.dialog
        if outcome is None or dialog is None or not outcome.is_done:
            return
        self._session.ready.disconnect(self._on_engine)
        self._session.troubled.disconnect(self._on_engine)
        self._session.progressed.disconnect(dialog.show_progress)
        dialog.finish()
        self._outcome = self.dialog = None
        before, self._data = self._data, outcome.folder or self._data
        for user in self._users:
            user.use(self._data)
        if outcome.folder is not None:
            self.moved.emit(before, outcome.folder)
            self._told(f"The data lies in {outcome.folder.root} now.")
        elif outcome.error is not None:
            self._told(outcome.error.in_full)
        else:
            self._told("Moving was cancelled. Everything is where it was.")
