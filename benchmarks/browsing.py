"""How soon a filter shows its list, and how smoothly the map moves.

Usage: python -m benchmarks.browsing CATALOG. The window's own parts work on a catalogue, off the
screen but painted; each filter is chosen in the tree, and the time runs until the new list has
been painted. Then the map is zoomed and moved, a point under the cursor found and named at each
step; once with the catalogue's clips, once with two million points scattered around them. Prints a
Markdown table.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QDeadlineTimer, QPointF
from PySide6.QtWidgets import QApplication

from core.catalog.catalog import Catalog
from core.catalog.counting import count_classes
from core.catalog.projection import Map, make_map
from core.engine import Engine
from core.jobs import Job
from core.options import Filter, Options
from core.paths import DataFolder
from gui.filters.pane import FilterPane
from gui.garbage import GarbageCollector
from gui.map.pane import MapPane
from gui.map.raster import Chart
from gui.results.panel import ResultsPanel
from gui.search.answers import Answer
from gui.search.options import SearchOptions
from gui.search.session import Session
from gui.workers import Worker
from gui.youtube.permission import LookUpPermission

FILTERS = 60
STEPS = 300
FRAME_S = 1 / 60
POINTS = 2_000_000


def wait_for(application: QApplication, condition: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    while not condition():
        application.processEvents()


def filters_ms(application: QApplication, path: Path, home: Path) -> list[float]:
    """Return the times from a change in the tree to the painted list."""
    engine = Engine(DataFolder(home), Options(catalog=path))
    sounds, searches = Worker("sounds"), Worker("searches")
    options = SearchOptions()
    session = Session(engine, sounds, searches, options)
    pane = FilterPane(options)
    results = ResultsPanel(LookUpPermission())
    pane.set_counts(count_classes(engine.catalog()))
    answers: list[Answer] = []

    def show(answer: Answer) -> None:
        results.show_matches("Sounds like it", answer.matches.matches)
        results.repaint()
        answers.append(answer)

    session.answered.connect(show)
    results.resize(900, 600)
    results.show()
    session.more_like(engine.catalog().clip(0).video_id)
    wait_for(application, lambda: bool(answers))
    indices = [pane.model.index(row, 0) for row in range(pane.model.rowCount())]
    indices += [
        pane.model.index(row, 0, parent)
        for parent in list(indices)
        for row in range(pane.model.rowCount(parent))
    ]
    took_ms = []
    for index in indices[:FILTERS]:
        answers.clear()
        begun_s = time.perf_counter()
        pane.model.cycle(index)
        wait_for(application, lambda: bool(answers))
        took_ms.append(1000 * (time.perf_counter() - begun_s))
        answers.clear()
        options.change(filters=Filter())
        wait_for(application, lambda: bool(answers))
    session.close()
    for lane in (sounds, searches):
        lane.wait(QDeadlineTimer(4000))
    results.close()
    return took_ms


def steps_ms(application: QApplication, pane: MapPane) -> list[float]:
    """Return the times of steps over the map, painted; what is drawn anew comes in between."""
    canvas = pane.canvas
    took_ms = []
    for step in range(STEPS):
        begun_s = time.perf_counter()
        at = QPointF(200 + 2 * step, 350)
        if step % 60 < 30:
            canvas.zoom(1.06 if step % 60 < 15 else 1 / 1.06, at)
        else:
            canvas.go_to(canvas.view.x + 3 / canvas.view.scale, canvas.view.y)
        canvas.hover(at)
        canvas.repaint()
        took_ms.append(1000 * (time.perf_counter() - begun_s))
        while time.perf_counter() - begun_s < FRAME_S:
            application.processEvents()
    return took_ms


def scattered(small: Map) -> Map:
    """Return millions of points around those of a map."""
    random = np.random.default_rng(0)
    rows = random.integers(len(small.points), size=POINTS)
    noise = 0.15 * random.standard_normal((POINTS, 2), np.float32)
    points = small.points[rows] + noise
    return Map(points, small.groups[rows], small.names, small.mean, small.axes)


def print_row(name: str, values_ms: list[float]) -> None:
    """Print the median, the 99th percentile and the longest."""
    middle, most = np.quantile(values_ms, (0.5, 0.99))
    print(f"| {name} | {middle:.1f} | {most:.1f} | {max(values_ms):.1f} |")


def main(catalog: str) -> None:
    """Measure and print."""
    sys.setswitchinterval(0.001)  # as the window has it
    application = QApplication([])
    collector = GarbageCollector()  # as the window has it, too
    opened = Catalog.open(Path(catalog))
    print("| ms | median | p99 | longest |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as home:
        print_row(
            f"filter to list, {len(opened):,} clips",
            filters_ms(application, opened.path, Path(home)),
        )
        lane = Worker("maps")
        pane = MapPane(lane, Path(home))
        pane.resize(1000, 700)
        pane.show()
        pane.set_catalog(opened)
        wait_for(application, lambda: pane.canvas.chart is not None and not lane.is_busy)
        small = make_map(opened, Job())
        for shown in (small, scattered(small)):
            pane.canvas.describe = lambda row: f"clip {row}"
            pane.canvas.show_chart(Chart.of(shown))
            wait_for(application, lambda: not lane.is_busy)
            name = f"a step over the map, {len(shown.points):,} points"
            print_row(name, steps_ms(application, pane))
        lane.close()
        lane.wait(QDeadlineTimer(4000))
        pane.close()
    collector.deleteLater()


if __name__ == "__main__":
    main(*sys.argv[1:])
