"""The answer's headline and chips: what was heard, and how surely."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.options import Filter
from core.types import Tag
from gui.results.heard_chips import HeardChips
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.search.test_session import open_and_wait

DOG_AND_RAIN = [{"Dog": 0.75, "Rain": 0.3}]


def test_the_headline_says_what_was_heard_and_the_chips_how_surely(app: App, sine: Path) -> None:
    app.engine.scores = DOG_AND_RAIN
    open_and_wait(app, sine)
    assert app.window.header.heading.text() == "Dog, probably Rain"
    assert app.window.header.heard.accessibleDescription() == "Dog 75%, Rain 30%"


def test_a_headline_begins_with_a_capital(app: App, sine: Path) -> None:
    app.engine.scores = [{"Rain": 0.3}]
    open_and_wait(app, sine)
    assert app.window.header.heading.text() == "Probably Rain"


def test_a_far_answer_says_so_and_still_what_was_heard(app: App, sine: Path) -> None:
    app.engine.scores, app.engine.is_close = DOG_AND_RAIN, False
    open_and_wait(app, sine)
    assert app.window.header.heading.text() == "No close match: this is the nearest there is"
    assert app.window.header.heard.accessibleDescription() == "Dog 75%, Rain 30%"


def test_where_nothing_is_heard_the_nearest_speak(app: App, sine: Path) -> None:
    app.engine.scores = [{"Rain": 0.01}]
    open_and_wait(app, sine)
    assert app.window.header.heading.text() == "Sounds like Dog, Bark (10 of the 10 nearest)"
    assert app.window.header.heard.accessibleDescription() == ""


def test_of_a_video_the_labels_are_said_without_strengths(app: App, sine: Path) -> None:
    app.engine.scores = [{"Rain": 0.6}]
    open_and_wait(app, sine)
    app.session.more_like("abcdefghijk")
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.header.heading.text() == "Dog, Bark"
    assert app.window.header.heard.accessibleDescription() == "Dog, Bark"


def test_what_is_heard_is_said_while_recording(app: App) -> None:
    app.engine.scores = DOG_AND_RAIN
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.window.header.heading.text() == "Dog, probably Rain")
    assert app.session.state is State.RECORDING
    assert app.window.header.heard.accessibleDescription() == "Dog 75%, Rain 30%"


@pytest.mark.parametrize("score", [0.25, 0.75])
def test_a_chip_is_filled_as_far_as_it_is_sure(qtbot: QtBot, score: float) -> None:
    chips = HeardChips()
    qtbot.addWidget(chips)
    chips.resize(300, chips.height())
    palette = QPalette(QColor("#ffffff"), QColor("#ffffff"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#000000"))
    palette.setColor(QPalette.ColorRole.Highlight, QColor("#ff0000"))
    chips.setPalette(palette)
    chips.show_tags((Tag("<b>Dog</b>", score),))
    picture = chips.grab().toImage()
    y = picture.height() - 4
    colors = [picture.pixelColor(x, y) for x in range(picture.width())]
    is_red = [color.red() - color.green() > 40 for color in colors]
    is_chip = [color.lightness() < 250 for color in colors]
    assert sum(is_red) == pytest.approx(score * sum(is_chip), abs=3)
    assert "<" not in chips.chips[0].toolTip()


def test_chips_without_room_are_counted(qtbot: QtBot) -> None:
    chips = HeardChips()
    qtbot.addWidget(chips)
    chips.show_tags((Tag("Dog", 0.9), Tag("Rain on surface", 0.5), Tag("Stream", 0.4)))
    first = chips.fontMetrics().horizontalAdvance("Dog 90%") + 16
    chips.resize(first + 40, chips.height())
    picture = chips.grab().toImage()
    ground = picture.pixelColor(picture.width() - 1, 0)
    rest = picture.copy(first, 0, 40, picture.height())
    middle = [rest.pixelColor(x, rest.height() // 2) for x in range(40)]
    assert any(color != ground for color in middle), "how many more there are"
    corner = [rest.pixelColor(x, 3) for x in range(40)]
    assert all(color == ground for color in corner), "no other chip"
    assert chips.accessibleDescription() == "Dog 90%, Rain on surface 50%, Stream 40%"
    assert chips.rest.text() == "+2"
    assert chips.rest.toolTip() == "Rain on surface 50%, Stream 40%"
    assert [chip.focusPolicy() for chip in chips.chips] == 3 * [Qt.FocusPolicy.NoFocus]


def test_filters_are_steps_that_can_be_left_out(app: App, sine: Path) -> None:
    options, header = app.window.options, app.window.header
    options.offer(options.rankings, knows_sure_labels=True)
    options.change(filters=Filter(("Dog",), ("Music",), only_sure=True))
    open_and_wait(app, sine)
    assert header.steps.texts[1:] == ("only Dog", "without Music", "only sure labels")
    for step, left in (
        (3, Filter(("Dog",), ("Music",))),
        (2, Filter(("Dog",))),
        (1, Filter()),
    ):
        header.steps.chips[step].click()
        assert options.filters == left
        app.wait_for(lambda: app.session.state is State.RESULTS)


def test_an_older_answer_is_quiet_and_bears_its_own_name(app: App, sine: Path, tmp_path) -> None:
    app.engine.scores = [{"Dog": 0.9}]
    open_and_wait(app, sine)
    header = app.window.header
    strong = header.heading.palette().windowText().color()
    assert header.heading.text() == "Dog"
    app.engine.gate.clear()
    other = tmp_path / "other.wav"
    other.write_bytes(sine.read_bytes())
    app.coordinator.open_paths([other])
    app.wait_for(lambda: header.heading.text() == "sine.wav: Dog")
    assert app.session.state is State.ANALYSING and app.window.results.is_dimmed
    assert header.heading.palette().windowText().color() != strong
    app.engine.gate.set()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert header.heading.text() == "Dog"
    assert header.heading.palette().windowText().color() == strong


def test_nothing_is_made_quiet_for_an_answer_that_comes_at_once(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    seen: list[tuple[State, bool]] = []
    app.session.state_changed.connect(
        lambda state: seen.append((state, app.window.results.is_dimmed))
    )
    app.window.options.change(k=5)
    app.wait_for(lambda: app.rows == 5)
    assert seen == [(State.ANALYSING, False), (State.RESULTS, False)]


def test_the_focus_goes_to_the_matches_of_what_was_opened(app: App, sine: Path) -> None:
    with app.qtbot.waitActive(app.window):
        app.window.activateWindow()
    open_and_wait(app, sine)
    assert app.window.focusWidget() is app.window.results.table
    app.window.words.setFocus()
    app.window.options.change(k=5)
    app.wait_for(lambda: app.rows == 5)
    assert app.window.focusWidget() is app.window.words, "nobody asked for another place"


def test_space_records_but_not_from_a_field(app: App) -> None:
    with app.qtbot.waitActive(app.window):
        app.window.activateWindow()
    for field in (app.window.words, app.window.header.live):
        QTest.keyClick(field, Qt.Key.Key_Space)
        assert not app.coordinator.recording.is_active
    QTest.keyClick(app.window, Qt.Key.Key_Space)
    app.wait_for(lambda: app.coordinator.recording.is_active)


def test_a_tag_lights_up_whenever_it_is_heard_again(app: App) -> None:
    app.engine.scores = [{"Dog": 0.75}, {"Dog": 0.75}, {"Rain": 0.6}, {"Rain": 0.6}, {"Rain": 0.6}]
    app.coordinator.recording.toggle()
    heard = app.window.header.heard

    def lit() -> set[str]:
        return {chip.label for chip in heard.chips if chip.is_lit}

    app.wait_for(lambda: lit() == {"Dog"})
    app.wait_for(lambda: lit() == {"Rain"} and len(heard.chips) == 2)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert lit() == set()


def test_rows_under_the_pointer_keep_their_places_while_recording(app: App) -> None:
    app.engine.scores = DOG_AND_RAIN
    shown: list[int] = []
    table = app.window.results.table
    table.results.modelReset.connect(lambda: shown.append(1))
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.rows > 0)
    app.qtbot.mouseMove(table.viewport(), QPoint(40, 40))
    app.wait_for(table.viewport().underMouse)
    shown.clear()
    told: list[object] = []
    app.session.live_matched.connect(told.append)
    app.wait_for(lambda: len(told) >= 2)
    assert shown == []
    app.qtbot.mouseMove(app.window.words, QPoint(5, 5))
    app.wait_for(lambda: bool(shown))


def test_of_a_long_sound_it_is_said_what_was_heard_so_far(
    app: App, sine: Path, tmp_path: Path
) -> None:
    app.engine.scores = [{"Cat": 0.9}]
    open_and_wait(app, sine)
    app.engine.scores_so_far = [{"Dog": 0.5}, {"Rain": 0.75}, {"Dog": 0.9}]
    app.engine.gate.clear()
    other = tmp_path / "long.wav"
    other.write_bytes(sine.read_bytes())
    app.coordinator.open_paths([other])
    header, results = app.window.header, app.window.results
    app.wait_for(lambda: header.heading.text() == "So far: Dog, Rain")
    assert header.heard.accessibleDescription() == "Dog 90%, Rain 75%"
    assert results.table.isHidden(), "not the matches of another sound"
    assert app.window.count.text() == ""
    app.window.commands.cancel.trigger()
    assert header.heading.text() == "Cat"
    assert not results.table.isHidden()
    assert "matches" in app.window.count.text()
    app.engine.gate.set()
    app.coordinator.open_paths([other])
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert header.heading.text() == "Cat"
