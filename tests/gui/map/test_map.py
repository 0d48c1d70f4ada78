"""The map on the screen: drawn in a worker, moved at once, with mouse and keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QDeadlineTimer, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.catalog.catalog import Catalog
from core.catalog.projection import OTHERS, SEVERAL, Map, kept_map
from core.errors import CatalogError
from core.jobs import Job
from core.types import CatalogInfo, Match, Matches, Query
from gui.map.canvas import MapCanvas
from gui.map.colors import group_colors
from gui.map.marks import Marks, legend_size, paint_marks
from gui.map.pane import MapPane
from gui.map.raster import Chart, MapView, picture
from gui.search.state import State
from gui.workers import Worker
from tests.gui.conftest import App
from tests.gui.search.test_session import open_and_wait
from tests.made_data import N_CLIPS

WHITE = np.full(3, 255, np.uint8)
COLORS = np.array([[255, 0, 0], [0, 0, 255], [90, 90, 90], [0, 0, 0]], np.uint8)


def chart(points: list[tuple[float, float]], groups: list[int] | None = None) -> Chart:
    array = np.array(points, np.float32)
    kinds = np.array(groups or [0] * len(points), np.uint8)
    nothing = np.zeros((128, 2), np.float32)
    made = Map(array, kinds, ("Dog", "Cat", SEVERAL, OTHERS), nothing[:, 0], nothing)
    return Chart.of(made)


def test_a_view_maps_pixels_and_points() -> None:
    view = MapView(10.0, 20.0, 4.0, 200, 100)
    assert view.pixel(10.0, 20.0) == (100.0, 50.0)
    assert view.pixel(view.left, view.top) == (0.0, 0.0)
    assert view.point(*view.pixel(-3.0, 7.0)) == pytest.approx((-3.0, 7.0))
    assert view.point(0, 0)[1] > view.point(0, 100)[1], "y grows upwards"


def test_a_point_is_a_dot_of_its_colour_where_it_lies() -> None:
    pixels = picture(chart([(0, 0), (10, 5)], [0, 1]), MapView(5, 2.5, 10, 200, 100), COLORS, WHITE)
    assert pixels.shape == (100, 200, 4)
    assert pixels[75, 50].tolist() == [255, 0, 0, 255]
    assert pixels[25, 150].tolist() == [0, 0, 255, 255]
    is_lit = (pixels[..., :3] != 255).any(axis=2)
    assert 40 < is_lit.sum() < 100
    assert not is_lit[:, 60:140].any()


def test_more_points_on_a_pixel_are_stronger_and_mixed() -> None:
    random = np.random.default_rng(0)
    crowd = random.normal(0, 0.02, (150_000, 2))
    lone = np.array([[5.0, 0.0]])
    points = [*map(tuple, np.concatenate([crowd, lone]).tolist())]
    groups = [0, 1] * 75_000 + [0]
    pixels = picture(chart(points, groups), MapView(2.5, 0, 20, 200, 100), COLORS, WHITE)
    middle = pixels[50, 50, :3].astype(int)
    assert abs(middle[0] - 127) < 25
    assert abs(middle[2] - 127) < 25
    assert middle[1] < 10
    assert pixels[50, 150, :3].tolist() == [255, 127, 127]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e7])
def test_nothing_in_sight_and_extreme_zooms_are_drawn(scale: float) -> None:
    for middle in (0.0, 1e4):
        pixels = picture(
            chart([(0, 0), (1, 1)]), MapView(middle, middle, scale, 60, 40), COLORS, WHITE
        )
        assert pixels.shape == (40, 60, 4)


def test_colours_differ_and_stand_out_on_light_and_dark() -> None:
    for base, text in ((QColor("white"), QColor("black")), (QColor("#17181a"), QColor("white"))):
        palette = QPalette(QColor("#cccccc"), base)
        for role, color in (("Base", base), ("Window", base), ("Text", text), ("WindowText", text)):
            palette.setColor(getattr(QPalette.ColorRole, role), color)
        colors = group_colors(palette, 9)
        assert len({tuple(color) for color in colors.tolist()}) == 9
        ground = np.array(base.getRgb()[:3])
        assert (np.abs(colors[:8].astype(int) - ground).max(axis=1) > 80).all()
        assert len(group_colors(palette, 2)) == 2


@pytest.fixture
def canvas(qtbot: QtBot) -> MapCanvas:
    made = MapCanvas()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    grid = [(float(x), float(y)) for y in range(5) for x in range(7)]
    made.show_chart(chart(grid))
    return made


def at(canvas: MapCanvas, row: int) -> QPoint:
    assert canvas.chart is not None
    across, down = canvas.view.pixel(*canvas.chart.map.points[row].tolist())
    return QPoint(round(across), round(down))


def test_all_points_are_in_sight_at_first_and_after_resizing(canvas: MapCanvas) -> None:
    for size in ((400, 300), (300, 500), (900, 200), (50, 30)):
        canvas.resize(*size)
        places = [at(canvas, row) for row in range(35)]
        assert all(canvas.rect().contains(place) for place in places)
        legend = legend_size(canvas, list(canvas.legend()))
        assert legend.isEmpty() == (size == (50, 30))
        assert not any(
            place.x() < legend.width() and place.y() < legend.height() for place in places
        )


@pytest.mark.parametrize("folded", [(0, 300), (400, 0), (0, 0)])
def test_a_map_without_any_room_comes_back_whole(
    canvas: MapCanvas, folded: tuple[int, int]
) -> None:
    grown = QSize(1024, 640)
    before = canvas.view
    canvas.resize(*folded)
    canvas.fit()
    canvas.zoom(1.5)
    canvas.go_to(3.0, 2.0)
    canvas.hover(QPointF(0, 0))
    canvas.fit()
    canvas.resize(400, 300)
    assert canvas.view == before
    canvas.zoom(3.0)
    zoomed = canvas.view
    canvas.resize(*folded)
    canvas.resize(400, 300)
    assert canvas.view == zoomed, "what a person looked at stays in sight"
    canvas.resize(*folded)
    canvas.show_chart(chart([(0, 0), (10, 5)]))
    canvas.resize(grown)
    assert all(canvas.rect().contains(at(canvas, row)) for row in range(2))
    assert at(canvas, 1).x() - at(canvas, 0).x() > grown.width() / 2, "it is not tiny"


@pytest.mark.parametrize("size", [(1024, 640), (1280, 800), (920, 560)])
def test_the_map_comes_and_goes_in_a_window_and_the_window_closes(
    app: App, sine: Path, size: tuple[int, int]
) -> None:
    open_and_wait(app, sine)
    app.window.resize(*size)
    commands, features = app.window.commands, app.coordinator.features
    assert features is not None
    canvas = features.map.pane.canvas
    for _ in range(4):
        commands.map.trigger()
    for action in (commands.history, commands.filter, commands.history, commands.map):
        action.trigger()
    app.wait_for(lambda: canvas.isVisible() and canvas.chart is not None)
    assert canvas.chart is not None
    low, high = (np.quantile(canvas.chart.map.points, q, axis=0) for q in (0.1, 0.9))
    shown = [canvas.view.pixel(*corner.tolist()) for corner in (low, high)]
    assert all(canvas.rect().contains(round(x), round(y)) for x, y in shown)
    size_px = [abs(a - b) for a, b in zip(*shown, strict=True)]
    assert max(size_px[0] / canvas.width(), size_px[1] / canvas.height()) > 0.3


def test_a_click_chooses_and_a_drag_moves(qtbot: QtBot, canvas: MapCanvas) -> None:
    chosen: list[int] = []
    canvas.chosen.connect(chosen.append)
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(canvas, left, pos=at(canvas, 17) + QPoint(3, -2))
    assert (chosen, canvas.marks.current) == ([17], 17)
    start = at(canvas, 10)
    qtbot.mousePress(canvas, left, pos=start)
    qtbot.mouseMove(canvas, start + QPoint(30, 20))
    qtbot.mouseMove(canvas, start + QPoint(60, 40))
    qtbot.mouseRelease(canvas, left, pos=start + QPoint(60, 40))
    assert chosen == [17]
    moved = at(canvas, 10) - start
    assert (moved.x(), moved.y()) == (60, 40)
    # Beside every point, nothing is chosen.
    qtbot.mouseClick(canvas, left, pos=(at(canvas, 10) + at(canvas, 18)) / 2)
    assert chosen == [17]


def test_the_wheel_zooms_around_the_cursor(canvas: MapCanvas) -> None:
    place = at(canvas, 8)
    before = canvas.view.scale
    for angle in (120, 120, -120):
        event = QWheelEvent(
            QPointF(place),
            canvas.mapToGlobal(QPointF(place)),
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas, event)
    assert canvas.view.scale == pytest.approx(before * 1.25)
    assert (at(canvas, 8) - place).manhattanLength() <= 1
    for _ in range(200):
        canvas.zoom(2.0)
    most = canvas.view.scale
    for _ in range(200):
        canvas.zoom(0.5)
    assert 0 < canvas.view.scale < before < most < np.inf


def test_arrow_keys_go_from_point_to_point(qtbot: QtBot, canvas: MapCanvas) -> None:
    chosen: list[int] = []
    canvas.chosen.connect(chosen.append)
    canvas.describe = lambda row: f"clip {row}"
    canvas.show_marks(Marks(query=(2.1, 1.9)))
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert chosen == []
    rows = []
    for key in ("Right", "Right", "Up", "Left", "Down", "Down"):
        qtbot.keyClick(canvas, getattr(Qt.Key, f"Key_{key}"))
        rows.append(canvas.marks.current)
    assert rows == [16, 17, 24, 23, 16, 9]
    assert canvas.accessibleDescription() == "clip 9"
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert chosen == [9]
    # At the edge there is nowhere to go.
    for _ in range(9):
        qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.marks.current == 7
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    for _ in range(6):
        qtbot.keyClick(canvas, Qt.Key.Key_Right)
        assert canvas.rect().contains(at(canvas, canvas.marks.current)), "it stays in sight"
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert (canvas.view.x, canvas.view.y) == (2.1, 1.9)
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.view == canvas.home


def test_what_is_under_the_cursor_is_named(qtbot: QtBot, canvas: MapCanvas) -> None:
    asked: list[int] = []

    def describe(row: int) -> str:
        asked.append(row)
        return "<b>Dog</b> & co\nabc"

    canvas.describe = describe
    qtbot.mouseMove(canvas, at(canvas, 3))
    assert canvas.marks.hovered == 3
    before = canvas.grab().toImage()
    assert asked == [3] * len(asked)
    assert asked
    qtbot.mouseMove(canvas, (at(canvas, 10) + at(canvas, 18)) / 2)
    assert canvas.marks.hovered == -1
    assert canvas.grab().toImage() != before


@pytest.mark.parametrize("top", [0.0, 0.5, 1.0])
def test_words_on_a_match_leave_those_on_the_query_in_sight(qtbot: QtBot, top: float) -> None:
    canvas = QWidget()
    qtbot.addWidget(canvas)
    canvas.resize(300, 200)
    view = MapView(0.0, top * 200 - 100, 1.0, 300, 200)
    points = np.zeros((1, 2), np.float32)

    def painted(marks: Marks, text: str) -> np.ndarray:
        image = QImage(canvas.size(), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        with QPainter(image) as painter:
            paint_marks(painter, canvas, marks, view, points, text)
        return np.array(image.constBits()).reshape(200, 300, 4)

    on_both = Marks((0.0, 0.0), current=0)
    queried = painted(on_both, "")
    words = (queried != painted(Marks(current=0), "")).any(axis=2)
    words[:, :165] = False  # the marks themselves
    assert words.any()
    both = painted(on_both, "Dog\nvideo  0:30–0:40\n/a/folder")
    assert (both != queried).any()
    assert (both == queried)[words].all()


def test_a_picture_of_before_is_moved_until_the_new_one_comes(canvas: MapCanvas) -> None:
    assert canvas.chart is not None
    wanted: list[MapView] = []
    canvas.wanted.connect(wanted.append)
    canvas.fit()
    base = canvas.palette().color(QPalette.ColorRole.Base)
    ground = np.array(base.getRgb()[:3], np.uint8)
    canvas.show_picture(wanted[-1], picture(canvas.chart, wanted[-1], COLORS, ground))
    place = at(canvas, 17)
    assert canvas.grab().toImage().pixelColor(place) != base
    canvas.go_to(canvas.view.x - 0.5, canvas.view.y)
    moved = at(canvas, 17)
    assert moved != place
    image = canvas.grab().toImage()
    assert image.pixelColor(moved) != base
    assert image.pixelColor(place) == base
    # It reaches beyond what is in sight.
    assert wanted[-1].width > canvas.width()


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[Worker]:
    made = Worker("maps")
    yield made
    made.close()
    assert made.wait(QDeadlineTimer(5000))


@pytest.fixture
def make_pane(qtbot: QtBot, worker: Worker, tmp_path: Path) -> Callable[[Catalog], MapPane]:
    def make(catalog: Catalog) -> MapPane:
        pane = MapPane(worker, tmp_path / "maps")
        qtbot.addWidget(pane)
        pane.set_catalog(catalog)
        assert not worker.is_busy, "nothing is done for a pane that nobody sees"
        pane.resize(700, 500)
        pane.show()
        qtbot.waitUntil(lambda: not pane.canvas.image.isNull())
        return pane

    return make


def answer(catalog: Catalog, row: int, rows: list[int]) -> Matches:
    query = Query("q", catalog.clip(row).frames, 10.0)
    matches = tuple(
        Match(rank, "id", 0.0, 10.0, (), 0.5, "", row=each) for rank, each in enumerate(rows, 1)
    )
    return Matches(query, CatalogInfo("c", "/", len(catalog), "m", False), matches)


def test_the_map_of_a_catalogue(
    made_catalog: Catalog, make_pane: Callable[[Catalog], MapPane], tmp_path: Path, qtbot: QtBot
) -> None:
    pane = make_pane(made_catalog)
    assert pane.heading.text() == f"Map of {N_CLIPS:,} clips"
    assert len(list((tmp_path / "maps").iterdir())) == 1
    canvas = pane.canvas
    assert list(canvas.legend())[-1] == SEVERAL
    pane.show_answer(answer(made_catalog, 50, [50, 4, 7]))
    assert canvas.marks.matches == (50, 4, 7)
    assert canvas.marks.query is not None
    assert canvas.chart is not None
    assert canvas.marks.query == pytest.approx(canvas.chart.map.points[50].tolist(), abs=0.1)
    clip = made_catalog.clip(4)
    assert canvas.describe(4).split("\n")[0] == " · ".join(clip.labels)
    assert clip.video_id in canvas.describe(4)
    canvas.zoom(50)
    pane.select(7)
    assert canvas.rect().contains(at(canvas, 7))
    chosen: list[int] = []
    pane.chosen.connect(chosen.append)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 7))
    assert chosen == [7]


def test_an_answer_that_came_before_the_map_is_marked(
    made_catalog: Catalog, worker: Worker, qtbot: QtBot, tmp_path: Path
) -> None:
    pane = MapPane(worker, tmp_path / "maps")
    qtbot.addWidget(pane)
    pane.show_answer(answer(made_catalog, 50, [50]))
    pane.set_catalog(made_catalog)
    pane.show_answer(answer(made_catalog, 50, [4, 50]))
    pane.show()
    qtbot.waitUntil(lambda: pane.canvas.chart is not None)
    assert pane.canvas.marks.matches == (4, 50)


def test_a_map_that_is_still_made_is_not_shown_of_another_catalogue(
    made_catalog: Catalog,
    worker: Worker,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_asked, may_end = threading.Event(), threading.Event()

    def slowly(catalog: Catalog, folder: Path, job: Job) -> Map:
        is_asked.set()
        may_end.wait()
        return kept_map(catalog, folder, job)

    pane = MapPane(worker, tmp_path / "maps")
    qtbot.addWidget(pane)
    monkeypatch.setattr("gui.map.pane.kept_map", slowly)
    pane.set_catalog(made_catalog)
    pane.show()
    qtbot.waitUntil(is_asked.is_set)
    pane.hide()
    pane.set_catalog(made_catalog)
    may_end.set()
    qtbot.waitUntil(lambda: not worker.is_busy)
    assert pane.canvas.chart is None
    pane.show()
    qtbot.waitUntil(lambda: not pane.canvas.image.isNull())


def test_two_million_points_are_usable(qtbot: QtBot) -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(2_000_000, 2)).astype(np.float32)
    groups = random.integers(0, 4, len(points)).astype(np.uint8)
    nothing = np.zeros((128, 2), np.float32)
    made = Map(points, groups, ("Dog", "Cat", SEVERAL, OTHERS), nothing[:, 0], nothing)
    many = Chart.of(made)
    view = MapView(0, 0, 120, 1200, 800)
    pixels = picture(many, view, COLORS, WHITE)
    row = many.nearby.nearest(0.1, 0.1, 0.1)
    assert (pixels[400, 600, :3] < 250).any()
    assert row >= 0
    canvas = MapCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(800, 533)
    canvas.show()
    canvas.show_chart(many)
    canvas.show_picture(replace(view, scale=canvas.view.scale), pixels)
    canvas.go_to(0.2, 0.1)
    canvas.repaint()
    assert (canvas.view.x, canvas.view.y) == (0.2, 0.1)


def test_a_map_that_cannot_be_made_leaves_the_answer_alone(app: App, sine: Path) -> None:
    open_and_wait(app, sine)
    assert app.coordinator.features is not None
    title = app.window.windowTitle()
    app.coordinator.features.map.pane.failed.emit(CatalogError("The map is damaged.", "Open it."))
    assert app.window.banner.message == "The map is damaged. Open it."
    assert app.session.state is State.RESULTS
    assert app.window.windowTitle() == title
