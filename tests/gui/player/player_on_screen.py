"""The player on a real screen; `test_player.py` runs this file in a process of its own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor

from tests.gui.player.player_cases import browsed, press, show, stage, youtube

__all__ = ["browsed", "stage", "youtube"]


class Reopenings(QObject):
    """Counts how often a window loses its place on the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.number += event.type() == QEvent.Type.WinIdChange
        return False


def center(app) -> QColor:
    view = app.player.browser.view
    place = view.mapToGlobal(view.rect().center())
    return QColor(app.window.screen().grabWindow(0).toImage().pixel(place))


def test_the_video_is_seen_and_the_window_stays(stage):
    watch = Reopenings()
    stage.window.installEventFilter(watch)
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    stage.wait_for(lambda: center(stage).name() == "#203050")
    stage.window.results.table.selectRow(1)
    stage.window.results.table.selectRow(0)
    stage.wait_for(lambda: center(stage).name() == "#203050")
    press(stage)
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    stage.wait_for(lambda: center(stage).name() == "#203050")
    assert watch.number == 0
