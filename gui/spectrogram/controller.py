"""The sound in sight: its picture, its selection, and its files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from core.audio.reader import AudioFile
from core.errors import SoundalikeError
from core.types import Float32
from gui.context import Context
from gui.search.answers import Answer, Span, Words, origin_of
from gui.search.state import State
from gui.spectrogram.image_file import png_of
from gui.spectrogram.live_picture import LivePicture
from gui.spectrogram.loader import SpectrogramLoader
from gui.spectrogram.sound_saving import SoundSaving
from gui.spectrogram.toolbar import SpectrogramToolbar
from gui.spectrogram.widget import Spectrogram
from gui.widgets.saving import Saving

_AROUND_S = 4.0
_LEAST_SHARE = 0.02
"""What is in sight around a revealed span, where it would be narrower than this share."""


class SpectrogramController(QObject):
    """Joins the spectrogram and its toolbar to the session.

    Parameters
    ----------
    context : Context
    spectrogram : Spectrogram
    bar : SpectrogramToolbar

    Attributes
    ----------
    loader : SpectrogramLoader
    live : LivePicture
        Of the recording that runs, or ran last.
    saving : Saving
    sounds : SoundSaving
    """

    def __init__(
        self,
        context: Context,
        spectrogram: Spectrogram,
        bar: SpectrogramToolbar,
    ) -> None:
        super().__init__(context.window)
        self._context, self._session = context, context.session
        self._revealed: Span | None = None
        self._is_drawn = False
        self._save_next: Callable[[], None] | None = None
        self._spectrogram, self._bar = spectrogram, bar
        workers = context.workers
        self.loader = SpectrogramLoader(spectrogram, workers["pictures"], workers["details"], self)
        self.live = LivePicture()
        self.saving = Saving(context.window)
        self.sounds = SoundSaving(context, self.saving)
        self.saving.saved.connect(self._on_saved)
        self.saving.failed.connect(context.show_trouble)
        actions, selection, session = context.actions, spectrogram.selection, context.session
        session.analysis.opened.connect(self._on_opened)
        session.answered.connect(self._on_answered)
        session.state_changed.connect(self._on_state)
        self.loader.drawn.connect(self._on_drawn)
        self.loader.failed.connect(context.show_trouble)
        selection.changed.connect(self._on_selection)
        selection.settled.connect(self._on_settled)
        actions.match_selection.triggered.connect(self._match_selection)
        actions.match_all.triggered.connect(lambda: session.match_span(None))
        actions.save.triggered.connect(self._save)
        actions.save_picture.triggered.connect(self._save_picture)
        actions.save_embedding.triggered.connect(self._save_embedding)
        session.searches.busy_changed.connect(self._on_busy)
        bar.set_sound_ready(False)

    @property
    def selected(self) -> Span | None:
        """The selection, while there is a whole sound in sight."""
        return self._spectrogram.selection.span

    def push_live(self, samples: Float32) -> None:
        """Move the picture of a running recording on by new samples, mono at 16 kHz."""
        self.live.push(samples)
        self._spectrogram.show_live(self.live)

    def reveal(self, span: Span) -> None:
        """Select a span of the sound in sight and go there, once it is drawn."""
        self._revealed = span
        if self._is_drawn and self.loader.file is self._session.audio:
            self._show_revealed()

    def _show_revealed(self) -> None:
        span, self._revealed = self._revealed, None
        if span is None or not self._spectrogram.can_zoom:
            return
        self._spectrogram.selection.adopt(span)
        (left_s, right_s), length_s = self._spectrogram.span, span[1] - span[0]
        is_in_sight = left_s <= span[0] and span[1] <= right_s
        if not is_in_sight or length_s < _LEAST_SHARE * (right_s - left_s):
            around_s = max(_AROUND_S, 2 * length_s)
            self._spectrogram.show_span((span[0] - around_s, span[1] + around_s))

    def picture(self) -> bytes | None:
        """Return what is in sight as PNG; None where there is no sound."""
        return None if self._spectrogram.is_blank else png_of(self._spectrogram.plot)

    def close(self) -> None:
        """Stop drawing."""
        self.loader.forget()

    def _on_opened(self, audio: AudioFile) -> None:
        if self.loader.file is not audio:
            self._spectrogram.show_caption("")
            self._is_drawn, self._revealed = False, None
            self._spectrogram.plot.set_badge(_badge(audio))
            self.loader.show_file(audio)
        else:
            self._select(self._session.span)

    def _on_drawn(self, _: bool) -> None:
        self._is_drawn = True
        self._select(self._session.span)
        self._show_revealed()
        self._on_state(self._session.state)

    def _select(self, span: Span | None) -> None:
        selection = self._spectrogram.selection
        if span is not None and selection.span is None and self._spectrogram.can_zoom:
            selection.adopt(span)

    def _on_answered(self, answer: Answer) -> None:
        if answer.span is not None and self.selected != answer.span:
            self._spectrogram.selection.adopt(answer.span)
        self._spectrogram.show_caption(_caption(answer))

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self._spectrogram.show_caption("")
            self._spectrogram.plot.set_badge("")
            self.loader.forget()
            self.live = LivePicture()
        is_ready = state is not State.RECORDING and self._session.audio is not None
        self._bar.set_sound_ready(is_ready)
        for action in self._context.actions.for_a_sound:
            action.setEnabled(is_ready)
        self._on_selection(self.selected)

    def _on_selection(self, span: Span | None) -> None:
        is_ready = self._session.state is not State.RECORDING and span is not None
        self._context.actions.match_selection.setEnabled(is_ready)

    def _on_settled(self, span: Span | None) -> None:
        if span is not None:
            self._session.match_span(span)

    def _match_selection(self) -> None:
        if self.selected is not None:
            self._session.match_span(self.selected)

    # Saving

    def _save(self) -> None:
        if (audio := self._session.audio) is not None:
            self.sounds.save(audio, self.selected)

    def _save_embedding(self) -> None:
        audio, span = self._session.audio, self.selected or (None, None)
        if audio is None:
            return

        session, engine = self._session, self._context.engine

        def save(path: Path) -> None:
            work = partial(engine.save_embedding, audio, path, span)
            self.saving.save(session.searches, path, work)

        def chosen(path: Path) -> None:
            # It would stop what is asked, of which nobody would hear again.
            is_asked = session.state is State.ANALYSING or session.further.lacks_answers
            if is_asked and session.searches.is_busy:
                self._save_next = partial(save, path)
                self._context.say("The embedding is saved once the matches are there")
            else:
                save(path)

        kinds = {"npz": "NumPy arrays"}
        self._context.dialogs.save("Save the embedding", self._stem(audio), kinds, chosen)

    def _on_busy(self, is_busy: bool) -> None:
        if not is_busy and self._save_next is not None:
            save, self._save_next = self._save_next, None
            save()

    def _save_picture(self) -> None:
        def chosen(path: Path) -> None:
            try:
                self._spectrogram.save_png(path)
            except SoundalikeError as error:
                self._context.show_trouble(error)
            else:
                self._on_saved(path)

        audio = self._session.audio
        name = self._stem(audio) if audio is not None else "spectrogram"
        self._context.dialogs.save("Save the spectrogram", name, {"png": "PNG picture"}, chosen)

    def _stem(self, audio: AudioFile) -> str:
        name = Path(audio.name).stem
        return name if self.selected is None else f"{name} selection"

    def _on_saved(self, path: Path) -> None:
        self._context.say(f"Saved {path.name}")


def _badge(audio: AudioFile) -> str:
    """Return what times and frequencies of the picture are, where the sound was slowed down."""
    factor = audio.expansion
    return f"Slowed down ×{factor}: times × {factor}, frequencies ÷ {factor}" if factor > 1 else ""


def _caption(answer: Answer) -> str:
    """Return what the matches are of, where they are not of the sound in sight."""
    origin = origin_of(answer.source)
    if isinstance(origin, str):
        return f"The matches are like the video {origin}, not like this sound"
    if isinstance(origin, Words):
        return f"The matches are of the words “{origin.text}”, not of this sound"
    return ""
