"""The map, with what fetches and draws it: in a worker, so that moving never waits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.catalog.projection import kept_map
from core.errors import SoundalikeError
from core.jobs import Job
from core.options import Ranking
from core.types import Matches, UInt8
from gui import formats, theme
from gui.map.canvas import MapCanvas
from gui.map.colors import ground_color, group_colors
from gui.map.marks import Marks
from gui.map.raster import Chart, MapView, picture
from gui.search.answers import clip_of, match_in, name_of
from gui.widgets.palette_widget import PaletteWidget
from gui.workers import Worker

# The window shows before catalogues are imported.
if TYPE_CHECKING:
    from core.catalog.catalog import Catalog


class MapPane(PaletteWidget):
    """Heading, buttons, and the map of a catalogue.

    Nothing is done before the pane is in sight for the first time.

    Parameters
    ----------
    worker : Worker
        Where the map is made and drawn; whoever owns it closes it.
    folder : Path
        Where maps are kept.

    Signals
    -------
    chosen : int
        A person chose a clip: its row in the catalogue.
    failed : SoundalikeError
    """

    chosen = Signal(int)
    failed = Signal(SoundalikeError)

    def __init__(self, worker: Worker, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker, self._folder = worker, folder
        self._catalog: Catalog | None = None
        self._answer: Matches | None = None
        self._selected = -1
        self._is_made = self._is_drawing = False
        self._next: MapView | None = None
        self.canvas = MapCanvas()
        self.heading = QLabel("Map")
        self.zoom_in = QPushButton()
        self.zoom_out = QPushButton()
        self.fit = QPushButton()
        self._build()

    def _build(self) -> None:
        self.heading.setFont(theme.scaled_font(self, 1.25, bold=True))
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, theme.GRID, 0)
        row.addWidget(self.heading, 1)
        for button, icon, text in (
            (self.zoom_in, "magnifying-glass-plus", "Zoom in (+)"),
            (self.zoom_out, "magnifying-glass-minus", "Zoom out (−)"),
            (self.fit, "corners-out", "Show everything (0)"),
        ):
            button.setFixedSize(theme.ROW_HEIGHT, theme.ROW_HEIGHT)
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.setProperty("icon_name", icon)
            row.addWidget(button)
        self.zoom_in.clicked.connect(lambda: self.canvas.zoom(1.5))
        self.zoom_out.clicked.connect(lambda: self.canvas.zoom(1 / 1.5))
        self.fit.clicked.connect(self.canvas.fit)
        self.canvas.chosen.connect(self.chosen)
        self.canvas.wanted.connect(self._on_wanted)
        self.canvas.describe = self._describe
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addLayout(row)
        layout.addWidget(self.canvas, 1)
        self._follow_palette()
        self.canvas.show_message("The catalogue is not loaded yet.")

    def set_catalog(self, catalog: Catalog) -> None:
        """Show another catalogue."""
        self._catalog, self._answer, self._is_made = catalog, None, False
        self._selected = -1
        # Rows of this one mean other clips in the map of the one before.
        self._worker.cancel()
        self._is_drawing, self._next = False, None
        clips = formats.count(len(catalog), "clip", "clips")
        self.heading.setText(f"Map of {clips}")
        self.canvas.show_message("Drawing the map")
        if self.isVisible():
            self._make()

    def show_answer(self, answer: Matches) -> None:
        """Mark a query and its matches."""
        self._answer, self._selected = answer, -1
        chart = self.canvas.chart
        if chart is None:
            return
        rows = tuple(match.row for match in answer.matches if match.row >= 0)
        # Another listener's frames lie in another space.
        has_place = len(answer.query.frames) > 0 and Ranking.SOUND in answer.catalog.rankings
        place = chart.map.place(answer.query.frames) if has_place else None
        self.canvas.show_marks(Marks(place, rows))

    def select(self, row: int) -> None:
        """Mark one clip, and bring it into sight, once there is a map."""
        self._selected = row
        if self.canvas.chart is not None:
            self.canvas.show_marks(replace(self.canvas.marks, current=row))
            self.canvas.reveal(row)

    # Making the map

    def showEvent(self, event: QShowEvent) -> None:
        """Make the map now that somebody looks at it."""
        super().showEvent(event)
        self._make()

    def _make(self) -> None:
        catalog = self._catalog
        if catalog is None or self._is_made:
            return
        self._is_made = True

        def make(job: Job) -> Chart:
            made = kept_map(catalog, self._folder, job)
            job.report("Drawing the map", 1.0)
            return Chart.of(made)

        self._worker.submit(make, self._on_made, self._on_failed, self._on_progress)

    def _on_progress(self, stage: str, fraction: float | None) -> None:
        self.canvas.show_message(f"{stage} · {fraction or 0:.0%}")

    def _on_made(self, chart: Chart) -> None:
        self.canvas.show_chart(chart)
        selected = self._selected
        if self._answer is not None:
            self.show_answer(self._answer)
        if selected >= 0:
            self.select(selected)

    def _on_failed(self, error: SoundalikeError) -> None:
        self._is_made = self._is_drawing = False
        self.canvas.show_message("There is no map.")
        self.failed.emit(error)

    # Drawing it

    def _on_wanted(self, view: MapView) -> None:
        # A picture at work is finished first: while a person moves on and on, there would be none.
        self._next = view
        self._draw()

    def _draw(self) -> None:
        chart, view = self.canvas.chart, self._next
        if chart is None or view is None or self._is_drawing:
            return
        self._next, self._is_drawing = None, True
        palette = self.palette()
        colors, ground = group_colors(palette, len(chart.map.names)), ground_color(palette)

        def done(pixels: UInt8) -> None:
            self._is_drawing = False
            if chart is self.canvas.chart:
                self.canvas.show_picture(view, pixels)
            self._draw()

        self._worker.submit(lambda _: picture(chart, view, colors, ground), done, self._on_failed)

    def _describe(self, row: int) -> str:
        """Return what a clip is called: its labels, what it is in, and when."""
        if self._catalog is None:
            return ""
        match = match_in(self._catalog, row)
        time = formats.span(match.start_s, match.end_s) if match.end_s else ""
        lines = [formats.labels_line(match.labels) or ("no tags" if match.path else "no labels")]
        lines.append(f"{name_of(clip_of(match))}  {time}".rstrip())
        return "\n".join([*lines, formats.folder_name(match.path)] if match.path else lines)

    def _follow_palette(self) -> None:
        for button in (self.zoom_in, self.zoom_out, self.fit):
            button.setIcon(theme.icon(button.property("icon_name"), self.palette()))
