"""What was asked before, asked again: of another model, another catalogue, or on another day."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from core.audio.reader import AudioFile
from core.types import Query
from gui.search.answers import Source, Span, Steered, is_heard, name_of
from gui.search.loading import EngineLoader


class Repeats(QObject):
    """Finds out how a question can be asked again: frames of two models cannot be compared.

    Parameters
    ----------
    loader : EngineLoader
        Knows which model answers.

    Signals
    -------
    wanted : Query, str, OwnClip, Words or Steered
        It is to be asked as it is.
    sound_wanted : AudioFile, pair of float or None, str, tuple of TagChange
        The sound, or a span of it in seconds, is to be analysed anew, without a note, and steered.
    refused : str
        It cannot be asked, and why.
    """

    wanted = Signal(object)  # Source
    sound_wanted = Signal(AudioFile, object, str, tuple)  # Span | None
    refused = Signal(str)

    def __init__(self, loader: EngineLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._later: Callable[[], None] | None = None
        loader.ready.connect(self._go_on)
        loader.failed.connect(self._go_on)

    def repeat(
        self, source: Source, audio: AudioFile | None, span: Span | None, model_id: str
    ) -> None:
        """Ask again what was asked when another model may have answered.

        Parameters
        ----------
        source : Query, str, OwnClip, Words or Steered
        audio : AudioFile or None
            The sound that was in sight; None where it is gone.
        span : pair of float or None
        model_id : str
            Of the model that analysed the sound.
        """
        has_own_model = isinstance(source, Query) and source.model_id
        if not is_heard(source) or has_own_model or model_id == self._loader.model_id:
            self.wanted.emit(source)
        elif audio is not None:
            changes = source.changes if isinstance(source, Steered) else ()
            self.sound_wanted.emit(audio, span, "", changes)
        else:
            self.refused.emit(
                f"{name_of(source)} was analysed by another model, and its file is gone: open or "
                "record the sound again to match it."
            )

    def repeat_when_loaded(
        self, source: Source, audio: AudioFile | None, span: Span | None, model_id: str
    ) -> None:
        """Ask again as soon as it is known which model answers."""
        if self._loader.model_id or not self._loader.is_loading:
            self.repeat(source, audio, span, model_id)
        else:
            self._later = partial(self.repeat, source, audio, span, model_id)

    def forget(self) -> None:
        """Give up what waits for the model."""
        self._later = None

    def _go_on(self) -> None:
        later, self._later = self._later, None
        if later is not None:
            later()
