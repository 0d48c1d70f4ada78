"""Sounds that wait their turn: matched one after another, whenever nothing else is at work."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.audio.reader import AudioFile
from core.errors import Cancelled, SoundalikeError
from core.jobs import Job
from gui.context import Context
from gui.history.model import Entry, History, Status
from gui.search.answers import Answer, matches_of
from gui.search.state import State

_LEAST_MEASURED = 0.5
"""Files that must be done before a rest of time is told."""


@dataclass(frozen=True)
class QueueProgress:
    """Progress of the sounds that were given.

    Attributes
    ----------
    n_done, n_all : int
        Files; the one in sight is the first of those that came with it.
    fraction : float
        How much is done, 0 to 1.
    left_s : float or None
        How long the rest takes at the pace so far, in seconds; None while that is unknown.
    """

    n_done: int
    n_all: int
    fraction: float
    left_s: float | None = None


class Queue(QObject):
    """Works through the waiting entries of a history, in the worker that owns the engine.

    What a person asks for comes first: it stops the sound at work, which is taken up again later.

    Signals
    -------
    progressed : QueueProgress
    finished
        Nothing waits any more.
    answered : Answer
    failed : Path, SoundalikeError
        Why a file has no answer.
    """

    progressed = Signal(QueueProgress)
    finished = Signal()
    answered = Signal(Answer)
    failed = Signal(Path, SoundalikeError)

    def __init__(self, context: Context, history: History, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._session, self._history = context.engine, context.session, history
        self._worker = context.session.searches
        self._at_work: Entry | None = None
        self._jobs: list[Job] = []
        self._n_done = self._n_all = self._n_measured = 0
        self._spent_s = 0.0
        self._worker.busy_changed.connect(self._go_on)
        context.session.state_changed.connect(self._go_on)

    def add(self, paths: list[Path]) -> None:
        """Have sounds matched, in this order, after the one in sight that came with them."""
        self._history.add([Entry(path.name, path) for path in paths])
        self._n_done += 1
        self._n_all += 1 + len(paths)
        self._tell(0.0)
        self._go_on()

    def cancel(self) -> None:
        """Give up the sound at work, and forget those that wait."""
        self._at_work = None
        for job in self._jobs:
            job.cancel()
        self._history.forget_pending()
        self._end()

    def _waiting(self) -> Entry | None:
        """Return the entry whose turn it is, also one whose work was stopped."""
        if self._at_work is not None:  # it was stopped
            self._at_work.status = Status.WAITING
            self._history.update(self._at_work)
            self._at_work = None
        return self._history.waiting()

    def _go_on(self) -> None:
        # Live matches need the worker every second, so that nothing else would get far.
        if not self._worker.is_busy and self._session.state is not State.RECORDING:
            self._begin()

    def _begin(self) -> None:
        entry = self._waiting()
        if entry is None:
            self._end()
            return
        self._at_work = entry
        entry.status, entry.fraction = Status.ANALYSING, 0.0
        self._history.update(entry)
        values, begin_s = self._session.options.possible, time.monotonic()
        self._jobs.clear()

        def match(job: Job) -> Answer:
            self._jobs.append(job)
            if self._at_work is not entry:  # given up before it began
                raise Cancelled
            audio = AudioFile(entry.path, job=job)
            query = self._engine.query(audio, job=job)
            return Answer(query, matches_of(self._engine, query, values, job), audio)

        def ended() -> None:
            self._at_work = None
            self._n_done += 1
            self._n_measured += 1
            self._spent_s += time.monotonic() - begin_s
            self._tell(0.0)

        def done(answer: Answer) -> None:
            if self._at_work is not entry:
                return
            self._history.finish(entry, answer)
            self.answered.emit(answer)
            ended()

        def failed(error: SoundalikeError) -> None:
            if self._at_work is not entry:
                return
            entry.status, entry.trouble = Status.FAILED, error.in_full
            self._history.update(entry)
            self.failed.emit(entry.path, error)
            ended()

        def progressed(stage: str, fraction: float | None) -> None:
            entry.fraction = fraction or 0.0
            self._history.update(entry)
            self._tell(entry.fraction, time.monotonic() - begin_s)

        self._worker.submit(match, done, failed, progressed)

    def _tell(self, fraction: float, spent_s: float = 0.0) -> None:
        """Say how far all is, where so much of a sound was done in so many seconds."""
        if not self._n_all:
            return  # of a file that was given up, the last word comes late
        measured, rest = self._n_measured + fraction, self._n_all - self._n_done - fraction
        left_s = None
        if measured >= _LEAST_MEASURED:
            left_s = (self._spent_s + spent_s) / measured * max(rest, 0.0)
        share = min(1.0, (self._n_done + fraction) / self._n_all)
        self.progressed.emit(
            QueueProgress(min(self._n_done, self._n_all), self._n_all, share, left_s)
        )

    def _end(self) -> None:
        if self._n_all:
            self._n_done = self._n_all = self._n_measured = 0
            self._spent_s = 0.0
            self.finished.emit()
