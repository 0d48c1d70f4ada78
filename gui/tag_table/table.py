"""The view of the table of tags: rows to go through, to play and to jump to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui import theme
from gui.tag_table.row_model import ROW_ROLE, TagColumn, TagRowModel
from gui.tag_table.rows import TagRow
from gui.widgets.model_index import Index
from gui.widgets.quiet_selection import QuietSelection
from gui.widgets.table_header import follow_palette

_WIDTHS = {
    TagColumn.PLAY: 5 * theme.GRID,
    TagColumn.TIME: 19 * theme.GRID,
    TagColumn.STRENGTH: 17 * theme.GRID,
}
_NARROW = 720
"""In less width there is no room for the best match."""

_ROW = 3 * theme.GRID
"""Rows of text alone: as many as can be in sight."""

_BAR, _NUMBER = 6, 5 * theme.GRID
"""Height of a bar, and the room of the number behind it, in pixels."""


class TagTable(QTableView):
    """A sortable table over a `TagRowModel`.

    Parameters
    ----------
    model : TagRowModel
    has_matches : bool
        Whether rows have matches, for which there is a column.

    Signals
    -------
    chosen : TagRow
        A click, or Return: a person wants to see and match these seconds.
    play_pressed : TagRow
        The button in the row, or P.
    """

    chosen = Signal(TagRow)
    play_pressed = Signal(TagRow)

    def __init__(
        self, model: TagRowModel, has_matches: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows, self._has_matches = model, has_matches
        self._kept: TagRow | None = None
        self._delegate = _Delegate(self)
        self._build()
        QuietSelection(self)

    def _build(self) -> None:
        self.setAccessibleName("Table of tags")
        self.setAccessibleDescription("Return matches a row's seconds, P plays them.")
        self.setFont(theme.scaled_font(self, 1.0))
        self.setItemDelegate(self._delegate)
        self.setModel(self._rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(_WIDTHS[TagColumn.PLAY])
        header.setHighlightSections(False)
        header.setFixedHeight(theme.ROW_HEIGHT)
        follow_palette(self)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        for column in TagColumn:
            if column in _WIDTHS:
                self.setColumnWidth(column, _WIDTHS[column])
            else:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(TagColumn.PLAY, QHeaderView.ResizeMode.Fixed)
        self.clicked.connect(self._on_clicked)
        self._rows.modelAboutToBeReset.connect(self._keep)
        self._rows.modelReset.connect(self._go_back)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            follow_palette(self)

    def current_row(self) -> TagRow | None:
        """Return the row that is current."""
        row: TagRow | None = self.currentIndex().data(ROW_ROLE)
        return row

    def _keep(self) -> None:
        self._kept = self.current_row()

    def _go_back(self) -> None:
        """Stay at the current row where another filter still shows it."""
        kept, self._kept = self._kept, None
        place = self._rows.place_of(kept) if kept is not None else -1
        if place >= 0:
            index = self._rows.index(place, TagColumn.FILE)
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index.data(ROW_ROLE), index.column() == TagColumn.PLAY)

    def _choose(self, row: TagRow | None, is_played: bool) -> None:
        if row is not None and row.span is not None:
            (self.play_pressed if is_played else self.chosen).emit(row)

    def event(self, event: QEvent) -> bool:
        """Keep P, which plays the whole sound elsewhere, for the current row."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and _is_play(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Match on Return and play on P; leave Space to the window, which records."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or _is_play(event):
            self._choose(self.current_row(), _is_play(event))
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def updateGeometries(self) -> None:
        """Leave the best match out where there is none, or no room."""
        super().updateGeometries()
        is_narrow = not self._has_matches or self.viewport().width() < _NARROW
        if is_narrow != self.isColumnHidden(TagColumn.MATCH):
            self.setColumnHidden(TagColumn.MATCH, is_narrow)


def _is_play(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_P and event.modifiers() == Qt.KeyboardModifier.NoModifier


class _Delegate(QStyledItemDelegate):
    """Paints plain text, a button to play, and a bar below the strength."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell."""
        # Not `initStyleOption`, which asks the model for nine roles that nothing here needs.
        row, widget = index.data(ROW_ROLE), option.widget
        style = widget.style() if widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text
        color = option.palette.color(role)
        room, column = option.rect.adjusted(theme.GRID, 0, -theme.GRID, 0), index.column()
        if column == TagColumn.PLAY:
            if row.span is not None:
                theme.icon("play", option.palette, color, 2 * theme.GRID).paint(
                    painter, option.rect
                )
            return
        is_quiet = row.span is None if column != TagColumn.MATCH else row.own_best is None
        painter.save()
        painter.setFont(option.font)
        painter.setPen(theme.quiet_text(option.palette) if is_quiet and not is_selected else color)
        text = str(index.data() or "")
        if column == TagColumn.STRENGTH:
            self._bar(painter, room, option.palette, row, is_selected)
        is_number = column in (TagColumn.TIME, TagColumn.STRENGTH)
        side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(room, int(flags), shown)
        painter.restore()

    @staticmethod
    def _bar(
        painter: QPainter, room: QRect, palette: QPalette, row: TagRow, is_selected: bool
    ) -> None:
        if row.span is None:
            return
        ground, text = (
            palette.color(QPalette.ColorRole.Base),
            palette.color(QPalette.ColorRole.Text),
        )
        # Not the view's own palette, whose accent is pale while another has the focus.
        accent = QGuiApplication.palette().color(QPalette.ColorRole.Highlight)
        width = room.width() - _NUMBER
        bar = QRectF(room.left(), room.center().y() - _BAR / 2 + 1, width, _BAR)
        painter.fillRect(bar, theme.mixed(ground, text, 0.12))
        bar.setWidth(width * row.span.score)
        painter.fillRect(bar, theme.mixed(accent, ground, 0.4) if is_selected else accent)
