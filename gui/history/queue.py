"""Sounds that wait their turn: matched one after another, whenever nothing else is at work."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from core.audio.reader import AudioFile
from core.errors import SoundalikeError
from core.jobs import Job
from gui.context import Context
from gui.history.model import Entry, History, Status
from gui.search.answers import Answer, matches_of
from gui.search.state import State


class Queue(QObject):
    """Works through the waiting entries of a history, in the worker that owns the engine.

    What a person asks for comes first: it stops the sound at work, which is taken up again later.
    """

    def __init__(self, context: Context, history: History, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._session, self._history = context.engine, context.session, history
        self._worker = context.session.searches
        self._at_work: Entry | None = None
        self._worker.busy_changed.connect(self._go_on)
        context.session.state_changed.connect(self._go_on)

    def add(self, paths: list[Path]) -> None:
        """Have sounds matched, in this order."""
        self._history.add([Entry(path.name, path) for path in paths])
        self._go_on()

    def _go_on(self) -> None:
        # Live matches need the worker every second, so that nothing else would get far.
        if not self._worker.is_busy and self._session.state is not State.RECORDING:
            self._begin()

    def _begin(self) -> None:
        if self._at_work is not None:  # it was stopped
            self._at_work.status = Status.WAITING
            self._history.update(self._at_work)
            self._at_work = None
        entry = self._history.waiting()
        if entry is None:
            return
        self._at_work = entry
        entry.status, entry.fraction = Status.ANALYSING, 0.0
        self._history.update(entry)
        values = self._session.options.possible

        def match(job: Job) -> Answer:
            audio = AudioFile(entry.path, job=job)
            query = self._engine.query(audio, job=job)
            return Answer(query, matches_of(self._engine, query, values, job), audio)

        def done(answer: Answer) -> None:
            self._at_work = None
            self._history.finish(entry, answer)

        def failed(error: SoundalikeError) -> None:
            self._at_work = None
            entry.status, entry.trouble = Status.FAILED, error.in_full
            self._history.update(entry)

        def progressed(stage: str, fraction: float | None) -> None:
            entry.fraction = fraction or 0.0
            self._history.update(entry)

        self._worker.submit(match, done, failed, progressed)
