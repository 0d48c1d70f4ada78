"""Hearing the sound in sight: what a person does about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup

from core.audio.devices import Device
from core.audio.reader import AudioFile
from core.types import Match
from gui.context import Context
from gui.playback.bar import PlaybackBar
from gui.playback.file_playback import FilePlayback
from gui.playback.playback import Playback
from gui.search.answers import Span
from gui.search.state import State

DEFAULT_OUTPUT = "Default output"


class PlaybackController(QObject):
    """Joins the buttons, the playback and the session.

    A recording ends playback: what is played would be recorded.

    Parameters
    ----------
    context : Context
    bar : PlaybackBar
    selected : callable
        Returns the span to be played; None for all of the sound.

    Attributes
    ----------
    playback : Playback
    files : FilePlayback
        Plays matches among a person's own files.
    output : str
        The key of the output that is chosen.

    Signals
    -------
    moved : float or None
        Where in the sound one is, in seconds; None for nowhere.
    """

    moved = Signal(object)  # float | None

    def __init__(
        self, context: Context, bar: PlaybackBar, selected: Callable[[], Span | None]
    ) -> None:
        super().__init__(context.window)
        self._context, self._session, self._bar = context, context.session, bar
        self._selected = selected
        self.playback = Playback(context.workers["out"], self)
        self.files = FilePlayback(context.workers["files out"], self)
        self.output = context.remembered.output
        self._played: tuple[AudioFile, Span | None] | None = None
        self._from_s: float | None = None
        self._group: QActionGroup | None = None
        playback, actions = self.playback, context.actions
        bar.play.clicked.connect(self._play)
        bar.stop.clicked.connect(self.stop)
        actions.play.triggered.connect(self.toggle)
        actions.loop.toggled.connect(bar.loop.setChecked)
        bar.loop.toggled.connect(actions.loop.setChecked)
        bar.loop.toggled.connect(playback.set_looping)
        for each in (playback, self.files.playback):
            bar.volume_changed.connect(each.set_volume)
            each.set_volume(bar.volume.value() / 100)
            each.set_device(self.output)
        actions.output_menu.aboutToShow.connect(playback.refresh)
        playback.devices_listed.connect(self._on_listed)
        playback.state_changed.connect(bar.set_playing)
        playback.moved.connect(self.moved)
        playback.state_changed.connect(self._on_playing)
        self.files.changed.connect(self._on_file)
        for failed in (playback.failed, self.files.failed):
            failed.connect(context.show_trouble)
        context.session.state_changed.connect(self._on_state)
        context.session.analysis.opened.connect(self._on_opened)
        self._offer()
        playback.refresh()  # also imports what the first playing would wait for

    def toggle(self) -> None:
        """Stop the file that plays; else play the selection, or all of it; pause, or go on."""
        if self.files.match is not None:
            self.files.stop()
        else:
            self._play()

    def toggle_file(self, match: Match) -> None:
        """Play a match from its file, or stop it; a recording would hear it."""
        if self._session.state is State.RECORDING:
            self._context.banner.show_note("Stop recording first: it would hear the file.")
        else:
            self.files.toggle(match)

    def _play(self) -> None:
        self.toggle_span(self._selected())

    def _on_playing(self, is_playing: bool) -> None:
        if is_playing:
            self.files.stop()

    def _on_file(self, match: Match | None) -> None:
        if match is not None and self.playback.is_active:
            self.playback.pause()

    def toggle_span(self, span: Span | None) -> None:
        """Play a span of the sound in sight, or all of it; pause, or go on."""
        audio = self._session.audio
        if audio is None or self._session.state is State.RECORDING:
            return
        if self.playback.is_active and self._played == (audio, span):
            self.playback.toggle()
            return
        self._played = (audio, span)
        start_s, end_s = span or (None, None)
        self.playback.play(audio, start_s, end_s, self._from_s)
        self._from_s = None

    def stop(self) -> None:
        """Stop, and go back to the start."""
        self.playback.stop()
        self.forget_place()

    def seek(self, time_s: float) -> None:
        """Play from a time on, now or when playing begins."""
        if self.playback.is_active:
            self.playback.seek(time_s)
        else:
            self._from_s = time_s
            self.moved.emit(time_s)

    def forget_place(self) -> None:
        """Begin at the start when playing begins: something else is selected."""
        self._from_s = None
        if not self.playback.is_active:
            self.moved.emit(None)

    def close(self) -> None:
        """Stop for good."""
        self.playback.close()
        self.files.close()

    def _on_state(self, state: State) -> None:
        self._offer()
        if state is State.RECORDING:
            self.stop()
            self.files.stop()

    def _offer(self) -> None:
        is_recording = self._session.state is State.RECORDING
        self._bar.set_sound_ready(self._session.audio is not None and not is_recording)

    def _on_opened(self, audio: AudioFile) -> None:
        self._offer()
        if self._played is not None and self._played[0] is not audio:
            self.stop()

    def _on_listed(self, found: list[Device]) -> None:
        menu = self._context.actions.output_menu
        menu.clear()
        # Exclusive by the group; the old one goes with its actions.
        self._group = QActionGroup(menu)
        known = [("", DEFAULT_OUTPUT), *((device.key, device.name) for device in found)]
        chosen = self.output if self.output in [key for key, _ in known] else ""
        for key, name in known:
            action = QAction(name.replace("&", "&&"), self._group)
            action.setCheckable(True)
            action.setChecked(key == chosen)
            action.triggered.connect(lambda _=False, key=key: self._choose(key))
            menu.addAction(action)

    def _choose(self, key: str) -> None:
        self.output = key
        for each in (self.playback, self.files.playback):
            each.set_device(key)
