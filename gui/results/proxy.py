"""Which matches are shown, and in which order."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QSortFilterProxyModel, Qt, Signal

from gui.results.model import Column, ResultsModel
from gui.widgets.model_index import Index

_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren


class ResultsProxy(QSortFilterProxyModel):
    """Sorts by values, and equal values by rank; hides what a person does not want to see.

    What has been sorted stays where it is when a title becomes known: nothing jumps.

    Signals
    -------
    ran_short : int
        So many more rows are needed to show as many as wanted, for some of them are hidden.

    Attributes
    ----------
    most : int or None
        How many of the next rows to show; further ones take the places of those that are hidden.
    """

    ran_short = Signal(int)

    def __init__(self, results: ResultsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results = results
        self.most: int | None = None
        self._hides_gone = False
        self._hidden: frozenset[str] = frozenset()
        self._shown: set[int] | None = None
        self.setDynamicSortFilter(False)
        results.modelAboutToBeReset.connect(self._forget)
        results.dataChanged.connect(self._on_changed)
        self.setSourceModel(results)
        results.modelReset.connect(self._emit_if_short)

    @property
    def hides_gone(self) -> bool:
        """Whether private and removed videos are hidden."""
        return self._hides_gone

    def hide_gone(self, hides_gone: bool) -> None:
        """Hide videos that are known to be private or removed, or show them grey."""
        self._hides_gone = hides_gone
        self._refilter()

    def hide_videos(self, video_ids: Iterable[str]) -> None:
        """Hide these videos, and no others that were hidden before."""
        self._hidden = frozenset(video_ids)
        self._refilter()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort; by rank the rows are in order already, which is far quicker than comparing."""
        if column == Column.RANK and order == Qt.SortOrder.AscendingOrder:
            column = -1
        super().sort(column, order)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let files that are there be dragged away."""
        # Not the model's: each painted cell asks several times, and would ask it through the proxy.
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self._results.has_files and self._results.place(self.mapToSource(index).row()):
            return _FLAGS | Qt.ItemFlag.ItemIsDragEnabled
        return _FLAGS

    def lessThan(self, left: Index, right: Index) -> bool:
        """Compare two cells of one column."""
        column = Column(left.column())
        a = self._results.value(left.row(), column)
        b = self._results.value(right.row(), column)
        if a != b:
            return bool(a < b)  # type: ignore[operator]
        is_first = left.row() < right.row()
        return is_first == (self.sortOrder() == Qt.SortOrder.AscendingOrder)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Return whether a row is among those to show."""
        if self._shown is None:
            self._shown = self._choose()
        return row in self._shown

    def _choose(self) -> set[int]:
        model = self._results
        if self.most is None and not self._hides_gone and not self._hidden:
            return set(range(model.rowCount()))
        good = [
            row
            for row in range(model.rowCount())
            if model.match_at(row).video_id not in self._hidden
            and (not self._hides_gone or model.is_watchable(row))
        ]
        return set(good[: self.most])

    def _forget(self) -> None:
        self._shown = None

    def _refilter(self) -> None:
        shown = self._choose()
        if shown == self._shown:
            return
        self.beginFilterChange()
        self._shown = shown
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)
        self._emit_if_short()

    def _emit_if_short(self) -> None:
        if self.most is None:
            return
        n_shown, n_known = self.rowCount(), self._results.rowCount()
        if n_shown < min(self.most, n_known):
            self.ran_short.emit(self.most - n_shown)

    def _on_changed(self) -> None:
        if self._hides_gone:
            self._refilter()
