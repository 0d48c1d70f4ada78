"""Which levels to show at a zoom: the sound's own, or a finer detail that was read for it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.audio.frequency import Spectrum
from core.audio.logmel import HOP_S
from core.audio.pyramid import Pyramid
from core.types import UInt8
from gui.spectrogram.spans import Span

_FINEST_S = {Spectrum.MEL: HOP_S, Spectrum.STFT: 0.0025}
"""Columns narrower than this would tell nothing new."""

_KEPT = 6
_MARGIN = 0.5
"""What a detail covers on either side of what is in sight, as a share of that."""

_COARSE = 1.3
"""Levels whose columns are so many pixels wide still do."""

_QUICK_S = 120.0
"""Worth reading twice where a sound is only sketched as yet."""

_EDGE_S = 0.03
"""The windows at a sound's start and end reach so far, and no detail has columns there."""


class WholeSound(Protocol):
    """A sound that can be shown at any zoom, such as `core.audio.spectrogram.Overview`."""

    @property
    def duration_s(self) -> float:
        """Its length in seconds."""

    @property
    def column_s(self) -> float:
        """Width of the finest columns, in seconds."""

    def resolution_s(self, end_s: float) -> float:
        """Return the width of the columns that are known now, up to a time."""

    def levels(self, spectrum: Spectrum, start_s: float, end_s: float, n_columns: int) -> UInt8:
        """Return the levels between two times, shape (rows, n_columns)."""

    def range_db(self, spectrum: Spectrum) -> Span:
        """Return the levels between which it is best seen."""


@dataclass(frozen=True)
class DetailRequest:
    """Request to read a part again, finer; the arguments of `core.audio.spectrogram.detail`."""

    spectrum: Spectrum
    start_s: float
    end_s: float
    n_columns: int


class Details:
    """The few details that were read last, and the wish for the next one.

    Parameters
    ----------
    ask : callable
        Takes a `DetailRequest`, once, where what is there is too coarse.
    """

    def __init__(self, ask: Callable[[DetailRequest], None]) -> None:
        self._ask = ask
        self._kept: deque[tuple[Spectrum, Pyramid]] = deque(maxlen=_KEPT)
        self._requested: DetailRequest | None = None

    def forget(self) -> None:
        """Begin anew, for another sound."""
        self._kept.clear()
        self._requested = None

    def add(self, request: DetailRequest, detail: Pyramid) -> None:
        """Keep a detail, and let go of the oldest where there are too many."""
        self._kept.append((request.spectrum, detail))

    def levels(self, sound: WholeSound, spectrum: Spectrum, span: Span, n_columns: int) -> UInt8:
        """Return the finest levels there are, shape (rows, n_columns); ask for better ones."""
        best = self._finest(spectrum, span)
        own_s, width_s = sound.resolution_s(span[1]), span[1] - span[0]
        column_s = own_s if best is None else min(own_s, best.column_s)
        is_quick = width_s <= max(_QUICK_S, sound.column_s * n_columns)
        if is_quick and column_s > _COARSE * max(width_s / n_columns, _FINEST_S[spectrum]):
            self._want(sound, spectrum, span, n_columns)
        if best is None or best.column_s >= own_s:
            return sound.levels(spectrum, *span, n_columns)
        return best.take(*span, n_columns)

    def _finest(self, spectrum: Spectrum, span: Span) -> Pyramid | None:
        fitting = [
            detail
            for kind, detail in self._kept
            if kind is spectrum
            and detail.start_s - _EDGE_S <= span[0]
            and span[1] <= detail.end_s + _EDGE_S
        ]
        return min(fitting, key=lambda detail: detail.column_s, default=None)

    def _want(self, sound: WholeSound, spectrum: Spectrum, span: Span, n_columns: int) -> None:
        width_s = span[1] - span[0]
        start_s = max(0.0, span[0] - _MARGIN * width_s)
        end_s = min(sound.duration_s, span[1] + _MARGIN * width_s)
        wanted = math.ceil(n_columns * (end_s - start_s) / width_s)
        request = DetailRequest(spectrum, start_s, end_s, wanted)
        if request != self._requested:
            self._requested = request
            self._ask(request)
