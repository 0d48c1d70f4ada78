"""The table of matches: sort it, open a link, copy it, ask for more like this."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from core.types import Match
from gui import theme
from gui.results_delegates import LinkDelegate, SimilarityDelegate
from gui.results_model import Column, ResultsModel, ResultsProxy

_WIDTHS = {Column.RANK: 56, Column.SIMILARITY: 176, Column.TIME: 128, Column.LINK: 312}


class ResultsTable(QTableView):
    """A sortable table over `ResultsModel`.

    Signals
    -------
    link_chosen : Match
        Click on the link, or Return.
    """

    link_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.results = ResultsModel(self)
        self._proxy = ResultsProxy(self.results, self)
        self.setModel(self._proxy)
        self._menu = QMenu(self)
        self._similarity = SimilarityDelegate(self)
        self._link = LinkDelegate(self)
        self._build()

    def _build(self) -> None:
        self.setAccessibleName("Matches")
        self.setFont(theme.scaled_font(self, 1.0))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        self.setItemDelegateForColumn(Column.SIMILARITY, self._similarity)
        self.setItemDelegateForColumn(Column.LINK, self._link)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(40)
        header.setHighlightSections(False)
        header.setFixedHeight(theme.ROW_HEIGHT)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(Column.LABELS, QHeaderView.ResizeMode.Stretch)
        self.setSortingEnabled(True)
        self.sortByColumn(Column.RANK, Qt.SortOrder.AscendingOrder)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def set_row_actions(self, actions: list[QAction]) -> None:
        """Choose what the context menu offers."""
        self._menu.clear()
        self._menu.addActions(actions)

    def show_matches(self, matches: tuple[Match, ...]) -> None:
        """Replace the rows, best first, and go back to the first."""
        self.sortByColumn(Column.RANK, Qt.SortOrder.AscendingOrder)
        self.results.set_matches(matches)
        self.scrollToTop()
        if matches:
            self.selectRow(0)

    def chosen(self) -> Match | None:
        """Return the match of the current row."""
        index = self._proxy.mapToSource(self.currentIndex())
        return self.results.match_at(index.row()) if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the link on Return; leave Space to the window, which records."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over links."""
        super().mouseMoveEvent(event)
        over = self._is_link(self.indexAt(event.position().toPoint()))
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open a link that was clicked."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() == Qt.MouseButton.LeftButton and is_plain and self._is_link(index):
            self._choose()

    def _is_link(self, index: QModelIndex) -> bool:
        if not index.isValid() or index.column() != Column.LINK:
            return False
        return bool(self.results.match_at(self._proxy.mapToSource(index).row()).url)

    def _choose(self) -> None:
        match = self.chosen()
        if match is not None:
            self.link_chosen.emit(match)

    def _show_menu(self, place: QPoint) -> None:
        if self.chosen() is not None:
            self._menu.popup(self.viewport().mapToGlobal(place))
