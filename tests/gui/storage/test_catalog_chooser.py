"""The catalogue that is searched is listed and marked, wherever it lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.options import CatalogKind
from core.setup.choice import BALANCED
from core.setup.inventory import CatalogEntry
from gui.storage.catalog_chooser import CatalogChooser
from tests.gui.conftest import INFO, App

BIRDS = CatalogEntry(
    "birds", Path("/data/birds"), CatalogKind.AUDIOSET, 7, 10**6, "2026-01-02", ("a.tar",)
)


def names(chooser: CatalogChooser) -> list[str]:
    cells = (chooser.table.item(row, 0) for row in range(chooser.table.rowCount()))
    return [cell.text() for cell in cells if cell is not None]


def tick(chooser: CatalogChooser, row: int, is_ticked: bool = True) -> None:
    item = chooser.table.item(row, 0)
    assert item is not None
    item.setCheckState(Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)


@pytest.fixture
def chooser(qtbot: QtBot) -> CatalogChooser:
    chooser = CatalogChooser()
    qtbot.addWidget(chooser)
    return chooser


def test_the_one_in_the_program_is_listed_before_any_other_is_there(app: App) -> None:
    assert app.coordinator.features is not None
    chooser = app.coordinator.features.storage.chooser
    app.window.commands.catalogs.trigger()
    app.wait_for(lambda: chooser.table.rowCount() > 0)
    assert names(chooser) == ["AudioSet, balanced, searched now"]
    assert not chooser.choose.isEnabled()
    assert not chooser.delete.isEnabled()


def test_several_are_ticked_and_the_main_one_stays_the_first(
    qtbot: QtBot, chooser: CatalogChooser
) -> None:
    chooser.show_entries([BIRDS], replace(INFO, path="/data/birds", is_balanced=False))
    assert names(chooser) == ["AudioSet, balanced", "birds, searched now"]
    assert chooser.current == BIRDS
    assert not chooser.choose.isEnabled()
    tick(chooser, 0)
    with qtbot.waitSignal(chooser.chosen) as chosen:
        chooser.choose.click()
    assert chosen.args == [["birds", BALANCED]]
    tick(chooser, 1, is_ticked=False)
    with qtbot.waitSignal(chooser.chosen) as chosen:
        chooser.choose.click()
    assert chosen.args == [[BALANCED]]
    tick(chooser, 0, is_ticked=False)
    assert not chooser.choose.isEnabled(), "at least one"


def test_those_that_are_searched_are_ticked(chooser: CatalogChooser) -> None:
    chooser.show_entries([BIRDS], replace(INFO, others=("birds",)))
    assert names(chooser) == ["AudioSet, balanced, searched now", "birds, searched now"]
    assert not chooser.choose.isEnabled()
    tick(chooser, 1, is_ticked=False)
    assert chooser.choose.isEnabled()


def test_return_on_a_row_searches_that_one_alone(qtbot: QtBot, chooser: CatalogChooser) -> None:
    chooser.show_entries([BIRDS], INFO)
    item = chooser.table.item(1, 0)
    with qtbot.waitSignal(chooser.chosen) as chosen:
        chooser.table.itemActivated.emit(item)
    assert chosen.args == [["birds"]]


def test_one_that_was_named_at_the_start_is_listed_and_cannot_be_kept(
    chooser: CatalogChooser,
) -> None:
    chooser.show_entries([BIRDS], replace(INFO, name="far", path="/far", is_balanced=False))
    assert names(chooser) == ["AudioSet, balanced", "far, searched now", "birds"]
    tick(chooser, 2)
    assert not chooser.choose.isEnabled()
    tick(chooser, 1, is_ticked=False)
    assert chooser.choose.isEnabled()


def test_a_damaged_one_is_never_searched(chooser: CatalogChooser) -> None:
    chooser.show_entries([replace(BIRDS, kind=CatalogKind.DAMAGED)], INFO)
    tick(chooser, 1)
    assert not chooser.choose.isEnabled()
    chooser.table.selectRow(1)
    assert chooser.delete.isEnabled()


def test_before_anything_is_loaded_none_is_ticked(chooser: CatalogChooser) -> None:
    chooser.show_entries([BIRDS])
    assert names(chooser) == ["AudioSet, balanced", "birds"]
    tick(chooser, 1)
    assert chooser.choose.isEnabled()
