"""Which catalogues there are: choosing the one that is searched, and deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from core.downloads.room import megabytes
from core.options import CatalogKind
from gui import theme
from gui.widgets.tables import ask, fill, lay_out, plain_table

if TYPE_CHECKING:
    from core.setup.inventory import CatalogEntry

_COLUMNS = ("Name", "Clips", "Size", "Made", "From")
_NEVER_CHOSEN = (CatalogKind.DAMAGED,)


class CatalogChooser(QDialog):
    """A list of catalogues.

    Signals
    -------
    chosen, deleted : str
        A catalogue's name; deleting was confirmed.
    """

    chosen = Signal(str)
    deleted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[CatalogEntry] = []
        self.table = plain_table(_COLUMNS)
        self.message = QLabel()
        self.choose, self.delete = QPushButton("Search this one"), QPushButton("Delete…")
        self.hide_away = QPushButton("Close")
        self._build()

    def _build(self) -> None:
        self.setWindowTitle("Catalogues")
        self.resize(90 * theme.GRID, 40 * theme.GRID)
        self.table.setAccessibleName("Catalogues")
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.table.itemActivated.connect(lambda _: self.choose.click())
        self.choose.setDefault(True)
        self.choose.clicked.connect(self._on_choose)
        self.delete.clicked.connect(self._on_delete)
        self.hide_away.clicked.connect(self.close)
        lay_out(self, self.table, self.message, (self.hide_away, self.delete, self.choose))
        self._on_selected()

    @property
    def current(self) -> CatalogEntry | None:
        """The selected catalogue."""
        rows = self.table.selectionModel().selectedRows()
        return self._entries[rows[0].row()] if rows else None

    def show_entries(self, entries: list[CatalogEntry]) -> None:
        """List these."""
        self._entries = entries
        fill(
            self.table,
            [
                (
                    f"{entry.name}, searched now" if entry.is_chosen else entry.name,
                    f"{entry.n_clips:,}" if entry.kind != CatalogKind.DAMAGED else "damaged",
                    megabytes(entry.n_bytes),
                    entry.created[:10],
                    ", ".join(entry.sources),
                )
                for entry in entries
            ],
            numbers=(1, 2),
        )
        chosen = next((row for row, entry in enumerate(entries) if entry.is_chosen), 0)
        self.table.selectRow(chosen)
        self._on_selected()

    def _on_selected(self) -> None:
        entry = self.current
        self.choose.setEnabled(
            entry is not None and not entry.is_chosen and entry.kind not in _NEVER_CHOSEN
        )
        self.delete.setEnabled(entry is not None)

    def _on_choose(self) -> None:
        if (entry := self.current) is not None:
            self.chosen.emit(entry.name)

    def _on_delete(self) -> None:
        if (entry := self.current) is None:
            return
        text = f"Delete the catalogue {entry.name}? It frees {megabytes(entry.n_bytes)}."
        ask(self, text, "Delete", lambda: self.deleted.emit(entry.name))
