"""The panels at the sides: one page or none, as the actions say."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.widgets.side_panel import SidePanel


@pytest.fixture
def actions(qtbot: QtBot) -> tuple[QAction, QAction]:
    made = QAction("Filter…"), QAction("History")
    for action in made:
        action.setCheckable(True)
    return made


@pytest.fixture
def panel(qtbot: QtBot, actions: tuple[QAction, QAction]) -> SidePanel:
    made = SidePanel("Left")
    qtbot.addWidget(made)
    for action in actions:
        made.add_page(action, QLabel(action.text()))
    return made


def test_one_page_or_none_is_in_sight(panel: SidePanel, actions: tuple[QAction, QAction]) -> None:
    filters, history = actions
    shown: list[bool] = []
    panel.shown.connect(shown.append)
    assert panel.current is None
    filters.trigger()
    assert isinstance(panel.current, QLabel) and panel.current.text() == "Filter…"
    history.trigger()
    assert not filters.isChecked() and panel.current.text() == "History"
    history.trigger()
    assert panel.current is None
    assert shown == [True, False]
    filters.trigger()
    panel.close_pages()
    assert panel.current is None and not filters.isChecked()


def test_a_tab_chooses_too(
    qtbot: QtBot, panel: SidePanel, actions: tuple[QAction, QAction]
) -> None:
    filters, history = actions
    filters.trigger()
    assert [panel.tabs.tabText(place) for place in range(2)] == ["Filter", "History"]
    place = panel.tabs.tabRect(1).center()
    qtbot.mouseClick(panel.tabs, Qt.MouseButton.LeftButton, pos=place)
    assert history.isChecked() and not filters.isChecked()


def test_a_page_that_comes_later_is_shown_if_it_was_wanted(
    panel: SidePanel, actions: tuple[QAction, QAction]
) -> None:
    later = QAction("Map")
    later.setCheckable(True)
    later.setChecked(True)
    panel.add_page(later, QLabel("map"))
    assert isinstance(panel.current, QLabel) and panel.current.text() == "map"
