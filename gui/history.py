"""What was listened to, the newest first, and what still waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.types import Query
from gui import formats
from gui.session import Answer, Span

MOST_ENTRIES = 1000

_Index = QModelIndex | QPersistentModelIndex


class Status(Enum):
    """How far a sound has come."""

    WAITING = "waiting"
    LISTENING = "listening"
    DONE = "done"
    FAILED = "failed"


@dataclass(eq=False)
class Entry:
    """A sound, or a span of one.

    Attributes
    ----------
    name : str
    path : Path
    span : tuple of two floats, or None
    status : Status
    fraction : float
        How much has been listened to, 0 to 1.
    answer : Answer or None
    trouble : str
        Why there is no answer.
    """

    name: str
    path: Path
    span: Span | None = None
    status: Status = Status.WAITING
    fraction: float = 0.0
    answer: Answer | None = field(default=None, repr=False)
    trouble: str = ""

    @property
    def detail(self) -> str:
        """What is to be said of it, in a few words."""
        match self.status:
            case Status.WAITING:
                return "Waiting"
            case Status.LISTENING:
                return f"Listening · {self.fraction:.0%}"
            case Status.FAILED:
                return self.trouble
        if self.answer is None:
            return ""
        number = formats.count(len(self.answer.matches.matches), "match", "matches")
        if self.span is not None:
            return f"{formats.clock(self.span[0], 1)} – {formats.clock(self.span[1], 1)} · {number}"
        return f"{formats.clock(self.answer.matches.query.duration_s, 1)} · {number}"


class History(QAbstractListModel):
    """A list of entries for a view: the name, then in another line how it stands."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of entries."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return an entry's text."""
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{entry.name}\n{entry.detail}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.name}, {entry.detail}"
        if role == Qt.ItemDataRole.ToolTipRole:
            # Long names and reasons are cut off in the list. Plain text, whatever a file is called.
            return f"<p>{_escaped(entry.name)}<br>{_escaped(entry.detail)}</p>"
        return None

    def at(self, index: _Index) -> Entry:
        """Return the entry of a row."""
        return self._entries[index.row()]

    def row_of(self, answer: Answer) -> int:
        """Return the row of an answer; -1 where it has none."""
        for row, entry in enumerate(self._entries):
            if entry.answer is not None and entry.answer.source is answer.source:
                return row
        return -1

    def add(self, entries: list[Entry]) -> None:
        """Put entries on top, the first of them first; very old ones go."""
        if not entries:
            return
        self.beginInsertRows(QModelIndex(), 0, len(entries) - 1)
        self._entries[:0] = entries
        self.endInsertRows()
        if len(self._entries) > MOST_ENTRIES:
            self.beginRemoveRows(QModelIndex(), MOST_ENTRIES, len(self._entries) - 1)
            del self._entries[MOST_ENTRIES:]
            self.endRemoveRows()

    def update(self, entry: Entry) -> None:
        """Tell views that an entry has changed."""
        if entry in self._entries:
            index = self.index(self._entries.index(entry))
            self.dataChanged.emit(index, index)

    def remember(self, answer: Answer) -> None:
        """Add an answer, or renew the entry that it belongs to."""
        query, audio = answer.source, answer.audio
        if not isinstance(query, Query) or audio is None:
            return
        for entry in self._entries:
            is_same = entry.answer is not None and entry.answer.source is query
            if is_same or (entry.path == audio.path and entry.span == answer.span):
                entry.answer, entry.status = answer, Status.DONE
                self.update(entry)
                return
        self.add([Entry(audio.name, audio.path, answer.span, Status.DONE, 1.0, answer)])

    def waiting(self) -> Entry | None:
        """Return the entry whose turn it is."""
        return next((entry for entry in self._entries if entry.status is Status.WAITING), None)

    def clear(self) -> None:
        """Forget everything."""
        self.beginResetModel()
        self._entries.clear()
        self.endResetModel()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
