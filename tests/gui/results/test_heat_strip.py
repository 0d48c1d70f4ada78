"""The seconds of a sound and of a clip beside each other: what the mouse points at."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from gui.results.heat_strip import HeatStrip

PAIRS = np.linspace(0.0, 0.8, 40, dtype=np.float32).reshape(4, 10)
HOP_S, CLIP_START_S, SOUND_START_S = 0.96, 30.0, 5.0


@pytest.fixture
def strip(qtbot: QtBot) -> HeatStrip:
    shown = HeatStrip()
    qtbot.addWidget(shown)
    shown.resize(300, 160)
    shown.show_pairs(PAIRS, HOP_S, CLIP_START_S, SOUND_START_S)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def test_the_pair_under_the_mouse_is_told_and_the_best_one_when_it_leaves(
    qtbot: QtBot, strip: HeatStrip
) -> None:
    pointed: list[float | None] = []
    strip.pointed.connect(pointed.append)
    place = QPoint(strip.width() - 2, 2)  # the first second of the sound, the last of the clip
    qtbot.mouseMove(strip, place - QPoint(1, 0))
    qtbot.mouseMove(strip, place)
    qtbot.waitUntil(lambda: bool(pointed))
    assert pointed[-1] == SOUND_START_S
    assert QToolTip.text() == "0:05.0 of your sound, 0:39 of the video: 0.18"
    QApplication.sendEvent(strip, QEvent(QEvent.Type.Leave))
    assert pointed[-1] == SOUND_START_S + 3 * HOP_S == strip.best_s
    assert strip.accessibleDescription().endswith("0:39 of the video: 0.80")


def test_beside_the_colours_nothing_is_told(qtbot: QtBot, strip: HeatStrip) -> None:
    pointed: list[float | None] = []
    strip.pointed.connect(pointed.append)
    for place in (QPoint(2, 50), QPoint(3, 50), QPoint(100, strip.height() - 2)):
        qtbot.mouseMove(strip, place)
        QApplication.processEvents()
    assert pointed == []
    strip.clear()
    assert pointed == [None]
    qtbot.mouseMove(strip, QPoint(100, 50))
    QApplication.processEvents()
    assert pointed == [None]
