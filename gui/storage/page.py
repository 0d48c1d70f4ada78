"""What the program keeps, how large it is, and removing it piece by piece."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget

from core.downloads.room import megabytes
from gui import theme
from gui.widgets.tables import ask, fill, lay_out, plain_table

if TYPE_CHECKING:
    from core.setup.stored_items import StoredItem

_COLUMNS = ("What", "Size")


class StoragePage(QDialog):
    """A list of all that is in the data folder.

    Signals
    -------
    removed : str
        An item's key; it was confirmed.
    folder_pressed
        The data folder is to be opened.
    move_pressed
        The data folder is to be moved, or, where that is planned, to stay.
    """

    removed = Signal(str)
    folder_pressed = Signal()
    move_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[StoredItem] = []
        self._in_all = self._planned = ""
        self.table = plain_table(_COLUMNS)
        self.message = QLabel()
        self.remove = QPushButton("Remove…")
        self.folder, self.move_away = QPushButton("Open the folder"), QPushButton()
        self.hide_away = QPushButton("Close")
        self._build()

    def _build(self) -> None:
        self.setWindowTitle("Storage")
        self.resize(90 * theme.GRID, 48 * theme.GRID)
        self.table.setAccessibleName("What the program keeps")
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.remove.clicked.connect(self._on_remove)
        self.folder.clicked.connect(self.folder_pressed)
        self.move_away.clicked.connect(self.move_pressed)
        self.hide_away.clicked.connect(self.close)
        self.hide_away.setDefault(True)
        buttons = (self.hide_away, self.folder, self.move_away, self.remove)
        lay_out(self, self.table, self.message, buttons)
        self.show_planned_move(None)
        self._on_selected()

    @property
    def current(self) -> StoredItem | None:
        """The selected item."""
        rows = self.table.selectionModel().selectedRows()
        return self._items[rows[0].row()] if rows else None

    def show_items(self, items: list[StoredItem], folder: Path) -> None:
        """List what lies in a folder, the largest first."""
        self._items = sorted(items, key=lambda item: -item.n_bytes)
        rows: list[tuple[str, ...]] = [(item.what, megabytes(item.n_bytes)) for item in self._items]
        fill(self.table, rows, numbers=(1,))
        total = sum(item.n_bytes for item in items)
        self._in_all = f"{megabytes(total)} in all, in {folder}."
        self._show_message()
        self.table.clearSelection()
        self._on_selected()

    def show_planned_move(self, target: Path | None) -> None:
        """Say where all of it moves at the next start."""
        self._planned = f"It moves to {target} at the next start." if target else ""
        self.move_away.setText("&Move…" if target is None else "Undo the &move")
        self.move_away.setToolTip(
            "Move all of it to another folder or disk, at the next start" if target is None else ""
        )
        self._show_message()

    def _show_message(self) -> None:
        self.message.setText(" ".join(filter(None, (self._in_all, self._planned))))

    def _on_selected(self) -> None:
        item = self.current
        self.remove.setEnabled(item is not None and item.is_removable)
        is_own = item is not None and not item.is_removable
        self.remove.setToolTip("This is yours: the program does not remove it" if is_own else "")

    def _on_remove(self) -> None:
        if (item := self.current) is None:
            return
        text = f"Remove “{item.what}”? It frees {megabytes(item.n_bytes)}."
        ask(self, text, "Remove", lambda: self.removed.emit(item.key))
