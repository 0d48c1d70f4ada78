"""Opens the dialog of what a person prefers; it is imported and made by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gui.context import Context

if TYPE_CHECKING:
    from gui.preferences.choices import Owners
    from gui.preferences.dialog import PreferencesDialog


class PreferencesController(QObject):
    """Joins the menu's entry, the dialog and the folder of recordings.

    Parameters
    ----------
    context : Context
    owners : Owners
        Of what the dialog shows and changes.

    Attributes
    ----------
    dialog : PreferencesDialog or None
        There once it was opened.
    """

    def __init__(self, context: Context, owners: Owners) -> None:
        super().__init__(context.window)
        self._context, self._owners = context, owners
        self.dialog: PreferencesDialog | None = None
        context.actions.preferences.triggered.connect(self._open)

    def _open(self) -> None:
        if self.dialog is None:
            from gui.preferences.dialog import PreferencesDialog

            recordings = self._context.data.recordings
            self.dialog = PreferencesDialog(self._owners, recordings, self._context.window)
            self.dialog.folder_pressed.connect(self._show_folder)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def _show_folder(self) -> None:
        recordings = self._context.data.recordings
        # It is made by the first recording.
        there = recordings if recordings.is_dir() else self._context.data.root
        self._context.external.show_folder(there)
