"""Dialogs with one table: plain text, rows to select, and a question before anything is removed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets.table_header import follow_palette


class PlainTable(QTableWidget):
    """Rows of plain text, and titles in the palette's colours."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            follow_palette(self)


def plain_table(columns: tuple[str, ...]) -> QTableWidget:
    """Return a table of plain text whose rows can be selected."""
    table = PlainTable(0, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    follow_palette(table)
    table.setStyleSheet(f"QTableWidget::item {{ padding: 0 {theme.GRID}px; }}")
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    header.setHighlightSections(False)
    header.setFixedHeight(theme.ROW_HEIGHT)
    header.setMinimumSectionSize(9 * theme.GRID)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return table


def fill(table: QTableWidget, rows: list[tuple[str, ...]], numbers: tuple[int, ...]) -> None:
    """Show rows; columns of numbers are right-aligned."""
    for column in numbers:
        if head := table.horizontalHeaderItem(column):
            head.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    table.setRowCount(len(rows))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            if column in numbers:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(row, column, item)


def lay_out(
    dialog: QDialog, table: QTableWidget, message: QLabel, buttons: tuple[QPushButton, ...]
) -> None:
    """Put a table above a line of text and buttons, the first of them at the left."""
    message.setTextFormat(Qt.TextFormat.PlainText)
    message.setWordWrap(True)
    row = QHBoxLayout()
    row.setSpacing(theme.GRID)
    for number, button in enumerate(buttons):
        button.setFixedHeight(theme.ROW_HEIGHT)
        row.addWidget(button)
        if number == 0:
            row.addStretch(1)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(*(2 * theme.GRID,) * 4)
    layout.setSpacing(theme.GRID)
    layout.addWidget(table, 1)
    layout.addWidget(message)
    layout.addLayout(row)


def ask(parent: QWidget, text: str, verb: str, act: Callable[[], None]) -> None:
    """Ask before something is removed; the safe answer is the default."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    yes = box.addButton(verb, QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    yes.clicked.connect(lambda: act())
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
