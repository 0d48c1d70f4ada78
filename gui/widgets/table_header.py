"""The titles above a table, in the colours of its palette."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QTableView

from gui import theme

_SHEET = """
QHeaderView::section {{
    padding: 0 {padding}px; border: 0; border-bottom: 1px solid {line};
    background: {ground}; color: {text};
}}
"""


def follow_palette(view: QTableView) -> None:
    """Let titles stand exactly above what they name, in the view's colours of now."""
    # The colours are written out: a style sheet keeps those of the palette that there was when it
    # was read.
    palette = view.palette()
    sheet = _SHEET.format(
        padding=theme.GRID,
        line=theme.hairline(palette).name(),
        ground=palette.color(QPalette.ColorRole.Window).name(),
        text=palette.color(QPalette.ColorRole.WindowText).name(),
    )
    header = view.horizontalHeader()
    if header.styleSheet() != sheet:
        header.setStyleSheet(sheet)
