"""The matches as a table."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from core.types import Match
from gui import formats

Index = QModelIndex | QPersistentModelIndex

SORT_ROLE = int(Qt.ItemDataRole.UserRole)
"""The plain value: rank and similarity as numbers, so that 10 comes after 9."""

NOT_RESOLVED = "not resolved"


class Column(IntEnum):
    """The table's columns, left to right."""

    RANK = 0
    SIMILARITY = 1
    LABELS = 2
    TIME = 3
    LINK = 4


_TITLES = {
    Column.RANK: "#",
    Column.SIMILARITY: "Similarity",
    Column.LABELS: "Labels",
    Column.TIME: "Time",
    Column.LINK: "Link",
}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ALIGNED = {Column.RANK: _RIGHT, Column.TIME: _CENTRE}


class ResultsModel(QAbstractTableModel):
    """One row a match, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._matches: tuple[Match, ...] = ()

    def set_matches(self, matches: tuple[Match, ...]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._matches = matches
        self.endResetModel()

    def match_at(self, row: int) -> Match:
        """Return the match in a row."""
        return self._matches[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of matches."""
        return 0 if parent.isValid() else len(self._matches)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        column = Column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNED.get(column, _LEFT)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows, says aloud, or is sorted by."""
        if not index.isValid() or index.row() >= len(self._matches):
            return None
        match, column = self._matches[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(match, column)
        if role == SORT_ROLE:
            return _value(match, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNED.get(column, _LEFT)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_TITLES[column]}: {_text(match, column)}"
        if role == Qt.ItemDataRole.ToolTipRole and column in (Column.LABELS, Column.LINK):
            return _tool_tip(match, column)
        return None


class ResultsProxy(QSortFilterProxyModel):
    """Sorts by values, and equal values by rank, in either direction."""

    def __init__(self, results: ResultsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results = results
        self.setSourceModel(results)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; by rank the rows are in order already, which is far quicker than comparing."""
        if column == Column.RANK and order == Qt.SortOrder.AscendingOrder:
            column = -1
        super().sort(column, order)

    def lessThan(self, left: Index, right: Index) -> bool:
        """Compare two cells of one column."""
        column = Column(left.column())
        a = _value(self._results.match_at(left.row()), column)
        b = _value(self._results.match_at(right.row()), column)
        if a != b:
            return bool(a < b)  # type: ignore[operator]
        is_first = left.row() < right.row()
        return is_first == (self.sortOrder() == Qt.SortOrder.AscendingOrder)


def _text(match: Match, column: Column) -> str:
    match column:
        case Column.RANK:
            return str(match.rank)
        case Column.SIMILARITY:
            return f"{match.similarity:.3f}".replace("-", "−")
        case Column.LABELS:
            return " · ".join(match.labels) or "no labels"
        case Column.TIME:
            return formats.span(match.start_s, match.end_s)
        case Column.LINK:
            return match.url.removeprefix("https://www.") or match.no_link or NOT_RESOLVED


def _value(match: Match, column: Column) -> float | str:
    match column:
        case Column.RANK:
            return match.rank
        case Column.SIMILARITY:
            return match.similarity
        case Column.LABELS:
            return " ".join(match.labels).casefold()
        case Column.TIME:
            return match.start_s
        case Column.LINK:
            return match.url


def _tool_tip(match: Match, column: Column) -> str:
    """Return plain text that Qt cannot take for markup."""
    text = ", ".join(match.labels) if column == Column.LABELS else match.url
    return text.replace("<", "‹") if text else ""
