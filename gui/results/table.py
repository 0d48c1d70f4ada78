"""The table of matches: sort it, open a link, copy it, ask for more like this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from core.types import Match
from gui import theme
from gui.results.chips import LabelsDelegate
from gui.results.delegates import (
    TALL_ROW,
    THUMBNAIL_HEIGHT,
    CellDelegate,
    LinkDelegate,
    SimilarityDelegate,
    TimeDelegate,
    VideoDelegate,
)
from gui.results.model import Column, ResultsModel
from gui.results.painted_rows import PaintedRows
from gui.results.proxy import ResultsProxy
from gui.widgets.quiet_selection import QuietSelection
from gui.widgets.table_header import follow_palette
from gui.youtube import LARGE

if TYPE_CHECKING:
    from gui.results.file_places import FilePlaces
    from gui.results.sound_pictures import SoundPictures
    from gui.youtube.look_ups import LookUps
    from gui.youtube.services import Video

_WIDTHS = {Column.RANK: 56, Column.TIME: 104, Column.SIMILARITY: 144, Column.LINK: 40}
_WIDE_TIME = 152
"""Where the best second stands behind the span, not below it."""
_NARROW_SIMILARITY = 120
_NARROW = 640
"""In less than this the labels stand below the title, not in a column of their own."""
_ROOMY = 760
"""In less than this a name needs the room more than the best second, which the details tell."""

_SETTLED_MS = 40


class ResultsTable(QTableView):
    """A sortable table over `ResultsModel`.

    Signals
    -------
    link_chosen : Match
        Click on the link or the sign to play, double click, or Return.
    stop_pressed
        The key that stops the file that plays.
    chosen_changed : Match or None
        Another row is the current one.
    """

    link_chosen = Signal(Match)
    stop_pressed = Signal()
    chosen_changed = Signal(object)  # Match | None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.results = ResultsModel(self)
        self.proxy = ResultsProxy(self.results, self)
        self.setModel(self.proxy)
        self._menu = QMenu(self)
        self._painted = PaintedRows()
        self._video = VideoDelegate(self._painted, self)
        self._delegates: dict[Column, CellDelegate] = {
            Column.RANK: CellDelegate(self._painted, self),
            Column.VIDEO: self._video,
            Column.LABELS: LabelsDelegate(self._painted, self),
            Column.TIME: TimeDelegate(self._painted, self),
            Column.SIMILARITY: SimilarityDelegate(self._painted, self),
            Column.LINK: LinkDelegate(self._painted, self),
        }
        self._look_ups: LookUps | None = None
        self._files: FilePlaces | None = None
        self._pictures: SoundPictures | None = None
        self._is_tall = False
        self._settling, self._painting = QTimer(self), QTimer(self)
        self._build()
        QuietSelection(self)

    def _build(self) -> None:
        self.setAccessibleName("Matches")
        self.setFont(theme.scaled_font(self, 1.0))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
        for column, delegate in self._delegates.items():
            self.setItemDelegateForColumn(column, delegate)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(40)
        header.setHighlightSections(False)
        header.setFixedHeight(theme.ROW_HEIGHT)
        follow_palette(self)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        for column in (Column.VIDEO, Column.LABELS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.setSortingEnabled(True)
        self.sortByColumn(Column.RANK, Qt.SortOrder.AscendingOrder)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLED_MS)
        self._settling.timeout.connect(self._look_up)
        self._painting.setSingleShot(True)
        self._painting.timeout.connect(lambda: self.viewport().setUpdatesEnabled(True))
        self.verticalScrollBar().valueChanged.connect(self._settle)
        for signal in (self.proxy.rowsInserted, self.proxy.rowsRemoved, self.proxy.layoutChanged):
            signal.connect(self._settle)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            follow_palette(self)

    def set_row_actions(self, actions: list[QAction]) -> None:
        """Choose what the context menu offers."""
        self._menu.clear()
        self._menu.addActions(actions)

    # What is known of the videos

    def use_look_ups(self, look_ups: LookUps) -> None:
        """Show titles, and thumbnails where rows are tall."""
        self._look_ups = look_ups
        self.results.use(look_ups)
        self._settle()

    def is_there(self, match: Match) -> bool:
        """Return whether one of a match's own files is there, as far as is known."""
        return self._files is None or bool(self._files.place(match))

    def use_files(self, files: FilePlaces, pictures: SoundPictures) -> None:
        """Show which of a person's own files are there, and their spectrograms."""
        self._files, self._pictures = files, pictures
        self.results.use_files(files, pictures)
        self._settle()

    def set_tall(self, is_tall: bool) -> None:
        """Make room for thumbnails, or take it back."""
        if is_tall != self._is_tall:
            self._is_tall = is_tall
            height = TALL_ROW if is_tall else theme.ROW_HEIGHT
            self.verticalHeader().setDefaultSectionSize(height)
            self._lay_out()
            self._settle()

    def _settle(self) -> None:
        """Look up soon, and once for all that changes until then."""
        if not self._settling.isActive():
            self._settling.start()

    def _look_up(self) -> None:
        """Look up the rows in sight, first the current one, for which there is a large picture."""
        if not self.isVisible():
            return
        ids, current = self.results.youtube_ids, self.currentIndex()
        height = round(THUMBNAIL_HEIGHT * self.devicePixelRatioF()) if self._is_tall else 0
        if height != self.results.image_height:
            self.results.image_height = height
            self.viewport().update()
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        last = self.proxy.rowCount() - 1 if last < 0 else last
        rows = [self._source_row(row) for row in range(first, last + 1)]
        if self._files is not None and self._pictures is not None and self.results.has_files:
            in_sight = [self.results.match_at(row) for row in rows]
            self._files.want(in_sight)
            self._pictures.want(in_sight)
        if self._look_ups is None:
            return
        wishes = [(ids[row], height) for row in rows]
        if current.isValid():
            chosen = ids[self.proxy.mapToSource(current).row()]
            wishes[:0] = [(chosen, height), (chosen, LARGE)]
        self._look_ups.want(wishes)

    # Rows

    def show_matches(self, matches: tuple[Match, ...], most: int | None = None) -> None:
        """Replace the rows, best first, and go back to the first.

        Parameters
        ----------
        matches : tuple of Match
        most : int, optional
            How many rows to show; further matches take the places of those that are hidden.
        """
        # Painting takes as long as all else that follows an answer: the keys go between.
        self.viewport().setUpdatesEnabled(False)
        self._painting.start()
        if self.proxy.sortColumn() >= 0:
            self.sortByColumn(Column.RANK, Qt.SortOrder.AscendingOrder)
        self.proxy.most = most
        verb = "plays the file from the clip’s start" if matches and matches[0].path else ""
        self.setAccessibleDescription(f"Return {verb or 'opens the video at its second'}.")
        self.setDragEnabled(bool(verb))
        self.results.set_matches(matches)
        self._lay_out()
        self.scrollToTop()
        if self.proxy.rowCount():
            self._select(0)
        else:
            self.chosen_changed.emit(None)
        if self._look_ups is not None:
            self._look_ups.recall(self.results.youtube_ids)
        self._settle()

    def chosen(self) -> Match | None:
        """Return the match of the current row."""
        index = self.proxy.mapToSource(self.currentIndex())
        return self.results.match_at(index.row()) if index.isValid() else None

    def _select(self, row: int) -> None:
        # `selectRow` would ask which keys are held, which have nothing to do with it.
        self.selectionModel().setCurrentIndex(
            self.proxy.index(row, 0),
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows,
        )

    def select_clip(self, row: int) -> bool:
        """Select the match that is a row of the catalogue; return whether it is shown."""
        for place in range(self.proxy.rowCount()):
            if self.results.match_at(self._source_row(place)).row == row:
                self._select(place)
                self.scrollTo(self.proxy.index(place, 0))
                return True
        return False

    def selected(self) -> list[Match]:
        """Return the matches of all selected rows, as they are shown."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.results.match_at(self._source_row(row)) for row in rows]

    def shown(self) -> list[tuple[Match, Video | None]]:
        """Return the matches that are shown, as they are shown, with what is known of them."""
        rows = map(self._source_row, range(self.proxy.rowCount()))
        return [(self.results.match_at(row), self.results.video_at(row)) for row in rows]

    def _source_row(self, row: int) -> int:
        return self.proxy.mapToSource(self.proxy.index(row, 0)).row()

    def _on_current(self) -> None:
        self.chosen_changed.emit(self.chosen())
        self._settle()

    # Events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the link on Return; leave Space to the window, unless it stops a file."""
        is_stop = event.key() in (Qt.Key.Key_Space, Qt.Key.Key_P)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif is_stop and self.results.playing is not None:
            self.stop_pressed.emit()
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

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the video of a row; the link itself has opened with the first click."""
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and index.isValid() and index.column() != Column.LINK:
            self._choose()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the labels a column of their own, where there is room."""
        super().resizeEvent(event)
        self._lay_out()
        self._settle()

    def _lay_out(self) -> None:
        is_narrow = self.viewport().width() < _NARROW
        self._video.shows_labels = is_narrow
        self.setColumnHidden(Column.LABELS, is_narrow)
        has_best = any(match.best_second is not None for match in self.results.matches[:1])
        is_roomy = self.viewport().width() >= _ROOMY
        is_wide = has_best and is_roomy and not self._is_tall
        self.setColumnWidth(Column.TIME, _WIDE_TIME if is_wide else _WIDTHS[Column.TIME])
        wide = _WIDTHS[Column.SIMILARITY]
        self.setColumnWidth(Column.SIMILARITY, wide if is_roomy else _NARROW_SIMILARITY)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what the rows are now."""
        self._painted.forget()
        super().paintEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Look up what comes into sight."""
        super().showEvent(event)
        self._settle()

    def _is_link(self, index: QModelIndex) -> bool:
        if not index.isValid() or index.column() != Column.LINK:
            return False
        row = self._source_row(index.row())
        return bool(self.results.match_at(row).url or self.results.place(row))

    def _choose(self) -> None:
        match = self.chosen()
        if match is not None:
            self.link_chosen.emit(match)

    def _show_menu(self, place: QPoint) -> None:
        if self.chosen() is not None:
            self._menu.popup(self.viewport().mapToGlobal(place))
