"""What ranks, as a person chooses it: only what the catalogue can be asked, and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.options import Ranking
from gui.results.choices import ComparisonChoice, RankingChoice
from gui.search.options import SearchOptions
from gui.search.state import State
from tests.gui.conftest import INFO, App
from tests.gui.search.test_session import open_and_wait


def offered(choice: RankingChoice) -> list[str]:
    flags = (choice.model().flags(choice.model().index(row, 0)) for row in range(choice.count()))
    return [
        choice.itemText(row) for row, flag in enumerate(flags) if flag & Qt.ItemFlag.ItemIsEnabled
    ]


def choose(choice: RankingChoice, text: str) -> None:
    choice.setCurrentIndex(choice.findText(text))


def test_all_rankings_are_offered_where_sound_and_meaning_can_be_asked(qtbot: QtBot) -> None:
    options = SearchOptions()
    choice = RankingChoice(options)
    qtbot.addWidget(choice)
    options.offer(tuple(Ranking))
    assert offered(choice) == ["Sound and meaning", "Sound", "Meaning"]
    assert choice.isEnabled() and choice.currentText() == "Sound and meaning"
    choose(choice, "Sound")
    assert options.values.ranking is options.possible.ranking is Ranking.SOUND


@pytest.mark.parametrize(
    ("ranking", "text", "why"),
    [
        (Ranking.MEANING, "Meaning", "Not by sound: another listener"),
        (Ranking.SOUND, "Sound", "Not by meaning: the clips of this catalogue have no labels"),
    ],
)
def test_a_single_possibility_is_shown_and_said_why(
    qtbot: QtBot, ranking: Ranking, text: str, why: str
) -> None:
    options = SearchOptions()
    choice = RankingChoice(options)
    qtbot.addWidget(choice)
    options.offer((ranking,))
    assert offered(choice) == [text]
    assert choice.currentText() == text and not choice.isEnabled()
    assert choice.toolTip().startswith(why)
    other = choice.findText("Sound and meaning")
    assert choice.itemData(other, Qt.ItemDataRole.ToolTipRole) == choice.toolTip()


def test_what_was_chosen_waits_for_a_catalogue_that_can_be_asked_so(qtbot: QtBot) -> None:
    options = SearchOptions()
    choice = RankingChoice(options)
    qtbot.addWidget(choice)
    options.change(ranking=Ranking.SOUND)
    assert options.possible.ranking is Ranking.BOTH, "before it is known what can be asked"
    options.offer((Ranking.MEANING,))
    assert options.possible.ranking is Ranking.BOTH, "which takes what there is"
    assert choice.currentText() == "Meaning"
    options.offer(tuple(Ranking))
    assert choice.currentText() == "Sound"
    assert options.possible.ranking is Ranking.SOUND


def test_seconds_are_not_compared_where_only_meaning_counts(qtbot: QtBot) -> None:
    options = SearchOptions()
    choice = ComparisonChoice(options)
    qtbot.addWidget(choice)
    options.offer(tuple(Ranking))
    assert choice.isEnabled()
    options.change(ranking=Ranking.MEANING)
    assert not choice.isEnabled() and choice.toolTip().endswith("only meaning counts")
    options.change(ranking=Ranking.BOTH)
    assert choice.isEnabled()


def test_the_window_asks_by_what_was_chosen_and_remembers_it(
    make_app: Callable[..., App], sine: Path
) -> None:
    app = make_app()
    app.engine.info = replace(INFO, rankings=tuple(Ranking), is_balanced=False)
    app.show()
    app.wait_for(lambda: app.window.results.ranking.isEnabled())
    open_and_wait(app, sine)
    assert app.engine.ranking is Ranking.BOTH
    choose(app.window.results.ranking, "Meaning")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.engine.ranking is Ranking.MEANING
    app.session.more_like("abcdefghijk")
    choose(app.window.results.ranking, "Sound")
    app.wait_for(lambda: app.session.state is State.RESULTS and app.engine.ranking is Ranking.SOUND)
    app.close()
    assert app.settings.read().ranking is Ranking.SOUND
    again = make_app()
    assert again.window.options.values.ranking is Ranking.SOUND


def test_live_matches_and_waiting_sounds_are_ranked_alike(
    make_app: Callable[..., App], sine: Path
) -> None:
    app = make_app()
    app.engine.info = replace(INFO, rankings=tuple(Ranking))
    app.show()
    app.wait_for(lambda: app.window.results.ranking.isEnabled())
    choose(app.window.results.ranking, "Sound")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.rows > 0)
    assert app.engine.ranking is Ranking.SOUND
    app.coordinator.recording.set_aside()
    app.engine.ranking = None
    app.coordinator.queue.add([sine])
    app.wait_for(lambda: app.engine.ranking is Ranking.SOUND)


def test_a_remembered_ranking_that_is_not_possible_stops_no_search(
    make_app: Callable[..., App], sine: Path
) -> None:
    app = make_app()
    app.window.options.change(ranking=Ranking.SOUND)
    app.show()
    app.wait_for(lambda: app.window.results.ranking.currentText() == "Meaning")
    open_and_wait(app, sine)
    assert app.engine.ranking is Ranking.BOTH
    app.engine.ranking = None
    app.coordinator.queue.add([sine])
    app.wait_for(lambda: app.engine.ranking is not None)
    assert app.engine.ranking is Ranking.BOTH
    app.coordinator.recording.toggle()
    app.engine.ranking = None
    app.wait_for(lambda: app.engine.ranking is not None)
    assert app.engine.ranking is Ranking.BOTH
    assert app.window.remembered().ranking is Ranking.SOUND
