"""What is asked about YouTube, in the banner: once, and again where it does not answer."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from gui.results.look_up_questions import MAY_BE, TROUBLE, LookUpQuestions
from gui.widgets.banner import Banner
from gui.youtube.look_ups import LookUps
from gui.youtube.permission import LookUpPermission


class FailingLookUps(QObject):
    """Says that it fails, or not."""

    failing_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.n_tries = 0

    def try_again(self) -> None:
        self.n_tries += 1


class Asked:
    """Questions over a banner of their own."""

    def __init__(self, qtbot: QtBot) -> None:
        self.banner, self.permission = Banner(), LookUpPermission()
        qtbot.addWidget(self.banner)
        self.look_ups, self.n_answers = FailingLookUps(), 0
        self.questions = LookUpQuestions(
            self.banner, self.permission, cast(LookUps, self.look_ups), self.count
        )

    def count(self) -> None:
        self.n_answers += 1


@pytest.fixture
def asked(qtbot: QtBot) -> Asked:
    return Asked(qtbot)


@pytest.mark.parametrize("is_allowed", [True, False])
def test_it_is_asked_once(asked: Asked, is_allowed: bool) -> None:
    asked.questions.ask_once()
    assert asked.banner.message == MAY_BE
    (asked.banner.action if is_allowed else asked.banner.other).click()
    assert asked.permission.answer is is_allowed and asked.n_answers == 1
    asked.questions.ask_once()
    assert asked.banner.message == ""


def test_an_answer_elsewhere_takes_the_question_back(asked: Asked) -> None:
    asked.questions.ask_once()
    asked.permission.adopt(True)
    assert asked.banner.message == ""


def test_who_does_not_answer_is_asked_again_or_given_up(asked: Asked) -> None:
    asked.permission.adopt(True)
    asked.look_ups.failing_changed.emit(True)
    assert asked.banner.message == TROUBLE
    asked.banner.action.click()
    assert asked.look_ups.n_tries == 1 and asked.permission.is_given
    asked.look_ups.failing_changed.emit(True)
    asked.look_ups.failing_changed.emit(False)
    assert asked.banner.message == "", "it works again"
    asked.look_ups.failing_changed.emit(True)
    asked.banner.other.click()
    assert not asked.permission.is_given
