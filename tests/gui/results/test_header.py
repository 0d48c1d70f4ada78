"""The answer in one line: its words are never cut, whatever the width."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot

from core.types import Tag
from gui.results.header import AnswerHeader
from gui.search.options import SearchOptions
from gui.widgets.progress_row import DELAY_MS

LONG = "Probably Domestic animals, pets, probably Stream, Rain on surface"


@pytest.fixture
def header(qtbot: QtBot) -> AnswerHeader:
    made = AnswerHeader(SearchOptions())
    qtbot.addWidget(made)
    made.resize(1280, made.height())
    made.show()
    return made


@pytest.mark.parametrize("text", ["Dog", LONG])
@pytest.mark.parametrize("closeness", ["", "very close"])
@pytest.mark.parametrize("width", [920, 1024, 1280, 1920])
def test_the_headline_is_never_cut(
    qtbot: QtBot, header: AnswerHeader, text: str, closeness: str, width: int
) -> None:
    tags = tuple(Tag(f"Class {number}", 0.9) for number in range(9))
    header.heard.show_tags(tags, (), True)
    header.show_heading(text, closeness)
    header.resize(width, header.height())
    label = header.heading
    qtbot.waitUntil(lambda: not label.geometry().intersects(header.heard.geometry()))
    words = label.fontMetrics().boundingRect(
        QRect(0, 0, label.width(), 1000), Qt.TextFlag.TextWordWrap, label.text()
    )
    assert words.width() <= label.width() and words.height() <= label.height()
    inside = header.rect()
    assert inside.contains(label.geometry())
    assert inside.contains(header.heard.geometry()) and header.heard.width() > 150
    assert inside.contains(header.details.geometry())


def test_work_that_lasts_stands_where_the_steps_are(qtbot: QtBot, header: AnswerHeader) -> None:
    height = header.height()
    header.progress.begin("Matching", True)
    assert header.steps.isVisible(), "a flash would only unsettle"
    qtbot.waitUntil(header.progress.isVisible, timeout=50 * DELAY_MS)
    assert not header.steps.isVisible() and header.progress.cancel.isVisible()
    header.progress.finish()
    assert header.steps.isVisible() and header.height() == height
