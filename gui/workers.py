"""Work that must not hold up the window. The only file here that knows threads.

A `Worker` is one thread that does one thing at a time, newest request first: a request that comes
while another is at work replaces what waits, and asks the one at work to stop. Whatever a replaced
request still says is dropped. What must finish is neither stopped nor replaced: the others wait.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

from core.errors import Cancelled, SoundalikeError, unforeseen
from core.jobs import Job

log = logging.getLogger(__name__)

Work = Callable[[Job], Any]

_PROGRESS_INTERVAL_S = 1 / 30
"""People see no more than this, and each message costs the window's thread a little."""

_NICENESS = 5

abandoned: list[QObject] = []
"""Threads stuck in a foreign library at the end, and their workers; destroying them would abort."""


def _ignore(*_: object) -> None:
    pass


@dataclass(eq=False)
class _Request:
    """A piece of work, and what came of it: the window's thread lets go of it last.

    Callbacks and results may be the last to hold a widget, and Qt crashes where one dies in another
    thread. So nothing of it is sent through signals, which let go of it where they are received,
    or where they were sent from, whichever comes last.
    """

    number: int
    work: Work
    done: Callable[[Any], None]
    failed: Callable[[SoundalikeError], None]
    progressed: Callable[[str, float | None], None]
    must_finish: bool
    job: Job = field(default_factory=Job)
    is_dropped: bool = False
    result: Any = None
    error: SoundalikeError | None = None


class _Worker(QObject):
    """Lives in the worker's thread and does what it is given."""

    progressed = Signal(int, str, object)  # float | None
    succeeded = Signal(int)
    broke = Signal(int)
    ended = Signal(int)
    request: _Request | None = None

    @Slot(int)
    def perform(self, number: int) -> None:
        self._perform()
        self.ended.emit(number)

    def _perform(self) -> None:
        request = self.request
        assert request is not None  # noqa: S101 - it is set before it is asked for
        try:
            request.result = request.work(request.job)
        except Cancelled:
            return
        except SoundalikeError as error:
            # Without its traceback, which would hold this call and so the request.
            request.error = error.with_traceback(None)
        except Exception as error:  # the window must live on, whatever broke
            log.exception("Work in the background broke")
            request.error = unforeseen(error.with_traceback(None))
        signal = self.succeeded if request.error is None else self.broke
        signal.emit(request.number)

    def reporter(self, number: int) -> Callable[[str, float | None], None]:
        last_s, last_stage = 0.0, ""

        def report(stage: str, fraction: float | None) -> None:
            nonlocal last_s, last_stage
            now_s = time.monotonic()
            if stage != last_stage or now_s - last_s >= _PROGRESS_INTERVAL_S:
                last_s, last_stage = now_s, stage
                self.progressed.emit(number, stage, fraction)

        return report


class _Thread(QThread):
    """Runs its event loop, then one last piece of work in the same thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.last: Callable[[], None] | None = None

    def run(self) -> None:
        _give_way()
        self.exec()
        if self.last is not None:
            try:
                self.last()
            except Exception:
                log.exception("Closing broke")


def _give_way() -> None:
    """Let the window's thread run before this one, and before all threads that this one starts.

    Qt's own thread priorities do nothing under Linux's usual scheduler; a thread's niceness does.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


class Worker(QObject):
    """One thread and its mailbox. All methods and callbacks belong to the window's thread.

    Signals
    -------
    busy_changed : bool
        Whether anything is at work or waits.
    """

    busy_changed = Signal(bool)
    _start = Signal(int)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._at_work: _Request | None = None
        self._waiting: list[_Request] = []
        self._is_closed = False
        self._thread = _Thread(self)
        self._thread.setObjectName(name)
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._start.connect(self._worker.perform)
        self._worker.progressed.connect(self._on_progressed)
        self._worker.succeeded.connect(self._on_succeeded)
        self._worker.broke.connect(self._on_broke)
        self._worker.ended.connect(self._on_ended)

    @property
    def is_busy(self) -> bool:
        """Whether anything is at work or waits."""
        return self._at_work is not None

    def submit(
        self,
        work: Work,
        done: Callable[[Any], None] = _ignore,
        failed: Callable[[SoundalikeError], None] = _ignore,
        progressed: Callable[[str, float | None], None] = _ignore,
        *,
        must_finish: bool = False,
    ) -> None:
        """Have `work` done, instead of what was asked for before.

        Parameters
        ----------
        work : callable
            Called as ``work(job)`` in the worker's thread.
        done, failed, progressed : callable
            Called in the window's thread with the result, the error, or stage and fraction.
        must_finish : bool
            Later requests wait for this one, whether it is at work or waits itself, rather than
            stopping or replacing it; only `close` does.
        """
        if self._is_closed:
            return
        number = next(self._numbers)
        request = _Request(number, work, done, failed, progressed, must_finish)
        request.job = Job(self._worker.reporter(number))
        self.cancel()
        if self._at_work is None:
            self._begin(request)
        else:
            self._waiting.append(request)

    def cancel(self) -> None:
        """Stop what is at work, and forget what waits, unless it must finish."""
        self._waiting = [request for request in self._waiting if request.must_finish]
        if self._at_work is not None and not self._at_work.must_finish:
            self._drop(self._at_work)

    def close(self, last: Callable[[], None] | None = None) -> None:
        """Stop everything; `last` is called in the worker's thread at the very end.

        A worker that is closed already stays as it is.
        """
        if self._is_closed:
            return
        self._is_closed = True
        self._waiting.clear()
        if self._at_work is not None:
            self._drop(self._at_work)
        self._thread.last = last
        if last is not None:
            self._start_thread()
        self._thread.quit()

    def wait(self, deadline: QDeadlineTimer) -> bool:
        """Wait until the closed worker's thread has ended; False if it is stuck."""
        if self._thread.wait(deadline):
            return True
        log.warning("The thread %s does not end", self._thread.objectName())
        self._thread.setParent(None)
        abandoned.extend((self._thread, self._worker))
        return False

    def _start_thread(self) -> None:
        # Each start is a turn for the other threads, and a window makes a dozen workers at once.
        if not self._thread.isRunning():
            self._thread.start()

    def _begin(self, request: _Request) -> None:
        self._at_work = request
        self._worker.request = request
        self._start_thread()
        self._start.emit(request.number)
        self.busy_changed.emit(True)

    @staticmethod
    def _drop(request: _Request) -> None:
        request.is_dropped = True
        request.job.cancel()

    def _current(self, number: int) -> _Request | None:
        request = self._at_work
        if request is None or request.number != number or request.is_dropped:
            return None
        return request

    @Slot(int, str, object)
    def _on_progressed(self, number: int, stage: str, fraction: float | None) -> None:
        if request := self._current(number):
            request.progressed(stage, fraction)

    @Slot(int)
    def _on_succeeded(self, number: int) -> None:
        if request := self._current(number):
            request.done(request.result)

    @Slot(int)
    def _on_broke(self, number: int) -> None:
        request = self._current(number)
        if request is not None and request.error is not None:
            request.failed(request.error)

    @Slot(int)
    def _on_ended(self, number: int) -> None:
        if self._at_work is None or self._at_work.number != number:
            return
        self._at_work = self._worker.request = None
        if self._waiting:
            self._begin(self._waiting.pop(0))
        else:
            self.busy_changed.emit(False)


class Workers(QObject):
    """The workers of a window, by name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers: dict[str, Worker] = {}

    def __getitem__(self, name: str) -> Worker:
        """Return the worker of a name, started when it is first asked for."""
        if name not in self._workers:
            self._workers[name] = Worker(name, self)
        return self._workers[name]

    @property
    def is_busy(self) -> bool:
        """Whether any of them is at work."""
        return any(worker.is_busy for worker in self._workers.values())

    def close(self) -> None:
        """Stop all that their users have not closed."""
        for worker in self._workers.values():
            worker.close()

    def wait(self, milliseconds: int) -> bool:
        """Wait for the threads of closed workers; False if one of them is stuck."""
        deadline = QDeadlineTimer(milliseconds)
        ended = [worker.wait(deadline) for worker in self._workers.values()]
        return all(ended)
