"""The one place for what is said across the window: the most important is shown, the rest waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.banner import Banner, Choice


@pytest.fixture
def banner(qtbot: QtBot) -> Iterator[Banner]:
    window = QWidget()
    layout = QVBoxLayout(window)
    made = Banner()
    layout.addWidget(made)
    layout.addStretch(1)
    qtbot.addWidget(window)
    window.resize(900, 300)
    window.show()
    qtbot.waitExposed(window)
    yield made
    window.close()


def ask(banner: Banner, answers: list[str]) -> None:
    banner.ask(
        "Look it up?",
        Choice("Yes", lambda: answers.append("yes")),
        Choice("No", lambda: answers.append("no")),
    )


def test_a_question_waits_for_its_answer_below_what_is_more_important(
    banner: Banner,
) -> None:
    answers: list[str] = []
    ask(banner, answers)
    assert banner.message == "Look it up?" and not banner.dismiss.isVisible()
    banner.show_note("A note")
    banner.show_trouble("Trouble")
    assert banner.message == "Trouble" and banner.is_trouble
    assert banner.dismiss.isVisible() and not banner.action.isVisible()
    banner.dismiss.click()
    assert banner.message == "Look it up?", "the note belonged to what was before the trouble"
    banner.clear()
    assert banner.message == "Look it up?"
    banner.other.click()
    assert answers == ["no"] and banner.message == "" and not banner.isVisible()


def test_only_what_is_meant_is_withdrawn(banner: Banner) -> None:
    ask(banner, [])
    banner.show_note("A note")
    banner.withdraw("Another note")
    assert banner.message == "A note"
    banner.withdraw("A note")
    assert banner.message == "Look it up?"
    banner.withdraw("Look it up?")
    assert not banner.isVisible()


def test_what_a_button_does_may_say_something_else(banner: Banner) -> None:
    banner.show_trouble("It broke", "Repair", lambda: banner.show_note("Repaired"))
    assert banner.has_action
    banner.action.click()
    assert banner.message == "Repaired" and not banner.is_trouble and not banner.has_action


@pytest.mark.parametrize("width", [920, 360])
def test_all_of_it_is_in_sight_at_any_width(qtbot: QtBot, banner: Banner, width: int) -> None:
    banner.window().resize(width, 300)
    text = "A sentence that is long enough to need more than one line where there is little room."
    banner.show_trouble(text, "Do something", lambda: None)

    def is_whole() -> bool:
        label = banner.text
        has_room = label.height() >= label.heightForWidth(label.width())
        inside = all(
            banner.rect().contains(each.geometry())
            for each in (banner.text, banner.action, banner.dismiss)
        )
        return has_room and inside

    qtbot.waitUntil(is_whole)


def test_text_from_outside_is_plain(banner: Banner) -> None:
    banner.show_trouble("<b>bold</b>")
    assert banner.text.textFormat() == Qt.TextFormat.PlainText
    assert banner.accessibleDescription() == "<b>bold</b>"


def test_an_offer_outlives_what_is_said_meanwhile_and_goes_when_it_is_dismissed(
    banner: Banner,
) -> None:
    taken: list[str] = []
    ask(banner, [])
    banner.show_note("A note")
    banner.offer("It is done.", Choice("Search them", lambda: taken.append("search")))
    assert banner.message == "It is done.", "the newest counts"
    banner.show_note("Another note")
    assert banner.message == "Another note"
    banner.clear()
    assert banner.message == "It is done."
    banner.show_trouble("Trouble")
    banner.dismiss.click()
    assert banner.message == "It is done."
    banner.clear()
    assert banner.message == "It is done."
    banner.dismiss.click()
    assert banner.message == "Look it up?"
    banner.offer("It is done.", Choice("Search them", lambda: taken.append("search")))
    banner.action.click()
    assert taken == ["search"]
    assert banner.message == "Look it up?"
