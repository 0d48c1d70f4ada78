"""Teaching goes by the catalogue that is shown: its rows teach, and it is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from core.types import Match
from gui.search.state import State
from gui.teaching.panel import TeachingPanel
from tests.gui.conftest import App
from tests.gui.search.test_several_catalogs import all_answer, files, several  # noqa: F401


def idle(app: App) -> None:
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


@pytest.fixture
def own_tab(several: App) -> App:  # noqa: F811
    """A window that shows the list of own sounds, and the panel with a new class."""
    app = several
    app.window.results.tabs.setCurrentIndex(1)
    app.window.commands.teach.setChecked(True)
    idle(app)
    panel_of(app).chosen.emit("our siren")
    return app


def panel_of(app: App) -> TeachingPanel:
    assert app.coordinator.features is not None
    assert app.coordinator.features.teaching is not None
    return app.coordinator.features.teaching.panel


def press(app: App, button: QAbstractButton) -> None:
    app.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    idle(app)


def asked(app: App) -> list[Match]:
    rows = (row for row in panel_of(app).questions if not row.isHidden())
    return [row.match for row in rows if row.match is not None]


def test_a_row_of_own_sounds_teaches_and_the_next_are_asked_about_by_name(own_tab: App) -> None:
    app, panel = own_tab, panel_of(own_tab)
    assert panel.of_matches.label.text() == "1 selected match"
    chosen = app.window.results.table.selected()[0]
    press(app, panel.of_matches.yes)
    assert panel.quality.text().startswith("1 yes, 0 no.")
    assert not panel.message.isVisible()
    assert len(asked(app)) == 2
    assert chosen.video_id not in [match.video_id for match in asked(app)]
    row, match = panel.questions[0], asked(app)[0]
    assert row.labels.text() == " · ".join((Path(match.path).name, *match.labels))
    assert row.place.text() == f"0:00–0:05 · {Path(match.path).parent}"
    assert match.video_id not in row.labels.text() + row.place.text()
    assert row.open.toolTip() == "Play the clip from its file"
    assert row.open.accessibleName().startswith("Play: ")
    press(app, row.no)
    assert panel.quality.text().startswith("1 yes, 1 no.")


def test_its_questions_can_be_played(own_tab: App) -> None:
    app, panel = own_tab, panel_of(own_tab)
    assert app.coordinator.features is not None
    assert app.coordinator.features.teaching is not None
    press(app, panel.of_matches.yes)
    played: list[Match] = []
    teaching = app.coordinator.features.teaching
    teaching.play_wanted.disconnect()
    teaching.play_wanted.connect(played.append)
    press(app, panel.questions[0].open)
    assert played == [asked(app)[0]]


def test_another_tab_asks_about_its_own_catalogue(own_tab: App) -> None:
    app, panel = own_tab, panel_of(own_tab)
    press(app, panel.of_matches.yes)
    app.window.results.tabs.setCurrentIndex(0)
    idle(app)
    assert asked(app) == []
    assert "was taught by" in panel.message.text(), "VGGish made the main catalogue"
    app.window.results.tabs.setCurrentIndex(1)
    idle(app)
    assert len(asked(app)) == 2
    assert not panel.message.isVisible()


def test_a_class_that_only_the_other_catalogue_knows_is_shown_there(own_tab: App) -> None:
    app, panel = own_tab, panel_of(own_tab)
    press(app, panel.of_matches.yes)
    panel.show_all.click()
    app.wait_for(lambda: app.session.subject == "our siren")
    all_answer(app)
    assert app.session.state is State.RESULTS
    assert files(app), "own sounds, those most surely of the class first"
    assert not app.window.banner.is_trouble
    app.window.results.tabs.setCurrentIndex(0)
    assert "was taught by" in app.window.results.message.text()


def test_the_sound_above_teaches_as_the_shown_catalogues_listener_heard_it(own_tab: App) -> None:
    app, panel = own_tab, panel_of(own_tab)
    press(app, panel.of_sound.yes)
    assert panel.quality.text().startswith("1 yes, 0 no.")
    assert not panel.message.isVisible()
    assert len(asked(app)) == 3
