"""What was listened to, the newest first, and what still waits."""

from __future__ import annotations

import html
import itertools
import time
from collections.abc import Iterable
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

from core.library_types import PastSearch
from core.types import Query
from gui import formats
from gui.search.answers import Answer, Span, capitalised, origin_of, what_it_is
from gui.widgets.color_map import ColorMap
from gui.widgets.model_index import Index

MOST_ENTRIES = 1000

THUMBNAIL_ROLE = int(Qt.ItemDataRole.UserRole)
SEARCH_ROLE, STAR_ROLE = THUMBNAIL_ROLE + 1, THUMBNAIL_ROLE + 2
"""A small picture or None, all words that an entry can be found by, whether it has a star."""

_LONGEST_NAME = 200
_SHORT_S, _SHORT_SPAN_S = 10, 2
"""Of a sound, or a part of one, that is shorter, tenths of seconds are said."""


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
        Its file's, or what a recording is called.
    path : Path
    span : tuple of two floats, or None
    status : Status
    fraction : float
        How much has been listened to, 0 to 1.
    answer : Answer or None
    trouble : str
        Why there is no answer.
    past : PastSearch or None
        What the library knows of it, once it does.
    query : Query or None
        What it searched for, where the library had to be asked for that.
    is_gone : bool
        Whether its file was looked for and not found.
    asked_s : float
        When, in seconds since 1970; 0 before it has an answer.
    duration_s : float
        Of what was matched.
    heard : str
        What was heard, or else what the nearest clips are.
    given_name : str
        What a person calls it.
    is_starred : bool
    """

    name: str
    path: Path
    span: Span | None = None
    status: Status = Status.WAITING
    fraction: float = 0.0
    answer: Answer | None = field(default=None, repr=False)
    trouble: str = ""
    past: PastSearch | None = None
    query: Query | None = field(default=None, repr=False)
    is_gone: bool = False
    asked_s: float = 0.0
    duration_s: float = 0.0
    heard: str = ""
    given_name: str = ""
    is_starred: bool = False
    _image: QImage | None = field(default=None, repr=False)

    @classmethod
    def of(cls, past: PastSearch) -> Entry:
        """Return an entry of a former day."""
        return cls(
            past.name,
            Path(past.path),
            past.span,
            Status.DONE,
            1.0,
            past=past,
            asked_s=past.time_s,
            duration_s=past.duration_s,
            heard=capitalised(past.label),
            given_name=past.given_name,
            is_starred=past.is_starred,
        )

    @property
    def is_kept(self) -> bool:
        """Whether only a person removes it."""
        return self.is_starred or bool(self.given_name)

    @property
    def is_pending(self) -> bool:
        """Whether it waits for its turn, or is at work."""
        return self.status in (Status.WAITING, Status.ANALYSING)

    @property
    def title(self) -> str:
        """Name that a person gave it, or what was heard, or the file’s name."""
        return self.given_name or self.heard or self.name

    @property
    def image(self) -> QImage | None:
        """A small spectrogram, where there is one."""
        levels = self.past.thumbnail if self.past is not None else None
        if self._image is None and levels is not None:
            self._image = ColorMap.INFERNO.image_of(levels[::-1])  # low bands below
        return self._image

    @property
    def detail(self) -> str:
        """State, or file, length and time."""
        match self.status:
            case Status.WAITING:
                return "Waiting"
            case Status.ANALYSING:
                return f"Analysing · {self.fraction:.0%}"
            case Status.FAILED:
                return self.trouble
        length = formats.clock(self.duration_s, 0 if self.duration_s >= _SHORT_S else 1)
        if self.span is not None:
            decimals = 0 if self.duration_s >= _SHORT_SPAN_S else 1
            length = "–".join(formats.clock(time_s, decimals) for time_s in self.span)
        name = self.name if self.name != self.title else ""
        gone = "file gone" if self.is_gone else ""
        return " · ".join(filter(None, (name, length, formats.day(self.asked_s), gone)))


class History(QAbstractListModel):
    """A list of entries for a view: what was heard, then in another line the file and the rest.

    Signals
    -------
    answered : Entry
        It has an answer, the first one or another one.
    renamed : Entry, str
        A person gave it a name, or took it away.
    """

    answered = Signal(Entry)
    renamed = Signal(Entry, str)

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
            return f"{entry.title}\n{entry.detail}"
        if role == Qt.ItemDataRole.EditRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            star = ", with a star" if entry.is_starred else ""
            return f"{entry.title}, {entry.detail}{star}"
        if role == Qt.ItemDataRole.ToolTipRole:
            # Long names and reasons are cut off in the list. Plain text, whatever a file is called.
            lines = dict.fromkeys((entry.title, entry.heard, entry.detail))
            return f"<p>{'<br>'.join(map(html.escape, filter(None, lines)))}</p>"
        if role == THUMBNAIL_ROLE:
            return entry.image
        if role == SEARCH_ROLE:
            star = "starred" if entry.is_starred else ""
            return f"{entry.title} {entry.heard} {entry.name} {entry.detail} {star}"
        if role == STAR_ROLE:
            return entry.is_starred
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let what has an answer be renamed."""
        flags = super().flags(index)
        if index.isValid() and self.at(index).status is Status.DONE:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell of another name; no text takes away the one that there is."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        entry, name = self.at(index), " ".join(str(value).split())[:_LONGEST_NAME]
        if name != entry.title:
            self.renamed.emit(entry, name)
        return True

    def paths(self) -> list[Path]:
        """Return the files that have an answer, each once, the newest first."""
        done = (entry for entry in self._entries if entry.status is Status.DONE)
        return list(dict.fromkeys(entry.path for entry in done if not entry.is_gone))

    def at(self, index: Index) -> Entry:
        """Return the entry of a row."""
        return self._entries[index.row()]

    def index_of(self, entry: Entry) -> QModelIndex:
        """Return where an entry is; an invalid index where it is not."""
        is_there = entry in self._entries
        return self.index(self._entries.index(entry)) if is_there else QModelIndex()

    def row_of(self, answer: Answer) -> int:
        """Return the row of an answer; -1 where it has none."""
        for row, entry in enumerate(self._entries):
            if entry.answer is not None and entry.answer.source is origin_of(answer.source):
                return row
        return -1

    def add(self, entries: list[Entry]) -> None:
        """Put entries on top, the first of them first; very old ones go, unless they wait."""
        if not entries:
            return
        self.beginInsertRows(QModelIndex(), 0, len(entries) - 1)
        self._entries[:0] = entries
        self.endInsertRows()
        oldest = self._entries[MOST_ENTRIES:]
        self._forget(entry for entry in oldest if not (entry.is_kept or entry.is_pending))

    def load(self, pasts: list[PastSearch]) -> None:
        """Put entries of former days, the newest first, below what is there."""
        known = {entry.past.key for entry in self._entries if entry.past is not None}
        entries = [Entry.of(past) for past in pasts if past.key not in known]
        first = len(self._entries)
        if entries:
            self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
            self._entries += entries
            self.endInsertRows()

    def remove(self, entry: Entry) -> int:
        """Forget one entry; return the row that it had, -1 for none."""
        row = self.index_of(entry).row()
        self._forget([entry])
        return row

    def forget_pending(self) -> None:
        """Forget what waits, and what is at work."""
        self._forget(entry for entry in self._entries if entry.is_pending)

    def _forget(self, entries: Iterable[Entry]) -> None:
        """Forget entries; those that stand together go at once, for each time all views look."""
        gone = set(entries)
        rows = [row for row, entry in enumerate(self._entries) if entry in gone]
        runs = itertools.groupby(enumerate(rows), lambda each: each[1] - each[0])
        for run in reversed([[row for _, row in run] for _, run in runs]):
            self.beginRemoveRows(QModelIndex(), run[0], run[-1])
            del self._entries[run[0] : run[-1] + 1]
            self.endRemoveRows()

    def put_back(self, entries: list[Entry], row: int) -> None:
        """Show entries again that were forgotten."""
        row = min(row, len(self._entries))
        if entries:
            self.beginInsertRows(QModelIndex(), row, row + len(entries) - 1)
            self._entries[row:row] = entries
            self.endInsertRows()

    def finish(self, entry: Entry, answer: Answer) -> None:
        """Give an entry its answer."""
        query = answer.matches.query
        entry.answer, entry.status = answer, Status.DONE
        entry.duration_s, entry.heard = query.duration_s, what_it_is(answer.matches)
        entry.asked_s = entry.asked_s or time.time()
        if entry in self._entries:  # nobody wanted it forgotten meanwhile
            self.update(entry)
            self.answered.emit(entry)

    def update(self, entry: Entry) -> None:
        """Tell views that an entry has changed."""
        index = self.index_of(entry)
        if index.isValid():
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
        """Forget everything that has neither a name nor a star; return what that was."""
        forgotten = [entry for entry in self._entries if not entry.is_kept]
        self.beginResetModel()
        self._entries = [entry for entry in self._entries if entry.is_kept]
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
