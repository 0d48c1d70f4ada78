"""The rows of the table of tags: sorted and filtered here, where a hundred thousand are quick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from core.types import Match
from gui.tag_table.row_model import TagColumn, TagRowModel
from gui.tag_table.rows import TaggedSound, TagRow
from gui.widgets.model_index import Index

MOST_ROWS = 500_000
"""With more than these, the sounds that came first go."""


_KEYS: dict[TagColumn, Callable[[TagRow], Any]] = {
    TagColumn.FILE: lambda row: row.sound.order,
    TagColumn.TIME: lambda row: row.span.start_s if row.span is not None else -1.0,
    TagColumn.TAG: lambda row: row.label.casefold(),
    TagColumn.STRENGTH: lambda row: row.span.score if row.span is not None else -1.0,
    TagColumn.MATCH: lambda row: row.best.similarity if row.best is not None else -2.0,
}
"""What rows are sorted by; those that are alike stay as they came, by file and time."""


class TagTableModel(TagRowModel):
    """Rows in the order in which they came, or sorted; all of them, or those that are wanted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sounds: dict[Path, list[TagRow]] = {}
        self._shown: list[TagRow] = []
        self._n_rows = 0
        self._words: list[str] = []
        self._least = 0.0
        self._only: Path | None = None
        self._column, self._order = -1, Qt.SortOrder.AscendingOrder

    # For views

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of rows that are wanted."""
        return 0 if parent.isValid() else len(self._shown)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, from now on; a negative one, or that of the buttons, sorts nothing."""
        self._column, self._order = column, order
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        rows = [self._shown[index.row()] for index in old]
        self._shown = self._sorted(self._wanted(self._all()))
        if old:
            places = {id(row): place for place, row in enumerate(self._shown)}
            new = [
                self.index(places[id(row)], index.column())
                for row, index in zip(rows, old, strict=True)
            ]
            self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    # What is wanted

    def want(self, text: str, least: float, only: Path | None = None) -> None:
        """Show only rows with these words in file or tag, this strength, and perhaps this sound."""
        wanted = (text.casefold().split(), least, only)
        if wanted == (self._words, self._least, self._only):
            return
        self.beginResetModel()
        self._words, self._least, self._only = wanted
        self._shown = self._sorted(self._wanted(self._all()))
        self.endResetModel()

    @property
    def shown(self) -> Sequence[TagRow]:
        """The rows in sight, in their order."""
        return self._shown

    @property
    def n_rows(self) -> int:
        """Number of rows, in sight or not."""
        return self._n_rows

    @property
    def n_sounds(self) -> int:
        """Number of sounds."""
        return len(self._sounds)

    def row_at(self, place: int) -> TagRow:
        """Return the row at a place in sight."""
        return self._shown[place]

    def place_of(self, row: TagRow) -> int:
        """Return where a row is in sight; -1 for nowhere."""
        return next((place for place, each in enumerate(self._shown) if each is row), -1)

    # What is known

    def add(self, sounds: Sequence[TaggedSound]) -> None:
        """Put the rows of sounds behind the others, or in the places of what was known of them."""
        is_known = any(sound.path in self._sounds for sound in sounds)
        added = {sound.path: sound.rows() for sound in sounds}
        n_added = sum(map(len, added.values()))
        if is_known or self._n_rows + n_added > MOST_ROWS:
            self.beginResetModel()
            self._sounds |= added
            self._let_go()
            self._shown = self._sorted(self._wanted(self._all()))
            self.endResetModel()
            return
        self._sounds |= added
        self._n_rows += n_added
        rows = self._wanted([row for rows in added.values() for row in rows])
        if rows:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._shown += rows
            self.endInsertRows()
            if self._column in _KEYS:
                self.sort(self._column, self._order)

    def set_best(self, path: Path, start_s: float, end_s: float, best: Match | None) -> None:
        """Tell the best match of a part of a sound, where that is a row."""
        for row in self._sounds.get(path, ()):
            if row.span is not None and (row.span.start_s, row.span.end_s) == (start_s, end_s):
                row.own_best = best
                place = self.place_of(row)
                if place >= 0:
                    index = self.index(place, TagColumn.MATCH)
                    self.dataChanged.emit(index, index)

    def set_whole_best(self, path: Path, best: Match | None) -> None:
        """Tell the best match of all of a sound."""
        rows = self._sounds.get(path)
        if rows and rows[0].sound.best is not best:
            rows[0].sound.best = best
            if self._shown:
                top, bottom = (
                    self.index(place, TagColumn.MATCH) for place in (0, len(self._shown) - 1)
                )
                self.dataChanged.emit(top, bottom)

    def clear(self) -> None:
        """Forget all sounds."""
        self.beginResetModel()
        self._sounds, self._shown, self._n_rows = {}, [], 0
        self.endResetModel()

    def _all(self) -> list[TagRow]:
        return [row for rows in self._sounds.values() for row in rows]

    def _let_go(self) -> None:
        self._n_rows = sum(map(len, self._sounds.values()))
        while self._n_rows > MOST_ROWS and len(self._sounds) > 1:
            self._n_rows -= len(self._sounds.pop(next(iter(self._sounds))))

    def _wanted(self, rows: list[TagRow]) -> list[TagRow]:
        words, least, only = self._words, self._least, self._only
        if only is not None:
            rows = [row for row in rows if row.sound.path == only]
        if least > 0:  # what has no strength was not heard at all
            rows = [row for row in rows if row.span is not None and row.span.score >= least]
        for word in words:
            rows = [
                row for row in rows if word in row.label.casefold() or word in row.sound.order[0]
            ]
        return rows

    def _sorted(self, rows: list[TagRow]) -> list[TagRow]:
        if self._column not in _KEYS:
            return rows
        is_descending = self._order == Qt.SortOrder.DescendingOrder
        return sorted(rows, key=_KEYS[TagColumn(self._column)], reverse=is_descending)
