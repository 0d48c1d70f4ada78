"""Playing a sound, one at a time. Devices are slow to open, so that is done in a worker."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.player import Player, outputs
from core.audio.reader import AudioFile
from core.errors import SoundalikeError
from core.jobs import Job
from gui.workers import Worker

log = logging.getLogger(__name__)

INTERVAL_MS = 16


@dataclass(frozen=True)
class _Sound:
    """Sound that is to be played."""

    audio: AudioFile | Path
    start_s: float | None
    end_s: float | None
    from_s: float | None = None


class Playback(QObject):
    """Plays one sound at a time; another one replaces it.

    Parameters
    ----------
    worker : Worker
        Where devices are listed, opened and closed; nobody else may use it.

    Signals
    -------
    devices_listed : list of Device
        What can be played on; empty also where that cannot be found out.
    state_changed : bool
        Whether it plays now, rather than being paused or at an end.
    moved : float or None
        Where in the file it is, in seconds; None when nothing is being played.
    ended
        All of the sound was heard.
    failed : SoundalikeError
        It cannot be played, or no further.
    """

    devices_listed = Signal(list)
    state_changed = Signal(bool)
    moved = Signal(object)  # float | None
    ended = Signal()
    failed = Signal(SoundalikeError)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = worker
        self._sound: _Sound | None = None
        self.player: Player | None = None
        # Touched in the worker only: what is open there, whether or not word of it has come here.
        self.open_players: list[Player] = []
        self._is_paused = self._is_playing = self._is_looping = False
        self._volume, self._key = 1.0, ""
        self._follower = QTimer(self)
        self._follower.setInterval(INTERVAL_MS)
        self._follower.timeout.connect(self._follow)

    @property
    def is_active(self) -> bool:
        """Whether there is a sound that plays, is paused, or is about to begin."""
        return self._sound is not None

    def refresh(self) -> None:
        """List the outputs anew, unless something is being opened or closed."""
        if not self.worker.is_busy:
            self.worker.submit(
                lambda job: outputs(),
                self.devices_listed.emit,
                lambda error: self.devices_listed.emit([]),  # the reason is given on playing
                must_finish=True,
            )

    def play(
        self,
        audio: AudioFile | Path,
        start_s: float | None = None,
        end_s: float | None = None,
        from_s: float | None = None,
    ) -> None:
        """Play a span from a place in it on, or from its start, instead of what plays now.

        A path is opened in the worker, and its span may reach beyond the end.
        """
        self._is_paused = False
        self._begin(_Sound(audio, start_s, end_s, from_s))

    def toggle(self) -> None:
        """Pause, or go on."""
        if self._sound is None:
            return
        self._is_paused = not self._is_paused
        if self.player is not None:
            self._pass_on_pause(self.player)
        self._tell(not self._is_paused)

    def pause(self) -> None:
        """Pause, if it plays."""
        if not self._is_paused:
            self.toggle()

    def stop(self) -> None:
        """Stop, and forget the sound."""
        if self._sound is not None:
            self.worker.submit(lambda job: self._close_players())
            self._end()

    def seek(self, time_s: float) -> None:
        """Go on from another place of the span; what is paused stays so."""
        if self.player is not None:
            self.player.seek(time_s)
            self.moved.emit(self.player.position_s)
        elif self._sound is not None:
            self._begin(replace(self._sound, from_s=time_s))

    def set_volume(self, volume: float) -> None:
        """Set the volume, 0 to 1."""
        self._volume = min(max(volume, 0.0), 1.0)
        if self.player is not None:
            self.player.volume = self._volume

    def set_looping(self, is_looping: bool) -> None:
        """Say whether the sound begins again where it ends."""
        self._is_looping = is_looping
        if self.player is not None:
            self.player.is_looping = is_looping

    def set_device(self, key: str) -> None:
        """Choose an output by its key, the default one if that is empty; what plays moves there."""
        if key == self._key:
            return
        self._key = key
        if self.player is not None and self._sound is not None:
            self._begin(replace(self._sound, from_s=self.player.position_s))
        elif self._sound is not None:
            self._begin(self._sound)

    def close(self) -> None:
        """Stop for good."""
        self._leave()
        self.worker.close(self._close_players)

    def _begin(self, sound: _Sound) -> None:
        self._leave()
        self._sound = sound
        key, volume, is_looping = self._key, self._volume, self._is_looping

        def open_player(job: Job) -> Player:
            self._close_players()
            audio, end_s = sound.audio, sound.end_s
            if isinstance(audio, Path):
                audio = AudioFile(audio, job=job)
                end_s = None if end_s is None else min(end_s, audio.duration_s)
            player = Player(
                audio,
                sound.start_s,
                end_s,
                key,
                from_s=sound.from_s,
                volume=volume,
                is_looping=is_looping,
            )
            self.open_players.append(player)
            return player

        self.worker.submit(
            open_player,
            lambda player: self._on_open(sound, player),
            lambda error: self._on_failed(sound, error),
        )
        self._tell(not self._is_paused)

    def _leave(self) -> None:
        """Forget the sound that plays; what comes next in the worker silences it."""
        self._follower.stop()
        self.player = self._sound = None

    def _tell(self, is_playing: bool) -> None:
        if is_playing is not self._is_playing:
            self._is_playing = is_playing
            self.state_changed.emit(is_playing)

    # In the worker

    def _close_players(self) -> None:
        while self.open_players:
            self.open_players.pop().stop()

    # In the window's thread

    def _on_open(self, sound: _Sound, player: Player) -> None:
        if sound is not self._sound:
            return  # something else has been asked for since, and closes it
        self.player = player
        player.volume, player.is_looping = self._volume, self._is_looping
        self._pass_on_pause(player)
        self._follower.start()
        self._follow()

    def _on_failed(self, sound: _Sound, error: SoundalikeError) -> None:
        if sound is self._sound:
            self._end()
            self.failed.emit(error)

    def _pass_on_pause(self, player: Player) -> None:
        if self._is_paused:
            player.pause()
        else:
            player.resume()

    def _follow(self) -> None:
        player = self.player
        if player is None:
            return
        if player.problem is not None:
            self.stop()
            self.failed.emit(player.problem)
        elif player.is_ended:
            self.stop()
            self.ended.emit()
        else:
            self.moved.emit(player.position_s)

    def _end(self) -> None:
        self._leave()
        self._tell(False)
        self.moved.emit(None)
