"""The tags of a whole catalogue of own sounds as a table: shown, sorted, jumped from, saved."""

from __future__ import annotations

import csv
import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from core.__main__ import main
from core.catalog.catalog import Catalog
from core.jobs import Job
from core.sounds.catalog_tags import NO_CLASS, CatalogFile, CatalogTags
from core.types import Match
from gui.search.state import State
from gui.tag_table.catalog_model import CatalogTagModel, folded_names
from gui.tag_table.panel import OPENED, TagTablePanel
from gui.tag_table.row_model import TagColumn
from tests.gui.conftest import App

DOWN = Qt.SortOrder.DescendingOrder

TAGS = CatalogTags(
    (
        CatalogFile("/s/a/one.wav", "a/one.wav", "11", ""),
        CatalogFile("/s/b/one.wav", "b/one.wav", "22", ""),
        CatalogFile("/s/empty.wav", "empty.wav", "", "It is empty."),
    ),
    ("Dog", "Bark", "Rain"),
    np.array([0, 0, 1, 2], np.int32),
    np.array([1, 2, 0, NO_CLASS], np.int16),
    np.array([0, 10, 0, 0], np.float32),
    np.array([20, 30, 7.5, 0], np.float32),
    np.array([0.4, 0.9, 0.6, 0], np.float32),
)


@pytest.fixture
def model() -> CatalogTagModel:
    made = CatalogTagModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    made.set_tags(TAGS, folded_names(TAGS))
    return made


def texts(model: CatalogTagModel, column: TagColumn) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_a_row_says_file_and_folder_time_and_class_or_why_there_is_none(
    model: CatalogTagModel,
) -> None:
    assert texts(model, TagColumn.FILE) == [
        *("one.wav · a", "one.wav · a", "one.wav · b", "empty.wav")
    ]
    assert texts(model, TagColumn.TAG) == ["Bark", "Rain", "Dog", "It is empty."]
    assert texts(model, TagColumn.TIME)[1:] == ["0:10.0–0:30.0", "0:00.0–0:07.5", ""]
    assert texts(model, TagColumn.STRENGTH) == ["0.40", "0.90", "0.60", ""]
    assert (model.n_rows, model.n_sounds) == (4, 3)


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        (TagColumn.FILE, ["Bark", "Rain", "Dog", "It is empty."]),
        (TagColumn.TIME, ["Bark", "Dog", "It is empty.", "Rain"]),
        (TagColumn.TAG, ["Bark", "Dog", "It is empty.", "Rain"]),
        (TagColumn.STRENGTH, ["It is empty.", "Bark", "Dog", "Rain"]),
    ],
)
def test_columns_sort_both_ways_and_what_is_current_stays_so(
    model: CatalogTagModel, column: TagColumn, labels: list[str]
) -> None:
    index = QPersistentModelIndex(model.index(1, TagColumn.TAG))
    model.sort(column)
    assert texts(model, TagColumn.TAG) == labels
    assert index.data() == "Rain"
    model.sort(column, DOWN)
    heard = [label for label in texts(model, TagColumn.TAG) if label != "It is empty."]
    assert heard[0] == {TagColumn.FILE: "Dog"}.get(column, "Rain")
    assert index.data() == "Rain"
    model.sort(-1)
    assert texts(model, TagColumn.TAG) == ["Bark", "Rain", "Dog", "It is empty."]


@pytest.mark.parametrize(
    ("text", "least", "labels"),
    [
        ("RAIN", 0.0, ["Rain"]),
        ("one.wav dog", 0.0, ["Dog"]),
        ("a/", 0.0, ["Bark", "Rain"]),
        ("is empty", 0.0, ["It is empty."]),
        ("", 0.5, ["Rain", "Dog"]),
        ("nothing of this", 0.0, []),
    ],
)
def test_words_and_strength_filter(
    model: CatalogTagModel, text: str, least: float, labels: list[str]
) -> None:
    model.want(text, least)
    assert texts(model, TagColumn.TAG) == labels
    assert model.rows.tolist() == sorted(model.rows.tolist())
    row = model.row_at(0) if labels else None
    assert row is None or model.place_of(row) == 0


def test_without_a_catalogue_there_are_no_rows(model: CatalogTagModel) -> None:
    model.sort(TagColumn.TAG)
    model.set_tags(None, [])
    assert (model.rowCount(), model.n_rows, model.n_sounds) == (0, 0, 0)


def panel_of(app: App) -> TagTablePanel:
    assert app.coordinator.features is not None
    return app.coordinator.features.tag_table.panel


@pytest.fixture
def shown(own_app: App) -> App:
    """A window that shows the tags of its catalogue, as a person comes there."""
    app = own_app
    assert app.coordinator.features is not None
    chooser = app.coordinator.features.storage.chooser
    app.window.commands.catalogs.trigger()
    app.wait_for(lambda: chooser.tags.isEnabled())
    chooser.tags.click()
    assert not chooser.isVisible()
    panel = panel_of(app)
    app.wait_for(lambda: panel.catalog_table.isVisible())
    return app


def rows_of(app: App) -> int:
    return panel_of(app).catalog_table.model().rowCount()


def test_the_catalogue_is_shown_and_opened_sounds_are_a_choice_away(shown: App) -> None:
    app, panel = shown, panel_of(shown)
    assert [panel.sources.itemText(i) for i in range(panel.sources.count())] == [OPENED, "mine"]
    assert panel.sources.isVisible()
    assert panel.count.text() == f"{rows_of(app)} rows · 4 files"
    assert not panel.clear.isVisible()
    assert not panel.only.isVisible()
    panel.search.setText("siren.wav")
    assert panel.count.text().endswith(" rows")
    assert 0 < rows_of(app) < 4
    panel.sources.setCurrentIndex(0)
    panel.sources.activated.emit(0)
    assert panel.message.text().startswith("Open some files")
    assert panel.clear.isVisible()
    panel.sources.setCurrentIndex(1)
    panel.sources.activated.emit(1)
    assert panel.catalog_table.isVisible()
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def test_who_comes_back_while_another_catalogue_is_read_sees_the_first_one(
    shown: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, panel = shown, panel_of(shown)
    catalogs = app.settings_folder / "catalogs"
    shutil.copytree(catalogs / "mine", catalogs / "other")
    assert app.coordinator.features is not None
    app.coordinator.features.tag_table.catalogs.refresh()
    app.wait_for(lambda: panel.sources.count() == 3 and rows_of(app) > 0)
    names, of = [panel.sources.itemText(place) for place in range(3)], CatalogTags.of
    never = threading.Event()

    def read(catalog: Catalog, job: Job) -> CatalogTags:
        while catalog.path.name == "other" and not never.wait(0.005):
            job.check()  # until something else is asked for
        return of(catalog, job)

    monkeypatch.setattr(CatalogTags, "of", read)
    panel.sources.activated.emit(names.index("other"))
    assert rows_of(app) == 0
    panel.sources.activated.emit(names.index("mine"))
    app.wait_for(lambda: rows_of(app) > 0)


def test_return_opens_the_file_and_matches_the_span(shown: App) -> None:
    app, table = shown, panel_of(shown).catalog_table
    panel_of(app).search.setText("bell.wav")
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, TagColumn.TAG))
    app.qtbot.keyClick(table, Qt.Key.Key_Return)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    assert app.session.audio is not None
    assert app.session.audio.name == "Bell.wav"
    assert app.session.span == pytest.approx((0.0, 5.0))
    assert table.isVisible()


def test_p_plays_the_span_from_the_file(shown: App) -> None:
    app, table = shown, panel_of(shown).catalog_table
    assert app.coordinator.features is not None
    asked: list[Match] = []
    tags = app.coordinator.features.tag_table.catalogs
    tags.play_wanted.disconnect()
    tags.play_wanted.connect(asked.append)
    panel_of(app).search.setText("bell.wav")
    table.setCurrentIndex(table.model().index(0, TagColumn.TAG))
    table.setFocus()
    app.qtbot.keyClick(table, Qt.Key.Key_P)
    assert [Path(match.path).name for match in asked] == ["Bell.wav"]
    assert (asked[0].start_s, asked[0].end_s) == pytest.approx((0.0, 5.0))


def test_a_file_that_is_gone_is_trouble_and_nothing_else(shown: App, own_folder: Path) -> None:
    app, table = shown, panel_of(shown).catalog_table
    shutil.rmtree(own_folder)
    table.setCurrentIndex(table.model().index(0, TagColumn.TAG))
    table.setFocus()
    app.qtbot.keyClick(table, Qt.Key.Key_Return)
    app.wait_for(lambda: app.window.banner.is_trouble)
    assert app.session.audio is None


def test_what_is_in_sight_is_saved_as_the_command_prints_it(
    shown: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app, panel, dialogs = shown, panel_of(shown), shown.window.dialogs
    catalog = str(app.settings_folder / "catalogs" / "mine")
    for ending in ("csv", "json"):
        table = tmp_path / f"tags.{ending}"
        monkeypatch.setattr(dialogs, "save", lambda *given, table=table: given[-1](table))
        panel.save.actions()[0].trigger()
        app.wait_for(table.exists)
        app.wait_for(lambda: not app.coordinator.workers.is_busy)
        capsys.readouterr()
        assert main(["tags", f"--{ending}", "--catalog", catalog]) == 0
        assert table.read_bytes().decode().splitlines() == capsys.readouterr().out.splitlines()
    panel.search.setText("bell.wav")
    monkeypatch.setattr(dialogs, "save", lambda *given: given[-1](tmp_path / "bell.json"))
    panel.save.actions()[0].trigger()
    app.wait_for((tmp_path / "bell.json").exists)
    (line,) = (tmp_path / "bell.json").read_text().splitlines()
    assert json.loads(line)["file"].endswith("Bell.wav")
    panel.search.clear()
    labels = tmp_path / "labels"
    labels.mkdir()
    monkeypatch.setattr(dialogs, "choose_folder", lambda title, chosen: chosen(labels))
    panel.save.actions()[2].trigger()
    app.wait_for(lambda: len([*labels.iterdir()]) == 4)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    with (labels / "Rain.wav.selections.txt").open() as file:
        assert next(csv.DictReader(file, delimiter="\t"))["Begin Time (s)"] == "0.000000"
    panel.save.actions()[2].trigger()
    app.wait_for(lambda: "is there already" in app.window.banner.message)


def test_a_damaged_catalogue_is_trouble_and_the_table_says_so(own_app: App) -> None:
    app = own_app
    assert app.coordinator.features is not None
    mine = app.settings_folder / "catalogs" / "mine"
    (mine / "texts.npy").write_bytes(b"")
    app.coordinator.features.tag_table.catalogs.show(mine)
    app.wait_for(lambda: app.window.banner.is_trouble)
    assert panel_of(app).message.text() == "The tags of this catalogue cannot be read."
