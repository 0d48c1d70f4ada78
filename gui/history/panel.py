"""What was listened to, and the clips that are kept, beside the matches."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPoint,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from core.library_types import Star
from gui import theme
from gui.history.entry_list import EntryList
from gui.history.model import Entry, History, Status
from gui.history.stars import Stars
from gui.widgets.model_index import Index
from gui.widgets.palette_widget import PaletteWidget

WIDTH = 30 * theme.GRID
HISTORY = 0
"""The first of the two tabs; the other one has the stars."""


class HistoryPanel(PaletteWidget):
    """Two lists with a search field, and Clear.

    Signals
    -------
    chosen : Entry
        A person wants to see it again.
    removed : Entry
        A person wants it forgotten.
    star_set : Entry, bool
        A person gives it a star, or takes it away.
    save_wanted : Entry
        A person wants its sound saved somewhere.
    folder_wanted : Entry
        A person wants to see where its file is.
    cleared
        A person wants everything forgotten that has neither a name nor a star.
    star_chosen : Star
        A person wants to open its link.
    star_liked : Star
        A person wants what sounds like it.
    star_removed : Star
    """

    chosen = Signal(Entry)
    removed = Signal(Entry)
    star_set = Signal(Entry, bool)
    save_wanted = Signal(Entry)
    folder_wanted = Signal(Entry)
    cleared = Signal()
    star_chosen = Signal(Star)
    star_liked = Signal(Star)
    star_removed = Signal(Star)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar()
        self.search = QLineEdit()
        self.view = EntryList("History", "Sounds that you record or open are listed here.", True)
        self.starred = EntryList("Starred videos", "Matches that you star are listed here.", False)
        self.clear = QPushButton()
        self._pages = QStackedWidget()
        self._history: History | None = None
        self._stars: Stars | None = None
        self._build()

    def _build(self) -> None:
        for name in ("Sounds", "Starred videos"):
            self.tabs.addTab(name)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("What is listed")
        self.tabs.currentChanged.connect(self._on_tab)
        self.clear.setToolTip("Clear the history; what has a name or a star stays, and all files")
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
            "Return shows the matches of a sound again, F2 gives it a name, "
            "Ctrl+D a star, Delete forgets it."
        )
        self.view.activated.connect(self._on_activated)
        self.view.clicked.connect(self._on_activated)
        self.view.remove_pressed.connect(lambda at: self.removed.emit(self._entry(at)))
        self.view.star_pressed.connect(self._on_star)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.starred.setAccessibleDescription(
            "Return opens the video, F2 writes a note, Delete or Ctrl+D removes the star."
        )
        self.starred.activated.connect(lambda at: self.star_chosen.emit(self._star(at)))
        for pressed in (self.starred.remove_pressed, self.starred.star_pressed):
            pressed.connect(lambda at: self.star_removed.emit(self._star(at)))
        self.starred.customContextMenuRequested.connect(self._show_star_menu)
        for view in (self.view, self.starred):
            self._pages.addWidget(view)
        row = QHBoxLayout()
        row.setContentsMargins(theme.GRID, theme.GRID // 4, theme.GRID, 0)
        row.addWidget(self.tabs, 1)
        row.addWidget(self.clear)
        line = QHBoxLayout()
        line.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        line.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID // 2)
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
        entry = None
        if row >= 0 and self._history is not None:
            entry = self._history.at(self._history.index(row, 0))
        index = self._index_of(entry)
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
            view.show_only(text)

    # What a person does

    def _on_activated(self, index: QModelIndex) -> None:
        entry = self._entry(index)
        if entry is not None:
            self.chosen.emit(entry)

    def _on_star(self, index: QModelIndex) -> None:
        entry = self._entry(index)
        if entry is not None and entry.status is Status.DONE:
            self.star_set.emit(entry, not entry.is_starred)

    def _show_menu(self, at: QPoint) -> None:
        entry = self._entry(self.view.indexAt(at))
        if entry is not None:
            menu = self.menu_for(entry)
            menu.popup(self.view.viewport().mapToGlobal(at))

    def menu_for(self, entry: Entry) -> QMenu:
        """Return what can be done with an entry."""
        menu = self._menu()
        menu.addAction("Show its matches").triggered.connect(lambda: self.chosen.emit(entry))
        is_done = entry.status is Status.DONE
        rename = menu.addAction("Rename…")
        rename.setEnabled(is_done)
        rename.triggered.connect(lambda: self._rename(entry))
        star = menu.addAction("Remove the star" if entry.is_starred else "Add a star")
        star.setEnabled(is_done)
        star.triggered.connect(lambda: self.star_set.emit(entry, not entry.is_starred))
        saving = menu.addAction("Save the sound…")
        saving.setEnabled(is_done and not entry.is_gone)
        saving.triggered.connect(lambda: self.save_wanted.emit(entry))
        folder = menu.addAction("Open its folder")
        folder.triggered.connect(lambda: self.folder_wanted.emit(entry))
        menu.addSeparator()
        remove = menu.addAction("Forget it")
        remove.setEnabled(is_done or entry.status is Status.FAILED)
        remove.triggered.connect(lambda: self.removed.emit(entry))
        return menu

    def _rename(self, entry: Entry) -> None:
        index = self._index_of(entry)
        if index.isValid():
            self.view.setCurrentIndex(index)
            self.view.edit(index)

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

    def _follow_palette(self) -> None:
        self.clear.setIcon(theme.icon("trash", self.palette()))

    def _index_of(self, entry: Entry | None) -> QModelIndex:
        """Return where an entry is in sight; an invalid index where it is not."""
        if self._history is None or entry is None:
            return QModelIndex()
        return self.view.found.mapFromSource(self._history.index_of(entry))

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
