"""The library in a worker of its own, one piece of work after another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.errors import Cancelled, SoundalikeError
from core.jobs import Job
from core.library import Library
from gui.workers import Worker


class LibraryWorker(QObject):
    """Does what is to be done with the library, in the order in which it was asked for.

    Parameters
    ----------
    library : Library
        Only the worker uses it.
    worker : Worker
        Nothing else may be done in it.

    Signals
    -------
    noted : str
        Something worth knowing.
    failed : SoundalikeError
        The library cannot be used; said once.
    """

    noted = Signal(str)
    failed = Signal(SoundalikeError)

    def __init__(self, library: Library, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.library, self._worker = library, worker
        self._waiting: deque[tuple[Callable[[Job], Any], Callable[[Any], None]]] = deque()
        self._is_told = False
        worker.busy_changed.connect(self._go_on)

    @property
    def is_busy(self) -> bool:
        """Whether something is done in the worker, or waits."""
        return self._worker.is_busy or bool(self._waiting)

    def do(self, work: Callable[[Job], Any], done: Callable[[Any], None] = lambda _: None) -> None:
        """Have something done after all that waits; a worker alone would drop what waits."""
        self._waiting.append((work, done))
        self._go_on()

    def close(self) -> None:
        """Stop; what still waits is done in the worker's thread, as fast as it can be."""
        rest = [work for work, _ in self._waiting]
        self._waiting.clear()

        def finish() -> None:
            job = Job()
            job.cancel()
            for work in rest:
                with suppress(SoundalikeError, Cancelled):
                    work(job)

        self._worker.close(finish)

    def _go_on(self) -> None:
        if not self._waiting or self._worker.is_busy:
            return
        work, done = self._waiting.popleft()

        def succeeded(result: Any) -> None:
            done(result)
            self._tell()

        self._worker.submit(work, succeeded, self._on_failed, must_finish=True)

    def _tell(self) -> None:
        notices, self.library.notices[:] = list(self.library.notices), []
        for notice in notices:
            self.noted.emit(notice)

    def _on_failed(self, error: SoundalikeError) -> None:
        self._tell()
        if not self._is_told:
            self._is_told = True
            self.failed.emit(error)
