"""What mouse and keyboard need of a spectrogram."""

from __future__ import annotations

from typing import Protocol

from gui.spectrogram.plot import CursorPlace
from gui.spectrogram.selection import Selection
from gui.spectrogram.spans import Span


class Navigable(Protocol):
    """A picture of sound in which one moves about, points and selects."""

    selection: Selection

    @property
    def is_blank(self) -> bool:
        """Whether no sound was shown yet."""

    @property
    def can_zoom(self) -> bool:
        """Whether there is a whole sound to move about in."""

    @property
    def span(self) -> Span:
        """The time in sight, in seconds."""

    @property
    def width_s(self) -> float:
        """Length of the time in sight, in seconds."""

    def point(self, place: CursorPlace | None) -> None:
        """Put the cursor somewhere, or take it away."""

    def step_cursor(self, columns: int, rows: int) -> float:
        """Move the cursor by hundredths of what is in sight and by rows; returns its time."""

    def pan(self, by_s: float) -> None:
        """See later time, or earlier."""

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """See less time, larger, around a time."""

    def reset_zoom(self) -> None:
        """See all of it."""

    def seek(self, time_s: float) -> None:
        """Say that the sound should be heard from there."""
