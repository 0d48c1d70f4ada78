"""The level while recording: it holds peaks, and lets them go."""

from __future__ import annotations

import math

import pytest
from pytestqt.qtbot import QtBot

from gui import theme
from gui.recording import level_meter
from gui.recording.level_meter import HOLD_S, LevelMeter, zone


@pytest.fixture
def clock_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(level_meter.time, "monotonic", lambda: now[0])
    return now


def test_a_peak_is_held_and_let_go(qtbot: QtBot, clock_s: list[float]) -> None:
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.set_level(0.5)
    assert meter.text == "−6 dB"
    clock_s[0] += HOLD_S - 0.1
    meter.set_level(0.01)
    assert meter.text == "−6 dB"
    assert meter.accessibleDescription() == "−6 dB"
    clock_s[0] += 0.2
    meter.set_level(0.01)
    assert meter.text == "−40 dB"
    meter.set_level(0.9)
    assert meter.text == "−1 dB"
    meter.clear()
    assert meter.text == "– dB"


def test_the_number_is_never_below_the_bar(qtbot: QtBot, clock_s: list[float]) -> None:
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.set_level(1.0)
    for _ in range(300):
        clock_s[0] += 0.016
        meter.set_level(0.001)
        assert meter.held_db >= meter.level_db


@pytest.mark.parametrize(("peak", "text"), [(math.inf, "0 dB"), (3.0, "0 dB"), (math.nan, "– dB")])
def test_what_no_sound_can_be_is_shown_all_the_same(
    qtbot: QtBot, clock_s: list[float], peak: float, text: str
) -> None:
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.set_level(peak)
    assert meter.text == text
    assert not meter.grab().isNull()
    clock_s[0] += 2 * HOLD_S
    meter.set_level(0.0)
    assert meter.level_db < 0


def test_zones_follow_each_other() -> None:
    assert [zone(segment) for segment in range(16)] == 13 * [0] + 2 * [1] + [2]


def test_the_loudest_zone_is_painted_in_its_own_colour(qtbot: QtBot, clock_s: list[float]) -> None:
    meter = LevelMeter()
    qtbot.addWidget(meter)

    def colors() -> set[str]:
        image = meter.grab().toImage()
        middle = image.height() // 2
        return {image.pixelColor(x, middle).name() for x in range(4, 16 * 8, 8)}

    green, amber, red = (each.name() for each in theme.level_colors(meter.palette()))
    meter.set_level(0.1)
    assert green in colors()
    assert not {amber, red} & colors()
    meter.set_level(0.5)
    assert {green, amber} <= colors()
    assert red not in colors()
    meter.set_level(1.0)
    assert {green, amber, red} <= colors()
