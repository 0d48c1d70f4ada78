"""Saving what takes longer than a moment: progress, Cancel, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QProgressDialog, QWidget

from core.errors import Cancelled, SoundalikeError
from core.jobs import Job
from gui.workers import Worker

SHOWN_AFTER_MS = 400


class Saving(QObject):
    """Writes one file at a time in a worker.

    Signals
    -------
    saved : Path
    failed : SoundalikeError
    """

    saved = Signal(Path)
    failed = Signal(SoundalikeError)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: QProgressDialog | None = None
        self._worker: Worker | None = None

    def save(self, worker: Worker, path: Path, work: Callable[[Job], object]) -> None:
        """Have a file written; only Cancel stops that, and then nothing is left of it."""
        dialog = QProgressDialog(f"Saving {path.name}", "Cancel", 0, 100, self._window)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.setMinimumDuration(SHOWN_AFTER_MS)
        dialog.setAutoReset(False)
        dialog.setValue(0)
        jobs: list[Job] = []
        is_cancelled = False

        def cancel() -> None:
            nonlocal is_cancelled
            is_cancelled = True
            for job in jobs:
                job.cancel()

        dialog.canceled.connect(cancel)
        self.dialog = dialog

        def write(job: Job) -> Path:
            jobs.append(job)
            if is_cancelled:  # while the worker still had something else to finish
                raise Cancelled
            work(job)
            return path

        worker.submit(write, self._on_saved, self._on_failed, self._on_progress, must_finish=True)
        # A worker says nothing of what was cancelled but that it is idle.
        worker.busy_changed.connect(self._on_busy)
        self._worker = worker

    def _on_progress(self, stage: str, fraction: float | None) -> None:
        if self.dialog is not None and fraction is not None:
            self.dialog.setValue(min(99, round(100 * fraction)))

    def _on_saved(self, path: Path) -> None:
        self._end()
        self.saved.emit(path)

    def _on_failed(self, error: SoundalikeError) -> None:
        self._end()
        self.failed.emit(error)

    def _on_busy(self, is_busy: bool) -> None:
        if not is_busy:
            self._end()

    def _end(self) -> None:
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
            self.dialog = None
        if self._worker is not None:
            self._worker.busy_changed.disconnect(self._on_busy)
            self._worker = None
