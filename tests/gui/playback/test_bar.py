"""The buttons for hearing a sound."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.playback.bar import PlaybackBar


@pytest.fixture
def bar(qtbot: QtBot) -> PlaybackBar:
    made = PlaybackBar()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_playing_is_told_and_shown(bar: PlaybackBar, qtbot: QtBot):
    bar.set_sound_ready(True)
    with qtbot.waitSignal(bar.play.clicked):
        qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    playing, paused = bar.play.icon().cacheKey(), bar.play.accessibleName()
    bar.set_playing(True)
    assert (bar.play.accessibleName(), paused) == ("Pause", "Play")
    assert bar.play.icon().cacheKey() != playing
    with qtbot.waitSignal(bar.stop.clicked):
        qtbot.mouseClick(bar.stop, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(bar.loop.toggled) as looped:
        qtbot.mouseClick(bar.loop, Qt.MouseButton.LeftButton)
    assert looped.args == [True]
    with qtbot.waitSignal(bar.volume_changed) as volume:
        bar.volume.setValue(40)
    assert volume.args == [0.4]


def test_without_a_sound_there_is_nothing_to_play(bar: PlaybackBar):
    assert not bar.play.isEnabled() and not bar.stop.isEnabled()
    bar.set_sound_ready(True)
    assert bar.play.isEnabled() and bar.stop.isEnabled()
    bar.set_sound_ready(False)
    assert not bar.play.isEnabled() and not bar.stop.isEnabled()
