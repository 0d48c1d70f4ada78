"""The licences of the program and of the packages it runs on, to be read and searched."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets.tables import fill, plain_table

if TYPE_CHECKING:
    from core.licences import LicensedPackage

_COLUMNS = ("Package", "Version", "Licence")
_NO_TEXT = "The package carries no licence text."


class LicencePage(QDialog):
    """A table of packages, and the text of the selected one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._packages: list[LicensedPackage] = []
        self._folded: list[str] = []
        self.search, self.count = QLineEdit(), QLabel("Reading the licences…")
        self.table, self.text = plain_table(_COLUMNS), QPlainTextEdit()
        self.next, self.hide_away = QPushButton("&Next place"), QPushButton("Close")
        self._build()
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._find_next)
        self.next.clicked.connect(self._find_next)
        self.table.itemSelectionChanged.connect(self._show_text)
        self.hide_away.clicked.connect(self.close)

    def _build(self) -> None:
        self.setWindowTitle("Open-source licences")
        self.search.setPlaceholderText("Find in names and texts")
        self.search.setAccessibleName("Find in names and texts")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedHeight(theme.ROW_HEIGHT)
        self.next.setFixedHeight(theme.ROW_HEIGHT)
        self.next.setEnabled(False)
        self.next.setAutoDefault(False)
        self.hide_away.setAutoDefault(False)  # Return in the search field goes to the next place
        self.table.setAccessibleName("Packages")
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(2, 16 * theme.GRID)
        self.table.setWordWrap(False)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Licence text")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        halves = QSplitter()
        halves.addWidget(self.table)
        halves.addWidget(self.text)
        halves.setSizes([48 * theme.GRID, 64 * theme.GRID])
        halves.setChildrenCollapsible(False)
        above, below = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.search, 1)
        above.addWidget(self.next)
        below.addWidget(self.count, 1)
        below.addWidget(self.hide_away)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        layout.addLayout(above)
        layout.addWidget(halves, 1)
        layout.addLayout(below)
        screen = self.screen().availableGeometry()
        height = screen.height() - 8 * theme.GRID
        self.resize(min(116 * theme.GRID, screen.width()), min(68 * theme.GRID, height))

    @property
    def has_packages(self) -> bool:
        """Whether they have been read."""
        return bool(self._packages)

    def show_packages(self, packages: list[LicensedPackage]) -> None:
        """List these."""
        self._packages = packages
        self._folded = [f"{p.name}\n{p.licence}\n{p.text}".casefold() for p in packages]
        fill(self.table, [(each.name, each.version, each.licence) for each in packages], ())
        for row, package in enumerate(packages):
            if item := self.table.item(row, _COLUMNS.index("Licence")):
                item.setToolTip(html.escape(package.licence))
        self._filter()

    def show_trouble(self, text: str) -> None:
        """Say why there are none."""
        self.count.setText(text)

    def _filter(self) -> None:
        words = self.search.text().casefold()
        rows = [row for row, whole in enumerate(self._folded) if words in whole]
        for row in range(len(self._packages)):
            self.table.setRowHidden(row, row not in rows)
        self.next.setEnabled(bool(words and rows))
        if not self._packages:
            return
        self.count.setText(f"{len(rows)} of {len(self._packages)} packages" if words else "")
        if not rows:
            self.table.clearSelection()
        elif self.table.currentRow() not in rows or not self.table.selectedItems():
            self.table.selectRow(rows[0])
        self._show_text()

    def _show_text(self) -> None:
        rows = [index.row() for index in self.table.selectionModel().selectedRows()]
        text = self._packages[rows[0]].text or _NO_TEXT if rows else ""
        if self.text.toPlainText() != text:
            self.text.setPlainText(text)
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        if self.search.text():
            self.text.find(self.search.text())

    def _find_next(self) -> None:
        """Go to the next place in this text, and on from its end to its beginning."""
        words = self.search.text()
        if words and not self.text.find(words):
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            self.text.find(words)
