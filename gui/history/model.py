"""What was listened to, the newest first, and what still waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage

from core.library_types import Past
from core.types import Query
from gui import formats
from gui.search.answers import Answer, Span, origin_of
from gui.widgets.color_map import ColorMap
from gui.widgets.model_index import Index

MOST_ENTRIES = 1000

THUMBNAIL_ROLE = int(Qt.ItemDataRole.UserRole)
SEARCH_ROLE = THUMBNAIL_ROLE + 1
"""A small picture or None, and all words that an entry can be found by."""


class Status(Enum):
    """Progress of a sound in the queue."""

    WAITING = "waiting"
    ANALYSING = "analysing"
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
    past : Past or None
        What the library knows of it, once it does.
    query : Query or None
        What it searched for, where the library had to be asked for that.
    is_gone : bool
        Whether its file was looked for and not found.
    """

    name: str
    path: Path
    span: Span | None = None
    status: Status = Status.WAITING
    fraction: float = 0.0
    answer: Answer | None = field(default=None, repr=False)
    trouble: str = ""
    past: Past | None = None
    query: Query | None = field(default=None, repr=False)
    is_gone: bool = False
    _image: QImage | None = field(default=None, repr=False)

    @classmethod
    def of(cls, past: Past) -> Entry:
        """Return an entry of a former day."""
        return cls(past.name, Path(past.path), past.span, Status.DONE, 1.0, past=past)

    @property
    def image(self) -> QImage | None:
        """A small spectrogram, where there is one."""
        levels = self.past.thumbnail if self.past is not None else None
        if self._image is None and levels is not None:
            self._image = ColorMap.INFERNO.image_of(levels[::-1])  # low bands below
        return self._image

    @property
    def detail(self) -> str:
        """What is to be said of it, in a few words."""
        match self.status:
            case Status.WAITING:
                return "Waiting"
            case Status.ANALYSING:
                return f"Analysing · {self.fraction:.0%}"
            case Status.FAILED:
                return self.trouble
        if self.answer is not None:
            matches = self.answer.matches
            return self._summary(matches.query.duration_s, len(matches.matches))
        if self.past is None:
            return ""
        parts = [formats.day(self.past.time_s)]
        if self.is_gone:
            parts.append("file gone")
        parts.append(self._summary(self.past.duration_s, self.past.n_matches))
        return " · ".join(parts)

    @property
    def label(self) -> str:
        """What the nearest clips had in common."""
        return self.past.label if self.past is not None else ""

    def _summary(self, duration_s: float, n_matches: int) -> str:
        length = formats.clock(duration_s, 1)
        if self.span is not None:
            length = " – ".join(formats.clock(time_s, 1) for time_s in self.span)
        return f"{length} · {formats.count(n_matches, 'match', 'matches')}"


class History(QAbstractListModel):
    """A list of entries for a view: the name, then in another line how it stands.

    Signals
    -------
    answered : Entry
        It has an answer, the first one or another one.
    """

    answered = Signal(Entry)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of entries."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
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
            lines = (entry.name, entry.detail, entry.label)
            return f"<p>{'<br>'.join(map(_escaped, filter(None, lines)))}</p>"
        if role == THUMBNAIL_ROLE:
            return entry.image
        if role == SEARCH_ROLE:
            return f"{entry.name} {entry.label} {entry.detail}"
        return None

    def at(self, index: Index) -> Entry:
        """Return the entry of a row."""
        return self._entries[index.row()]

    def row_of(self, answer: Answer) -> int:
        """Return the row of an answer; -1 where it has none."""
        for row, entry in enumerate(self._entries):
            if entry.answer is not None and entry.answer.source is origin_of(answer.source):
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

    def load(self, pasts: list[Past]) -> None:
        """Put entries of former days, the newest first, below what is there."""
        known = {entry.past.key for entry in self._entries if entry.past is not None}
        entries = [Entry.of(past) for past in pasts if past.key not in known]
        first = len(self._entries)
        entries = entries[: max(0, MOST_ENTRIES - first)]
        if entries:
            self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
            self._entries += entries
            self.endInsertRows()

    def remove(self, entry: Entry) -> int:
        """Forget one entry; return the row that it had, -1 for none."""
        if entry not in self._entries:
            return -1
        row = self._entries.index(entry)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._entries[row]
        self.endRemoveRows()
        return row

    def put_back(self, entries: list[Entry], row: int) -> None:
        """Show entries again that were forgotten."""
        row = min(row, len(self._entries))
        if entries:
            self.beginInsertRows(QModelIndex(), row, row + len(entries) - 1)
            self._entries[row:row] = entries
            self.endInsertRows()

    def finish(self, entry: Entry, answer: Answer) -> None:
        """Give an entry its answer."""
        entry.answer, entry.status = answer, Status.DONE
        if entry in self._entries:  # nobody wanted it forgotten meanwhile
            self.update(entry)
            self.answered.emit(entry)

    def update(self, entry: Entry) -> None:
        """Tell views that an entry has changed."""
        if entry in self._entries:
            index = self.index(self._entries.index(entry))
            self.dataChanged.emit(index, index)

    def remember(self, answer: Answer) -> None:
        """Add an answer, or renew the entry that it belongs to."""
        if not isinstance(answer.source, Query) or not len(answer.source.frames):
            return  # a video, words, or what was made of them here
        audio = answer.audio
        entry = next((each for each in self._entries if _belongs(answer, each)), None)
        if entry is None and audio is not None:
            entry = Entry(audio.name, audio.path, answer.span, fraction=1.0)
            self.add([entry])
        if entry is not None:
            self.finish(entry, answer)

    def waiting(self) -> Entry | None:
        """Return the entry whose turn it is."""
        return next((entry for entry in self._entries if entry.status is Status.WAITING), None)

    def clear(self) -> list[Entry]:
        """Forget everything; return what that was."""
        self.beginResetModel()
        forgotten, self._entries = self._entries, []
        self.endResetModel()
        return forgotten


def _belongs(answer: Answer, entry: Entry) -> bool:
    if answer.source is entry.query:
        return True
    if entry.answer is None and entry.past is not None:
        return False  # what a former day asked is kept as it was
    if entry.answer is not None and entry.answer.source is answer.source:
        return True
    audio = answer.audio
    return audio is not None and (entry.path, entry.span) == (audio.path, answer.span)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
