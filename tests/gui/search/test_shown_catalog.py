"""What is said of a catalogue, classes, map, ranking, is said of the one whose tab is shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex

from core.options import Filter, Ranking
from gui.filters.model import COUNT_ROLE
from gui.map.pane import MapPane
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.search.test_several_catalogs import all_answer, files, several  # noqa: F401


def counts(app: App) -> dict[str, int]:
    """Return the classes at the top of the filter, with the numbers of their clips."""
    model = app.window.filter.model
    tops = (model.index(row, 0, QModelIndex()) for row in range(model.rowCount()))
    return {index.data(): index.data(COUNT_ROLE) for index in tops}


def look_at(app: App, index: int) -> None:
    app.window.results.tabs.setCurrentIndex(index)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def map_of(app: App) -> MapPane:
    assert app.coordinator.features is not None
    app.window.commands.map.setChecked(True)
    pane = app.coordinator.features.map.pane
    app.wait_for(lambda: pane.canvas.chart is not None)
    return pane


def test_the_classes_are_those_of_the_catalogue_that_is_shown(several: App) -> None:  # noqa: F811
    app = several
    app.window.commands.filter.setChecked(True)
    app.wait_for(lambda: sum(counts(app).values()) > 10_000)
    of_main = counts(app)
    look_at(app, 1)
    catalog = app.session.shown.engine.catalog()
    assert len(catalog) == 3
    assert 0 < max(counts(app).values()) <= 3
    assert set(counts(app)) <= set(of_main)
    look_at(app, 0)
    assert counts(app) == of_main


def test_a_class_of_it_filters_and_a_new_answer_changes_nothing_else(several: App) -> None:  # noqa: F811
    app = several
    look_at(app, 1)
    before = counts(app)
    changes: list[object] = []
    app.session.shown.changed.connect(lambda: changes.append(None))
    name = app.window.results.table.results.match_at(0).labels[0]
    app.window.options.change(filters=Filter((name,)))
    all_answer(app)
    assert files(app)
    shown = app.window.results.table.results.matches
    assert all(match.labels for match in shown)
    assert 0 < len(shown) <= 3
    assert counts(app) == before
    assert not changes, "the same catalogue is not counted again"


def test_the_header_says_how_the_shown_list_is_ranked(several: App) -> None:  # noqa: F811
    app, header = several, several.window.header
    assert header.match.text().startswith("By meaning")
    assert not header.menu.rankings[Ranking.SOUND].isEnabled()
    look_at(app, 1)
    assert header.match.text().startswith("By sound and meaning")
    assert header.menu.rankings[Ranking.SOUND].isEnabled()
    header.menu.rankings[Ranking.SOUND].trigger()
    all_answer(app)
    given = app.session.further.shown
    assert given is not None
    assert given.matches is not None
    assert given.matches.ranking is Ranking.SOUND
    assert app.session.answer.matches.ranking is Ranking.MEANING, "the main one has no other"
    look_at(app, 0)
    assert header.match.text().startswith("By meaning")
    assert app.window.filter.only_sure.isEnabled()
    look_at(app, 1)
    assert not app.window.filter.only_sure.isEnabled(), "own sounds have no such labels"


def test_the_map_is_of_the_catalogue_that_is_shown(several: App) -> None:  # noqa: F811
    app, pane = several, map_of(several)
    assert pane.heading.text() == "Map of 22,160 clips"
    assert pane.canvas.marks.query is None, "the sound's frames are another listener's"
    look_at(app, 1)
    app.wait_for(lambda: pane.canvas.chart is not None)
    assert pane.heading.text() == "Map of 3 clips"
    assert pane.canvas.marks.query is not None
    assert len(pane.canvas.marks.matches) == 3
    app.window.results.table.selectRow(1)
    chosen = app.window.results.table.chosen()
    assert pane.canvas.marks.current == chosen.row
    said = pane.canvas.describe(chosen.row)
    assert Path(chosen.path).name in said
    assert str(Path(chosen.path).parent) in said
    assert "0:00–0:05" in said
    assert chosen.video_id not in said, "nobody knows a content's key"
    look_at(app, 0)
    app.wait_for(lambda: pane.canvas.chart is not None)
    assert pane.heading.text() == "Map of 22,160 clips"
    look_at(app, 1)
    app.wait_for(lambda: pane.canvas.chart is not None)
    pane.chosen.emit(chosen.row)
    assert app.window.results.tabs.currentIndex() == 1
    assert app.window.results.table.chosen().row == chosen.row


def test_a_point_that_is_no_match_can_be_asked_for(several: App) -> None:  # noqa: F811
    app, pane = several, map_of(several)
    app.window.options.change(k=1)
    all_answer(app)
    look_at(app, 1)
    app.wait_for(lambda: pane.canvas.chart is not None)
    row = next(row for row in range(3) if row != app.window.results.table.chosen().row)
    pane.chosen.emit(row)
    banner = app.window.banner
    name = banner.message.removesuffix(" is not among the matches.")
    assert name.endswith(".wav")
    assert banner.action.text() == "More like this"
    banner.action.click()
    app.wait_for(lambda: app.session.answer.step == f"more like {name}")
    all_answer(app)
    assert app.session.answer.matches.query.name == name
    assert files(app)


def test_what_is_shown_survives_another_choice_of_catalogues(several: App) -> None:  # noqa: F811
    app = several
    look_at(app, 1)
    assert app.coordinator.features is not None
    app.coordinator.features.storage.chooser.chosen.emit(["my sounds"])
    app.wait_for(lambda: not app.session.further.names)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    assert app.session.shown.info.name == "my sounds"
    assert max(counts(app).values()) <= 3
    assert app.window.header.match.text().startswith("By sound and meaning")


def test_the_tags_are_of_the_catalogue_that_is_shown(several: App) -> None:  # noqa: F811
    app = several
    assert app.coordinator.features is not None
    panel = app.coordinator.features.tag_table.panel
    app.window.commands.tag_table.trigger()
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    assert not panel.is_of_catalog
    app.window.commands.tag_table.trigger()
    look_at(app, 1)
    app.window.commands.tag_table.trigger()
    app.wait_for(lambda: panel.catalog_table.isVisible())
    assert panel.sources.currentText() == "my sounds"
