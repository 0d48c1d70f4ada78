"""The picture of the sound: what is shown of it, in which view, and where the cursor reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.audio.frequency import Spectrum
from core.audio.levels import level_of
from core.audio.pyramid import Pyramid
from core.types import UInt8
from gui import formats, theme
from gui.spectrogram.image_file import FINER, save_plot
from gui.spectrogram.keyboard import KeyboardInput
from gui.spectrogram.live_picture import LivePicture
from gui.spectrogram.minimap import Minimap
from gui.spectrogram.mouse import MouseInput
from gui.spectrogram.plot import CursorPlace, SpectrogramPlot
from gui.spectrogram.read_out import read_out
from gui.spectrogram.selection import Selection
from gui.spectrogram.spans import Span, fitted, moved, zoomed
from gui.spectrogram.view_choices import ViewChoices
from gui.spectrogram.zoom import DetailRequest, Details, WholeSound

_STEP = 0.01
_KEYS = "The arrow keys move a cursor that is read out below."


class Spectrogram(QWidget):
    """Shows a whole sound, or a `LivePicture` while it grows.

    Attributes
    ----------
    selection : Selection
        The selected span, with signals of its own.
    plot : SpectrogramPlot
        What takes the keyboard's focus.

    Signals
    -------
    pointed : str
        Time, frequency and level under the cursor as text; empty when the cursor leaves.
    seeked : float
        The sound should be heard from a time on.
    detail_wanted : DetailRequest
        The sound's own levels are too coarse for this zoom; give better ones to `add_detail`.
    choices_changed : ViewChoices
    viewed : float, float, float, float
        Start and end of what is in sight, in seconds, and the left edge and width of its picture in
        the widget, in pixels.
    """

    pointed = Signal(str)
    seeked = Signal(float)
    detail_wanted = Signal(DetailRequest)
    choices_changed = Signal(ViewChoices)
    viewed = Signal(float, float, float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: WholeSound | LivePicture | None = None
        self._whole: Span = (0.0, 10.0)
        self._span_s: Span = self._whole
        self.cursor_place: CursorPlace | None = None
        self.rows: UInt8 | None = None
        self._details = Details(self.detail_wanted.emit)
        self._choices = ViewChoices()
        self.selection = Selection(self)
        self.plot = SpectrogramPlot(self)
        self.minimap = Minimap(self)
        KeyboardInput(self.plot, self)
        MouseInput(self.plot, self)
        self._build()

    def _build(self) -> None:
        strip = QHBoxLayout()
        strip.setContentsMargins(48, 0, 2 * theme.GRID, 0)
        strip.addWidget(self.minimap)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        layout.setSpacing(0)
        layout.addWidget(self.plot)
        layout.addLayout(strip)
        self.setMinimumHeight(17 * theme.GRID)
        self.plot.setAccessibleDescription(_KEYS)
        self.plot.set_span(self._span_s)
        self.selection.changed.connect(self._on_selection)
        self.minimap.moved_to.connect(self._centre)
        self.plot.getViewBox().sigResized.connect(self._draw)
        self.plot.getViewBox().sigResized.connect(self._emit_view)

    # What is shown

    @property
    def is_blank(self) -> bool:
        """Whether no sound was shown yet."""
        return self.picture is None

    @property
    def can_zoom(self) -> bool:
        """Whether there is a whole sound to move about in."""
        return self.picture is not None and not isinstance(self.picture, LivePicture)

    @property
    def choices(self) -> ViewChoices:
        """Choices of how sounds are shown."""
        return self._choices

    def show_sound(self, sound: WholeSound) -> None:
        """Show a whole sound from its start to its end; nothing of it is selected."""
        self.picture = sound
        self._whole = (0.0, sound.duration_s)
        self._span_s = self._whole
        self._details.forget()
        self.point(None)
        self.set_playhead(None)
        self.selection.start_anew(sound.duration_s)
        self._look_at(self._whole)
        self._describe()
        self.refresh()

    def refresh(self) -> None:
        """Show what has become known of the sound since it was shown."""
        if isinstance(self.picture, LivePicture) or self.picture is None:
            return
        self._set_duration(self.picture.duration_s)
        spectrum = Spectrum.MEL
        levels = self.picture.levels(spectrum, *self._whole, 1024)
        floor, ceiling = (level_of(db) for db in self.picture.range_db(spectrum))
        scaled = (levels.astype(np.float32) - floor) * (255.0 / max(ceiling - floor, 1.0))
        self.minimap.show_picture(
            np.clip(scaled, 0, 255).astype(np.uint8), self._choices.colors.table()
        )
        self._draw()

    def _set_duration(self, duration_s: float) -> None:
        self.plot.overlay.sound_s = duration_s
        if duration_s == self._whole[1]:
            return
        self._whole = (0.0, duration_s)
        self.selection.limit_to(duration_s)
        self._look_at(fitted(self._span_s, self._whole))
        self._describe()

    def show_live(self, picture: LivePicture) -> None:
        """Show the newest state of a sound that is still arriving."""
        if self.picture is not picture:
            self.picture = picture
            self.selection.start_anew(0.0)
            self.set_playhead(None)
            self.point(None)
            self.plot.overlay.sound_s = 0.0
        start_s = picture.start_s
        self._whole = (start_s, start_s + picture.span_s)
        self._look_at(self._whole)
        self._draw()

    def choose(self, choices: ViewChoices) -> None:
        """Show sounds in another way."""
        before, self._choices = self._choices, choices
        scale = choices.view.scale
        self.plot.set_scale(scale)
        if self.cursor_place is not None:
            frequency_hz = before.view.scale.frequency_of(self.cursor_place.height)
            height = min(max(scale.height_of(frequency_hz), scale.span[0]), scale.span[1] - 0.5)
            self.cursor_place = replace(self.cursor_place, height=height)
        self.plot.set_colors(choices.colors)
        self.plot.mark_patches(choices.marks_patches)
        self.refresh()
        self._draw()
        self.point(self.cursor_place)
        if choices != before:
            self.choices_changed.emit(choices)

    @property
    def range_db(self) -> Span:
        """The levels that have the first and the last colour now, in dB."""
        choices = self._choices
        if choices.fits_levels and self.picture is not None:
            return self.picture.range_db(choices.view.spectrum)
        return choices.floor_db, choices.ceiling_db

    def _draw(self) -> None:
        picture, view = self.picture, self._choices.view
        if picture is None:
            return
        if isinstance(picture, LivePicture):
            levels = picture.levels_of(view.spectrum)
        else:
            levels = self._details.levels(picture, view.spectrum, self._span_s, self.plot.n_columns)
        self.plot.set_range(*self.range_db)
        self.rows = view.scale.rows_of(levels)
        self.plot.show_levels(self.rows, self._span_s)

    def add_detail(self, request: DetailRequest, detail: Pyramid) -> None:
        """Show what was asked for by `detail_wanted`, wherever it is of use."""
        self._details.add(request, detail)
        self._draw()

    # What is in sight

    @property
    def span(self) -> Span:
        """The time in sight, in seconds."""
        return self._span_s

    @property
    def width_s(self) -> float:
        """Length of the time in sight, in seconds."""
        return self._span_s[1] - self._span_s[0]

    @property
    def is_zoomed(self) -> bool:
        """Whether less than the whole sound is in sight."""
        return self.minimap.is_zoomed

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """See less time, larger, around a time: by default the cursor, or the middle."""
        if not self.can_zoom:
            return
        if at_s is None:
            at_s = self.cursor_place.time_s if self.cursor_place else sum(self._span_s) / 2
        self._look_at(zoomed(self._span_s, factor, at_s, self._whole))
        self._draw()

    def pan(self, by_s: float) -> None:
        """See later time, or earlier."""
        if self.can_zoom:
            self._look_at(moved(self._span_s, by_s, self._whole))
            self._draw()

    def show_span(self, span: Span) -> None:
        """See a span of time."""
        if self.can_zoom:
            self._look_at(fitted(span, self._whole))
            self._draw()

    def reset_zoom(self) -> None:
        """See all of it."""
        self.show_span(self._whole)

    def _centre(self, time_s: float) -> None:
        self.pan(time_s - sum(self._span_s) / 2)

    def _look_at(self, span: Span) -> None:
        self._span_s = span
        self.plot.set_span(span)
        self.minimap.show_span(span, self._whole)
        self._emit_view()

    def _emit_view(self) -> None:
        area = self.plot.picture_area
        self.viewed.emit(*self._span_s, self.plot.x() + area.left(), area.width())

    def set_playhead(self, time_s: float | None) -> None:
        """Show where the sound is heard; the picture follows it, page by page."""
        self.plot.set_playhead(time_s)
        if time_s is None or not self.is_zoomed:
            return
        start_s, end_s = self._span_s
        if not start_s <= time_s <= end_s:
            self.show_span((time_s - 0.05 * self.width_s, time_s + 0.95 * self.width_s))

    def mark(self, span: Span | None) -> None:
        """Point out a span, such as what matched best; None takes that back."""
        self.plot.set_mark(span if self.can_zoom else None)

    def seek(self, time_s: float) -> None:
        """Say that the sound should be heard from there."""
        if self.can_zoom:
            self.seeked.emit(min(max(time_s, 0.0), self._whole[1]))

    # Cursor and selection

    def point(self, place: CursorPlace | None) -> None:
        """Put the cursor somewhere, or take it away."""
        self.cursor_place = place if self.picture is not None else None
        self.plot.set_cursor_place(self.cursor_place)
        self.pointed.emit(self.read_out())

    def step_cursor(self, columns: int, rows: int) -> float:
        """Move the cursor by hundredths of what is in sight and by rows; returns its time."""
        (start_s, end_s), (low, high) = self._span_s, self._choices.view.scale.span
        at = self.cursor_place or CursorPlace((start_s + end_s) / 2, (low + high) / 2)
        time_s = at.time_s + columns * _STEP * self.width_s
        time_s = min(max(time_s, max(self._whole[0], 0.0)), self._whole[1])
        if not start_s <= time_s <= end_s:
            self.pan(time_s - (start_s if time_s < start_s else end_s))
        step = rows * (high - low) / 64
        self.point(CursorPlace(time_s, min(max(at.height + step, low), high - 0.5)))
        return time_s

    def read_out(self) -> str:
        """Return time, frequency and level where the cursor is, in words."""
        if self.cursor_place is None or self.rows is None:
            return ""
        return read_out(self.rows, self._span_s, self._choices.view.scale, self.cursor_place)

    def show_caption(self, text: str) -> None:
        """Say over the picture that the matches are of something else, or take that back."""
        self.plot.set_caption(text)
        self._describe()

    def _on_selection(self, span: Span | None) -> None:
        self.plot.set_selection(span)
        self._describe()

    def _describe(self) -> None:
        span, selected = self.selection.span, ""
        if span is not None:
            selected = f" {span[0]:.2f} to {span[1]:.2f} seconds are selected."
        duration = formats.clock(self._whole[1], 1)
        texts = (self.plot.overlay.badge, self.plot.overlay.caption)
        caption = "".join(f" {text}." for text in texts if text)
        self.plot.setAccessibleDescription(f"{duration} of sound.{caption}{selected} {_KEYS}")

    # The widget itself

    def save_png(self, path: Path) -> None:
        """Write what is shown as a picture, twice as fine as on the screen.

        Raises
        ------
        SoundalikeError
            If it cannot be written.
        """
        self.plot.fineness = FINER
        try:
            self._draw()
            save_plot(self.plot, path)
        finally:
            self.plot.fineness = 1.0
            self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw as many columns as there are pixels."""
        super().resizeEvent(event)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.plot.follow_palette(self.palette())
