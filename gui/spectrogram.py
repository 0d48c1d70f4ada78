"""The picture of the sound, with time, frequency and a cursor that reads it out."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.audio.logmel import MEL_BANDS
from gui import formats, theme
from gui.picture import LivePicture, Picture, band_of, frequency_of, level_db

TICKS_HZ = (125, 250, 500, 1000, 2000, 4000, 7500)
COLOR_MAP = "inferno"
"""Perceptually uniform, and as readable without colour vision."""


class _TimeAxis(pg.AxisItem):  # type: ignore[misc]
    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return seconds for short sounds and clock times for long ones; none before the start."""
        if max(values, default=0) >= 60:
            return [formats.clock(value) for value in values]
        return ["" if value < -1e-9 else f"{value:g} s" for value in values]


class Spectrogram(QWidget):
    """Shows a `Picture`, or a `LivePicture` while it grows.

    Signals
    -------
    pointed : str
        Time, frequency and level under the cursor as text; empty when the cursor leaves.
    """

    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | LivePicture | None = None
        self._span_s = (0.0, 10.0)
        self._cursor: tuple[float, float] | None = None
        self.plot = pg.PlotWidget(
            parent=self, axisItems={"bottom": _TimeAxis("bottom")}, enableMenu=False
        )
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setColorMap(pg.colormap.get(COLOR_MAP))
        self._lines = [pg.InfiniteLine(angle=angle, movable=False) for angle in (90, 0)]
        self._build_plot()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        layout.addWidget(self.plot)
        self.setMinimumHeight(160)
        self._follow_palette()

    def _build_plot(self) -> None:
        plot = self.plot
        plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.setAccessibleName("Spectrogram")
        plot.setAccessibleDescription("The arrow keys move a cursor that is read out below.")
        # Drops belong to the whole window.
        plot.setAcceptDrops(False)
        plot.viewport().setAcceptDrops(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.addItem(self._image)
        for line in self._lines:
            line.hide()
            plot.addItem(line, ignoreBounds=True)
        plot.setYRange(-0.5, MEL_BANDS + 0.5, padding=0)
        # Labels at the edges need room to stick out.
        plot.getPlotItem().setContentsMargins(0, theme.GRID, 2 * theme.GRID, 0)
        plot.getAxis("bottom").setStyle(hideOverlappingLabels=False)
        plot.getAxis("left").setWidth(48)
        plot.getAxis("bottom").setHeight(28)
        plot.getViewBox().sigResized.connect(self._label_frequencies)
        self._set_span(0.0, 10.0)
        plot.installEventFilter(self)
        plot.viewport().installEventFilter(self)
        plot.viewport().setMouseTracking(True)

    @property
    def is_blank(self) -> bool:
        """Whether no sound was shown yet."""
        return self._picture is None

    def show_picture(self, picture: Picture) -> None:
        """Show the spectrogram of a whole sound."""
        self._picture = picture
        self._point(None)
        self._image.setImage(picture.levels, autoLevels=False, levels=(0, picture.top))
        self._image.setRect(QRectF(0.0, 0.0, picture.duration_s, MEL_BANDS))
        self._set_span(0.0, picture.duration_s)
        self.plot.setAccessibleDescription(
            f"{formats.clock(picture.sound_s, 1)} of sound. "
            "The arrow keys move a cursor that is read out below."
        )

    def show_live(self, picture: LivePicture) -> None:
        """Show the newest state of a sound that is still arriving."""
        self._picture = picture
        start_s = picture.start_s
        self._image.setImage(picture.levels, autoLevels=False, levels=(0, picture.top))
        self._image.setRect(QRectF(start_s, 0.0, picture.span_s, MEL_BANDS))
        self._set_span(start_s, start_s + picture.span_s)

    def _set_span(self, start_s: float, end_s: float) -> None:
        self._span_s = (start_s, end_s)
        self.plot.setXRange(start_s, end_s, padding=0)

    def _label_frequencies(self) -> None:
        """Label as many frequencies as there is room for."""
        per_band = self.plot.getViewBox().height() / (MEL_BANDS + 1)
        least = self.fontMetrics().height() / max(per_band, 0.1)
        ticks: list[tuple[float, str]] = []
        for frequency_hz in reversed(TICKS_HZ):
            band = band_of(frequency_hz)
            if not ticks or ticks[-1][0] - band >= least:
                ticks.append((band, _short(frequency_hz)))
        self.plot.getAxis("left").setTicks([ticks])

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        palette = self.palette()
        self.plot.setBackground(palette.color(QPalette.ColorRole.Window))
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(theme.hairline(palette))
            axis.setTextPen(theme.quiet_text(palette))
            axis.setStyle(tickLength=-4, tickFont=theme.scaled_font(self, 0.85))
        self._image.setBorder(None)
        for line in self._lines:
            line.setPen(pg.mkPen("#ffffff", width=1, style=Qt.PenStyle.DotLine))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Turn the mouse and the arrow keys into the cursor's place."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove:
            self._point_at(event.position())  # type: ignore[attr-defined]
        elif kind == QEvent.Type.Leave:
            self._point(None)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _point_at(self, position: Any) -> None:
        view = self.plot.getViewBox()
        scene = self.plot.mapToScene(position.toPoint())
        if view.sceneBoundingRect().contains(scene):
            place = view.mapSceneToView(scene)
            self._point((place.x(), place.y()))
        else:
            self._point(None)

    def _on_key(self, event: QKeyEvent) -> bool:
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        if event.key() not in steps or self._picture is None:
            # Let the window have its keys: a plot would swallow Space.
            event.ignore()
            return event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        right, up = steps[Qt.Key(event.key())]
        start_s, end_s = self._span_s
        time_s, band = self._cursor or ((start_s + end_s) / 2, MEL_BANDS / 2)
        time_s = min(max(time_s + right * (end_s - start_s) / 100, start_s), end_s)
        self._point((time_s, min(max(band + up, 0.0), MEL_BANDS - 0.5)))
        return True

    def _point(self, place: tuple[float, float] | None) -> None:
        self._cursor = place if self._picture is not None else None
        for line in self._lines:
            line.setVisible(self._cursor is not None)
        if self._cursor is None or self._picture is None:
            self.pointed.emit("")
            return
        time_s, band = self._cursor
        self._lines[0].setPos(time_s)
        self._lines[1].setPos(band)
        self.pointed.emit(self._read_out(self._picture, time_s, band))

    def _read_out(self, picture: Picture | LivePicture, time_s: float, band: float) -> str:
        start_s, end_s = self._span_s
        width = picture.levels.shape[1]
        column = math.floor((time_s - start_s) / (end_s - start_s) * width)
        row = math.floor(band)
        if time_s < 0 or not (0 <= column < width and 0 <= row < MEL_BANDS):
            return ""
        level = level_db(int(picture.levels[row, column]))
        loudness = "silent" if math.isinf(level) else formats.decibels(level)
        return f"{time_s:.2f} s · {formats.hertz(frequency_of(band))} · {loudness}"


def _short(frequency_hz: float) -> str:
    return f"{frequency_hz / 1000:g}k" if frequency_hz >= 1000 else f"{frequency_hz:g}"
