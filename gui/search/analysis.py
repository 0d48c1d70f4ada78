"""From files or a recording to a query: the sound in sight is read and analysed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.audio.rates import EXPANSION_OPTION
from core.audio.reader import AudioFile
from core.engine import Engine
from core.errors import SoundalikeError
from core.tagging.steering import TagChange
from core.types import Query
from gui.search.answers import Span, Steered
from gui.search.live import Live
from gui.search.options import SearchOptions
from gui.widgets.drops import FoundSounds, find_sounds
from gui.workers import Worker

ANALYSING = "Analysing"


class SoundAnalysis(QObject):
    """Reads and analyses one sound at a time.

    Parameters
    ----------
    engine : Engine
    sounds, searches : Worker
        Where sounds are looked for, and where the engine belongs.
    options : SearchOptions
        What a running recording is matched by.

    Attributes
    ----------
    live : Live
        Follows a recording.
    audio : AudioFile or None
        The sound in sight.
    span : pair of float or None
        The part of it that is matched, in seconds; None for all of it.

    Signals
    -------
    began : str, bool
        Work began: its stage, and whether it can be cancelled.
    progressed : str, object
        Stage, and the fraction done or None.
    read : AudioFile, object, str
        The first of some files is to be matched: its span, which is None, and a note.
    found : list of Path
        The others of them.
    refused : Path, SoundalikeError
        A file cannot be read, or there is nothing to hear in all of it.
    opened : AudioFile
        A sound is to be shown.
    heard_so_far : Query
        What was analysed last of a long sound.
    analysed : Query or Steered
    noted : str
        Something worth knowing about the sound.
    failed : SoundalikeError
    """

    began = Signal(str, bool)
    progressed = Signal(str, object)  # float | None
    read = Signal(AudioFile, object, str)  # Span | None
    found = Signal(list)
    refused = Signal(Path, SoundalikeError)
    opened = Signal(AudioFile)
    heard_so_far = Signal(Query)
    analysed = Signal(object)  # Query | Steered
    _heard = Signal(object, Query)
    noted = Signal(str)
    failed = Signal(SoundalikeError)

    def __init__(
        self,
        engine: Engine,
        sounds: Worker,
        searches: Worker,
        options: SearchOptions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._sounds, self._searches = engine, sounds, searches
        self.live = Live(engine, searches, options, self)
        self.live.finished.connect(self._on_query)
        self.live.failed.connect(self.failed)
        self.audio: AudioFile | None = None
        self.span: Span | None = None
        self._note = ""
        self._work: object = None
        # Emitted by the worker's thread, as it analyses.
        self._heard.connect(self._on_heard)

    def find(self, paths: list[Path], has_subfolders: bool = True) -> None:
        """Look for sounds among files and folders."""
        self.began.emit(f"Reading {paths[0].name}", True)
        self._sounds.submit(
            lambda job: find_sounds(paths, job, has_subfolders),
            self._on_found,
            self.failed.emit,
            self.progressed.emit,
        )

    def take(self, audio: AudioFile, track: int, expansion: int) -> None:
        """Read a sound anew: another of its tracks, or so many times slower."""
        self.began.emit(f"Reading {audio.name}", True)
        self._sounds.submit(
            lambda job: AudioFile(audio.path, audio.name, job, track, expansion),
            lambda taken: self.read.emit(taken, None, ""),
            self.failed.emit,
            self.progressed.emit,
        )

    def show(self, audio: AudioFile | None, span: Span | None) -> None:
        """Put another sound, or none, in sight."""
        self.audio, self.span = audio, span
        if audio is not None:
            self.opened.emit(audio)

    def analyse(
        self, audio: AudioFile, span: Span | None, note: str, changes: tuple[TagChange, ...] = ()
    ) -> None:
        """Make a query of a sound, or of a span of it, steered; tell of the note with it."""
        if audio is not self.audio:
            self.show(audio, span)
        self.span, self._note = span, note
        start_s, end_s = span or (None, None)

        def done(query: Query) -> None:
            self._on_query(query, changes)

        def failed(error: SoundalikeError) -> None:
            if span is None:
                self.refused.emit(audio.path, error)
            self.failed.emit(error)

        self._work = work = object()
        self.began.emit(ANALYSING, True)
        self._searches.submit(
            lambda job: self._engine.query(
                audio, start_s, end_s, job, lambda query: self._heard.emit(work, query)
            ),
            done,
            failed,
            self.progressed.emit,
        )

    def finish_recording(self, audio: AudioFile, note: str) -> None:
        """Make a query of all of a recording that was followed live."""
        self._note = note
        self.show(audio, None)
        self.began.emit(ANALYSING, True)
        self.live.finish(self.progressed.emit)

    def cancel(self) -> None:
        """Give up looking, analysing and following; the worker of searches may have other work."""
        self._work = None
        self.live.end()
        self._sounds.cancel()

    def close(self) -> None:
        """Stop looking for sounds."""
        self._sounds.close()

    def _on_found(self, found: FoundSounds) -> None:
        for path, error in found.refused.items():
            self.refused.emit(path, error)
        if found.others:
            self.found.emit(list(found.others))
        self.read.emit(found.audio, None, found.note)

    def _on_heard(self, work: object, query: Query) -> None:
        if work is self._work:
            self.heard_so_far.emit(query)

    def _on_query(self, query: Query, changes: tuple[TagChange, ...] = ()) -> None:
        self._work = None
        note, self._note = self._note, ""
        notes = " ".join(text for text in (*query.notes, note) if text)
        if notes:
            self.noted.emit(notes.replace(EXPANSION_OPTION, ""))
        self.analysed.emit(Steered(query, query, changes) if changes else query)
