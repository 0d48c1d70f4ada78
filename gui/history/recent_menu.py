"""The files of the history, as a submenu of File."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from gui.history.model import History

MOST = 10


class RecentMenu(QMenu):
    """The files that were matched last, the newest first; what the history forgets is not here.

    Signals
    -------
    chosen : Path
    """

    chosen = Signal(Path)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Open &recent", parent)
        self._history: History | None = None
        self._recordings = Path()
        self.setEnabled(False)
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def follow(self, history: History, recordings: Path) -> None:
        """List the files of a history, but for those in the folder of recordings."""
        self._history, self._recordings = history, recordings
        for signal in (history.rowsInserted, history.rowsRemoved, history.modelReset):
            signal.connect(self._offer)

    def _offer(self) -> None:
        self.setEnabled(bool(self._paths()))

    def _paths(self) -> list[Path]:
        paths = [] if self._history is None else self._history.paths()
        return [path for path in paths if path.parent != self._recordings][:MOST]

    def _fill(self) -> None:
        self.clear()
        for number, path in enumerate(self._paths(), start=1):
            # Names are shown as they are: an ampersand would otherwise underline a letter.
            name = path.name.replace("&", "&&")
            action = self.addAction(f"&{number % 10}  {name}")
            action.setToolTip(str(path.parent).replace("<", "‹"))
            action.triggered.connect(lambda _=False, path=path: self.chosen.emit(path))
