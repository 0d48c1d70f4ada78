"""A sound steered by words: chips with menus, a class that is added, and Back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.tagging.steering import Steer, TagChange
from core.types import Tag
from gui.results.added_class import AddedClass
from gui.results.heard_chips import HeardChips
from gui.search.answers import is_heard
from gui.search.state import State
from tests.gui.conftest import INFO, App
from tests.gui.search.test_session import open_and_wait

DOG_AND_RAIN = (Tag("Dog", 0.75), Tag("Rain", 0.3))


def choices(menu: QMenu) -> dict[str, QAction]:
    return {each.text().replace("&", ""): each for each in menu.actions() if each.text()}


def said(app: App) -> str:
    return app.window.header.heard.accessibleDescription()


def choose(app: App, label: str, choice: str) -> None:
    chips = app.window.header.heard.chips
    choices(next(chip for chip in chips if chip.label == label).menu())[choice].trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)


@pytest.fixture
def dog_and_rain(app: App, sine: Path) -> App:
    app.engine.scores = [{"Dog": 0.75, "Rain": 0.3}]
    open_and_wait(app, sine)
    return app


def test_all_changes_are_made_at_once_of_what_was_heard(dog_and_rain: App) -> None:
    app = dog_and_rain
    choose(app, "Dog", "Without this")
    assert said(app) == "without Dog, Rain 30%"
    choose(app, "Rain", "More of this")
    assert said(app) == "without Dog, more Rain"
    assert app.engine.calls[-2] == ("steer", ("Dog", Steer.LESS), ("Rain", Steer.MORE))
    choose(app, "Dog", "Less of this")
    assert said(app) == "less Dog, more Rain"
    assert app.window.windowTitle() == "sine.wav – 25 matches – Soundalike"
    assert app.window.spectrogram.picture is not None


def test_back_undoes_a_steering_and_forward_does_it_again(dog_and_rain: App) -> None:
    app = dog_and_rain
    for label, choice in (("Dog", "Without this"), ("Rain", "Less of this")):
        choose(app, label, choice)
    for action, expected in (
        (app.window.commands.back, "without Dog, Rain 30%"),
        (app.window.commands.back, "Dog 75%, Rain 30%"),
        (app.window.commands.forward, "without Dog, Rain 30%"),
    ):
        action.trigger()
        app.wait_for(lambda: app.session.state is State.RESULTS)
        assert said(app) == expected


def test_a_change_can_be_taken_back_by_itself(dog_and_rain: App) -> None:
    app = dog_and_rain
    choose(app, "Dog", "Without this")
    choose(app, "Rain", "More of this")
    choose(app, "Dog", "Undo this change")
    assert said(app) == "Dog 75%, more Rain"
    choose(app, "Rain", "Undo this change")
    assert said(app) == "Dog 75%, Rain 30%"


def test_filters_keep_what_was_steered(dog_and_rain: App) -> None:
    app = dog_and_rain
    choose(app, "Dog", "Without this")
    app.window.options.change(k=7)
    app.wait_for(lambda: app.rows == 7)
    assert said(app) == "without Dog, Rain 30%"
    assert app.engine.calls[-2] == ("steer", ("Dog", Steer.LESS))


def test_a_steered_sound_is_no_new_sound_of_the_history(dog_and_rain: App) -> None:
    app = dog_and_rain
    history = app.coordinator.history
    entry = history.at(history.index(0))
    choose(app, "Dog", "Without this")
    assert history.rowCount() == 1
    assert app.session.answer is not None
    assert entry.answer is not app.session.answer, "the history keeps what was heard"
    assert history.row_of(app.session.answer) == 0


def test_a_video_is_steered_by_its_labels(dog_and_rain: App) -> None:
    app = dog_and_rain
    app.session.more_like("abcdefghijk")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    choose(app, "Bark", "Less of this")
    assert said(app) == "Dog, less Bark"
    assert [call[0] for call in app.engine.calls[-2:]] == ["similar", "steer"]


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("wanted", ("with Thunderstorm", Steer.MORE)),
        ("unwanted", ("without Thunderstorm", Steer.LESS)),
    ],
)
def test_another_class_is_added_by_typing(
    dog_and_rain: App, button: str, expected: tuple[str, Steer]
) -> None:
    app = dog_and_rain
    heard = app.window.header.heard
    heard.add.click()
    dialog = heard.dialog
    assert dialog is not None and dialog.isVisible()
    QTest.keyClicks(dialog.line, "thunderst")
    app.wait_for(lambda: not app.coordinator.workers["words"].is_busy)
    getattr(dialog, button).click()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert not dialog.isVisible()
    assert said(app) == f"Dog 75%, Rain 30%, {expected[0]}"
    assert app.engine.calls[-2] == ("steer", ("Thunderstorm", expected[1]))
    choose(app, "Thunderstorm", "Undo this change")
    assert said(app) == "Dog 75%, Rain 30%"


def test_an_unknown_class_is_trouble_and_the_matches_stay(dog_and_rain: App) -> None:
    app = dog_and_rain
    app.window.options.change(k=30)
    app.wait_for(lambda: app.rows == 30)
    app.window.header.heard.steered.emit((TagChange("<b>Dgo", Steer.MORE),))
    app.wait_for(lambda: app.session.state is State.TROUBLE)
    assert "<b>Dgo" in app.window.banner.text.text()
    assert said(app) == "Dog 75%, Rain 30%"
    assert app.rows == 30


def test_nothing_is_steered_while_recording(app: App) -> None:
    app.engine.scores = [{"Dog": 0.75, "Rain": 0.3}]
    app.coordinator.recording.toggle()
    app.wait_for(lambda: said(app) == "Dog 75%, Rain 30%")
    heard = app.window.header.heard
    assert not heard.add.isVisible()
    assert [chip.menu() for chip in heard.chips] == [None, None]


def test_the_keyboard_reaches_each_chip_and_stays_at_it(dog_and_rain: App) -> None:
    app = dog_and_rain
    heard = app.window.header.heard
    app.window.activateWindow()
    app.window.sound.colors.setFocus()
    reached = []
    for _ in range(3):
        QTest.keyClick(app.window.focusWidget(), Qt.Key.Key_Tab)
        reached.append(app.window.focusWidget())
    assert reached == [*heard.chips, heard.add]
    heard.chips[1].setFocus()
    choose(app, "Rain", "More of this")
    assert app.window.focusWidget() is heard.chips[1]


def test_chips_without_room_are_steered_from_a_menu(qtbot: QtBot) -> None:
    chips = HeardChips()
    qtbot.addWidget(chips)
    chips.show_tags(DOG_AND_RAIN, can_steer=True)
    chips.resize(chips.fontMetrics().horizontalAdvance("Dog 75% ▾ Add…") + 80, chips.height())
    chips.show()
    assert [chip.isVisible() for chip in chips.chips] == [True, False]
    with qtbot.waitSignal(chips.steered) as emitted:
        choices(choices(chips.rest.menu())["Rain 30%"].menu())["Less of this"].trigger()
    assert emitted.args == [(TagChange("Rain", Steer.WEAKER),)]


def test_a_class_is_chosen_by_its_name_or_the_best_that_completes_it(qtbot: QtBot) -> None:
    owner = HeardChips()
    qtbot.addWidget(owner)
    names = {"dog": ["Bark", "Dog"], "ba": ["Bark"]}
    dialog = AddedClass(lambda text, done: done(names.get(text, [])), owner)
    for typed, label in (("dog", "Dog"), ("ba", "Bark"), ("zzz", "zzz")):
        dialog.ask()
        QTest.keyClicks(dialog.line, typed)
        with qtbot.waitSignal(dialog.chosen) as emitted:
            dialog.wanted.click()
        assert emitted.args == [TagChange(label, Steer.MORE)]
    dialog.ask()
    dialog.wanted.click()
    assert dialog.isVisible(), "nothing was typed"
    dialog.reject()


def test_another_model_steers_the_sound_as_before(dog_and_rain: App) -> None:
    app = dog_and_rain
    choose(app, "Dog", "Without this")
    other = replace(INFO, model="VGGish", model_id="vggish-1")
    app.engine.info = other  # its answers say so, too: the status stays
    app.session.loader.reload(lambda job: other)
    app.wait_for(lambda: app.window.status.text().startswith("VGGish"))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert [call[0] for call in app.engine.calls].count("query") == 2
    assert app.engine.calls[-2] == ("steer", ("Dog", Steer.LESS))
    assert said(app) == "without Dog, Rain 30%"
    assert app.window.header.heard.chips, "and what was heard can be steered on"


def test_a_refined_video_is_not_the_sound_in_sight(dog_and_rain: App) -> None:
    app, history = dog_and_rain, dog_and_rain.coordinator.history
    sound = app.session.answer
    assert sound is not None and history.row_of(sound) == 0
    app.window.options.change(k=7)
    app.wait_for(lambda: app.rows == 7)
    app.session.more_like("sin00000002")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.window.results.table.selectRow(1)
    app.window.commands.nearer.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    answer = app.session.answer
    assert answer is not None and answer.matches.query.direction is not None
    assert app.engine.calls[-1][:2] == ("search", "sin00000002")
    assert not is_heard(answer.source)
    assert history.rowCount() == 1
    assert history.row_of(answer) == -1
    matches = history.at(history.index(0)).answer.matches
    assert matches.query.name == "sine.wav"
    assert len(matches.matches) == 7, "but what was asked of the sound itself counts"
    app.session.steer((TagChange("Rain", Steer.MORE),))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.session.steer(())
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.answer.matches.query.direction is not None, "it stays refined"
