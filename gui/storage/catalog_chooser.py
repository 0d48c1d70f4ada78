"""Which catalogues there are: choosing those that are searched, and deleting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QTableWidgetItem, QWidget

from core.downloads.room import megabytes
from core.options import CatalogKind
from core.setup.choice import BALANCED
from core.setup.selection import BALANCED_CLIPS, BALANCED_NAME
from core.types import CatalogInfo
from gui import theme
from gui.widgets.tables import ask, fill, lay_out, plain_table

if TYPE_CHECKING:
    from core.setup.inventory import CatalogEntry

_COLUMNS = ("Name", "Clips", "Size", "Made", "From")
_NEVER_CHOSEN = (CatalogKind.DAMAGED,)
_SEARCHED = ", searched now"

_Row: TypeAlias = tuple[tuple[str, ...], bool]
"""Cells, and whether the catalogue is searched now."""


class CatalogChooser(QDialog):
    """A list of catalogues.

    Signals
    -------
    chosen : list of str
        Names of the catalogues to search, the main one first; `core.setup.choice.BALANCED` is the
        one in the program.
    deleted, update_pressed, duplicates_pressed : str
        A catalogue's name; deleting was confirmed. The last two are for own sounds.
    tags_pressed : Path
        The folder of a catalogue of own sounds whose tags are to be shown.
    add_pressed
        Sounds are to be added.
    own_selected : str
        The folder of a catalogue of own sounds that was selected.
    """

    chosen = Signal(list)
    deleted = Signal(str)
    update_pressed = Signal(str)
    duplicates_pressed = Signal(str)
    tags_pressed = Signal(Path)
    add_pressed = Signal()
    own_selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[CatalogEntry | None] = []
        self._names: list[str] = []
        self._searched: list[str] = []
        self.table = plain_table(_COLUMNS)
        self.message = QLabel()
        self.choose, self.delete = QPushButton("Search these"), QPushButton("Delete…")
        self.add_sounds = QPushButton("&Add my sounds…")
        self.renew, self.find_duplicates = QPushButton("&Update"), QPushButton("Find &duplicates…")
        self.tags = QPushButton("Show &tags")
        self.hide_away = QPushButton("Close")
        self._build()

    def _build(self) -> None:
        self.setWindowTitle("Catalogues")
        self.resize(90 * theme.GRID, 40 * theme.GRID)
        self.table.setAccessibleName("Catalogues")
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.table.itemActivated.connect(self._on_activated)
        self.table.itemChanged.connect(self._on_ticked)
        self.choose.setDefault(True)
        self.choose.clicked.connect(self._on_choose)
        self.delete.clicked.connect(self._on_delete)
        self.add_sounds.clicked.connect(self.add_pressed)
        for button, pressed in (
            (self.renew, self.update_pressed),
            (self.find_duplicates, self.duplicates_pressed),
        ):
            button.clicked.connect(lambda _=False, pressed=pressed: self._press(pressed))
        self.tags.clicked.connect(self._on_tags)
        self.tags.setToolTip("Show what was heard when in all its files, as a table")
        self.renew.setToolTip("Analyse what is new or has changed in its folders")
        self.hide_away.clicked.connect(self.close)
        own = (self.add_sounds, *self._for_own)
        buttons = (self.hide_away, *own, self.delete, self.choose)
        for each in buttons:
            each.setAutoDefault(each is self.choose)
        lay_out(self, self.table, self.message, buttons)
        self._on_selected()

    @property
    def current(self) -> CatalogEntry | None:
        """The selected catalogue; None where it is one that is not in the data folder."""
        rows = self.table.selectionModel().selectedRows()
        return self._entries[rows[0].row()] if rows else None

    def show_entries(self, found: list[CatalogEntry], searched: CatalogInfo | None = None) -> None:
        """List these and the one in the program; tick those that are searched, wherever they lie.

        Parameters
        ----------
        found : list of CatalogEntry
            What is in the data folder.
        searched : CatalogInfo, optional
        """
        path, others = ("", ()) if searched is None else (searched.path, searched.others)
        here = [str(entry.path) == path for entry in found]
        rows = [
            self._row(entry, is_here or entry.name in others)
            for entry, is_here in zip(found, here, strict=True)
        ]
        self._entries, self._names = [*found], [entry.name for entry in found]
        is_balanced = searched is not None and searched.is_balanced
        if searched is not None and not is_balanced and not any(here):
            # It was named at the program's start.
            self._add(rows, searched.name, f"{searched.n_clips:,}", path, "", True)
        is_ticked = is_balanced or BALANCED_NAME in others
        clips = f"{BALANCED_CLIPS:,}"
        self._add(rows, BALANCED_NAME, clips, "the program", BALANCED, is_ticked)
        was_blocked = self.table.blockSignals(True)
        fill(self.table, [cells for cells, _ in rows], numbers=(1, 2))
        self._tick([is_searched for _, is_searched in rows])
        self.table.blockSignals(was_blocked)
        self._searched = self._ticked()
        # The main one stays that where it stays ticked.
        main = BALANCED if is_balanced else next((e.name for e in found if str(e.path) == path), "")
        self._searched.sort(key=lambda name: name != main)
        self.table.selectRow(self._names.index(self._searched[0]) if self._searched else 0)
        self._on_selected()

    def _add(
        self, rows: list[_Row], name: str, clips: str, where: str, key: str, is_searched: bool
    ) -> None:
        """Put a catalogue that is not in the data folder before the others."""
        shown = name + _SEARCHED if is_searched else name
        rows.insert(0, ((shown, clips, "", "", where), is_searched))
        self._entries.insert(0, None)
        self._names.insert(0, key)

    @staticmethod
    def _row(entry: CatalogEntry, is_searched: bool) -> _Row:
        cells = (
            entry.name + _SEARCHED if is_searched else entry.name,
            f"{entry.n_clips:,}" if entry.kind != CatalogKind.DAMAGED else "damaged",
            megabytes(entry.n_bytes),
            entry.created[:10],
            ", ".join(entry.sources),
        )
        return cells, is_searched

    def _tick(self, are_ticked: list[bool]) -> None:
        for row, is_ticked in enumerate(are_ticked):
            if (item := self.table.item(row, 0)) is not None:
                states = (Qt.CheckState.Unchecked, Qt.CheckState.Checked)
                item.setCheckState(states[is_ticked])

    def _ticked(self) -> list[str]:
        """Return the names of what is ticked; those that are searched now keep their order."""
        cells = (self.table.item(row, 0) for row in range(self.table.rowCount()))
        pairs = zip(self._names, cells, strict=True)
        ticked = [
            name for name, cell in pairs if cell and cell.checkState() is Qt.CheckState.Checked
        ]
        return sorted(ticked, key=lambda name: [*self._searched, name].index(name))

    def _on_selected(self) -> None:
        entry = self.current
        self.delete.setEnabled(entry is not None)
        is_own = entry is not None and entry.kind == CatalogKind.SOUNDS
        for button in self._for_own:
            button.setEnabled(is_own)
        if entry is not None and is_own:
            self.own_selected.emit(str(entry.path))
        self._on_ticked()

    @property
    def _for_own(self) -> tuple[QPushButton, ...]:
        return self.renew, self.tags, self.find_duplicates

    def _on_tags(self) -> None:
        if (entry := self.current) is not None:
            self.tags_pressed.emit(entry.path)

    def _press(self, pressed: SignalInstance) -> None:
        if (entry := self.current) is not None:
            pressed.emit(entry.name)

    def _on_ticked(self) -> None:
        """Let what is ticked be searched, if it is anything new that can be."""
        names = self._ticked()
        broken = {e.name for e in self._entries if e is not None and e.kind in _NEVER_CHOSEN}
        is_known = bool(names) and all(names) and not broken & set(names)
        self.choose.setEnabled(is_known and names != self._searched)

    def _on_activated(self, item: QTableWidgetItem) -> None:
        """Search one catalogue alone."""
        self._tick([row == item.row() for row in range(self.table.rowCount())])
        self.choose.click()

    def _on_choose(self) -> None:
        self.chosen.emit(self._ticked())

    def _on_delete(self) -> None:
        if (entry := self.current) is None:
            return
        text = f"Delete the catalogue {entry.name}? It frees {megabytes(entry.n_bytes)}."
        ask(self, text, "Delete", lambda: self.deleted.emit(entry.name))
