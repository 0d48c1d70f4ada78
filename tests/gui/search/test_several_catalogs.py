"""Several catalogues at once: each has a list of its own, and none takes another's answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.audio.examples import example
from core.audio.writing import save_wav
from core.engine import Engine
from core.options import Filter
from core.paths import DataFolder
from core.setup.choice import BALANCED, write_choice
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.own_catalogs import build
from tests.gui.search.test_session import open_and_wait


@pytest.fixture
def several(
    make_app: Callable[..., App], own_folder: Path, own_data_folder: Path, tmp_path: Path
) -> App:
    """A window that searches the catalogue in the program, and one of own sounds."""
    data = DataFolder(own_data_folder)
    data.catalogs.mkdir()
    build(data.catalogs / "my sounds", own_folder, data)
    write_choice(data, [BALANCED, "my sounds"])
    app = make_app(real=Engine(data))
    app.show()
    app.window.permission.adopt(False)
    app.wait_for(lambda: "my sounds" in app.window.status.text())
    save_wav(example("Siren"), tmp_path / "query.wav")
    open_and_wait(app, tmp_path / "query.wav")
    all_answer(app)
    return app


def all_answer(app: App) -> None:
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.wait_for(lambda: len(app.session.further.answers) == 1)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def tabs(app: App) -> list[str]:
    bar = app.window.results.tabs
    return [bar.tabText(index) for index in range(bar.count())]


def files(app: App) -> list[str]:
    results = app.window.results.table.results
    return [Path(match.path).name for match in results.matches if match.path]


def test_each_catalogue_has_a_list_of_its_own(several: App) -> None:
    app = several
    assert tabs(app)[0] == "AudioSet, balanced (25)"
    assert tabs(app)[1].startswith("my sounds (")
    assert app.window.results.tabs.isVisible()
    assert app.window.status.text().endswith("AudioSet, balanced, 22,160 clips · my sounds")
    heading = app.window.header.heading.text()
    assert files(app) == []
    app.window.activateWindow()
    table, held = app.window.results.table, Qt.KeyboardModifier
    app.qtbot.keyClick(table, Qt.Key.Key_Tab, held.ControlModifier)
    assert app.window.results.tabs.currentIndex() == 1
    assert files(app)[0] in ("Siren.wav", "Siren again.wav")
    assert app.window.header.heading.text() == heading, "it is of the query, not of a list"
    assert app.window.commands.open_link.text() == "Show in folder"
    app.qtbot.keyClick(table, Qt.Key.Key_1, held.AltModifier)
    assert files(app) == []
    assert app.window.commands.open_link.text() == "Open the link in the browser"


def test_words_and_spans_are_asked_of_all(several: App) -> None:
    app = several
    app.window.results.tabs.setCurrentIndex(1)
    app.session.find("siren")
    app.wait_for(lambda: app.session.answer.matches.query.name != "query.wav")
    all_answer(app)
    assert any("Siren" in name for name in files(app)[:3])
    app.window.commands.back.trigger()
    all_answer(app)
    app.session.match_span((1.0, 3.0))
    app.wait_for(lambda: app.session.span == (1.0, 3.0))
    all_answer(app)
    assert app.window.results.tabs.currentIndex() == 1
    assert files(app)


def test_more_like_a_file_is_asked_of_all_and_named(several: App) -> None:
    app = several
    app.window.results.tabs.setCurrentIndex(1)
    name = files(app)[0]
    app.window.results.table.selectRow(0)
    app.window.commands.more.trigger()
    app.wait_for(lambda: app.session.answer.step == f"more like {name}")
    all_answer(app)
    assert app.session.answer.matches.matches, "the main catalogue is asked by meaning"
    assert app.session.answer.matches.query.name == name
    assert "Siren" in files(app)[0]
    app.window.commands.back.trigger()
    all_answer(app)
    assert app.session.answer.step == ""


def test_refining_by_files_goes_on_in_all(several: App) -> None:
    app = several
    app.window.results.tabs.setCurrentIndex(1)
    app.window.results.table.selectRow(1)
    app.window.commands.nearer.trigger()
    app.wait_for(lambda: app.session.answer.step.startswith("more like"))
    all_answer(app)
    assert app.session.answer.matches.query.direction is not None
    assert app.session.answer.matches.matches
    assert files(app)


def test_why_is_told_of_the_list_that_is_shown(several: App) -> None:
    app = several
    heat = app.coordinator.features.results.heat
    assert not app.window.results.details.reason.isVisible(), "one frame a clip tells nothing"
    app.window.results.tabs.setCurrentIndex(1)
    app.wait_for(lambda: heat.accessibleDescription() != "")
    assert not app.window.results.details.reason.isHidden()


def test_a_filter_of_one_catalogue_leaves_the_other_list_empty_with_a_sentence(
    several: App,
) -> None:
    app = several
    app.window.options.change(filters=Filter(("Gun salute of nobody",)))
    all_answer(app)
    assert app.session.state is State.RESULTS
    assert not app.window.banner.isVisible()
    assert "Gun salute of nobody" in app.window.results.message.text()
    assert app.window.header.heading.text() != "No match"
    app.window.options.change(filters=Filter())
    all_answer(app)
    assert not app.window.results.table.isHidden()


def test_an_error_of_one_catalogue_takes_nobody_elses_answer(several: App) -> None:
    app = several
    other = app.session.further.answers[0].engine
    other.close()
    for path in (app.settings_folder / "catalogs" / "my sounds").iterdir():
        path.write_bytes(b"")
    app.window.options.change(k=10)
    all_answer(app)
    assert tabs(app) == ["AudioSet, balanced (10)", "my sounds"]
    assert not app.window.results.table.isHidden()
    app.window.results.tabs.setCurrentIndex(1)
    assert app.window.results.table.isHidden()
    assert app.window.results.message.text()
    app.window.results.tabs.setCurrentIndex(0)
    assert not app.window.results.table.isHidden()


def test_one_catalogue_alone_has_no_tabs(several: App) -> None:
    app = several
    app.coordinator.features.storage.chooser.chosen.emit([BALANCED])
    app.wait_for(lambda: not app.session.further.names)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    assert not app.window.results.tabs.isVisible()
    assert "my sounds" not in app.window.status.text()
    assert not app.window.results.table.isHidden()
