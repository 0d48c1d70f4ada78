"""The lane of tags as a widget: which classes, where their bars are, mouse and keys."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPalette
from pytestqt.qtbot import QtBot

from core.tagging.spans import TagSpan
from gui.tags.lane import LEAST_ROWS, MOST_ROWS, TagLane

DOG = [TagSpan("Dog", 1.0, 3.0, 0.9), TagSpan("Dog", 6.0, 8.0, 0.7)]
RAIN = TagSpan("Rain", 0.0, 9.0, 0.3)
SPANS = [RAIN, *DOG, TagSpan("Clang", 4.0, 5.0, 0.5), TagSpan("Tick", 4.0, 4.5, 0.3)]


@pytest.fixture
def lane(qtbot: QtBot) -> TagLane:
    widget = TagLane()
    qtbot.addWidget(widget)
    widget.resize(600, widget.sizeHint().height())
    widget.set_view(0.0, 10.0, 50.0, 500.0)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def middle(lane: TagLane, row: int, span: TagSpan) -> QPoint:
    return lane.bar_of(row, span).center().toPoint()


def test_the_classes_heard_longest_and_surest_have_a_row(lane: TagLane) -> None:
    lane.show_spans(SPANS)
    assert [label for label, _ in lane.rows] == ["Dog", "Rain", "Clang"]
    assert len(lane.rows) == MOST_ROWS
    first = lane.rows[0]
    lane.set_rows(LEAST_ROWS)
    assert lane.rows == [first]
    lane.set_rows(MOST_ROWS)
    assert len(lane.rows) == MOST_ROWS
    assert lane.rows[0][1] == DOG
    assert "Dog; Rain; Clang" in lane.accessibleDescription()


def test_bars_stand_below_what_is_in_sight_above(lane: TagLane) -> None:
    lane.show_spans(SPANS)
    assert (lane.bar_of(0, DOG[0]).left(), lane.bar_of(0, DOG[0]).right()) == (100.0, 200.0)
    lane.set_view(1.0, 2.0, 50.0, 500.0)
    assert (lane.bar_of(0, DOG[0]).left(), lane.bar_of(0, DOG[0]).right()) == (50.0, 1050.0)


def test_ten_thousand_spans_are_no_more_bars_than_there_is_room_for(lane: TagLane) -> None:
    spans = [TagSpan("Dog", 4.0 * n, 4.0 * n + 2.0, n / 10_000) for n in range(10_000)]
    lane.show_spans(spans)
    lane.set_view(0.0, 40_000.0, 50.0, 500.0)
    bars = lane.bars_in_sight(0)
    assert bars == [(50.0, pytest.approx(552.95), 0.9999)], "they are less than a pixel apart"
    lane.set_view(100.0, 140.0, 50.0, 500.0)
    seen = [(lane.bar_of(0, span), span.score) for span in spans[25:35]]
    assert lane.bars_in_sight(0) == [(bar.left(), bar.right(), score) for bar, score in seen]
    lane.set_view(102.5, 103.5, 50.0, 500.0)
    assert lane.bars_in_sight(0) == []


def test_rows_do_not_touch_and_all_are_in_sight(lane: TagLane) -> None:
    lane.show_spans(SPANS)
    height = QFontMetrics(lane.font()).tightBoundingRect("Dgp").height()
    bars = [lane.bar_of(row, spans[0]) for row, (_, spans) in enumerate(lane.rows)]
    assert all(bar.height() >= height for bar in bars), "a name stands on it"
    assert all(one.bottom() < other.top() for one, other in itertools.pairwise(bars))
    assert bars[-1].bottom() <= lane.height()


def test_names_stay_readable_on_the_surest_bar(lane: TagLane) -> None:
    for palette in (QPalette(Qt.GlobalColor.lightGray), QPalette(Qt.GlobalColor.black)):
        palette.setColor(QPalette.ColorRole.Highlight, QColor("#308cc6"))
        lane.setPalette(palette)
        lane.show_spans([TagSpan("Dog", 0.0, 10.0, 1.0)])
        bar = lane.grab().toImage().pixelColor(300, middle(lane, 0, lane.rows[0][1][0]).y())
        assert contrast(bar, palette.color(QPalette.ColorRole.WindowText)) >= 4.5


def contrast(one: QColor, other: QColor) -> float:
    """Return the ratio of two colours' luminances, by WCAG 2.1."""

    def luminance(color: QColor) -> float:
        parts = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
            for part in (color.redF(), color.greenF(), color.blueF())
        )
        return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_surer_class_is_painted_stronger_and_nothing_beside_the_picture(lane: TagLane) -> None:
    sure, unsure = TagSpan("Dog", -5.0, 4.0, 1.0), TagSpan("Dog", 6.0, 15.0, 0.25)
    lane.show_spans([sure, unsure])
    picture: QImage = lane.grab().toImage()
    y = middle(lane, 0, sure).y()
    track = picture.pixelColor(325, y).lightness()
    beside, strong, weak, after = (
        picture.pixelColor(x, y).lightness() for x in (20, 200, 500, 570)
    )
    assert beside == after == picture.pixelColor(0, 0).lightness()
    assert abs(strong - track) > abs(weak - track) + 15
    assert abs(weak - track) > 10


def test_a_click_chooses_when_a_class_was_heard(qtbot: QtBot, lane: TagLane) -> None:
    lane.show_spans(SPANS)
    chosen: list[tuple[float, float]] = []
    lane.chosen.connect(lambda *span: chosen.append(span))
    qtbot.mouseClick(lane, Qt.MouseButton.LeftButton, pos=middle(lane, 0, DOG[1]))
    assert chosen == [(6.0, 8.0)]
    qtbot.mouseClick(lane, Qt.MouseButton.LeftButton, pos=QPoint(290, middle(lane, 0, DOG[0]).y()))
    qtbot.mouseClick(lane, Qt.MouseButton.RightButton, pos=middle(lane, 0, DOG[0]))
    assert chosen == [(6.0, 8.0)]
    qtbot.mouseMove(lane, QPoint(290, middle(lane, 0, DOG[0]).y()))
    qtbot.mouseMove(lane, middle(lane, 0, DOG[0]))
    qtbot.waitUntil(lambda: lane.cursor().shape() == Qt.CursorShape.PointingHandCursor)


def test_keys_go_from_span_to_span_and_return_chooses(qtbot: QtBot, lane: TagLane) -> None:
    lane.show_spans(SPANS)
    lane.setFocus()
    assert lane.current == DOG[0]
    chosen: list[tuple[float, float]] = []
    lane.chosen.connect(lambda *span: chosen.append(span))
    qtbot.keyClick(lane, Qt.Key.Key_Right)
    assert "Dog, 0:06.0 – 0:08.0, 70% sure" in lane.accessibleDescription()
    qtbot.keyClick(lane, Qt.Key.Key_Return)
    qtbot.keyClick(lane, Qt.Key.Key_Right)
    assert lane.current == DOG[1], "there is no later one"
    qtbot.keyClick(lane, Qt.Key.Key_Down)
    qtbot.keyClick(lane, Qt.Key.Key_Enter)
    assert chosen == [(6.0, 8.0), (0.0, 9.0)]
    qtbot.keyClick(lane, Qt.Key.Key_Up)
    assert lane.current == DOG[0]


def test_an_empty_lane_takes_no_attention(qtbot: QtBot, lane: TagLane) -> None:
    assert lane.focusPolicy() == Qt.FocusPolicy.NoFocus
    picture: QImage = lane.grab().toImage()
    ground = picture.pixelColor(0, 0)
    assert all(picture.pixelColor(60, y) == ground for y in range(picture.height()))
    qtbot.keyClick(lane, Qt.Key.Key_Return)
    lane.show_spans(SPANS)
    height = lane.height()
    lane.show_spans([])
    assert lane.rows == [] and lane.height() == height, "nothing jumps"
