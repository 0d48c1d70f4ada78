"""Saving a sound, or a span of it, as WAV or FLAC: where, under which name, and doing it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from core.audio.reader import AudioFile
from core.audio.writing import made_at, save_sound
from gui.context import Context
from gui.search.answers import Span
from gui.widgets.saving import Saving


class SoundSaving(QObject):
    """Asks for a place, and writes there.

    Parameters
    ----------
    context : Context
    saving : Saving
    """

    def __init__(self, context: Context, saving: Saving) -> None:
        super().__init__(context.window)
        self._context, self._saving = context, saving

    def save(self, audio: AudioFile, span: Span | None = None, name: str = "") -> None:
        """Save a sound as it is, or a span of it, under a name that is suggested."""
        start_s, end_s = span or (None, None)

        def chosen(path: Path) -> None:
            self._saving.save(
                self._context.workers["files"],
                path,
                lambda job: save_sound(audio, path, start_s, end_s, job),
            )

        what = "recording" if self._is_recording(audio) else "sound"
        title = f"Save the {what}" if span is None else "Save the selection"
        kinds = {"wav": f"WAV, {audio.bits} bits", "flac": f"FLAC, {audio.bits} bits"}
        self._context.dialogs.save(title, self._stem(audio, span, name), kinds, chosen)

    def save_file(self, path: Path, name: str, track: int, expansion: int) -> None:
        """Save the sound of a file of the history."""
        self._context.workers["files"].submit(
            lambda job: AudioFile(path, "", job, track, expansion),
            lambda audio: self.save(audio, name=name),
            self._context.show_trouble,
        )

    def _is_recording(self, audio: AudioFile) -> bool:
        return audio.path.parent == self._context.data.recordings

    def _stem(self, audio: AudioFile, span: Span | None, name: str) -> str:
        """Return a name; of a recording, it tells when that was made."""
        made = made_at(audio, span[0] if span else 0.0)
        if not self._is_recording(audio):
            parts = [name or Path(audio.name).stem]
        elif made:
            parts = [name or "Recording", f"{datetime.fromisoformat(made):%Y-%m-%d %H.%M.%S}"]
        else:
            parts = [name or audio.path.stem.capitalize()]
        if audio.expansion > 1:
            parts.append(f"{audio.expansion} times slower")
        if span is not None:
            parts.append("selection")
        return " ".join(parts)
