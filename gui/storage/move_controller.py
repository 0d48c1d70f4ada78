"""Plans a move of the data folder: the folder is chosen now, the data moves at the next start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import SoundalikeError
from core.jobs import Job
from core.setup.planned_move import cancel_move, plan_move, planned_move
from gui.context import Context


class MoveController(QObject):
    """Asks for the new folder, keeps the plan, and undoes it.

    Parameters
    ----------
    context : Context

    Signals
    -------
    planned : Path or None
        Where the data moves at the next start.
    failed : str
        Why it cannot, in words.
    """

    planned = Signal(object)  # Path | None
    failed = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._banner, self._data = context.banner, context.data
        self._worker = context.workers["moving"]
        self._target = planned_move(self._data)

    @property
    def target(self) -> Path | None:
        """Folder that the data moves to at the next start."""
        return self._target

    def toggle(self, parent: QWidget) -> None:
        """Ask for a folder; where one is planned, undo that."""
        if self._target is not None:
            self.undo()
            return
        dialog = QFileDialog(parent, "A new or empty folder for the data", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Move here")
        dialog.fileSelected.connect(lambda name: self.plan(Path(name)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def plan(self, target: Path) -> None:
        """Have the data moved to a folder at the next start, if it can be used."""
        self._worker.submit(
            lambda _: plan_move(self._data, target),
            self._on_planned,
            self._on_failed,
            must_finish=True,
        )

    def undo(self) -> None:
        """Leave the data where it is."""

        def cancel(_: Job) -> None:
            cancel_move(self._data)

        self._worker.submit(cancel, self._on_undone, self._on_failed, must_finish=True)

    def _on_planned(self, target: Path) -> None:
        self._target = target
        self._banner.show_note(f"The data moves to {target} at the next start.", "Undo", self.undo)
        self.planned.emit(target)

    def _on_undone(self, _: None) -> None:
        self._target = None
        self._banner.show_note("The data stays where it is.")
        self.planned.emit(None)

    def _on_failed(self, error: SoundalikeError) -> None:
        self.failed.emit(error.in_full)
