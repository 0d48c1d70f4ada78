"""What ranks, as a person chooses it: only what the catalogue can be asked, and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.options import Comparison, Ranking
from gui.results.match_menu import NUMBERS, MatchMenu
from gui.search.options import SearchOptions
from gui.search.state import State
from gui.window_state import state_of
from tests.gui.conftest import INFO, App
from tests.gui.search.test_session import open_and_wait


def offered(menu: MatchMenu) -> list[Ranking]:
    return [ranking for ranking, action in menu.rankings.items() if action.isEnabled()]


def chosen(menu: MatchMenu) -> list[Ranking]:
    return [ranking for ranking, action in menu.rankings.items() if action.isChecked()]


@pytest.fixture
def options() -> SearchOptions:
    return SearchOptions()


@pytest.fixture
def menu(qtbot: QtBot, options: SearchOptions) -> MatchMenu:
    made = MatchMenu(options)
    qtbot.addWidget(made)
    return made


def test_all_rankings_are_offered_where_sound_and_meaning_can_be_asked(
    menu: MatchMenu, options: SearchOptions
) -> None:
    options.offer(tuple(Ranking))
    assert offered(menu) == list(Ranking)
    assert chosen(menu) == [Ranking.BOTH]
    menu.rankings[Ranking.SOUND].trigger()
    assert options.values.ranking is options.possible.ranking is Ranking.SOUND
    assert chosen(menu) == [Ranking.SOUND]


@pytest.mark.parametrize(
    ("ranking", "why"),
    [
        (Ranking.MEANING, "Not by sound: another listener"),
        (Ranking.SOUND, "Not by meaning: the clips of this catalogue have no labels"),
    ],
)
def test_a_single_possibility_is_shown_and_said_why(
    menu: MatchMenu, options: SearchOptions, ranking: Ranking, why: str
) -> None:
    options.offer((ranking,))
    assert offered(menu) == chosen(menu) == [ranking]
    others = [action for each, action in menu.rankings.items() if each is not ranking]
    assert all(action.toolTip().startswith(why) for action in others)
    assert menu.toolTipsVisible()


def test_what_was_chosen_waits_for_a_catalogue_that_can_be_asked_so(
    menu: MatchMenu, options: SearchOptions
) -> None:
    options.change(ranking=Ranking.SOUND)
    assert options.possible.ranking is Ranking.BOTH, "before it is known what can be asked"
    options.offer((Ranking.MEANING,))
    assert options.possible.ranking is Ranking.BOTH, "which takes what there is"
    assert chosen(menu) == [Ranking.MEANING]
    options.offer(tuple(Ranking))
    assert chosen(menu) == [Ranking.SOUND]
    assert options.possible.ranking is Ranking.SOUND


def test_seconds_are_not_compared_where_only_meaning_counts(
    menu: MatchMenu, options: SearchOptions
) -> None:
    options.offer(tuple(Ranking))
    seconds = menu.comparisons[Comparison.FRAMES]
    seconds.trigger()
    assert options.values.by is Comparison.FRAMES
    options.change(ranking=Ranking.MEANING)
    assert not seconds.isEnabled() and seconds.toolTip().endswith("only meaning counts")
    options.change(ranking=Ranking.BOTH)
    assert seconds.isEnabled() and seconds.isChecked()


def test_a_number_from_elsewhere_is_among_those_to_choose_from(
    menu: MatchMenu, options: SearchOptions
) -> None:
    assert [*menu.numbers] == [*NUMBERS]
    menu.numbers[100].trigger()
    assert options.values.k == 100
    options.change(k=12)
    assert [*menu.numbers] == sorted([*NUMBERS, 12])
    assert [number for number, action in menu.numbers.items() if action.isChecked()] == [12]


def test_the_window_asks_by_what_was_chosen_and_remembers_it(
    make_app: Callable[..., App], sine: Path
) -> None:
    app = make_app()
    app.engine.info = replace(INFO, rankings=tuple(Ranking), is_balanced=False)
    app.show()
    app.wait_for(lambda: Ranking.SOUND in app.window.options.rankings)
    open_and_wait(app, sine)
    assert app.engine.ranking is Ranking.BOTH
    app.window.header.menu.rankings[Ranking.MEANING].trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.engine.ranking is Ranking.MEANING
    app.session.more_like("abcdefghijk")
    app.window.header.menu.rankings[Ranking.SOUND].trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS and app.engine.ranking is Ranking.SOUND)
    app.close()
    assert app.settings.read().ranking is Ranking.SOUND
    again = make_app()
    assert again.window.options.values.ranking is Ranking.SOUND


def test_a_video_is_asked_by_what_clips_of_the_catalogue_can_be(app: App, sine: Path) -> None:
    header, engine = app.window.header, app.engine
    app.window.options.change(ranking=Ranking.SOUND)
    open_and_wait(app, sine)
    assert engine.ranking is Ranking.BOTH, "which takes what there is"
    assert offered(header.menu) == [Ranking.MEANING]
    assert header.match.text().startswith("By meaning ")
    app.session.more_like("abcdefghijk")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert engine.ranking is Ranking.SOUND
    assert offered(header.menu) == list(Ranking)
    assert header.match.text().startswith("By sound ")
    header.menu.rankings[Ranking.BOTH].trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert engine.ranking is Ranking.BOTH
    assert header.match.text().startswith("By sound and meaning ")
    app.window.options.change(ranking=Ranking.SOUND)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.window.results.table.selectRow(1)
    app.window.commands.nearer.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert engine.calls[-1][0] == "search"
    assert engine.ranking is Ranking.SOUND, "refined, it is still that video"
    app.session.go(-1)
    app.session.go(-1)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert offered(header.menu) == [Ranking.MEANING]
    app.session.go(1)
    app.wait_for(
        lambda: app.session.state is State.RESULTS and Ranking.SOUND in offered(header.menu)
    )
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RECORDING)
    assert offered(header.menu) == [Ranking.MEANING]


def test_live_matches_and_waiting_sounds_are_ranked_alike(
    make_app: Callable[..., App], sine: Path
) -> None:
    app = make_app()
    app.engine.info = replace(INFO, rankings=tuple(Ranking))
    app.show()
    app.wait_for(lambda: Ranking.SOUND in app.window.options.rankings)
    app.window.header.menu.rankings[Ranking.SOUND].trigger()
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
    app.wait_for(lambda: app.window.header.match.text().startswith("By meaning"))
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
    assert state_of(app.window).ranking is Ranking.SOUND
