"""Looks for duplicates in a catalogue of own sounds, and lets them be heard and found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.audio.reader import AudioFile
from core.errors import SoundalikeError
from core.jobs import Job
from gui.context import Context

if TYPE_CHECKING:
    from gui.sounds.duplicates import DuplicateFiles
    from gui.sounds.duplicates_dialog import DuplicatesDialog


class DuplicatesController(QObject):
    """Its dialog is imported and made when it is opened; a worker compares the clips.

    Parameters
    ----------
    context : Context

    Attributes
    ----------
    dialog : DuplicatesDialog or None
        There once it was opened.

    Signals
    -------
    played : AudioFile or None
        A file that a person wants to hear; None ends it.
    """

    played = Signal(object)  # AudioFile | None

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._comparing, self._opening = context.workers["duplicates"], context.workers["preview"]
        self.dialog: DuplicatesDialog | None = None

    def open(self, name: str, parent: QWidget) -> None:
        """Look for the duplicates in the catalogue of this name."""
        dialog = self.dialog or self._made(parent)
        data = self._context.data

        def find(job: Job) -> list[DuplicateFiles]:
            from gui.sounds.duplicates import found_duplicates

            return found_duplicates(data, name, job)

        dialog.begin(name)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        self._comparing.submit(find, dialog.show_groups, self.fail, dialog.progress.report)

    def _made(self, parent: QWidget) -> DuplicatesDialog:
        from gui.sounds.duplicates_dialog import DuplicatesDialog

        self.dialog = dialog = DuplicatesDialog(parent)
        dialog.cancelled.connect(self._cancel)
        dialog.play_pressed.connect(self._play)
        dialog.stop_pressed.connect(lambda: self.played.emit(None))
        dialog.folder_pressed.connect(lambda path: self._context.external.show_file(Path(path)))
        return dialog

    def show_playing(self, is_playing: bool) -> None:
        """Take note of whether a file plays."""
        if self.dialog is not None:
            self.dialog.show_playing(is_playing)

    def fail(self, error: SoundalikeError) -> None:
        """Say what cannot be done."""
        if self.dialog is not None:
            self.dialog.tell(error.in_full)

    def _cancel(self) -> None:
        if self._comparing.is_busy and self.dialog is not None:
            self._comparing.cancel()
            self.dialog.tell("Stopped. Nothing was changed.")

    def _play(self, path: str) -> None:
        self._opening.submit(lambda _: AudioFile(Path(path)), self.played.emit, self.fail)
