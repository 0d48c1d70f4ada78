"""Cells of a table of tags, wherever its rows come from."""

from __future__ import annotations

import html
from abc import abstractmethod
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from gui.tag_table.rows import TagRow
from gui.widgets.model_index import Index

ROW_ROLE = int(Qt.ItemDataRole.UserRole)

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TagColumn(IntEnum):
    """Columns of the table."""

    PLAY = 0
    FILE = 1
    TIME = 2
    TAG = 3
    STRENGTH = 4
    MATCH = 5


TITLES = {
    TagColumn.PLAY: "",
    TagColumn.FILE: "File",
    TagColumn.TIME: "From – to",
    TagColumn.TAG: "Tag",
    TagColumn.STRENGTH: "Strength",
    TagColumn.MATCH: "File’s best match",
}
_MEANINGS = {
    TagColumn.STRENGTH: "How sure the listener was at its surest second, 0 to 1",
    TagColumn.MATCH: "Of all of the file; of a row's own seconds once they were matched",
}


class TagRowModel(QAbstractTableModel):
    """Cells of rows that a model below it keeps, sorts and filters."""

    @abstractmethod
    def row_at(self, place: int) -> TagRow:
        """Return the row at a place in sight."""

    @abstractmethod
    def place_of(self, row: TagRow) -> int:
        """Return where a row is in sight; -1 for nowhere."""

    @abstractmethod
    def want(self, text: str, least: float, only: Path | None = None) -> None:
        """Show only rows with these words in file or tag, this strength, and perhaps this sound."""

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """Number of rows, in sight or not."""

    @property
    @abstractmethod
    def n_sounds(self) -> int:
        """Number of sounds."""

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(TagColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell says."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        row, column = self.row_at(index.row()), TagColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text_of(row, column)
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (
            TagColumn.TIME,
            TagColumn.STRENGTH,
        ):
            return _RIGHT
        if role == Qt.ItemDataRole.AccessibleTextRole and column == TagColumn.PLAY:
            return "Play" if row.span is not None else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip_of(row, column)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(TagColumn):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[TagColumn(section)]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _MEANINGS.get(TagColumn(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_number = section in (TagColumn.TIME, TagColumn.STRENGTH)
            return (
                _RIGHT if is_number else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            )
        return None


def _text_of(row: TagRow, column: TagColumn) -> str:
    match column:
        case TagColumn.FILE:
            return row.sound.name
        case TagColumn.TIME:
            return row.time
        case TagColumn.TAG:
            return row.label
        case TagColumn.STRENGTH:
            return f"{row.span.score:.2f}" if row.span is not None else ""
        case TagColumn.MATCH:
            return row.match
    return ""


def _tip_of(row: TagRow, column: TagColumn) -> str | None:
    match column:
        case TagColumn.PLAY:
            text = "Play these seconds (P)" if row.span is not None else ""
        case TagColumn.FILE:
            text = str(row.sound.path)
        case TagColumn.TAG:
            text = row.label
        case TagColumn.MATCH:
            text = row.match
        case _:
            text = ""
    return f"<p>{html.escape(text)}</p>" if text else None
