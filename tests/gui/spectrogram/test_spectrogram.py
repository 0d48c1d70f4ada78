"""The picture of a sound: zoom, cursor, selection, views, details, live, export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPalette,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.audio.frequency import FrequencyView, Spectrum
from core.audio.levels import to_levels
from core.audio.logmel import magnitudes, mel_magnitudes
from core.audio.reader import AudioFile
from core.audio.spectrogram import Overview, detail
from core.errors import SoundalikeError
from core.jobs import Job
from gui.spectrogram.live_picture import LivePicture
from gui.spectrogram.view_choices import ViewChoices
from gui.spectrogram.widget import Spectrogram
from gui.spectrogram.zoom import DetailRequest
from gui.widgets.color_map import ColorMap
from tests.gui.conftest import write_wav

DURATION_S = 60.0


def tone_at_noon() -> np.ndarray:
    """A minute of faint noise, with 1 kHz between 30 and 33 s."""
    times_s = np.arange(int(DURATION_S * 16_000)) / 16_000
    noise = 0.001 * np.random.default_rng(0).standard_normal(len(times_s))
    return np.sin(2 * np.pi * 1000 * times_s) * ((times_s >= 30) & (times_s < 33)) + noise


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> AudioFile:
    return AudioFile(write_wav(tmp_path_factory.mktemp("sound") / "noon.wav", tone_at_noon()))


@pytest.fixture(scope="module")
def overview(file: AudioFile) -> Overview:
    made = Overview(file.duration_s)
    made.fill(file, Job())
    return made


@pytest.fixture
def shown(qtbot: QtBot, overview: Overview) -> Iterator[Spectrogram]:
    widget = Spectrogram()
    qtbot.addWidget(widget)
    widget.resize(1024, 320)
    widget.show()
    qtbot.waitExposed(widget)
    widget.show_sound(overview)
    return widget


def at(shown: Spectrogram, time_s: float, share: float = 0.5) -> QPointF:
    area = shown.plot.picture_area
    return QPointF(shown.plot.x_of(time_s), area.top() + share * area.height())


def mouse(
    shown: Spectrogram,
    kind: QEvent.Type,
    place: QPointF,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    viewport = shown.plot.viewport()
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    if kind == QEvent.Type.MouseMove:
        button = Qt.MouseButton.NoButton
    glob = QPointF(viewport.mapToGlobal(place.toPoint()))
    QApplication.sendEvent(viewport, QMouseEvent(kind, place, glob, button, held, modifiers))


def drag(
    shown: Spectrogram,
    from_s: float,
    to_s: float,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    release: bool = True,
) -> None:
    start, end = at(shown, from_s), at(shown, to_s)
    mouse(shown, QEvent.Type.MouseButtonPress, start, button)
    for share in (0.2, 0.6, 1.0):
        mouse(shown, QEvent.Type.MouseMove, start + (end - start) * share, button)
    if release:
        mouse(shown, QEvent.Type.MouseButtonRelease, end, button)


def click(shown: Spectrogram, time_s: float) -> None:
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        mouse(shown, kind, at(shown, time_s))


def wheel(
    shown: Spectrogram,
    time_s: float,
    dx: int = 0,
    dy: int = 0,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    viewport, place = shown.plot.viewport(), at(shown, time_s)
    event = QWheelEvent(
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(dx, dy),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def colors_at(shown: Spectrogram, place: QPointF) -> QColor:
    picture = shown.plot.grab().toImage()
    ratio = picture.devicePixelRatio()
    return picture.pixelColor((place * ratio).toPoint())


# Zoom


def test_the_wheel_zooms_around_the_mouse(shown: Spectrogram) -> None:
    wheel(shown, 45.0, dy=120)
    assert shown.width_s == pytest.approx(DURATION_S / 1.25)
    assert shown.plot.time_at(at(shown, 45.0).x()) == pytest.approx(45.0)
    share = (45.0 - shown.span[0]) / shown.width_s
    assert share == pytest.approx(0.75, abs=1e-3)
    wheel(shown, 45.0, dy=-1200)
    assert shown.span == pytest.approx((0.0, DURATION_S))
    assert not shown.is_zoomed


def test_the_wheel_with_shift_or_sideways_moves(shown: Spectrogram) -> None:
    shown.show_span((20.0, 30.0))
    wheel(shown, 25.0, dy=-120, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert shown.span == pytest.approx((21.0, 31.0))
    wheel(shown, 25.0, dx=240)
    assert shown.span == pytest.approx((19.0, 29.0))
    for _ in range(30):
        wheel(shown, 25.0, dx=240)
    assert shown.span == pytest.approx((0.0, 10.0))
    wheel(shown, 5.0, dx=-5, dy=120)  # fingers do not move quite straight
    assert shown.width_s == pytest.approx(8.0)


def test_two_fingers_zoom(shown: Spectrogram) -> None:
    place = at(shown, 30.0)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        place,
        place,
        place,
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(shown.plot.viewport(), event)
    assert shown.width_s == pytest.approx(DURATION_S / 1.5)
    assert sum(shown.span) / 2 == pytest.approx(30.0)


def test_a_pinch_on_a_touch_screen_zooms(shown: Spectrogram, qtbot: QtBot) -> None:
    viewport, device = shown.plot.viewport(), QTest.createTouchDevice()
    middle = at(shown, 30.0).toPoint()
    for reach in (50, 60, 80, 100, 130, 160):
        touch = QTest.touchEvent(viewport, device)
        for index, side in enumerate((-1, 1)):
            place = middle + QPoint(side * reach, 0)
            (touch.press if reach == 50 else touch.move)(index, place, viewport)
        touch.commit()
    touch = QTest.touchEvent(viewport, device)
    for index, side in enumerate((-1, 1)):
        touch.release(index, middle + QPoint(side * 160, 0), viewport)
    touch.commit()
    assert shown.width_s == pytest.approx(DURATION_S * 50 / 160, rel=0.3)
    assert sum(shown.span) / 2 == pytest.approx(30.0, abs=2)
    assert shown.selection.span is None


def test_a_double_click_shows_the_whole_and_keeps_the_selection(shown: Spectrogram) -> None:
    shown.show_span((20.0, 30.0))
    shown.selection.select(22.0, 28.0)
    click(shown, 25.0)
    mouse(shown, QEvent.Type.MouseButtonDblClick, at(shown, 25.0))
    assert shown.span == (0.0, DURATION_S)
    assert shown.selection.span == (22.0, 28.0)


def test_keys_zoom_and_move(shown: Spectrogram, qtbot: QtBot) -> None:
    press = lambda key: qtbot.keyClick(shown.plot, key)  # noqa: E731
    press(Qt.Key.Key_Plus)
    press(Qt.Key.Key_Plus)
    assert shown.width_s == pytest.approx(DURATION_S / 2.25)
    press(Qt.Key.Key_Home)
    assert shown.span[0] == 0
    press(Qt.Key.Key_PageDown)
    assert shown.span[0] == pytest.approx(0.9 * shown.width_s)
    press(Qt.Key.Key_PageUp)
    press(Qt.Key.Key_End)
    assert shown.span[1] == pytest.approx(DURATION_S)
    press(Qt.Key.Key_Minus)
    assert shown.width_s == pytest.approx(DURATION_S / 1.5)
    press(Qt.Key.Key_0)
    assert shown.span == (0.0, DURATION_S)


def test_zooming_ends_somewhere(shown: Spectrogram) -> None:
    for _ in range(100):
        shown.zoom(1.5, 30.0)
    assert shown.width_s == pytest.approx(0.05)
    assert shown.span[0] <= 30.0 <= shown.span[1]


def test_the_minimap_shows_and_moves_what_is_in_sight(shown: Spectrogram, qtbot: QtBot) -> None:
    assert not shown.minimap.is_zoomed
    shown.show_span((10.0, 20.0))
    assert shown.minimap.is_zoomed
    middle = shown.minimap.rect().center()
    qtbot.mouseClick(shown.minimap, Qt.MouseButton.LeftButton, pos=middle)
    assert sum(shown.span) / 2 == pytest.approx(30.0, abs=0.1)
    assert shown.width_s == pytest.approx(10.0)


def test_the_middle_button_pulls_the_picture(shown: Spectrogram) -> None:
    shown.show_span((20.0, 30.0))
    drag(shown, 25.0, 27.0, Qt.MouseButton.MiddleButton)
    assert shown.span == pytest.approx((18.0, 28.0), abs=0.05)
    assert shown.selection.span is None


# Cursor


def test_the_cursor_reads_time_frequency_and_level(shown: Spectrogram, qtbot: QtBot) -> None:
    for view in FrequencyView:
        shown.choose(replace(shown.choices, view=view))
        height = view.scale.height_of(1000)
        place = QPointF(shown.plot.x_of(31.5), shown.plot.y_of(height))
        with qtbot.waitSignal(shown.pointed) as said:
            mouse(shown, QEvent.Type.MouseMove, place, Qt.MouseButton.NoButton)
        time, frequency, level = said.args[0].split(" · ")
        assert float(time.removesuffix(" s")) == pytest.approx(31.5, abs=0.06)
        assert frequency in ("1.0 kHz")
        # A tone of half of full scale; a mel band sums several bins.
        assert float(level.removesuffix(" dB").replace("−", "-")) == pytest.approx(-4, abs=4)
    QApplication.sendEvent(shown.plot.viewport(), QEvent(QEvent.Type.Leave))
    assert shown.read_out() == ""


def test_the_cursor_keeps_its_frequency_when_the_view_changes(shown: Spectrogram) -> None:
    shown.point(None)
    shown.step_cursor(0, 0)
    before = shown.choices.view.scale.frequency_of(shown.cursor_place.height)
    for view in (FrequencyView.LINEAR, FrequencyView.LOGARITHMIC, FrequencyView.LOG_MEL):
        shown.choose(replace(shown.choices, view=view))
        now = view.scale.frequency_of(shown.cursor_place.height)
        assert now == pytest.approx(before, rel=0.01)


def test_the_cursor_takes_the_picture_along(shown: Spectrogram, qtbot: QtBot) -> None:
    shown.show_span((20.0, 30.0))
    for _ in range(60):
        qtbot.keyClick(shown.plot, Qt.Key.Key_Right)
    assert shown.span[1] == pytest.approx(31.0, abs=0.05)
    assert shown.cursor_place.time_s == pytest.approx(31.0, abs=0.05)


def test_other_keys_are_left_to_the_window(shown: Spectrogram) -> None:
    keys = Qt.Key
    for key in (keys.Key_Right, keys.Key_Space, keys.Key_P, keys.Key_Escape, keys.Key_Return):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(shown.plot, event)
        assert event.isAccepted() == (key is keys.Key_Right)


# Selection


def test_dragging_selects_and_settles_on_release(shown: Spectrogram, qtbot: QtBot) -> None:
    changes, settled = [], []
    shown.selection.changed.connect(changes.append)
    shown.selection.settled.connect(settled.append)
    drag(shown, 40.0, 20.0, release=False)
    assert len(changes) >= 3
    assert not settled
    mouse(shown, QEvent.Type.MouseButtonRelease, at(shown, 20.0))
    assert settled == [changes[-1]]
    assert changes[-1] == pytest.approx((20.0, 40.0), abs=0.1)


def test_a_drag_that_only_its_release_tells_of_selects(shown: Spectrogram) -> None:
    mouse(shown, QEvent.Type.MouseButtonPress, at(shown, 20.0))
    mouse(shown, QEvent.Type.MouseButtonRelease, at(shown, 40.0))
    assert shown.selection.span == pytest.approx((20.0, 40.0), abs=0.1)
    click(shown, 40.0)  # on the edge: nothing moves
    assert shown.selection.span == pytest.approx((20.0, 40.0), abs=0.1)


def test_edges_can_be_dragged(shown: Spectrogram) -> None:
    shown.selection.select(20.0, 30.0)
    drag(shown, 30.0, 45.0)
    assert shown.selection.span == pytest.approx((20.0, 45.0), abs=0.1)
    drag(shown, 20.0, 50.0)  # past the other edge
    assert shown.selection.span == pytest.approx((45.0, 50.0), abs=0.1)


def test_shift_and_a_press_move_the_nearer_edge(shown: Spectrogram) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier
    shown.selection.select(20.0, 30.0)
    for time_s, expected in ((40.0, (20.0, 40.0)), (10.0, (10.0, 40.0)), (24.0, (24.0, 40.0))):
        mouse(shown, QEvent.Type.MouseButtonPress, at(shown, time_s), modifiers=shift)
        mouse(shown, QEvent.Type.MouseButtonRelease, at(shown, time_s), modifiers=shift)
        assert shown.selection.span == pytest.approx(expected, abs=0.1)


def test_a_click_seeks_and_outside_clears(shown: Spectrogram, qtbot: QtBot) -> None:
    shown.selection.select(20.0, 30.0)
    shown.selection.settle()
    with qtbot.waitSignal(shown.seeked) as heard:
        click(shown, 25.0)
    assert heard.args[0] == pytest.approx(25.0, abs=0.1)
    assert shown.selection.span == (20.0, 30.0)
    with qtbot.waitSignal(shown.selection.settled) as settled:
        click(shown, 50.0)
    assert settled.args == [None]
    assert shown.selection.span is None


def test_dragging_over_the_edge_moves_the_picture(shown: Spectrogram) -> None:
    shown.show_span((20.0, 30.0))
    drag(shown, 28.0, 31.0)
    assert shown.span[0] > 20.4
    assert shown.selection.span[1] > 30.9


def test_keys_select(shown: Spectrogram, qtbot: QtBot) -> None:
    shift, ctrl = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    step_s = DURATION_S / 100
    for _ in range(5):
        qtbot.keyClick(shown.plot, Qt.Key.Key_Right, shift)
    assert shown.selection.span == pytest.approx((30.0, 30.0 + 5 * step_s))
    qtbot.keyClick(shown.plot, Qt.Key.Key_Left, shift)
    assert shown.selection.span == pytest.approx((30.0, 30.0 + 4 * step_s))
    qtbot.keyClick(shown.plot, Qt.Key.Key_Left, ctrl)
    assert shown.selection.span == pytest.approx((30.0 - step_s, 30.0 + 3 * step_s))
    qtbot.keyClick(shown.plot, Qt.Key.Key_Right)
    qtbot.keyClick(shown.plot, Qt.Key.Key_BracketRight)
    assert shown.selection.span == pytest.approx((30.0 - step_s, 30.0 + 5 * step_s))
    qtbot.keyClick(shown.plot, Qt.Key.Key_Left)
    qtbot.keyClick(shown.plot, Qt.Key.Key_BracketLeft)
    assert shown.selection.span == pytest.approx((30.0 + 4 * step_s, 30.0 + 5 * step_s))
    qtbot.keyClick(shown.plot, Qt.Key.Key_Return)
    with qtbot.waitSignal(shown.selection.settled) as settled:
        qtbot.keyClick(shown.plot, Qt.Key.Key_Escape)
    assert settled.args == [None]


def test_keys_extend_even_by_less_than_can_be_selected(shown: Spectrogram, qtbot: QtBot) -> None:
    shown.show_span((30.0, 31.0))
    for _ in range(8):
        qtbot.keyClick(shown.plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert shown.selection.span == pytest.approx((30.5, 30.58))


def test_the_selection_settles_by_itself_once(shown: Spectrogram, qtbot: QtBot) -> None:
    settled: list[object] = []
    shown.selection.settled.connect(settled.append)
    with qtbot.waitSignal(shown.selection.settled):
        shown.selection.select(1.0, 2.0)
        shown.selection.select(1.0, 3.0)
    shown.selection.settle()
    assert settled == [(1.0, 3.0)]


def test_the_selection_stays_within_the_sound(shown: Spectrogram) -> None:
    shown.selection.select(-5.0, 1e6)
    assert shown.selection.span == (0.0, DURATION_S)
    shown.selection.select(10.0, 10.001)
    assert shown.selection.span is None
    shown.selection.select(50.0, 58.0)
    shown.selection.nudge(5.0)
    assert shown.selection.span == (52.0, 60.0)


def test_a_new_sound_has_no_selection(shown: Spectrogram, overview: Overview) -> None:
    shown.selection.select(1.0, 3.0)
    shown.zoom(4)
    shown.show_sound(overview)
    assert shown.selection.span is None
    assert shown.span == (0.0, DURATION_S)


def test_a_selection_is_lit(shown: Spectrogram) -> None:
    inside, outside = at(shown, 31.5), at(shown, 32.5)
    for place in (inside, outside):  # on the tone
        place.setY(shown.plot.y_of(shown.choices.view.scale.height_of(1000)))
    before = colors_at(shown, inside), colors_at(shown, outside)
    shown.selection.select(30.5, 32.0)
    after = colors_at(shown, inside), colors_at(shown, outside)
    assert after[0] == before[0]
    assert after[1].lightnessF() < 0.6 * before[1].lightnessF()


# What is drawn


def test_every_view_shows_the_tone_where_it_sounds(shown: Spectrogram) -> None:
    for view in FrequencyView:
        shown.choose(replace(shown.choices, view=view))
        y = shown.plot.y_of(view.scale.height_of(1000))
        tone = colors_at(shown, QPointF(shown.plot.x_of(31.5), y))
        for silent in (
            QPointF(shown.plot.x_of(20.0), y),
            QPointF(shown.plot.x_of(31.5), shown.plot.y_of(view.scale.height_of(5000))),
        ):
            assert colors_at(shown, silent).lightnessF() < tone.lightnessF() - 0.3


@pytest.mark.parametrize("colors", list(ColorMap))
def test_color_maps_grow_evenly_lighter_or_darker(shown: Spectrogram, colors: ColorMap) -> None:
    linear = (colors.table() / 255.0) ** 2.2
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    if colors.has_light_ground:
        luminance = luminance[::-1]
    assert (np.diff(luminance) > -1e-3).all()
    assert luminance[-1] - luminance[0] > 0.5
    shown.choose(replace(shown.choices, colors=colors))
    tone = QPointF(
        shown.plot.x_of(31.5), shown.plot.y_of(FrequencyView.LOG_MEL.scale.height_of(1000))
    )
    red, green, blue = colors.table()[-1]
    # The loudest of the sound has about the last colour.
    got = colors_at(shown, tone)
    assert abs(got.red() - red) + abs(got.green() - green) + abs(got.blue() - blue) < 140


def test_the_range_of_levels_can_be_set(shown: Spectrogram) -> None:
    place = QPointF(
        shown.plot.x_of(31.5), shown.plot.y_of(FrequencyView.LOG_MEL.scale.height_of(1000))
    )
    fitted = colors_at(shown, place)
    shown.choose(shown.choices.with_range(0.0, 10.0))
    assert colors_at(shown, place).lightnessF() < fitted.lightnessF() - 0.2
    assert shown.range_db == (0.0, 10.0)


def test_patches_are_marked_on_demand(shown: Spectrogram) -> None:
    shown.show_span((10.0, 15.0))
    plain = shown.plot.grab().toImage()
    shown.choose(replace(shown.choices, marks_patches=True))
    marked = shown.plot.grab().toImage()
    y = round(at(shown, 12.0, 0.31).y())
    area = shown.plot.picture_area
    changed = {
        x
        for x in range(int(area.left()) + 2, int(area.right()) - 2)
        if any(marked.pixel(x, y + k) != plain.pixel(x, y + k) for k in range(12))
    }
    expected = [round(shown.plot.x_of(index * 0.96)) for index in range(11, 16)]
    assert changed
    assert all(any(abs(x - line) <= 3 for line in expected) for x in changed)
    assert all(any(abs(x - line) <= 3 for x in changed) for line in expected)


def test_light_and_dark_follow_the_palette(shown: Spectrogram) -> None:
    margin = QPointF(3, 3)
    for color in ("#f4f4f4", "#202020"):
        palette = QPalette(QColor(color))
        shown.setPalette(palette)
        assert colors_at(shown, margin) == palette.color(QPalette.ColorRole.Window)


def test_the_playhead_moves_and_the_picture_follows(shown: Spectrogram) -> None:
    shown.set_playhead(10.0)
    before = shown.plot.grab().toImage()
    shown.set_playhead(12.0)
    after = shown.plot.grab().toImage()
    y = round(at(shown, 0, 0.8).y())
    changed = [x for x in range(after.width()) if after.pixel(x, y) != before.pixel(x, y)]
    where = [shown.plot.x_of(time_s) for time_s in (10.0, 12.0)]
    assert changed
    assert all(min(abs(x - line) for line in where) <= 4 for x in changed)
    shown.show_span((20.0, 25.0))
    shown.set_playhead(25.1)
    assert shown.span == pytest.approx((24.85, 29.85))
    shown.set_playhead(None)
    assert shown.span == pytest.approx((24.85, 29.85))


def test_choices_survive_being_written_down() -> None:
    choices = ViewChoices(FrequencyView.LINEAR, ColorMap.CIVIDIS, -70, -5, False, True)
    assert ViewChoices.from_text(choices.as_text()) == choices
    for damaged in ("", "[]", "null", '{"view": 3, "floor_db": "x", "fits_levels": 1}', "{"):
        assert ViewChoices.from_text(damaged) == ViewChoices()
    odd = ViewChoices.from_text('{"floor_db": 1e9, "ceiling_db": -1e9, "view": "linear"}')
    assert odd.view is FrequencyView.LINEAR
    assert odd.floor_db < odd.ceiling_db


# Details


def test_a_detail_is_asked_for_once_and_shown(
    shown: Spectrogram, file: AudioFile, qtbot: QtBot
) -> None:
    asked: list[DetailRequest] = []
    shown.detail_wanted.connect(asked.append)
    shown.choose(replace(shown.choices, view=FrequencyView.LINEAR))
    shown.show_span((29.9, 30.1))
    shown.refresh()
    assert len(asked) == 1
    request = asked[0]
    assert request.spectrum is Spectrum.STFT
    assert request.start_s < 29.9 and request.end_s > 30.1
    coarse = shown.rows.copy()
    found = detail(file, request.spectrum, request.start_s, request.end_s, request.n_columns, Job())
    shown.add_detail(request, found)
    assert not np.array_equal(shown.rows, coarse)
    finest = found.take(29.9, 30.1, shown.plot.n_columns)
    assert np.array_equal(shown.rows, FrequencyView.LINEAR.scale.rows_of(finest))
    shown.pan(0.05)
    assert len(asked) == 1  # it covers more than what is in sight
    shown.zoom(0.001)
    assert len(asked) == 1  # the overview will do


def test_mel_bands_are_never_finer_than_vggish_has_them(shown: Spectrogram) -> None:
    asked: list[DetailRequest] = []
    shown.detail_wanted.connect(asked.append)
    shown.show_span((29.9, 30.1))
    assert asked == []


# Live


def test_a_live_picture_is_that_of_the_whole() -> None:
    samples = tone_at_noon()[30 * 16_000 : 42 * 16_000].astype(np.float32)
    picture = LivePicture(10.0)
    for piece in np.array_split(samples, 170):
        picture.push(piece)
    whole = magnitudes(samples)
    assert picture.n_frames == len(whole)
    for spectrum, expected in ((Spectrum.STFT, whole), (Spectrum.MEL, mel_magnitudes(whole))):
        difference = picture.levels_of(spectrum).astype(int) - to_levels(expected[-1000:]).T
        assert np.abs(difference).max() <= 1
    assert picture.start_s == pytest.approx(picture.n_frames * 0.01 - 10)


def test_live_is_shown_in_every_view_and_scrolls(shown: Spectrogram, qtbot: QtBot) -> None:
    samples = tone_at_noon()[30 * 16_000 : 36 * 16_000].astype(np.float32)
    picture = LivePicture(10.0)
    for piece in np.array_split(samples, 60):
        picture.push(piece)
        shown.show_live(picture)
    for view in FrequencyView:
        shown.choose(replace(shown.choices, view=view))
        shown.show_live(picture)
        y = shown.plot.y_of(view.scale.height_of(1000))
        tone = colors_at(shown, QPointF(shown.plot.x_of(1.5), y))
        after = colors_at(shown, QPointF(shown.plot.x_of(4.5), y))
        assert tone.lightnessF() > after.lightnessF() + 0.3
    assert not shown.can_zoom
    wheel(shown, 0.0, dy=120)
    drag(shown, 1.0, 3.0)
    assert shown.selection.span is None
    assert shown.width_s == pytest.approx(10.0)


# Export


def test_the_picture_is_written_twice_as_fine(shown: Spectrogram, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    shown.step_cursor(0, 0)
    shown.save_png(path)
    image = QImage(str(path))
    assert image.size() == shown.plot.size() * 2
    place = QPointF(
        shown.plot.x_of(31.5), shown.plot.y_of(FrequencyView.LOG_MEL.scale.height_of(1000))
    )
    loud = image.pixelColor((place * 2).toPoint())
    assert abs(loud.lightnessF() - colors_at(shown, place).lightnessF()) < 0.15
    assert len({image.pixel(x, image.height() - 30) for x in range(image.width())}) > 2  # labels
    assert [child.name for child in tmp_path.glob("*")] == ["picture.png"]


def test_a_picture_that_cannot_be_written_says_so(shown: Spectrogram, tmp_path: Path) -> None:
    with pytest.raises(SoundalikeError, match="cannot be written"):
        shown.save_png(tmp_path / "nowhere" / "picture.png")


def test_the_frame_of_the_focus_comes_and_goes_with_it(shown: Spectrogram, qtbot: QtBot) -> None:
    accent = shown.palette().color(QPalette.ColorRole.Highlight)
    corner = shown.plot.picture_area.topLeft().toPoint() - QPoint(1, 1)
    at = shown.plot.viewport().mapTo(shown, corner)

    def is_framed() -> bool:
        on_screen = shown.screen().grabWindow(shown.winId()).toImage()
        return on_screen.pixelColor(at) == accent

    shown.plot.clearFocus()
    qtbot.waitUntil(lambda: not is_framed())
    shown.plot.setFocus()
    qtbot.waitUntil(is_framed)
    shown.plot.clearFocus()
    qtbot.waitUntil(lambda: not is_framed())
