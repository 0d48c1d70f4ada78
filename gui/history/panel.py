"""What was listened to, and the clips that are kept, beside the matches."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPoint,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.library_types import Star
from gui import theme
from gui.history.model import SEARCH_ROLE, Entry, History, Status
from gui.history.rows import EntryDelegate
from gui.history.stars import Stars
from gui.widgets.model_index import Index
from gui.widgets.quiet_selection import QuietSelection

WIDTH = 30 * theme.GRID
HISTORY = 0
"""The first of the two tabs; the other one has the stars."""


class _List(QListView):
    """A list whose rows can be found by their words, and removed with a key.

    Signals
    -------
    remove_pressed : QModelIndex
    """

    remove_pressed = Signal(QModelIndex)

    def __init__(self, name: str, has_pictures: bool) -> None:
        super().__init__()
        self.found = QSortFilterProxyModel(self)
        self.found.setFilterRole(SEARCH_ROLE)
        self.found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self.found)
        self.setAccessibleName(name)
        self.setItemDelegate(EntryDelegate(has_pictures, self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        QuietSelection(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove the current row on Delete."""
        is_delete = event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        if is_delete and self.currentIndex().isValid():
            self.remove_pressed.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class HistoryPanel(QWidget):
    """Two lists with a search field, and Clear.

    Signals
    -------
    chosen : Entry
        A person wants to see it again.
    removed : Entry
        A person wants it forgotten.
    folder_wanted : Entry
        A person wants to see where its file is.
    cleared
        A person wants everything forgotten but the stars.
    star_chosen : Star
        A person wants to open its link.
    star_liked : Star
        A person wants what sounds like it.
    star_removed : Star
    """

    chosen = Signal(Entry)
    removed = Signal(Entry)
    folder_wanted = Signal(Entry)
    cleared = Signal()
    star_chosen = Signal(Star)
    star_liked = Signal(Star)
    star_removed = Signal(Star)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar()
        self.search = QLineEdit()
        self.view = _List("History", True)
        self.starred = _List("Stars", False)
        self.clear = QPushButton()
        self._pages = QStackedWidget()
        self._history: History | None = None
        self._stars: Stars | None = None
        self._build()

    def _build(self) -> None:
        for name in ("History", "Stars"):
            self.tabs.addTab(name)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("What is listed")
        self.tabs.currentChanged.connect(self._on_tab)
        self.clear.setToolTip("Forget what was listened to; no file is touched, and stars stay")
        self.clear.setAccessibleName("Clear the history")
        self.clear.setFixedSize(theme.ROW_HEIGHT, theme.ROW_HEIGHT)
        self.clear.clicked.connect(self.cleared)
        policy = self.clear.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # what is below must not jump
        self.clear.setSizePolicy(policy)
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("Shows only what has these words")
        self.search.setAcceptDrops(False)
        self.search.setFixedHeight(theme.ROW_HEIGHT)
        self.search.textChanged.connect(self._on_search)
        self.view.setAccessibleDescription(
            "Return shows the matches of a sound again, Delete forgets it."
        )
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.activated.connect(self._on_activated)
        self.view.clicked.connect(self._on_activated)
        self.view.remove_pressed.connect(lambda at: self.removed.emit(self._entry(at)))
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.starred.setAccessibleDescription(
            "Return opens the video, F2 writes a note, Delete removes the star."
        )
        self.starred.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.starred.activated.connect(lambda at: self.star_chosen.emit(self._star(at)))
        self.starred.remove_pressed.connect(lambda at: self.star_removed.emit(self._star(at)))
        self.starred.customContextMenuRequested.connect(self._show_star_menu)
        for view in (self.view, self.starred):
            self._pages.addWidget(view)
        row = QHBoxLayout()
        row.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, 0)
        row.addWidget(self.tabs, 1)
        row.addWidget(self.clear)
        line = QHBoxLayout()
        line.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        line.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addLayout(row)
        layout.addLayout(line)
        layout.addWidget(self._pages, 1)
        self.setMinimumWidth(24 * theme.GRID)
        self._on_tab(HISTORY)
        self._follow_palette()

    def sizeHint(self) -> QSize:
        """Return the width of a short name."""
        return QSize(WIDTH, 40 * theme.GRID)

    # What is shown

    def show_history(self, history: History) -> None:
        """Show a list, from now on."""
        self._history = history
        self.view.found.setSourceModel(history)
        for signal in (history.rowsInserted, history.rowsRemoved, history.modelReset):
            signal.connect(lambda *_: self._offer_clear())
        self._offer_clear()

    def show_stars(self, stars: Stars) -> None:
        """Show a list of stars, from now on."""
        self._stars = stars
        self.starred.found.setSourceModel(stars)

    def mark_shown(self, row: int) -> None:
        """Mark the entry whose matches are shown; a negative row marks none."""
        index = QModelIndex()
        if row >= 0 and self._history is not None:
            index = self.view.found.mapFromSource(self._history.index(row, 0))
        if index.isValid():
            self.view.setCurrentIndex(index)
        else:
            self.view.clearSelection()

    def _offer_clear(self) -> None:
        has_any = self._history is not None and self._history.rowCount() > 0
        self.clear.setEnabled(has_any)

    def _on_tab(self, tab: int) -> None:
        self._pages.setCurrentIndex(tab)
        self.clear.setVisible(tab == HISTORY)
        word = "history" if tab == HISTORY else "stars"
        self.search.setPlaceholderText(f"Find in the {word}")
        self.search.setAccessibleName(self.search.placeholderText())

    def _on_search(self, text: str) -> None:
        for view in (self.view, self.starred):
            view.found.setFilterFixedString(text.strip())

    # What a person does

    def _on_activated(self, index: QModelIndex) -> None:
        entry = self._entry(index)
        if entry is not None:
            self.chosen.emit(entry)

    def _show_menu(self, at: QPoint) -> None:
        entry = self._entry(self.view.indexAt(at))
        if entry is not None:
            menu = self.menu_for(entry)
            menu.popup(self.view.viewport().mapToGlobal(at))

    def menu_for(self, entry: Entry) -> QMenu:
        """Return what can be done with an entry."""
        menu = self._menu()
        menu.addAction("Show its matches").triggered.connect(lambda: self.chosen.emit(entry))
        folder = menu.addAction("Open its folder")
        folder.triggered.connect(lambda: self.folder_wanted.emit(entry))
        menu.addSeparator()
        remove = menu.addAction("Forget it")
        remove.setEnabled(entry.status in (Status.DONE, Status.FAILED))
        remove.triggered.connect(lambda: self.removed.emit(entry))
        return menu

    def _show_star_menu(self, at: QPoint) -> None:
        index = self.starred.indexAt(at)
        if self._star(index) is not None:
            self.star_menu_for(index).popup(self.starred.viewport().mapToGlobal(at))

    def star_menu_for(self, index: QModelIndex) -> QMenu:
        """Return what can be done with a star."""
        star, menu = self._star(index), self._menu()
        opening = menu.addAction("Open the link in the browser")
        opening.setEnabled(star is not None and bool(star.url))
        opening.triggered.connect(lambda: self.star_chosen.emit(star))
        menu.addAction("More like this").triggered.connect(lambda: self.star_liked.emit(star))
        menu.addAction("Write a note").triggered.connect(lambda: self.starred.edit(index))
        menu.addSeparator()
        menu.addAction("Remove the star").triggered.connect(lambda: self.star_removed.emit(star))
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        self.clear.setIcon(theme.icon("trash", self.palette()))

    def _entry(self, index: Index) -> Entry | None:
        source = _source(self.view.found, index)
        if self._history is None or not source.isValid():
            return None
        return self._history.at(source)

    def _star(self, index: Index) -> Star | None:
        source = _source(self.starred.found, index)
        if self._stars is None or not source.isValid():
            return None
        return self._stars.at(source)


def _source(found: QSortFilterProxyModel, index: Index) -> Index:
    """Return an index of the model behind; it may be one already."""
    model: QAbstractItemModel | None = index.model()
    return found.mapToSource(index) if model is found else index
