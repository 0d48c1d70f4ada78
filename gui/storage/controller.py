"""Joins the chooser of catalogues and the page of what lies where to the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from core.errors import SoundalikeError
from core.jobs import Job
from core.setup.choice import BALANCED
from core.setup.selection import BALANCED_NAME
from core.types import CatalogInfo
from gui.context import Context
from gui.storage.move_controller import MoveController
from gui.storage.page import StoragePage

if TYPE_CHECKING:
    from core.setup.inventory import CatalogEntry
    from core.setup.stored_items import StoredItem
    from gui.storage.catalog_chooser import CatalogChooser


class StorageController(QObject):
    """Changes go through the session, between two searches; seeing what is there needs no engine.

    Parameters
    ----------
    context : Context
    is_setting_up : callable
        Whether anything is being made there: then nothing may be removed.
    moving : MoveController
    chooser : CatalogChooser
    """

    def __init__(
        self,
        context: Context,
        is_setting_up: Callable[[], bool],
        moving: MoveController,
        chooser: CatalogChooser,
    ) -> None:
        super().__init__(context.window)
        self._context, self._is_setting_up = context, is_setting_up
        self._session, self._engine, self._data = context.session, context.engine, context.data
        self._looking = context.workers["storage"]
        self._searched: CatalogInfo | None = None
        window, actions, session = context.window, context.actions, context.session
        self.chooser, self.page = chooser, StoragePage(window)
        actions.catalogs.triggered.connect(lambda: self._open(self.chooser))
        actions.storage.triggered.connect(lambda: self._open(self.page))
        self.chooser.chosen.connect(self._choose)
        self.chooser.deleted.connect(lambda name: self._remove(f"catalog:{name}"))
        self.page.removed.connect(self._remove)
        self.page.folder_pressed.connect(self._open_folder)
        self.page.move_pressed.connect(lambda: moving.toggle(self.page))
        self.page.show_planned_move(moving.target)
        moving.planned.connect(self.page.show_planned_move)
        moving.failed.connect(self._tell)
        session.ready.connect(self.take)
        session.troubled.connect(self._on_trouble)

    def take(self, info: CatalogInfo) -> None:
        """Take note of which catalogue is searched."""
        self._searched = info
        self.refresh()

    def _open(self, dialog: QDialog) -> None:
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        self.refresh()

    def refresh(self) -> None:
        """List anew what there is, where that is seen."""
        if self.chooser.isVisible():
            self.chooser.message.setText("")
        if not (self.chooser.isVisible() or self.page.isVisible()):
            return

        def look(_: Job) -> tuple[list[CatalogEntry], list[StoredItem]]:
            from core.setup.inventory import catalogs
            from core.setup.stored_items import storage

            return catalogs(self._data), storage(self._data)

        self._looking.submit(look, self._show)

    def _show(self, found: tuple[list[CatalogEntry], list[StoredItem]]) -> None:
        entries, items = found
        self.chooser.show_entries(entries, self._searched)
        self.page.show_items(items, self._data.root)

    def _choose(self, names: list[str]) -> None:
        shown = (BALANCED_NAME if name == BALANCED else name for name in names)
        self.chooser.message.setText(f"Switching to {', '.join(shown)}.")
        self._session.loader.reload(lambda job: self._engine.choose(names, job))

    def _remove(self, key: str) -> None:
        if self._is_setting_up():
            self._tell("Setting up, or adding sounds, is not done. Wait for it, or stop it first.")
            return

        def remove(job: Job) -> CatalogInfo:
            try:
                self._engine.remove(key)
            finally:
                info = self._engine.load(job)
            return info

        self._tell("Removing.")
        self._session.loader.reload(remove)

    def _on_trouble(self, error: SoundalikeError) -> None:
        self._tell(error.in_full)

    def _tell(self, text: str) -> None:
        for dialog in (self.chooser, self.page):
            if dialog.isVisible():
                dialog.message.setText(text)

    def _open_folder(self) -> None:
        self._context.external.show_folder(self._data.root)
