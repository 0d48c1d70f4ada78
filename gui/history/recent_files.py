"""The sounds that were opened last."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

MOST = 10


class RecentFiles(QObject):
    """A menu of files, the newest first.

    Attributes
    ----------
    menu : QMenu
    paths : list of str

    Signals
    -------
    chosen : Path
    """

    chosen = Signal(Path)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.menu = QMenu("&Recent", parent)
        self.menu.setEnabled(False)
        self.menu.setToolTipsVisible(True)
        self.paths: list[str] = []

    def show(self, paths: list[str]) -> None:
        """Show these files."""
        self.paths = paths[:MOST]
        self.menu.clear()
        for number, text in enumerate(self.paths, start=1):
            path = Path(text)
            # Names are shown as they are: an ampersand would otherwise underline a letter.
            name = path.name.replace("&", "&&")
            action = self.menu.addAction(f"&{number % 10}  {name}")
            action.setToolTip(str(path.parent).replace("<", "‹"))
            action.triggered.connect(lambda _=False, path=path: self.chosen.emit(path))
        if self.paths:
            self.menu.addSeparator()
            self.menu.addAction("Clear the list").triggered.connect(lambda: self.show([]))
        self.menu.setEnabled(bool(self.paths))

    def add(self, path: Path) -> None:
        """Put a file on top."""
        text = str(path)
        if "\n" not in text:
            self.show([text, *(other for other in self.paths if other != text)])
