"""The checks find what is wrong in windows that were made wrong, and nothing in right ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabBar,
    QTableWidget,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.widgets.elided import Elided
from tests.gui.window_checks import cut_texts, nameless, overlaps

LONG = "far more words than there is room for in so little a place"


def shown(qtbot: QtBot, *widgets: QWidget, width: int = 400) -> QWidget:
    """Return a window with these widgets where they say that they are."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(width, 300)
    for widget in widgets:
        widget.setParent(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def placed(widget: QWidget, x: int, y: int, width: int, height: int) -> QWidget:
    widget.setGeometry(x, y, width, height)
    return widget


def wrapped() -> QLabel:
    label = QLabel(LONG)
    label.setWordWrap(True)
    return label


def choice() -> QComboBox:
    box = QComboBox()
    box.addItem(LONG)
    return box


def number() -> QSpinBox:
    box = QSpinBox()
    box.setPrefix(LONG)
    return box


def tabs() -> QTabBar:
    bar = QTabBar()
    bar.addTab(LONG)
    return bar


def table() -> QTableWidget:
    made = QTableWidget(1, 2)
    made.setHorizontalHeaderLabels([LONG, "b"])
    return made


def tree() -> QTreeWidget:
    made = QTreeWidget()
    made.setHeaderHidden(True)
    made.setColumnCount(1)
    made.addTopLevelItem(QTreeWidgetItem([LONG]))
    made.header().setStretchLastSection(True)
    return made


def elided() -> Elided:
    label = Elided()
    label.setText(LONG)
    return label


def placeholder() -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(LONG)
    return field


def menus() -> QMenuBar:
    bar = QMenuBar()
    for _ in range(9):
        bar.addMenu("Words")
    return bar


CUT: list[Callable[[], QWidget]] = [
    lambda: QLabel(LONG),
    lambda: QPushButton(LONG),
    lambda: QCheckBox(LONG),
    *(wrapped, choice, number, tabs, table, tree, elided, placeholder, menus),
]


@pytest.mark.parametrize("make", CUT)
def test_text_without_room_is_found(qtbot: QtBot, make: Callable[[], QWidget]) -> None:
    widget = make()
    height = 90 if isinstance(widget, QTableWidget) else 28  # its header has its own
    assert cut_texts(shown(qtbot, placed(widget, 0, 0, 120, height))) != []


@pytest.mark.parametrize("make", CUT)
def test_text_with_room_is_none(qtbot: QtBot, make: Callable[[], QWidget]) -> None:
    widget = placed(make(), 0, 0, 900, 200)
    if isinstance(widget, QTableWidget):
        widget.setColumnWidth(0, 600)
    assert cut_texts(shown(qtbot, widget, width=1000)) == []


def test_what_is_elided_may_be_if_a_tooltip_and_a_name_say_all_of_it(qtbot: QtBot) -> None:
    label = placed(elided(), 0, 0, 120, 28)
    window = shown(qtbot, label)
    label.setToolTip(LONG)
    assert cut_texts(window) != []
    label.setAccessibleName("Address")
    assert cut_texts(window) == []


def test_what_those_around_cut_off_is_found_but_where_it_scrolls(qtbot: QtBot) -> None:
    frame = placed(QWidget(), 0, 0, 200, 20)
    button = QPushButton("Go", frame)
    button.setGeometry(0, 0, 90, 28)
    assert len(cut_texts(shown(qtbot, frame))) == 1
    area, content = QScrollArea(), QWidget()
    placed(area, 0, 0, 200, 40)
    content.setFixedSize(180, 300)
    QPushButton("Go", content).setGeometry(0, 20, 90, 28)
    area.setWidget(content)
    assert cut_texts(shown(qtbot, area)) == []


def test_neighbours_that_lie_over_each_other_are_found(qtbot: QtBot) -> None:
    one, other = placed(QLabel("a"), 0, 0, 50, 20), placed(QLabel("b"), 49, 0, 50, 20)
    window = shown(qtbot, one, other)
    assert len(overlaps(window)) == 1
    other.move(50, 0)
    assert overlaps(window) == []
    other.move(0, 0)
    other.hide()
    assert overlaps(window) == []


def test_what_a_layout_places_does_not_overlap(qtbot: QtBot) -> None:
    window = shown(qtbot)
    layout = QVBoxLayout(window)
    for widget in (QLabel("a"), choice(), number(), placeholder(), table()):
        layout.addWidget(widget)
    qtbot.waitUntil(lambda: window.layout().geometry().height() > 0)
    assert overlaps(window) == []


def test_controls_without_a_name_are_found(qtbot: QtBot) -> None:
    plain, button, field = QToolButton(), QPushButton("Go"), QLineEdit()
    plain.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    wheel = QWidget()
    wheel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    all_of_it = (plain, button, field, wheel, number())
    placed_ones = [placed(each, 0, 40 * n, 90, 30) for n, each in enumerate(all_of_it)]
    window = shown(qtbot, *placed_ones)
    assert [each.split()[0] for each in nameless(window)] == [
        *("QToolButton", "QLineEdit", "QWidget", "QSpinBox")
    ]
    for widget in placed_ones:
        widget.setAccessibleName("Name")
    assert nameless(window) == []
