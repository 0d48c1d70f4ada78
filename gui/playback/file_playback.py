"""Playing matches among a person's own files; the sound in sight stays in sight."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.errors import SoundalikeError
from core.types import Match
from gui.playback.playback import Playback
from gui.workers import Worker


class FilePlayback(QObject):
    """Plays the clip of one match at a time, from its file.

    Parameters
    ----------
    worker : Worker
        Where files and devices are opened; nobody else may use it.

    Attributes
    ----------
    playback : Playback
    match : Match or None
        What plays now.

    Signals
    -------
    changed : Match or None
        Something else plays than before.
    failed : SoundalikeError
    """

    changed = Signal(object)  # Match | None
    failed = Signal(SoundalikeError)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.playback = Playback(worker, self)
        self.match: Match | None = None
        self.playback.state_changed.connect(self._on_state)
        self.playback.failed.connect(self.failed)

    def toggle(self, match: Match) -> None:
        """Play the clip of a match from its file at `Match.path`, or stop it where it plays."""
        if self.match is not None and clip_key(match) == clip_key(self.match):
            self.stop()
            return
        self._take(match)
        self.playback.play(Path(match.path), match.start_s, match.end_s)

    def stop(self) -> None:
        """Fall silent."""
        self.playback.stop()

    def close(self) -> None:
        """Stop for good."""
        self.playback.close()

    def _on_state(self, is_playing: bool) -> None:
        if not is_playing:
            self._take(None)

    def _take(self, match: Match | None) -> None:
        if match is not self.match:
            self.match = match
            self.changed.emit(match)


def clip_key(match: Match) -> tuple[str, float]:
    """Return what tells clips apart, also after their files were renamed."""
    return match.video_id, match.start_s
