"""The list of what was listened to, beside the matches."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.history import Entry, History

WIDTH = 28 * theme.GRID

_Index = QModelIndex | QPersistentModelIndex


class _TwoLines(QStyledItemDelegate):
    """Paints a name and, below it, smaller, how it stands."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the height of the two lines."""
        return QSize(WIDTH // 2, 2 * option.fontMetrics.height() + theme.GRID + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint an entry."""
        self.initStyleOption(option, index)
        name, _, detail = option.text.partition("\n")
        option.text = ""
        widget = option.widget
        style = widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        palette = option.palette
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        strong = palette.color(
            QPalette.ColorRole.HighlightedText if is_chosen else QPalette.ColorRole.Text
        )
        quiet = strong if is_chosen else theme.quiet_text(palette)
        room = option.rect.adjusted(theme.GRID, 4, -theme.GRID, -4)
        painter.save()
        for text, color, scale, place in (
            (name, strong, 1.0, Qt.AlignmentFlag.AlignTop),
            (detail, quiet, 0.85, Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(theme.scaled_font(widget, scale))
            painter.setPen(color)
            shown = painter.fontMetrics().elidedText(
                text.replace("\n", " "), Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | place, shown)
        painter.restore()


class HistoryPanel(QWidget):
    """Heading, list and Clear.

    Signals
    -------
    chosen : Entry
        A person wants to see it again.
    cleared
        A person wants everything forgotten.
    """

    chosen = Signal(object)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = QListView()
        self.clear = QPushButton("Clear")
        self._heading = QLabel("History")
        self._build()

    def _build(self) -> None:
        self._heading.setFont(theme.scaled_font(self, 1.25, bold=True))
        self.clear.setToolTip("Forget what was listened to; no file is touched")
        self.clear.setFixedHeight(theme.ROW_HEIGHT)
        self.clear.clicked.connect(self.cleared)
        self.view.setAccessibleName("History")
        self.view.setAccessibleDescription("Return shows the matches of a sound again.")
        self.view.setItemDelegate(_TwoLines(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.activated.connect(self._on_activated)
        self.view.clicked.connect(self._on_activated)
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, theme.GRID, 0)
        row.addWidget(self._heading, 1)
        row.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        self.setMinimumWidth(20 * theme.GRID)

    def sizeHint(self) -> QSize:
        """Return the width of a short name."""
        return QSize(WIDTH, 40 * theme.GRID)

    def show_history(self, history: History) -> None:
        """Show a list, from now on."""
        self.view.setModel(history)
        for signal in (history.rowsInserted, history.rowsRemoved, history.modelReset):
            signal.connect(lambda *_: self.clear.setEnabled(history.rowCount() > 0))
        self.clear.setEnabled(history.rowCount() > 0)

    def point_out(self, row: int) -> None:
        """Mark the entry whose matches are shown; a negative row marks none."""
        if row < 0:
            self.view.clearSelection()
        else:
            self.view.setCurrentIndex(self.view.model().index(row, 0))

    def _on_activated(self, index: QModelIndex) -> None:
        model = self.view.model()
        if isinstance(model, History):
            entry: Entry = model.at(index)
            self.chosen.emit(entry)
