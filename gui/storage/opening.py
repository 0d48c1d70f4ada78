"""Opening the data folder before anything else does: it is moved now if that was planned."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from PySide6.QtCore import QDeadlineTimer, QEventLoop, Qt
from PySide6.QtWidgets import QApplication, QLabel, QProgressDialog

from core.errors import Cancelled, SoundalikeError
from core.jobs import Job
from core.paths import DataFolder
from core.setup.folder_lock import in_use
from core.setup.planned_move import carry_out, has_work, planned_move
from gui import theme
from gui.workers import Worker

_STEPS = 1000
_SHOWN_AFTER_MS = 200
_CLOSING_MS = 4000


@dataclass
class OpenedData:
    """A data folder that stays where it is, and what came of a move.

    Attributes
    ----------
    folder : DataFolder or None
        None where a person did not wait for another program that moves it.
    error : SoundalikeError or None
        Why it could not be moved; that is still planned.
    is_cancelled : bool
        Whether a person cancelled the move.
    """

    folder: DataFolder | None = None
    error: SoundalikeError | None = None
    is_cancelled: bool = False


def open_data(data: DataFolder, held: ExitStack) -> OpenedData:
    """Move the data folder if that was planned, behind a small window, and keep it in its place.

    Parameters
    ----------
    data : DataFolder
    held : ExitStack
        As long as it is open, no other program moves the data.
    """
    if not has_work(data):
        try:
            return OpenedData(held.enter_context(in_use(data, Job(_refuse_to_wait))))
        except Cancelled:
            pass
    return _opened_behind_a_dialog(data, held)


def _refuse_to_wait(_stage: str, _fraction: float | None) -> None:
    raise Cancelled


def _opened_behind_a_dialog(data: DataFolder, held: ExitStack) -> OpenedData:
    target, opened, asked = planned_move(data), OpenedData(), Job()
    title = "Opening the data" if target is None else f"Moving the data to {target}"
    dialog, loop = _progress_dialog(title), QEventLoop()

    def work(job: Job) -> DataFolder:
        now, watched = data, asked.watched_by(job.report)
        if has_work(data):
            try:
                now = carry_out(data, watched)
            except Cancelled:
                opened.is_cancelled = True
            except SoundalikeError as error:
                opened.error = error
        return held.enter_context(in_use(now, watched))

    def done(folder: DataFolder) -> None:
        opened.folder = folder

    def failed(error: SoundalikeError) -> None:
        opened.folder, opened.error = data, error

    def progressed(stage: str, fraction: float | None) -> None:
        if not asked.is_cancelled:
            dialog.setLabelText(f"{title}\n{stage}")
            dialog.setValue(round(_STEPS * (fraction or 0)))

    worker = Worker("opening the data")
    for signal in (dialog.canceled, dialog.rejected):  # by the button or the frame; by Escape
        signal.connect(lambda: asked.cancel())
    worker.busy_changed.connect(lambda is_busy: None if is_busy else loop.quit())
    worker.submit(work, done, failed, progressed, must_finish=True)
    # This is the only window, but not the last one.
    QApplication.setQuitOnLastWindowClosed(False)
    loop.exec()
    dialog.close()
    QApplication.setQuitOnLastWindowClosed(True)
    worker.close()
    worker.wait(QDeadlineTimer(_CLOSING_MS))
    return opened


def _progress_dialog(title: str) -> QProgressDialog:
    """Return a window that is shown if it takes long; cancelled, it goes before all is undone."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)  # a folder's name is never read as markup
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    label.setWordWrap(True)
    dialog = QProgressDialog()
    dialog.setLabel(label)
    dialog.setWindowTitle("Moving the data")
    dialog.setMinimumWidth(64 * theme.GRID)
    dialog.setAutoClose(False)
    dialog.setAutoReset(False)
    dialog.setRange(0, _STEPS)
    dialog.setLabelText(title)
    dialog.setMinimumDuration(_SHOWN_AFTER_MS)
    return dialog
