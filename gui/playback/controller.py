"""Joins playback to the window and the session."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup

from core.audio.devices import Device
from core.audio.reader import AudioFile
from core.errors import SoundalikeError
from gui.main_window import MainWindow
from gui.playback.playback import Playback
from gui.search.answers import Span
from gui.search.session import Session, State

DEFAULT_OUTPUT = "Default output"


class PlaybackController(QObject):
    """What a person does about hearing the sound in sight.

    A recording ends playback: what is played would be recorded.

    Parameters
    ----------
    window : MainWindow
    session : Session
    playing : Playback
    output : str
        The key of the output that was chosen last.
    """

    def __init__(
        self, window: MainWindow, session: Session, playing: Playback, output: str
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._playing = window, session, playing
        self.output = output
        self._played: tuple[AudioFile, Span | None] | None = None
        self._from_s: float | None = None
        self._group: QActionGroup | None = None
        bar, commands = window.sound, window.commands
        bar.play_pressed.connect(self.toggle)
        bar.stop_pressed.connect(self.stop)
        commands.play.triggered.connect(self.toggle)
        commands.loop.toggled.connect(bar.loop.setChecked)
        bar.loop_changed.connect(commands.loop.setChecked)
        bar.loop_changed.connect(playing.set_looping)
        bar.volume_changed.connect(playing.set_volume)
        window.spectrogram.seeked.connect(self._seek)
        window.spectrogram.selection.changed.connect(self._forget_place)
        commands.output_menu.aboutToShow.connect(playing.refresh)
        playing.devices_listed.connect(self._on_listed)
        playing.state_changed.connect(bar.set_playing)
        playing.moved.connect(window.spectrogram.set_playhead)
        playing.failed.connect(self._on_failed)
        session.state_changed.connect(self._on_state)
        session.opened.connect(self._on_opened)
        playing.set_volume(bar.volume.value() / 100)
        playing.set_device(output)

    def toggle(self) -> None:
        """Play the selection, or all of it; pause, or go on."""
        audio, span = self._session.audio, self._window.spectrogram.selection.span
        if audio is None or self._session.state is State.RECORDING:
            return
        if self._playing.is_active and self._played == (audio, span):
            self._playing.toggle()
            return
        self._played = (audio, span)
        start_s, end_s = span or (None, None)
        self._playing.play(audio, start_s, end_s)
        if self._from_s is not None:
            self._playing.seek(self._from_s)
            self._from_s = None

    def stop(self) -> None:
        """Stop, and go back to the start."""
        self._playing.stop()
        self._forget_place()

    def _seek(self, time_s: float) -> None:
        if self._playing.is_active:
            self._playing.seek(time_s)
        else:
            self._from_s = time_s
            self._window.spectrogram.set_playhead(time_s)

    def _forget_place(self) -> None:
        self._from_s = None
        if not self._playing.is_active:
            self._window.spectrogram.set_playhead(None)

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self.stop()

    def _on_opened(self, audio: AudioFile) -> None:
        if self._played is not None and self._played[0] is not audio:
            self.stop()

    def _on_failed(self, error: SoundalikeError) -> None:
        self._window.banner.show_trouble(error.in_full)

    def _on_listed(self, found: list[Device]) -> None:
        menu = self._window.commands.output_menu
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
        self._playing.set_device(key)
