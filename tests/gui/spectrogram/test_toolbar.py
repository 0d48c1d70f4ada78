"""The row under the spectrogram: buttons, times, menus, and room for all of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QSlider, QWidget
from pytestqt.qtbot import QtBot

from core.audio.frequency import FrequencyView
from core.audio.reader import AudioFile
from core.audio.spectrogram import Overview
from core.jobs import Job
from gui import formats
from gui.spectrogram.spans import moved, parsed_time, zoomed
from gui.spectrogram.toolbar import SpectrogramToolbar
from gui.widgets.color_map import ColorMap
from tests.gui.conftest import write_wav
from tests.gui.spectrogram.sound_view import WIDTH, SoundView, check_fits

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def overview(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    samples = np.sin(np.arange(20 * 16_000) * 0.3)
    file = AudioFile(write_wav(tmp_path_factory.mktemp("sound") / "tone.wav", samples))
    made = Overview(file.duration_s)
    made.fill(file, Job())
    return made


@pytest.fixture
def view(qtbot: QtBot, overview: Overview) -> Iterator[SoundView]:
    made = SoundView()
    qtbot.addWidget(made)
    made.resize(WIDTH, 400)
    made.show()
    qtbot.waitExposed(made)
    made.spectrogram.show_sound(overview)
    yield made
    made.close()


@pytest.fixture
def bar(view: SoundView) -> SpectrogramToolbar:
    return view.bar


def type_time(qtbot: QtBot, edit: QLineEdit, text: str) -> None:
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("text", "time_s"),
    [
        ("1.25", 1.25),
        ("0:01.25", 1.25),
        ("1,25", 1.25),
        (" 2 s", 2.0),
        (".5", 0.5),
        ("75", 75.0),
        ("1:15", 75.0),
        ("90:00", 5400.0),
        ("1:02:03.5", 3723.5),
        ("", None),
        ("abc", None),
        ("1:75", None),
        ("1:75:00", None),
        ("-1", None),
        ("1e3", None),
        ("1:2:3:4", None),
        ("nan", None),
        ("9" * 50, None),
    ],
)
def test_times_are_understood(text: str, time_s: float | None):
    assert parsed_time(text) == time_s


@given(st.integers(0, 12 * 360_000))
def test_times_that_are_shown_can_be_typed(hundredths):
    assert parsed_time(formats.clock(hundredths / 100, 2)) == pytest.approx(hundredths / 100)


@given(
    st.floats(0.1, 4e4),
    st.lists(st.tuples(st.floats(0.05, 20), st.floats(0, 1), st.floats(-2, 2)), max_size=20),
)
def test_zooming_and_moving_stay_within_the_sound(duration_s, steps):
    whole = span = (0.0, duration_s)
    for factor, share, by in steps:
        at_s = span[0] + share * (span[1] - span[0])
        span = zoomed(span, factor, at_s, whole)
        width = span[1] - span[0]
        assert 0.0499 <= width <= duration_s * (1 + 1e-9)
        assert span[0] - 1e-6 <= at_s <= span[1] + 1e-6
        span = moved(span, by * width, whole)
        assert -1e-9 <= span[0] <= span[1] <= duration_s * (1 + 1e-9)
        assert span[1] - span[0] == pytest.approx(width)


def test_typed_times_select(bar: SpectrogramToolbar, view: SoundView, qtbot: QtBot):
    with qtbot.waitSignal(view.spectrogram.selection.settled) as settled:
        type_time(qtbot, bar.start, "0:02.5")
    assert settled.args == [(2.5, 20.0)]
    type_time(qtbot, bar.end, "4")
    assert view.spectrogram.selection.span == (2.5, 4.0)
    assert (bar.start.text(), bar.end.text()) == ("0:02.50", "0:04.00")
    type_time(qtbot, bar.end, "99")
    assert view.spectrogram.selection.span == (2.5, 20.0)
    assert bar.end.text() == "0:20.00"


def test_what_is_no_time_is_said_and_can_be_mended_or_dropped(
    bar: SpectrogramToolbar, view: SoundView, qtbot: QtBot
):
    view.spectrogram.selection.select(1.0, 2.0)
    type_time(qtbot, bar.start, "one")
    assert "no time" in bar.read_out.toolTip()
    assert bar.start.text() == "one"
    assert view.spectrogram.selection.span == (1.0, 2.0)
    qtbot.keyClick(bar.start, Qt.Key.Key_Escape)
    assert bar.start.text() == "0:01.00"
    assert bar.read_out.text() == ""


def test_leaving_a_field_takes_over_what_is_a_time(
    bar: SpectrogramToolbar, view: SoundView, qtbot: QtBot
):
    bar.start.setFocus()
    bar.start.selectAll()
    qtbot.keyClicks(bar.start, "3")
    bar.end.setFocus()
    assert view.spectrogram.selection.span == (3.0, 20.0)
    qtbot.keyClicks(bar.end, "x")
    bar.view.setFocus()
    assert bar.end.text() == "0:20.00"


def test_the_fields_follow_the_selection(bar: SpectrogramToolbar, view: SoundView):
    view.spectrogram.selection.select(1.0, 2.0)
    assert (bar.start.text(), bar.end.text()) == ("0:01.00", "0:02.00")
    view.spectrogram.selection.clear()
    assert (bar.start.text(), bar.end.text()) == ("", "")


def test_without_a_sound_nothing_of_it_is_offered(bar: SpectrogramToolbar):
    for is_ready in (False, True):
        bar.set_sound_ready(is_ready)
        assert bar.start.isEnabled() == bar.end.isEnabled() == is_ready


def test_each_map_of_colours_shows_its_own(bar: SpectrogramToolbar):
    menu = bar.color_menu
    menu.aboutToShow.emit()
    swatches = {}
    for colors, action in menu.maps.items():
        (size,) = action.icon().availableSizes()
        image = action.icon().pixmap(size).toImage()
        ends = image.pixelColor(0, 0), image.pixelColor(image.width() - 1, 0)
        table = colors.table()
        for end, expected in zip(ends, (table[0], table[-1]), strict=True):
            assert np.allclose(end.getRgb()[:3], expected, atol=24), colors
        swatches[colors] = bytes(image.constBits())
    assert len(set(swatches.values())) == len(ColorMap)


def test_the_menus_choose_and_show(bar: SpectrogramToolbar, view: SoundView):
    spectrogram = view.spectrogram
    for action, wanted in zip(bar.view_menu.actions(), FrequencyView, strict=True):
        action.trigger()
        assert spectrogram.choices.view is wanted
        assert action.isChecked()
    assert bar.view.text().startswith("Logarithmic")
    bar.color_menu.maps[ColorMap.CIVIDIS].trigger()
    assert spectrogram.choices.colors is ColorMap.CIVIDIS
    bar.color_menu.patches.trigger()
    assert spectrogram.choices.marks_patches
    levels = bar.color_menu.levels
    assert levels.fits.isChecked()
    levels.floor.setValue(-60)
    assert not levels.fits.isChecked()
    assert spectrogram.range_db[0] == -60
    levels.ceiling.setValue(-70)  # below the floor: the floor gives way
    assert spectrogram.range_db == (-80.0, -70.0)
    assert levels.floor.value() == -80
    levels.fits.click()
    assert spectrogram.choices.fits_levels
    assert levels.floor.value() == pytest.approx(spectrogram.range_db[0], abs=1)


def controls(widget: QWidget) -> list[QWidget]:
    found = [
        child
        for kind in (QAbstractButton, QLineEdit, QSlider)
        for child in widget.findChildren(kind)
    ]
    return [child for child in found if child.isVisible()]


def test_everything_has_a_name_and_can_be_reached(
    bar: SpectrogramToolbar, view: SoundView, qtbot: QtBot
):
    view.spectrogram.selection.select(1.0, 2.0)
    wanted = controls(bar)
    assert len(wanted) == 8
    for control in wanted:
        assert control.accessibleName() or control.text()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    view.spectrogram.plot.setFocus()
    reached = []
    for _ in range(20):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() not in reached:
            reached.append(QApplication.focusWidget())
    assert set(wanted) <= set(reached)


def test_everything_fits(view: SoundView):
    view.spectrogram.selection.limit_to(40_000.0)
    view.spectrogram.selection.select(35_999.99, 39_999.99)
    check_fits(view)


def test_everything_fits_at_200_percent(tmp_path: Path):
    script = """
from PySide6.QtWidgets import QApplication
application = QApplication([])
assert application.devicePixelRatio() == 2
from tests.gui.spectrogram.sound_view import WIDTH, SoundView, check_fits
view = SoundView()
view.resize(WIDTH, 320)
view.show()
application.processEvents()
check_fits(view)
assert view.spectrogram.plot.n_columns > 1.8 * WIDTH
view.close()
"""
    environment = {**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
