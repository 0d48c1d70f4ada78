"""The selection is strong only in the list that has the focus, in any colours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.quiet_selection import QuietSelection

ROLE = QPalette.ColorRole


@pytest.fixture
def colors(qapp: QApplication) -> Iterator[QPalette]:
    before = QPalette(qapp.palette())
    yield before
    qapp.setPalette(before)


def test_the_selection_follows_the_focus_and_the_palette(
    qtbot: QtBot, qapp: QApplication, colors: QPalette
) -> None:
    window, line, view = QWidget(), QLineEdit(), QListWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for widget in (line, view):
        layout.addWidget(widget)
    QuietSelection(view)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    view.setFocus()
    assert view.palette().color(ROLE.Highlight) == colors.color(ROLE.Highlight)
    line.setFocus()
    quiet = view.palette()
    assert quiet.color(ROLE.Highlight) != colors.color(ROLE.Highlight)
    assert quiet.color(ROLE.HighlightedText) == quiet.color(ROLE.Text)
    other = QPalette(QColor("#202020"))
    other.setColor(ROLE.Text, QColor("#eeeeee"))
    other.setColor(ROLE.Highlight, QColor("#ff8800"))
    qapp.setPalette(other)
    text = QColor("#eeeeee")
    qtbot.waitUntil(lambda: view.palette().color(ROLE.HighlightedText) == text)
    view.setFocus()
    assert view.palette().color(ROLE.Highlight) == QColor("#ff8800")
