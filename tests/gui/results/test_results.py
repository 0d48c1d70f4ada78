"""The table of matches and the filters above it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from core.search.feedback import Calibration
from core.types import Match, NoLink, watch_url, youtube_id_of
from gui.results.chips import lay_chips
from gui.results.delegates import TALL_ROW
from gui.results.details_pane import DetailsPane
from gui.results.model import NOT_RESOLVED, SORT_ROLE, Column, ResultsModel
from gui.results.painted_rows import MeasuredFont
from gui.results.panel import ResultsPanel
from gui.results.proxy import ResultsProxy
from gui.results.table import ResultsTable
from gui.youtube.look_ups import LookUps
from gui.youtube.permission import LookUpPermission
from gui.youtube.services import Standing, Video


def matches(n: int) -> tuple[Match, ...]:
    return tuple(
        Match(
            rank,
            f"id{rank:09}",
            float(10 * (n - rank)),
            float(10 * (n - rank) + 10),
            ("Zebra", "A") if rank % 2 else ("apple",),
            round(0.5 - rank / 100, 3),
            "" if rank == 2 else watch_url(f"id{rank:09}", 10.0),
        )
        for rank in range(1, n + 1)
    )


def test_the_models_keep_qts_contract(qtbot: QtBot) -> None:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    model = ResultsModel()
    proxy = ResultsProxy(model)
    testers = [QAbstractItemModelTester(model, fatal), QAbstractItemModelTester(proxy, fatal)]
    for size in (0, 3, 25, 1, 0):
        model.set_matches(matches(size))
        proxy.sort(Column.SIMILARITY, Qt.SortOrder.DescendingOrder)
        assert proxy.rowCount() == size
    assert testers


def test_sorting_goes_by_values_not_by_text(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.show_matches(matches(12))

    def ranks() -> list[int]:
        model = table.model()
        return [model.index(row, Column.RANK).data(SORT_ROLE) for row in range(model.rowCount())]

    assert ranks() == list(range(1, 13))
    table.sortByColumn(Column.RANK, Qt.SortOrder.DescendingOrder)
    assert ranks() == list(range(12, 0, -1))
    table.sortByColumn(Column.TIME, Qt.SortOrder.AscendingOrder)
    assert ranks() == list(range(12, 0, -1))
    # Equal values stay in the order of their rank, whichever way they are sorted.
    table.sortByColumn(Column.LABELS, Qt.SortOrder.AscendingOrder)
    assert ranks() == [2, 4, 6, 8, 10, 12, 1, 3, 5, 7, 9, 11]
    table.sortByColumn(Column.LABELS, Qt.SortOrder.DescendingOrder)
    assert ranks() == [1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12]


def test_cells_say_what_people_read() -> None:
    model = ResultsModel()
    model.set_matches(matches(2))
    texts = [model.index(0, column).data() for column in Column]
    assert texts == [
        "1",
        "id000000001",
        "Zebra · A",
        "0:10–0:20",
        "0.490",
        "youtube.com/watch?v=id000000001&t=10s",
    ]
    assert model.index(1, Column.LINK).data() == NOT_RESOLVED
    spoken = model.index(0, Column.SIMILARITY).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Similarity: 0.490"
    one = replace(matches(1)[0], sound=-0.1, meaning=0.9)
    model.set_matches((one,))
    index = model.index(0, Column.SIMILARITY)
    said = "sound −0.10 · meaning 0.90"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == said
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"Similarity: 0.490, {said}"


def test_labels_cannot_become_markup() -> None:
    model = ResultsModel()
    model.set_matches((Match(1, "x", 0, 1, ("<b>bold</b>",), 0.5, ""),))
    assert model.index(0, Column.LABELS).data() == "<b>bold</b>"
    tool_tip = model.index(0, Column.LABELS).data(Qt.ItemDataRole.ToolTipRole)
    assert not GuiQt.mightBeRichText(tool_tip)


def test_the_link_opens_by_mouse_and_by_return(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    table.show_matches(matches(5))
    chosen: list[Match] = []
    table.link_chosen.connect(chosen.append)

    def click(row: int, column: Column) -> None:
        centre = table.visualRect(table.model().index(row, column)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=centre)

    click(2, Column.LINK)
    assert [match.rank for match in chosen] == [3]
    click(3, Column.LABELS)
    click(1, Column.LINK)  # an address that is not known is no link
    assert [match.rank for match in chosen] == [3]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert [match.rank for match in chosen] == [3, 3]


def test_a_link_shows_a_hand(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    table.show_matches(matches(3))

    def shape_over(row: int, column: Column) -> Qt.CursorShape:
        place = table.visualRect(table.model().index(row, column)).center()
        qtbot.mouseMove(table.viewport(), place + QPoint(1, 0))
        qtbot.mouseMove(table.viewport(), place)
        return table.viewport().cursor().shape()

    assert shape_over(0, Column.LINK) == Qt.CursorShape.PointingHandCursor
    assert shape_over(0, Column.LABELS) == Qt.CursorShape.ArrowCursor
    assert shape_over(1, Column.LINK) == Qt.CursorShape.ArrowCursor


@pytest.mark.parametrize("similarity", [-0.3, 0.0, 0.5, 1.0])
def test_the_bar_is_as_long_as_the_similarity(qtbot: QtBot, similarity: float) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show_matches((Match(1, "x", 0, 1, (), similarity, ""),))
    table.clearSelection()
    table.setCurrentIndex(table.model().index(0, Column.LABELS))
    table.clearSelection()
    table.show()
    image = table.viewport().grab().toImage()
    rect = table.visualRect(table.model().index(0, Column.SIMILARITY))
    highlight = QGuiApplication.palette().highlight().color().rgb()
    y = rect.center().y()
    lit = sum(image.pixel(x, y) == highlight for x in range(rect.left(), rect.right()))
    number = QStyleOptionViewItem()
    number.initFrom(table)
    room = rect.width() - 3 * 8 - table.fontMetrics().horizontalAdvance("−0.000")
    assert lit == pytest.approx(max(0.0, similarity) * room, abs=3)


def test_a_match_by_both_has_a_bar_for_each_part(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    match = Match(1, "x", 0, 1, (), 0.7, "", sound=0.25, meaning=0.75)
    table.show_matches((match,))
    table.clearSelection()
    table.show()
    image = table.viewport().grab().toImage()
    rect = table.visualRect(table.model().index(0, Column.SIMILARITY))
    accent = QGuiApplication.palette().highlight().color().rgb()
    lit = [
        sum(image.pixel(x, y) == accent for x in range(rect.left(), rect.right()))
        for y in range(rect.top(), rect.bottom())
    ]
    lengths = [length for length, _ in itertools.groupby(lit) if length]
    assert len(lengths) == 2, "the sound above, the meaning below"
    assert lengths[1] == pytest.approx(3 * lengths[0], abs=4)


# What is known of the videos


class Known(QObject):
    """Stands in for `LookUps`: says what a test tells it."""

    changed = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.videos: dict[str, Video] = {}
        self.images: dict[tuple[str, int], QImage] = {}
        self.wanted: list[tuple[str, int]] = []

    def recall(self, ids: Iterable[str]) -> None:
        self.recalled = [youtube_id for youtube_id in ids if youtube_id]

    def want(self, wishes: Iterable[tuple[str, int]]) -> None:
        self.wanted = [wish for wish in wishes if wish[0]]

    def video(self, youtube_id: str) -> Video | None:
        return self.videos.get(youtube_id)

    def image(self, youtube_id: str, height: int) -> QImage | None:
        return self.images.get((youtube_id, height))

    def tell(self, match: Match, video: Video) -> None:
        self.videos[youtube_id_of(match.url)] = video
        self.changed.emit([youtube_id_of(match.url)])


def as_look_ups(known: Known) -> LookUps:
    return known  # type: ignore[return-value]


GONE = Video(Standing.GONE)


def test_the_models_keep_qts_contract_while_videos_become_known(qtbot: QtBot) -> None:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    known, model = Known(), ResultsModel()
    proxy = ResultsProxy(model)
    model.use(as_look_ups(known))
    testers = [QAbstractItemModelTester(model, fatal), QAbstractItemModelTester(proxy, fatal)]
    proxy.most = 25
    proxy.hide_gone(True)
    some = matches(40)
    model.set_matches(some)
    proxy.sort(Column.VIDEO, Qt.SortOrder.DescendingOrder)
    for match in (some[0], some[24], some[39], some[3]):
        known.tell(match, GONE)
        assert proxy.rowCount() == 25
    proxy.hide_videos([some[5].video_id])
    known.changed.emit([youtube_id_of(match.url) for match in some])
    proxy.hide_gone(False)
    model.set_matches(matches(3))
    assert proxy.rowCount() == 3
    assert testers


def test_a_row_says_what_its_video_is(qtbot: QtBot) -> None:
    known, model = Known(), ResultsModel()
    model.use(as_look_ups(known))
    some = matches(5)
    model.set_matches(some)

    def row(number: int) -> tuple[str, str]:
        index = model.index(number, Column.VIDEO)
        return index.data(), index.data(Qt.ItemDataRole.AccessibleTextRole)

    assert row(0) == ("id000000001", "Video: id000000001")
    assert row(1) == ("id000000002", "Video: id000000002, not resolved")
    known.tell(some[0], Video(Standing.ALIVE, "<b>Barks</b>", "Me & my dog"))
    assert row(0) == ("<b>Barks</b>", "Video: <b>Barks</b>, Me & my dog")
    known.tell(some[2], Video(Standing.NOT_EMBEDDABLE))
    assert row(2) == ("id000000003", "Video: id000000003, Plays at YouTube only")
    known.tell(some[3], Video(Standing.PRIVATE))
    assert row(3) == ("Private or removed", "Video: Private or removed, id000000004")
    tool_tip = model.index(0, Column.VIDEO).data(Qt.ItemDataRole.ToolTipRole)
    assert not GuiQt.mightBeRichText(tool_tip)
    best = Match(1, "x", 30, 40, (), 0.5, "", best_second=34, no_link=NoLink.GONE)
    model.set_matches((best,))
    spoken = model.index(0, Column.TIME).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Time: 0:30–0:40, best at 0:34"
    assert row(0) == ("x", "Video: x, video gone")


def test_the_next_live_neighbour_moves_up(qtbot: QtBot) -> None:
    known, table = Known(), ResultsTable()
    qtbot.addWidget(table)
    table.use_look_ups(as_look_ups(known))
    table.proxy.hide_gone(True)
    some = matches(7)
    short: list[int] = []
    table.proxy.ran_short.connect(short.append)
    table.show_matches(some, most=5)

    def ranks() -> list[int]:
        return [match.rank for match, _ in table.shown()]

    assert ranks() == [1, 2, 3, 4, 5]
    known.tell(some[2], GONE)
    assert ranks() == [1, 2, 4, 5, 6]
    table.proxy.hide_videos(["id000000001"])
    assert ranks() == [2, 4, 5, 6, 7]
    assert short == []
    known.tell(some[4], GONE)
    assert ranks() == [2, 4, 6, 7]
    assert short == [1]
    table.show_matches(some, most=5)  # what is known already counts at once
    assert ranks() == [2, 4, 6, 7]
    assert short == [1, 1]
    table.proxy.hide_videos([])
    table.proxy.hide_gone(False)
    assert ranks() == [1, 2, 3, 4, 5]


def test_what_has_been_sorted_does_not_jump(qtbot: QtBot) -> None:
    known, table = Known(), ResultsTable()
    qtbot.addWidget(table)
    table.use_look_ups(as_look_ups(known))
    some = matches(5)
    table.show_matches(some)
    table.sortByColumn(Column.VIDEO, Qt.SortOrder.AscendingOrder)
    known.tell(some[4], Video(Standing.ALIVE, "aaa"))
    assert [match.rank for match, _ in table.shown()] == [1, 2, 3, 4, 5]
    table.sortByColumn(Column.VIDEO, Qt.SortOrder.DescendingOrder)
    assert [match.rank for match, _ in table.shown()] == [4, 3, 2, 1, 5]


def test_only_rows_in_sight_are_looked_up(qtbot: QtBot) -> None:
    known, table = Known(), ResultsTable()
    qtbot.addWidget(table)
    table.use_look_ups(as_look_ups(known))
    table.set_tall(True)
    table.resize(900, 32 + 3 * TALL_ROW)
    some = matches(100)
    table.show_matches(some)
    assert known.recalled == [youtube_id_of(match.url) for match in some if match.url]
    assert known.wanted == []
    table.show()
    qtbot.waitUntil(lambda: bool(known.wanted))
    ids = list(dict.fromkeys(youtube_id for youtube_id, _ in known.wanted))
    assert ids == ["id000000001", "id000000003"]  # the second has no address
    table.scrollToBottom()
    qtbot.waitUntil(lambda: known.wanted[-1][0] == "id000000100")
    assert 4 <= len({youtube_id for youtube_id, _ in known.wanted}) <= 5
    table.selectRow(50)
    qtbot.waitUntil(lambda: known.wanted[0][0] == "id000000051")


def test_a_gone_video_is_painted_quietly_and_a_thumbnail_in_full(qtbot: QtBot) -> None:
    known, table = Known(), ResultsTable()
    qtbot.addWidget(table)
    table.use_look_ups(as_look_ups(known))
    table.set_tall(True)
    table.resize(900, 300)
    some = (matches(1)[0], *matches(4)[2:])
    image = QImage(100, 56, QImage.Format.Format_RGB32)
    image.fill(0xFF00CC66)
    table.show()
    table.show_matches(some)
    qtbot.waitUntil(lambda: bool(known.wanted))
    height = table.results.image_height
    for match in some:
        known.images[youtube_id_of(match.url), height] = image
    known.tell(some[1], GONE)
    shot = table.viewport().grab().toImage()

    def greens(row: int) -> int:
        rect = table.visualRect(table.model().index(row, Column.VIDEO))
        pixels = (
            shot.pixelColor(x, y)
            for x in range(rect.left(), rect.left() + 120)
            for y in range(rect.top(), rect.bottom())
        )
        return sum(abs(pixel.green() - 0xCC) < 3 and pixel.red() < 3 for pixel in pixels)

    assert greens(0) == 100 * 56
    assert greens(1) == 0
    assert greens(2) == 100 * 56


def test_the_labels_stand_below_the_title_where_it_is_narrow(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.show_matches(matches(3))
    table.resize(900, 300)
    table.show()
    assert not table.isColumnHidden(Column.LABELS)
    table.resize(500, 300)
    assert table.isColumnHidden(Column.LABELS)
    table.viewport().grab()


def test_chips_take_the_lines_there_are(qapp: object) -> None:
    font = MeasuredFont(QGuiApplication.font())
    labels = ("Dog", "Bark", "Domestic animals, pets", "Animal")
    chips, n_left = lay_chips(labels, font, 2000, 1)
    assert [text for *_, text in chips] == list(labels) and n_left == 0
    for width in range(30, 600, 7):
        for n_lines in (1, 2):
            chips, n_left = lay_chips(labels, font, width, n_lines)
            assert len(chips) + n_left == len(labels) and chips
            assert max(line for line, *_ in chips) < n_lines
            assert all(x + wide <= max(width, 24) for _, x, wide, _ in chips)


def test_several_rows_can_be_selected(qtbot: QtBot) -> None:
    table = ResultsTable()
    qtbot.addWidget(table)
    table.show()
    table.show_matches(matches(6))
    assert [match.rank for match in table.selected()] == [1]
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [match.rank for match in table.selected()] == [1, 2]
    qtbot.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(table.selected()) == 6


def make_panel() -> ResultsPanel:
    return ResultsPanel(LookUpPermission())


@pytest.fixture
def panel(qtbot: QtBot) -> ResultsPanel:
    made = make_panel()
    qtbot.addWidget(made)
    qtbot.addWidget(made.details)
    for part in (made, made.details):
        part.resize(1100, 500)
        part.show()
    return made


def test_the_details_are_those_of_the_current_row(qtbot: QtBot, panel: ResultsPanel) -> None:
    known = Known()
    panel.use_look_ups(as_look_ups(known))
    calibration = Calibration(np.linspace(0, 0.5, 1001, dtype=np.float32))
    some = matches(3)
    some = (replace(some[0], sound=0.49, meaning=0.88), replace(some[1], meaning=0.5), some[2])
    panel.show_matches("Sounds like a dog", some, calibration)
    pane = panel.details
    assert pane.isVisible() and pane.title.text() == "id000000001"
    known.images["id000000001", 180] = QImage(320, 180, QImage.Format.Format_RGB32)
    known.tell(some[0], Video(Standing.ALIVE, "<b>Dog</b>", "Me"))
    assert (pane.title.text(), pane.channel.text()) == ("<b>Dog</b>", "Me")
    assert pane.title.textFormat() == Qt.TextFormat.PlainText
    assert pane.labels.text() == "Zebra · A"
    assert pane.open.text() == "Open at 0:20"
    assert pane.similarity.text() == (
        "Loose in sound: one random pair in 48 is as close.\nSimilarity: sound 0.49 · meaning 0.88"
    )
    qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    assert pane.title.text() == "id000000002"
    assert pane.similarity.text() == "Similarity: meaning 0.50", "random pairs are pairs of sounds"
    assert not pane.open.isEnabled() and not pane.copy_link.isEnabled()
    panel.show_message("No matches")
    assert panel.table.isHidden()


def test_the_buttons_of_the_details(qtbot: QtBot, panel: ResultsPanel) -> None:
    pane = panel.details
    match = Match(1, "id000000001", 30, 40, (), 0.9, watch_url("id000000001", 34), 34.0, 2.0)
    panel.show_matches("Sounds like a dog", (match,))
    assert pane.span.text() == "0:30–0:40, best at 0:34 for your 0:02"
    said: list[object] = []
    pane.open_pressed.connect(said.append)
    pane.more_pressed.connect(lambda found: said.append(("more", found)))
    pane.copied.connect(said.append)
    pane.star_toggled.connect(lambda found, is_starred: said.append((found, is_starred)))
    pane.hide_pressed.connect(lambda found: said.append(("hide", found)))
    assert not pane.star.isVisible()
    pane.offer_memory()
    for button in pane.buttons:
        assert button.isVisible() and (button.text() or button.accessibleName())
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        if button is pane.copy_link:
            assert QGuiApplication.clipboard().text() == match.url
    assert QGuiApplication.clipboard().text() == "id000000001"
    assert said == [
        match,
        ("more", match),
        "Link copied",
        "Id copied",
        (match, True),
        ("hide", match),
    ]
    pane.show_star(False)
    assert not pane.star.isChecked()


def test_an_empty_pane_offers_nothing(qtbot: QtBot) -> None:
    pane = DetailsPane()
    qtbot.addWidget(pane)
    pane.show_match(None, None)
    assert not any(button.isEnabled() for button in pane.buttons)
    assert pane.title.text() == "No match is selected"
