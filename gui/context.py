"""What every feature of the window is built from."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from core.engine import Engine
from core.errors import SoundalikeError
from core.paths import DataFolder
from gui.actions import Actions
from gui.search.session import Session
from gui.settings import Remembered
from gui.widgets.banner import Banner
from gui.widgets.external import ExternalPrograms
from gui.widgets.file_dialogs import FileDialogs
from gui.workers import Workers
from gui.youtube.permission import LookUpPermission

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Context:
    """The engine, the data, the person's settings, and what all features share of the window.

    Attributes
    ----------
    engine : Engine
        Only the worker "searches" may use it, but for what any thread may ask.
    data : DataFolder
    remembered : Remembered
        What a person chose the last time.
    workers : Workers
    session : Session
        What is asked and answered.
    permission : LookUpPermission
    actions : Actions
    banner : Banner
    dialogs : FileDialogs
    external : ExternalPrograms
    say : callable
        Shows a line for some seconds.
    window : QWidget
        The parent of dialogs.
    """

    engine: Engine
    data: DataFolder
    remembered: Remembered
    workers: Workers
    session: Session
    permission: LookUpPermission
    actions: Actions
    banner: Banner
    dialogs: FileDialogs
    external: ExternalPrograms
    say: Callable[[str], None]
    window: QWidget

    def complete_classes(self, text: str, done: Callable[[list[str]], None]) -> None:
        """Call back with the names of classes that complete a text, the best first."""
        self.workers["words"].submit(lambda job: self.engine.find_classes(text), done)

    def show_trouble(self, error: SoundalikeError) -> None:
        """Say in the banner what happened and what to do; what it came of is for the log."""
        if error.__cause__ is not None:
            log.warning("%s: %s", type(error).__name__, error.__cause__)
        self.banner.show_trouble(error.in_full)
