"""What further catalogues answer to the question that the main one has answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.engine import Engine
from core.errors import AudioFileError, SoundalikeError, unforeseen
from core.jobs import Job
from core.options import Comparison, ListenerKind, Ranking
from core.search.feedback import Calibration
from core.types import CatalogInfo, Match, Matches, Query
from gui import formats
from gui.search.answers import Answer, OwnClip, Source, Steered, Words, is_heard, refined
from gui.search.live import NAME, Live
from gui.search.options import SearchOptions, SearchValues
from gui.workers import Worker


@dataclass(frozen=True, eq=False)
class FurtherAnswer:
    """Answer of one further catalogue.

    Attributes
    ----------
    name : str
        The catalogue's, for people.
    engine : Engine
        What asks it, in the worker that owns the main one.
    info : CatalogInfo or None
        What it can be asked by; None where it cannot be loaded.
    matches : Matches or None
        None where it could not be asked so.
    calibration : Calibration or None
        What the similarities are judged by.
    problem : str
        Why it could not be asked, in a sentence.
    """

    name: str
    engine: Engine
    info: CatalogInfo | None = None
    matches: Matches | None = None
    calibration: Calibration | None = None
    problem: str = ""


class FurtherAnswers(QObject):
    """Asks the other chosen catalogues, one after the other, once the main one has answered.

    A newer question takes the place of an older one, as everywhere; what broke in one catalogue is
    part of its answer, and takes nobody else's. While a recording runs, they are asked in the time
    that is left between two searches of the main one, and go on where that was too short.

    Parameters
    ----------
    engine : Engine
    worker : Worker
        The one that owns the engine.
    options : SearchOptions
    live : Live
        Follows a recording.

    Attributes
    ----------
    engine : Engine
        The main one.
    names : tuple of str
        Of the further catalogues that were chosen.
    answers : tuple of FurtherAnswer
        As many as have been given, in this order.
    index : int
        Of the list that a person looks at: 0 for the main catalogue's.
    shown : FurtherAnswer or None
        What is looked at; None where that is the main catalogue's answer, or is not given yet.

    Signals
    -------
    changed
        Other catalogues were chosen, or more of them have answered.
    looked_at
        A person looks at another list, or at another answer in it.
    failed : SoundalikeError
        Nothing can be asked about the clips of the shown catalogue.
    """

    changed = Signal()
    looked_at = Signal()
    failed = Signal(SoundalikeError)
    _given = Signal(object, int, FurtherAnswer)

    def __init__(
        self,
        engine: Engine,
        worker: Worker,
        options: SearchOptions,
        live: Live,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._live, self._next = live, 0
        self.engine, self._worker, self._options = engine, worker, options
        self.names: tuple[str, ...] = ()
        self.answers: tuple[FurtherAnswer, ...] = ()
        self.index = 0
        self.shown: FurtherAnswer | None = None
        self._answer: Answer | None = None
        # Emitted by the worker's thread, as each catalogue answers.
        self._given.connect(self._on_given)
        live.matched.connect(self._ask_live)

    @property
    def lacks_answers(self) -> bool:
        """Whether some of the catalogues have not answered what was asked last."""
        return self._answer is not None and len(self.answers) < len(self.names)

    def offer(self, names: tuple[str, ...]) -> None:
        """Take note of which catalogues there are beside the main one."""
        if len(names) != len(self.names):
            self.index = 0  # the tabs are other ones
        self.names = names
        self.forget()

    def forget(self) -> None:
        """Forget the answers: another question is being asked."""
        self._answer, self.shown, self.answers = None, None, ()
        self._next = 0
        self.changed.emit()

    def ask(self, answer: Answer) -> None:
        """Ask what the main catalogue has answered, unless nothing else was chosen."""
        is_done = answer is self._answer and not self.lacks_answers
        if not self.names or is_done:
            return
        self.forget()
        self._answer = answer
        engine, values = self.engine, self._options.values

        def work(job: Job) -> None:
            for place, given in further_answers(engine, answer, values, job):
                self._given.emit(answer, place, given)

        self._worker.submit(work)

    def _ask_live(self, matches: Matches) -> None:
        """Ask for the last seconds of a recording, until the main catalogue is asked again."""
        if not self.names:
            return
        self._answer = answer = Answer(matches.query, matches)
        engine, values, first = self.engine, self._options.values, self._next
        blocks, window_s = self._live.recent, self._live.window_s

        def work(job: Job) -> None:
            queries: dict[ListenerKind, Query] = {}
            for other in engine.others:
                if other.listener_kind not in (engine.listener_kind, *queries):
                    samples = np.concatenate(blocks)[-window_s * MODEL_RATE_HZ :]
                    sound = Waveform(samples, MODEL_RATE_HZ, NAME)
                    with suppress(AudioFileError):  # silence: the main one's tags are asked
                        queries[other.listener_kind] = other.query(sound, job=job)
            for place, given in further_answers(engine, answer, values, job, queries, first):
                self._given.emit(answer, place, given)

        # Nothing is told of what fails: the next search of the main one tells it, or goes on.
        self._worker.submit(work)

    def show(self, index: int) -> None:
        """Take note of which list a person looks at: 0 for the main one."""
        answers = self.answers[index - 1 : index] if index > 0 else ()
        shown = answers[0] if answers else None
        is_other = shown is not self.shown or index != self.index
        self.index, self.shown = index, shown
        if is_other:
            self.looked_at.emit()

    def refine(
        self, answer: Answer, chosen: list[Match], is_liked: bool, done: Callable[[Source], None]
    ) -> None:
        """Move what was asked towards some matches in sight, or away from them."""
        engine, asking, matches = self.engine, self.engine, answer.matches
        if self.shown is not None and self.shown.matches is not None:
            asking, matches = self.shown.engine, self.shown.matches
        more, less = (chosen, []) if is_liked else ([], chosen)

        def work(job: Job) -> Source:
            moved = asking.refine(matches.query, more, less)
            is_of_other = asking is not engine and asking.listener_kind is not engine.listener_kind
            if not moved.model_id and is_of_other:
                moved = replace(moved, model_id=matches.catalog.model_key)
            return refined(answer.source, moved)

        self._worker.submit(work, done, self.failed.emit)

    def query_of(self, match: Match, done: Callable[[Source], None]) -> None:
        """Call back with a clip of the shown catalogue as a question to all of them."""
        shown = self.shown
        if shown is None:
            return  # the main catalogue's clips are asked for by their ids
        name = formats.file_name(match.path) if match.path else match.video_id
        origin = OwnClip(match.video_id, match.start_s, name, is_elsewhere=True)

        def work(job: Job) -> Source:
            query = shown.engine.clip_query(match.video_id, match.start_s)
            return Steered(origin, replace(query, name=name), ())

        self._worker.submit(work, done, self.failed.emit)

    def _on_given(self, answer: Answer, place: int, given: FurtherAnswer) -> None:
        if answer is self._answer:
            self.answers = (*self.answers[:place], given, *self.answers[place + 1 :])
            self._next = (place + 1) % len(self.names)
            self.changed.emit()


def further_answers(
    engine: Engine,
    answer: Answer,
    values: SearchValues,
    job: Job,
    queries: dict[ListenerKind, Query] | None = None,
    first: int = 0,
) -> Iterator[tuple[int, FurtherAnswer]]:
    """Yield what the other catalogues of an engine answer, each with its place.

    Parameters
    ----------
    engine : Engine
    answer : Answer
        Of the main one.
    values : SearchValues
    job : Job
    queries : dict, optional
        The same sound, as other listeners analysed it; what is missing is analysed once each.
    first : int
        The place to begin at; those before it come last.
    """
    if not engine.others:
        return
    queries = {**(queries or {}), engine.listener_kind: answer.matches.query}
    pairs = [*enumerate(zip(engine.load(job).others, engine.others, strict=True))]
    for place, (name, other) in pairs[first:] + pairs[:first]:
        info = None
        try:
            info = other.load(job)
            found = _asked(other, info, answer, values, queries, job)
            calibration = other.calibration(values.by, job)
            yield place, FurtherAnswer(name, other, info, found, calibration)
        except SoundalikeError as error:
            yield place, FurtherAnswer(name, other, info, problem=error.message)
        except (OSError, MemoryError, ValueError) as error:
            yield place, FurtherAnswer(name, other, info, problem=unforeseen(error).message)


def _asked(
    other: Engine,
    info: CatalogInfo,
    answer: Answer,
    values: SearchValues,
    queries: dict[ListenerKind, Query],
    job: Job,
) -> Matches:
    filters = values.filters
    if filters.only_sure and not info.knows_sure_labels:
        filters = replace(filters, only_sure=False)
    if isinstance(answer.source, Words):
        return other.find(answer.source.text, values.k, filters, job)
    query = _query_for(other, answer, queries, job)
    has_sound = len(query.frames) > 0 or query.direction is not None
    ranking, by = values.ranking, values.by
    if ranking not in info.rankings or not has_sound or query.model_id:
        ranking = Ranking.BOTH  # which takes what there is
    if not has_sound:
        by = Comparison.MEAN
    found = other.search(query, values.k, filters, job, by, ranking)
    return other.with_best_seconds(found, job)


def _query_for(
    other: Engine,
    answer: Answer,
    queries: dict[ListenerKind, Query],
    job: Job,
) -> Query:
    """Return what is asked of another catalogue, analysed by the listener that it needs."""
    asked = answer.matches.query
    if asked.model_id or not is_heard(answer.source):
        return asked  # a clip, or words: what made its frames is known, or it has none
    kind = other.listener_kind
    if kind in queries:
        return queries[kind]
    if answer.audio is None or asked.direction is not None:
        # The sound is gone, or it was refined by clips of the main catalogue: its tags are asked.
        return replace(asked, model_id=answer.matches.catalog.model_key)
    start_s, end_s = answer.span or (None, None)
    heard = other.query(answer.audio, start_s, end_s, job)
    changes = answer.source.changes if isinstance(answer.source, Steered) else ()
    queries[kind] = other.steer(heard, changes)
    return queries[kind]
