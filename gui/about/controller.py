"""Opens what the Help menu has, and copies the details for a report."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QDialog

from core.errors import SoundalikeError
from core.types import CatalogInfo
from gui.context import Context

if TYPE_CHECKING:
    from gui.about.dialog import AboutDialog
    from gui.about.licence_page import LicencePage

COPIED = "Details for a report have been copied, without names of files and folders."
COPIED_IN_FULL = "Details for a report have been copied, with the names in the log."


class AboutController(QObject):
    """Its dialogs are imported and made when they are opened; workers read what they show.

    Parameters
    ----------
    context : Context

    Attributes
    ----------
    dialog : AboutDialog or None
    page : LicencePage or None
        There once they were opened.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._info: CatalogInfo | None = None
        self._reading = context.workers["licences"]
        self.dialog: AboutDialog | None = None
        self.page: LicencePage | None = None
        # Drawn only now: it takes 20 ms, which the first paint need not wait for.
        context.window.setWindowIcon(QIcon(str(files("resources") / "soundalike.svg")))
        context.actions.about.triggered.connect(self._open_about)
        context.actions.licences.triggered.connect(self._open_licences)
        context.actions.copy_details.triggered.connect(lambda: self._copy(with_names=False))

    def take(self, info: CatalogInfo) -> None:
        """Take note of what answers."""
        self._info = info
        if self.dialog is not None:
            self.dialog.show_info(info)

    def _open_about(self) -> None:
        if self.dialog is None:
            from core.licences import own_file
            from gui.about.dialog import AboutDialog

            self.dialog = AboutDialog(self._context.actions, self._context.window)
            self._reading.submit(
                lambda job: own_file("NOTICE"),
                self.dialog.show_credits,
                self._fail,
                must_finish=True,
            )
        if self._info is not None:
            self.dialog.show_info(self._info)
        _raise(self.dialog)

    def _open_licences(self) -> None:
        if self.page is None:
            from gui.about.licence_page import LicencePage

            self.page = LicencePage(self._context.window)
        if not self.page.has_packages:
            from core.licences import licences

            self._reading.submit(licences, self.page.show_packages, self._fail, must_finish=True)
        _raise(self.page)

    def _fail(self, error: SoundalikeError) -> None:
        for dialog in (self.dialog, self.page):
            if dialog is not None:
                dialog.show_trouble(error.in_full)

    def _copy(self, with_names: bool) -> None:
        from gui.about.report import report, window_details

        window, log = window_details(self._info), self._context.data.log
        self._context.workers["report"].submit(
            lambda job: report(window, log, with_names, job),
            lambda text: self._put(text, with_names),
            self._context.show_trouble,
        )

    def _put(self, text: str, with_names: bool) -> None:
        QGuiApplication.clipboard().setText(text)
        banner = self._context.banner
        if with_names:
            banner.show_note(COPIED_IN_FULL)
        else:
            banner.show_note(COPIED, "Copy with names", lambda: self._copy(with_names=True))


def _raise(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
