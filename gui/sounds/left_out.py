"""Which files are left out of a catalogue of own sounds, and why: a plain list."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import formats, theme
from gui.sounds.building import shown

_MOST = 5_000


class LeftOutDialog(QDialog):
    """A list to read and to copy from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what, self.list = QLabel(), QListView()
        self._lines = QStringListModel(self)
        self.hide_away = QPushButton("Close")
        self._build()

    def _build(self) -> None:
        self.setWindowTitle("Files that were left out")
        self.resize(80 * theme.GRID, 40 * theme.GRID)
        self.what.setTextFormat(Qt.TextFormat.PlainText)
        self.what.setWordWrap(True)
        self.list.setModel(self._lines)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName("Files that were left out")
        self.hide_away.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.hide_away)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.what)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)

    def show_files(self, name: str, files: Sequence[tuple[str, str]]) -> None:
        """List the files of a catalogue, each with the reason."""
        number = formats.count(len(files), "file has", "files have")
        self.what.setText(f"{number} no clip in “{name}”. They are tried again when they change.")
        lines = [
            f"{shown(os.path.basename(path))}: {reason}  ({shown(os.path.dirname(path))})"  # noqa: PTH119, PTH120 - bytes that are no text
            for path, reason in files[:_MOST]
        ]
        if len(files) > _MOST:
            lines.append(f"… and {len(files) - _MOST:,} more")
        self._lines.setStringList(lines)
