"""The catalogue that is searched is listed and marked, wherever it lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from core.options import CatalogKind
from core.setup.inventory import CatalogEntry
from gui.storage.catalog_chooser import CatalogChooser
from tests.gui.conftest import INFO, App

BIRDS = CatalogEntry(
    "birds", Path("/data/birds"), CatalogKind.AUDIOSET, 7, 10**6, "2026-01-02", ("a.tar",)
)


def names(chooser: CatalogChooser) -> list[str]:
    cells = (chooser.table.item(row, 0) for row in range(chooser.table.rowCount()))
    return [cell.text() for cell in cells if cell is not None]


def test_the_one_in_the_program_is_listed_before_any_other_is_there(app: App) -> None:
    assert app.coordinator.features is not None
    chooser = app.coordinator.features.storage.chooser
    app.window.commands.catalogs.trigger()
    app.wait_for(lambda: chooser.table.rowCount() > 0)
    assert names(chooser) == ["AudioSet, balanced, searched now"]
    assert not chooser.choose.isEnabled()
    assert not chooser.delete.isEnabled()


def test_another_one_beside_it_can_be_searched_and_is_marked_then(qtbot: QtBot) -> None:
    chooser = CatalogChooser()
    qtbot.addWidget(chooser)
    chooser.show_entries([BIRDS], INFO)
    assert names(chooser) == ["AudioSet, balanced, searched now", "birds"]
    assert chooser.current is None
    chooser.table.selectRow(1)
    assert chooser.choose.isEnabled()
    assert chooser.delete.isEnabled()
    chooser.show_entries([BIRDS], replace(INFO, path="/data/birds", is_balanced=False))
    assert names(chooser) == ["birds, searched now"]
    assert chooser.current == BIRDS
    assert not chooser.choose.isEnabled()


def test_before_anything_is_loaded_none_is_marked(qtbot: QtBot) -> None:
    chooser = CatalogChooser()
    qtbot.addWidget(chooser)
    chooser.show_entries([BIRDS])
    assert names(chooser) == ["birds"]
    assert chooser.choose.isEnabled()
