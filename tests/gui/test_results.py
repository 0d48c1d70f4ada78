"""The table of matches and the filters above it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from core.types import Match, watch_url
from gui.class_filter import ClassFilter
from gui.results_model import NOT_RESOLVED, SORT_ROLE, Column, ResultsModel, ResultsProxy
from gui.results_table import ResultsTable


def matches(n: int) -> tuple[Match, ...]:
    return tuple(
        Match(
            rank,
            f"id{rank:09}",
            float(10 * (n - rank)),
            float(10 * (n - rank) + 10),
            ("Zebra", "A") if rank % 2 else ("apple",),
            round(0.5 - rank / 100, 3),
            "" if rank == 2 else watch_url(f"id{rank:09}", 10.0),
        )
        for rank in range(1, n + 1)
    )


def test_the_models_keep_qts_contract(qtbot: QtBot) -> None:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    model = ResultsModel()
    proxy = ResultsProxy(model)
    testers = [QAbstractItemModelTester(model, fatal), QAbstractItemModelTester(proxy, fatal)]
    for size in (0, 3, 25, 1, 0):
        model.set_matches(matches(size))
        proxy.sort(Column.SIMILARITY, Qt.SortOrder.DescendingOrder)
        assert proxy.rowCount() == size
    assert testers


def test_sorting_goes_by_values_not_by_text(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.show_matches(matches(12))

    def ranks() -> list[int]:
        model = table.model()
        return [model.index(row, Column.RANK).data(SORT_ROLE) for row in range(model.rowCount())]

    assert ranks() == list(range(1, 13))
    table.sortByColumn(Column.RANK, Qt.SortOrder.DescendingOrder)
    assert ranks() == list(range(12, 0, -1))
    table.sortByColumn(Column.TIME, Qt.SortOrder.AscendingOrder)
    assert ranks() == list(range(12, 0, -1))
    # Equal values stay in the order of their rank, whichever way they are sorted.
    table.sortByColumn(Column.LABELS, Qt.SortOrder.AscendingOrder)
    assert ranks() == [2, 4, 6, 8, 10, 12, 1, 3, 5, 7, 9, 11]
    table.sortByColumn(Column.LABELS, Qt.SortOrder.DescendingOrder)
    assert ranks() == [1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12]


def test_cells_say_what_people_read() -> None:
    model = ResultsModel()
    model.set_matches(matches(2))
    texts = [model.index(0, column).data() for column in Column]
    assert texts == [
        "1",
        "0.490",
        "Zebra · A",
        "0:10–0:20",
        "youtube.com/watch?v=id000000001&t=10s",
    ]
    assert model.index(1, Column.LINK).data() == NOT_RESOLVED
    spoken = model.index(0, Column.SIMILARITY).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Similarity: 0.490"


def test_labels_cannot_become_markup() -> None:
    model = ResultsModel()
    model.set_matches((Match(1, "x", 0, 1, ("<b>bold</b>",), 0.5, ""),))
    assert model.index(0, Column.LABELS).data() == "<b>bold</b>"
    tool_tip = model.index(0, Column.LABELS).data(Qt.ItemDataRole.ToolTipRole)
    assert not Qt.mightBeRichText(tool_tip)


def test_the_link_opens_by_mouse_and_by_return(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    table.show_matches(matches(5))
    chosen: list[Match] = []
    table.link_chosen.connect(chosen.append)

    def click(row: int, column: Column) -> None:
        centre = table.visualRect(table.model().index(row, column)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=centre)

    click(2, Column.LINK)
    assert [match.rank for match in chosen] == [3]
    click(3, Column.LABELS)
    click(1, Column.LINK)  # an address that is not known is no link
    assert [match.rank for match in chosen] == [3]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert [match.rank for match in chosen] == [3, 3]


def test_a_link_shows_a_hand(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    table.show_matches(matches(3))

    def shape_over(row: int, column: Column) -> Qt.CursorShape:
        place = table.visualRect(table.model().index(row, column)).center()
        qtbot.mouseMove(table.viewport(), place + QPoint(1, 0))
        qtbot.mouseMove(table.viewport(), place)
        return table.viewport().cursor().shape()

    assert shape_over(0, Column.LINK) == Qt.CursorShape.PointingHandCursor
    assert shape_over(0, Column.LABELS) == Qt.CursorShape.ArrowCursor
    assert shape_over(1, Column.LINK) == Qt.CursorShape.ArrowCursor


@pytest.mark.parametrize("similarity", [-0.3, 0.0, 0.5, 1.0])
def test_the_bar_is_as_long_as_the_similarity(qtbot: QtBot, similarity: float) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show_matches((Match(1, "x", 0, 1, (), similarity, ""),))
    table.clearSelection()
    table.setCurrentIndex(table.model().index(0, Column.LABELS))
    table.clearSelection()
    table.show()
    image = table.viewport().grab().toImage()
    rect = table.visualRect(table.model().index(0, Column.SIMILARITY))
    highlight = table.palette().highlight().color().rgb()
    y = rect.center().y()
    lit = sum(image.pixel(x, y) == highlight for x in range(rect.left(), rect.right()))
    number = QStyleOptionViewItem()
    number.initFrom(table)
    room = rect.width() - 3 * 8 - table.fontMetrics().horizontalAdvance("−0.000")
    assert lit == pytest.approx(max(0.0, similarity) * room, abs=3)


def test_classes_are_added_once_and_removed(qtbot: QtBot) -> None:
    chooser = ClassFilter("&Only:", "add a class")
    qtbot.addWidget(chooser)
    chooser.show()
    chooser.set_known(["Cattle, bovinae", "Dog"])
    changes: list[tuple[str, ...]] = []
    chooser.changed.connect(lambda: changes.append(chooser.names))
    for text in ("Cattle, bovinae", "  Dog ", "Dog", "   "):
        chooser.edit.setText(text)
        qtbot.keyClick(chooser.edit, Qt.Key.Key_Return)
    assert changes == [("Cattle, bovinae",), ("Cattle, bovinae", "Dog")]
    assert chooser.edit.text() == ""
    chip = chooser._chips[0]
    assert chip.accessibleName() == "Only: Cattle, bovinae. Press to remove."
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chooser.names == ("Dog",)
    assert chooser.edit.hasFocus() or not chooser.isActiveWindow()


def test_choosing_from_the_completer_leaves_the_line_empty(qtbot: QtBot) -> None:
    chooser = ClassFilter("&Only:", "add a class")
    qtbot.addWidget(chooser)
    chooser.show()
    chooser.set_known(["Cattle, bovinae", "Dog"])
    qtbot.keyClicks(chooser.edit, "bov")
    completer = chooser.edit.completer()
    assert completer is not None
    qtbot.waitUntil(completer.popup().isVisible)
    qtbot.keyClick(completer.popup(), Qt.Key.Key_Down)
    qtbot.keyClick(completer.popup(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: chooser.names == ("Cattle, bovinae",))
    qtbot.waitUntil(lambda: chooser.edit.text() == "")
