"""Asking the catalogue: which matches a sound, a video or words have, under the options of now."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.reader import AudioFile
from core.engine import Engine
from core.errors import CatalogError, SoundalikeError
from core.jobs import Job
from core.types import Matches
from gui.search.answers import (
    Answer,
    Source,
    Span,
    Steered,
    Words,
    is_clip,
    matches_of,
    query_of,
)
from gui.search.options import SearchOptions, SearchValues
from gui.workers import Worker

MOST_SPARE = 500
"""Matches beyond those that are shown, to take the places of hidden ones."""


class CatalogSearch(QObject):
    """Asks one thing at a time, in the worker that owns the engine.

    Parameters
    ----------
    engine : Engine
    worker : Worker
    options : SearchOptions
        Those that the catalogue does not know go back to those that worked before.

    Attributes
    ----------
    pending : Query, str, OwnClip, Words, Steered or None
        What is being asked.

    Signals
    -------
    progressed : str, object
        Stage, and the fraction done or None.
    answered : Answer
    rejected : SoundalikeError
        The catalogue does not know an option; they change back now.
    failed : SoundalikeError
    """

    progressed = Signal(str, object)  # float | None
    answered = Signal(Answer)
    rejected = Signal(SoundalikeError)
    failed = Signal(SoundalikeError)

    def __init__(
        self,
        engine: Engine,
        worker: Worker,
        options: SearchOptions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._worker, self._options = engine, worker, options
        self._good_values = SearchValues()
        self._good_source: Source | None = None
        self._n_spare = 0
        self._found: tuple[Answer, SearchValues] | None = None
        # What follows an answer takes a turn of its own: keys and clicks that wait go before it.
        self._telling = QTimer(self, singleShot=True)
        self._telling.timeout.connect(self._tell)
        self.pending: Source | None = None

    def ask(self, source: Source, audio: AudioFile | None, span: Span | None) -> None:
        """Ask for the matches of a source, instead of what was asked before."""
        self.pending, self._found = source, None
        engine, values = self._engine, self._options.values
        possible = self._options.possible_for(is_clip(source))
        wanted = replace(possible, k=values.k + self._n_spare)

        def search(job: Job) -> Answer:
            problem = ""
            try:
                found = matches_of(engine, source, wanted, job)
            except CatalogError as error:
                query = query_of(source) if engine.others else None
                if isinstance(source, Words) and engine.others:
                    query = engine.taught_query(source.text)
                if query is None:
                    raise
                # Such as a class that only the others know, or one that was taught by another's
                # listener: they are asked all the same.
                found, problem = Matches(query, engine.load(job), ()), error.message
            calibration = engine.calibration(values.by, job)
            return Answer(source, found, audio, span, calibration, problem=problem)

        def done(answer: Answer) -> None:
            self._found = answer, values
            self._telling.start()

        def failed(error: SoundalikeError) -> None:
            is_typed = isinstance(source, Words | Steered)
            # Words that were never answered are more likely wrong than the options.
            if values == self._good_values or (is_typed and source != self._good_source):
                self.failed.emit(error)
            else:
                self.rejected.emit(error)
                self._options.adopt(self._good_values)

        self._worker.submit(search, done, failed, self.progressed.emit)

    def _tell(self) -> None:
        if self._found is None or self.pending is None:
            return  # something else is asked meanwhile, or nothing any more
        answer, self._good_values = self._found
        self._good_source, self.pending, self._found = answer.source, None, None
        self.answered.emit(answer)

    def widen(self, answer: Answer, n_missing: int) -> bool:
        """Ask for more matches from now on; return whether that finds more than an answer has."""
        n_found, n_asked = len(answer.matches.matches), self._options.values.k + self._n_spare
        if self._n_spare >= MOST_SPARE or n_found < n_asked:
            return False
        self._n_spare = min(self._n_spare + max(n_missing, 5), MOST_SPARE)
        return True
