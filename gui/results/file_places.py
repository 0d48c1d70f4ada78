"""Whether a person's own files are there: a drive may be away, or take seconds to say so."""

from __future__ import annotations

import os
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from core.jobs import Job
from core.types import Match
from gui.workers import Worker


class FilePlaces(QObject):
    """Looks in a worker whether the files of matches are there.

    Before that is known, the catalogue's last update says.

    Parameters
    ----------
    worker : Worker
        Used by nobody else: a drive that hangs holds up nothing but this.

    Signals
    -------
    changed
        Files are there that were not, or the other way round.
    """

    changed = Signal()

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._are_there: dict[str, bool] = {}

    def place(self, match: Match) -> str:
        """Return the path of a file with the match's content; empty where none is there."""
        unknown = not match.is_missing
        for path in (match.path, *match.other_paths):
            if self._are_there.get(path, unknown):
                return path
        return ""

    def want(self, matches: Iterable[Match]) -> None:
        """Look whether the files of these matches are there, also where that was known."""
        paths = {path for match in matches for path in (match.path, *match.other_paths) if path}
        if paths:
            self._worker.submit(lambda job: _looked(paths, job), self._on_found)

    def _on_found(self, found: dict[str, bool]) -> None:
        if any(self._are_there.get(path) is not is_there for path, is_there in found.items()):
            self._are_there |= found
            self.changed.emit()


def _looked(paths: Iterable[str], job: Job) -> dict[str, bool]:
    found = {}
    for path in paths:
        job.check()
        found[path] = os.path.isfile(path)  # noqa: PTH113 - bytes that are no text survive
    return found
