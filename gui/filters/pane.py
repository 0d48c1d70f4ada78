"""Choosing classes: presets, a search field, and the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from core.options import Filter
from gui import theme
from gui.filters.model import (
    CHOICE_ROLE,
    COUNT_ROLE,
    IS_INHERITED_ROLE,
    ClassChoice,
    FilterModel,
    FoundClasses,
)
from gui.search.options import SearchOptions
from gui.widgets.model_index import Index
from gui.widgets.quiet_selection import QuietSelection

if TYPE_CHECKING:
    from core.catalog.counting import ClassCount

EVERYTHING = "Everything"
PRESETS = {EVERYTHING: Filter(), "Animals without music": Filter(("Animal",), ("Music",))}
"""What the program offers by itself, where a catalogue has these classes."""

_SURE = "Let count only labels of what the tagger hears, too"
_NOT_SURE = "This catalogue does not know which of its labels are sure"

WIDTH = 36 * theme.GRID
_ICON = 16
_ICONS = {
    ClassChoice.SHOWN: "circle",
    ClassChoice.ONLY: "check-circle",
    ClassChoice.WITHOUT: "prohibit",
}


class _Rows(QStyledItemDelegate):
    """Paints choice, name, and at the right the choice in words and the number of clips."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return rows of one height, as wide as there is room."""
        return QSize(8 * theme.GRID, 3 * theme.GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a class; what it has only from one above it is quiet."""
        self.initStyleOption(option, index)
        choice, is_own = index.data(CHOICE_ROLE), not index.data(IS_INHERITED_ROLE)
        is_chosen = choice is not ClassChoice.SHOWN
        group, widget, palette = QPalette.ColorGroup.Active, option.widget, option.palette
        is_lit = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if is_lit else QPalette.ColorRole.Text
        strong = palette.color(group, role)
        quiet = strong if is_lit else theme.quiet_text(palette)
        name, option.text = option.text, ""
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        room = option.rect.adjusted(theme.GRID // 2, 0, -theme.GRID, 0)
        painter.save()
        faint = theme.mixed(strong, palette.color(QPalette.ColorRole.Base), 0.45)
        icon = theme.icon(_ICONS[choice], palette, strong if is_own and is_chosen else faint, _ICON)
        middle = QRect(room.left(), room.center().y() - _ICON // 2, _ICON, _ICON)
        icon.paint(painter, middle)
        painter.setFont(theme.scaled_font(widget, 0.85))
        painter.setPen(quiet)
        tail = f"{index.data(COUNT_ROLE):,}"
        if is_own and is_chosen:
            tail = f"{choice.value} · {tail}"
        at_right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, at_right, tail)
        room.setLeft(middle.right() + theme.GRID)
        room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(tail) - theme.GRID)
        painter.setFont(theme.scaled_font(widget, 1.0, bold=is_own and is_chosen))
        painter.setPen(strong if is_own else quiet)
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()


class _Tree(QTreeView):
    """Space chooses, as a click does; the arrow keys move and unfold.

    Signals
    -------
    cycled : QModelIndex
    """

    cycled = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose on Space."""
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self.cycled.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take two quick clicks for two clicks."""
        self.mousePressEvent(event)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """Draw the arrow only, also where the row is selected."""
        if self.model().hasChildren(index):
            super().drawBranches(painter, rect, index)


class FilterPane(QWidget):
    """The classes of the catalogue, and what a person wants of them.

    Parameters
    ----------
    options : SearchOptions
        Whose filter is shown and changed.

    Signals
    -------
    preset_saved : str, Filter
    preset_removed : str
    """

    preset_saved = Signal(str, Filter)
    preset_removed = Signal(str)

    def __init__(self, options: SearchOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.options = options
        self.model = FilterModel(options, self)
        self.found = FoundClasses(self.model, self)
        self.presets: dict[str, Filter] = {}
        self._names: frozenset[str] = frozenset()
        self._menu = QMenu(self)
        self.preset = QPushButton("Presets")
        self.search = QLineEdit()
        self.tree = _Tree()
        self.only_sure = QCheckBox("Only &sure labels")
        self.nothing = QLabel("No class has this in its name.")
        self._build()

    def _build(self) -> None:
        self._menu.aboutToShow.connect(self._fill_menu)
        self.preset.setMenu(self._menu)
        self.preset.setFixedHeight(theme.ROW_HEIGHT)
        self.preset.setToolTip("Choose a filter that was kept, or keep this one")
        self.search.setPlaceholderText("Find a class")
        self.search.setAccessibleName("Find a class by its name")
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)
        self.search.setFixedHeight(theme.ROW_HEIGHT)
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self._go_to_first)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.nothing.hide()
        self.only_sure.clicked.connect(self._on_only_sure)
        self.options.changed.connect(self._show_only_sure)
        self.options.offered.connect(self._show_only_sure)
        self._show_only_sure()
        self._build_tree()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, 0)
        layout.setSpacing(theme.GRID)
        for widget in (self.preset, self.only_sure, self.search, self.nothing):
            layout.addWidget(widget)
        layout.addWidget(self.tree, 1)
        self.setMinimumWidth(24 * theme.GRID)

    def _build_tree(self) -> None:
        tree = self.tree
        tree.setModel(self.found)
        tree.setItemDelegate(_Rows(tree))
        tree.setHeaderHidden(True)
        tree.setUniformRowHeights(True)
        tree.setExpandsOnDoubleClick(False)
        tree.setIndentation(2 * theme.GRID)
        tree.setFrameShape(QTreeView.Shape.NoFrame)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setAccessibleName("Classes")
        tree.setAccessibleDescription(
            "Space shows only the clips of a class, then those without it, then all again."
        )
        tree.setToolTip("Click: only these; again: without these; again: all")
        tree.clicked.connect(self._on_cycled)
        tree.cycled.connect(self._on_cycled)
        QuietSelection(tree)

    def sizeHint(self) -> QSize:
        """Return the width of a usual class name, its choice and its count."""
        return QSize(WIDTH, 40 * theme.GRID)

    def set_counts(self, counts: Mapping[str, ClassCount]) -> None:
        """Show the classes of a catalogue."""
        self._names = frozenset(count.name for count in counts.values() if count.n_all)
        self.model.set_counts(counts)

    def set_presets(self, presets: Mapping[str, Filter]) -> None:
        """Offer a person's own filters."""
        self.presets = dict(presets)

    def _on_only_sure(self, is_wanted: bool) -> None:
        self.options.change(filters=replace(self.options.filters, only_sure=is_wanted))

    def _show_only_sure(self) -> None:
        is_possible = self.options.knows_sure_labels
        self.only_sure.setEnabled(is_possible)
        self.only_sure.setChecked(is_possible and self.options.filters.only_sure)
        self.only_sure.setToolTip(_SURE if is_possible else _NOT_SURE)

    def _on_cycled(self, index: QModelIndex) -> None:
        source = self.found.mapToSource(index)
        if source.isValid():
            self.model.cycle(source)

    def _on_search(self, text: str) -> None:
        self.found.setFilterFixedString(text.strip())
        if text.strip():
            self.tree.expandAll()
        else:
            self.tree.collapseAll()
        self.nothing.setVisible(bool(text.strip()) and not self.found.rowCount())

    def _go_to_first(self) -> None:
        """Go on in the tree, to the first class that has what was typed in its name."""
        text, index = self.search.text().strip().casefold(), self.found.index(0, 0)
        while index.isValid() and text not in str(index.data()).casefold():
            index = self.tree.indexBelow(index)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.setFocus()

    # Presets

    def _fill_menu(self) -> None:
        self._menu.clear()
        for name, filters in (*PRESETS.items(), *self.presets.items()):
            action = self._menu.addAction(_shown(name))
            action.setCheckable(True)
            action.setChecked(filters == self.options.filters)
            is_own = name in self.presets
            action.setEnabled(is_own or {*filters.include, *filters.exclude} <= self._names)
            action.triggered.connect(
                lambda _=False, chosen=filters: self.options.change(filters=chosen)
            )
        self._menu.addSeparator()
        save = self._menu.addAction("Keep this filter as…")
        save.setEnabled(self.options.filters != Filter())
        save.triggered.connect(lambda: self._ask_name())
        if self.presets:
            removing = self._menu.addMenu("Remove")
            for name in self.presets:
                action = removing.addAction(_shown(name))
                action.triggered.connect(lambda _=False, name=name: self.remove_preset(name))

    def _ask_name(self, label: str = "Name:") -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Keep this filter")
        dialog.setLabelText(label)
        dialog.setOkButtonText("Keep")
        dialog.textValueSelected.connect(self.save_preset)
        dialog.open()

    def save_preset(self, name: str) -> None:
        """Keep what is chosen under a name."""
        name = " ".join(name.split())
        if name in PRESETS:
            self._ask_name(f"“{name}” comes with the program. Another name:")
        elif name:
            kept = {**self.presets, name: self.options.filters}
            self.presets = dict(sorted(kept.items(), key=lambda each: each[0].casefold()))
            self.preset_saved.emit(name, self.options.filters)

    def remove_preset(self, name: str) -> None:
        """Let go of one that was kept."""
        if self.presets.pop(name, None) is not None:
            self.preset_removed.emit(name)


def _shown(text: str) -> str:
    return text.replace("&", "&&")
