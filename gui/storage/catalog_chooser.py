"""Which catalogues there are: choosing the one that is searched, and deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from core.downloads.room import megabytes
from core.options import CatalogKind
from core.types import CatalogInfo
from gui import theme
from gui.widgets.tables import ask, fill, lay_out, plain_table

if TYPE_CHECKING:
    from core.setup.inventory import CatalogEntry

_COLUMNS = ("Name", "Clips", "Size", "Made", "From")
_NEVER_CHOSEN = (CatalogKind.DAMAGED,)
_SEARCHED = ", searched now"


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
        self._entries: list[CatalogEntry | None] = []
        self._searched = -1
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
        """The selected catalogue; None where it is one that is not in the data folder."""
        rows = self.table.selectionModel().selectedRows()
        return self._entries[rows[0].row()] if rows else None

    def show_entries(self, found: list[CatalogEntry], searched: CatalogInfo | None = None) -> None:
        """List these, and mark the one that is searched, wherever it lies.

        Parameters
        ----------
        found : list of CatalogEntry
            What is in the data folder.
        searched : CatalogInfo, optional
        """
        here = [searched is not None and str(entry.path) == searched.path for entry in found]
        self._entries, rows = [*found], [self._row(*each) for each in zip(found, here, strict=True)]
        if searched is not None and not any(here):
            # It comes with the program, or was named at its start.
            where = "the program" if searched.is_balanced else searched.path
            rows.insert(0, (searched.name + _SEARCHED, f"{searched.n_clips:,}", "", "", where))
            self._entries.insert(0, None)
            here.insert(0, True)
        fill(self.table, rows, numbers=(1, 2))
        self._searched = here.index(True) if any(here) else -1
        self.table.selectRow(max(self._searched, 0))
        self._on_selected()

    @staticmethod
    def _row(entry: CatalogEntry, is_searched: bool) -> tuple[str, ...]:
        return (
            entry.name + _SEARCHED if is_searched else entry.name,
            f"{entry.n_clips:,}" if entry.kind != CatalogKind.DAMAGED else "damaged",
            megabytes(entry.n_bytes),
            entry.created[:10],
            ", ".join(entry.sources),
        )

    def _on_selected(self) -> None:
        entry = self.current
        self.choose.setEnabled(
            entry is not None
            and self._entries.index(entry) != self._searched
            and entry.kind not in _NEVER_CHOSEN
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
