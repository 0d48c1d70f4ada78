"""How the sound in sight is taken: which of its tracks, and whether ten times slower."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from core.audio.rates import EXPANSION
from core.errors import SoundalikeError
from gui.context import Context
from gui.search.answers import capitalised, track_name
from gui.search.state import State

_FAST_HZ = 96_000
"""From this rate on a sound may have anything in it that is worth to be slowed down."""

_SLOW_DOWN = f"Slow down ×{EXPANSION}"


class SoundTaking(QObject):
    """Joins two entries of the menu, and the buttons beside notes, to the sound in sight.

    Parameters
    ----------
    context : Context
    tracks : QMenu
        Filled with the tracks of the sound in sight.
    """

    def __init__(self, context: Context, tracks: QMenu) -> None:
        super().__init__(context.window)
        self._session, self._banner = context.session, context.banner
        self._tracks, self._slow_down = tracks, context.actions.slow_down
        self._group = QActionGroup(self)
        self._refusal: SoundalikeError | None = None
        self._slow_down.triggered.connect(self._on_slow_down)
        analysis = context.session.analysis
        analysis.opened.connect(self._show)
        analysis.noted.connect(self._on_noted)
        analysis.refused.connect(self._on_refused)
        analysis.failed.connect(self._on_failed)
        context.session.state_changed.connect(self._show)

    def _show(self) -> None:
        audio = self._session.audio if self._session.state is not State.RECORDING else None
        for action in self._group.actions():
            self._tracks.removeAction(action)
            action.deleteLater()
        self._tracks.setEnabled(audio is not None and len(audio.tracks) > 1)
        self._slow_down.setEnabled(
            audio is not None and audio.rate_hz * audio.expansion >= _FAST_HZ
        )
        self._slow_down.setChecked(audio is not None and audio.expansion > 1)
        if audio is None:
            return
        for track in range(1, len(audio.tracks) + 1):
            text = capitalised(track_name(audio, track)).replace("&", "&&")
            action = QAction(text, self._group)
            action.setCheckable(True)
            action.setChecked(track == audio.track)
            action.triggered.connect(partial(self._take, track))
            self._tracks.addAction(action)

    def _on_slow_down(self, is_wanted: bool) -> None:
        if (audio := self._session.audio) is not None:
            self._session.analysis.take(audio, audio.track, EXPANSION if is_wanted else 1)

    def _take(self, track: int) -> None:
        if (audio := self._session.audio) is not None and track != audio.track:
            self._session.analysis.take(audio, track, audio.expansion)

    # Buttons beside what is said of the sound

    def _on_noted(self, text: str) -> None:
        audio = self._session.audio
        if audio is None:
            return
        if audio.is_ultrasonic:
            self._banner.show_note(text, _SLOW_DOWN, partial(self._on_slow_down, True))
        elif len(audio.tracks) > 1 and any(note in text for note in audio.notes):
            track = audio.track % len(audio.tracks) + 1
            self._banner.show_note(text, f"Use track {track}", partial(self._take, track))

    def _on_refused(self, path: Path, error: SoundalikeError) -> None:
        audio = self._session.audio
        is_in_sight = audio is not None and audio.is_ultrasonic and audio.path == path
        self._refusal = error if is_in_sight else None

    def _on_failed(self, error: SoundalikeError) -> None:
        """Offer the way out where ultrasound was nothing but silence to the listener."""
        if error is self._refusal:
            self._banner.show_trouble(error.in_full, _SLOW_DOWN, partial(self._on_slow_down, True))
