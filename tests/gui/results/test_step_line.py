"""The line of steps: what was asked, how it was changed, and what takes a change back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gui.results.step_line import Step, StepLine


@pytest.fixture
def line(qtbot: QtBot) -> StepLine:
    made = StepLine()
    qtbot.addWidget(made)
    made.resize(900, made.height())
    made.show()
    return made


def steps(taken_back: list[str]) -> list[Step]:
    texts = "0:01.0 – 0:02.0", "only Dog", "without R&B <b>"
    return [
        Step("dog.wav · 0:11"),
        *(Step(text, lambda text=text: taken_back.append(text)) for text in texts),
    ]


def test_each_step_but_the_first_is_taken_back_by_itself(qtbot: QtBot, line: StepLine) -> None:
    taken_back: list[str] = []
    line.show_steps(steps(taken_back))
    assert all(chip.isVisible() for chip in line.chips) and not line.rest.isVisible()
    first, *others = line.chips
    assert isinstance(first, QLabel) and first.textFormat() == Qt.TextFormat.PlainText
    assert [chip.text() for chip in others if isinstance(chip, QToolButton)] == [
        "0:01.0 – 0:02.0",
        "only Dog",
        "without R&&B <b>",
    ]
    assert "<" not in others[2].toolTip()
    for chip in others:
        assert chip.accessibleName().endswith("Press to leave it out.")
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert taken_back == list(line.texts[1:])


@pytest.mark.parametrize("width", [600, 420, 300, 200, 130])
def test_the_first_and_the_last_stay_in_sight_and_the_others_in_a_menu(
    line: StepLine, width: int
) -> None:
    taken_back: list[str] = []
    line.show_steps(steps(taken_back))
    line.resize(width, line.height())
    shown = [chip for chip in line.chips if chip.isVisible()]
    assert shown[0] is line.chips[0]
    assert shown[1:] == line.chips[len(line.chips) - len(shown) + 1 :]
    listed = line.rest.menu().actions()
    assert len(shown) + len(listed) == len(line.chips)
    assert line.rest.isVisible() == bool(listed)
    for action in listed:
        action.trigger()
    assert taken_back == list(line.texts[1 : 1 + len(listed)])
    if listed:
        assert line.rest.isVisible() and line.rest.geometry().right() < line.width()


def test_the_focus_stays_in_the_line(qtbot: QtBot, line: StepLine) -> None:
    line.show_steps(steps([]))
    line.chips[2].setFocus()
    line.show_steps(steps([])[:2])
    assert line.focusWidget() is line.chips[1]


def test_steps_that_look_the_same_keep_their_chips_and_take_back_what_they_say_now(
    qtbot: QtBot, line: StepLine
) -> None:
    line.show_steps(steps([]))
    before, taken_back = list(line.chips), []
    line.show_steps(steps(taken_back))
    assert line.chips == before
    qtbot.mouseClick(line.chips[1], Qt.MouseButton.LeftButton)
    assert taken_back == [line.texts[1]]
    line.show_steps(steps(taken_back)[:2])
    assert line.chips != before[:2]
