"""Joins the sound in sight to the window and the session: its picture, its selection, its files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from core.audio.reader import AudioFile
from core.audio.writing import save_sound
from core.engine import Engine
from core.errors import SoundalikeError
from gui import formats
from gui.main_window import MainWindow
from gui.search.answers import Answer, Span
from gui.search.session import Session, State
from gui.spectrogram.loader import SpectrogramLoader
from gui.widgets.saving import Saving
from gui.workers import Worker


class SpectrogramController(QObject):
    """What a person does with a sound, and what is shown of it.

    Parameters
    ----------
    window : MainWindow
    session : Session
    viewing : SpectrogramLoader
    engine : Engine
        Used in the worker `searches` only.
    files, searches : Worker
        Where files are written, and where the engine belongs.
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        viewing: SpectrogramLoader,
        engine: Engine,
        files: Worker,
        searches: Worker,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._viewing = window, session, viewing
        self._engine, self._files, self._searches = engine, files, searches
        self.saving = Saving(window)
        self.saving.saved.connect(self._on_saved)
        self.saving.failed.connect(self._on_unsaved)
        commands, bar, selection = window.commands, window.sound, window.spectrogram.selection
        session.opened.connect(self._on_opened)
        session.answered.connect(self._on_answered)
        session.state_changed.connect(self._on_state)
        viewing.drawn.connect(self._on_drawn)
        selection.changed.connect(self._on_selection)
        selection.settled.connect(self._on_settled)
        bar.match_selection_pressed.connect(self._match_selection)
        bar.match_all_pressed.connect(lambda: session.match_span(None))
        commands.match_selection.triggered.connect(self._match_selection)
        commands.match_all.triggered.connect(lambda: session.match_span(None))
        commands.save.triggered.connect(self._save)
        commands.save_picture.triggered.connect(self._save_picture)
        commands.save_embedding.triggered.connect(self._save_embedding)
        bar.set_sound_ready(False)

    @property
    def selected(self) -> Span | None:
        """The selection, while there is a whole sound in sight."""
        return self._window.spectrogram.selection.span

    def _on_opened(self, audio: AudioFile) -> None:
        self._window.show_sound()
        if self._viewing.file is not audio:
            self._viewing.show_file(audio)
        else:
            self._select(self._session.span)

    def _on_drawn(self, is_whole: bool) -> None:
        if is_whole and self._viewing.file is not None:
            duration = formats.clock(self._viewing.file.duration_s, 1)
            self._window.progress.describe(f"{duration} of sound")
        self._select(self._session.span)
        self._on_state(self._session.state)

    def _select(self, span: Span | None) -> None:
        selection = self._window.spectrogram.selection
        if span is not None and selection.span is None and self._window.spectrogram.can_zoom:
            selection.adopt(span)

    def _on_answered(self, answer: Answer) -> None:
        if answer.span is not None and self.selected != answer.span:
            self._window.spectrogram.selection.adopt(answer.span)

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self._viewing.forget()
        is_ready = state is not State.RECORDING and self._session.audio is not None
        self._window.sound.set_sound_ready(is_ready)
        for action in self._window.commands.for_a_sound:
            action.setEnabled(is_ready)
        self._on_selection(self.selected)

    def _on_selection(self, span: Span | None) -> None:
        is_ready = self._session.state is not State.RECORDING and span is not None
        self._window.commands.match_selection.setEnabled(is_ready)

    def _on_settled(self, span: Span | None) -> None:
        if span is not None:
            self._session.match_span(span)

    def _match_selection(self) -> None:
        if self.selected is not None:
            self._session.match_span(self.selected)

    # Saving

    def _save(self) -> None:
        audio, (start_s, end_s) = self._session.audio, self.selected or (None, None)
        if audio is None:
            return

        def chosen(path: Path) -> None:
            self.saving.save(
                self._files, path, lambda job: save_sound(audio, path, start_s, end_s, job)
            )

        title = "Save the sound" if self.selected is None else "Save the selection"
        kinds = {"wav": "WAV, 24 bits", "flac": "FLAC, 24 bits"}
        self._window.dialogs.save(title, self._stem(audio), kinds, chosen)

    def _save_embedding(self) -> None:
        audio, span = self._session.audio, self.selected or (None, None)
        if audio is None:
            return

        def chosen(path: Path) -> None:
            self.saving.save(
                self._searches,
                path,
                lambda job: self._engine.save_embedding(audio, path, span, job),
            )

        kinds = {"npz": "NumPy arrays"}
        self._window.dialogs.save("Save the embedding", self._stem(audio), kinds, chosen)

    def _save_picture(self) -> None:
        def chosen(path: Path) -> None:
            try:
                self._window.spectrogram.save_png(path)
            except SoundalikeError as error:
                self._on_unsaved(error)
            else:
                self._on_saved(path)

        audio = self._session.audio
        name = self._stem(audio) if audio is not None else "spectrogram"
        self._window.dialogs.save("Save the spectrogram", name, {"png": "PNG picture"}, chosen)

    def _stem(self, audio: AudioFile) -> str:
        name = Path(audio.name).stem
        return name if self.selected is None else f"{name} selection"

    def _on_saved(self, path: Path) -> None:
        self._window.statusBar().showMessage(f"Saved {path.name}", 5000)

    def _on_unsaved(self, error: SoundalikeError) -> None:
        self._window.banner.show_trouble(error.in_full)
