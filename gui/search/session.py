"""From a sound to its matches: what is asked of the engine, in which order, and what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.audio.reader import AudioFile
from core.engine import Engine
from core.errors import SoundalikeError
from core.tagging.steering import TagChange
from core.types import CatalogInfo, Match, Matches, Query
from gui.search.analysis import SoundAnalysis
from gui.search.answer_history import AnswerHistory
from gui.search.answers import Answer, Source, Span, Words, name_of, refining, steered
from gui.search.catalog_search import CatalogSearch
from gui.search.further import FurtherAnswers
from gui.search.loading import LOADING, EngineLoader
from gui.search.options import SearchOptions
from gui.search.repeats import Repeats
from gui.search.shown_catalog import ShownCatalog
from gui.search.state import State
from gui.workers import Worker


class Session(QObject):
    """One person's search. Lives in the window's thread; the work is done in two workers.

    Parameters
    ----------
    engine : Engine
    sounds, searches : Worker
        Where sounds are looked for, and where the engine belongs.
    options : SearchOptions
        Followed: what is shown is asked anew where they change.

    Attributes
    ----------
    analysis : SoundAnalysis
        Of the sound in sight.
    loader : EngineLoader
    answers : AnswerHistory
    further : FurtherAnswers
    shown : ShownCatalog
    state : State
    subject : str
        What is asked, in a word.

    Signals
    -------
    state_changed : State
    answered : Answer
    live_matched : Matches
        What the last seconds of a running recording sound like.
    began : str, bool
        Work began: its stage, and whether it can be cancelled.
    progressed : str, object
        Stage, and the fraction done or None.
    finished
    troubled : SoundalikeError
    noted : str
    ready : CatalogInfo
    """

    state_changed = Signal(State)
    answered = Signal(Answer)
    live_matched = Signal(Matches)
    began = Signal(str, bool)
    progressed = Signal(str, object)  # float | None
    finished = Signal()
    troubled = Signal(SoundalikeError)
    noted = Signal(str)
    ready = Signal(CatalogInfo)

    def __init__(
        self,
        engine: Engine,
        sounds: Worker,
        searches: Worker,
        options: SearchOptions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self.searches = engine, searches
        self.state, self.options = State.EMPTY, options
        self.subject = self._step = ""
        options.changed.connect(self._on_options)
        self.analysis = SoundAnalysis(engine, sounds, searches, options, self)
        self.analysis.read.connect(self.match)
        self.analysis.analysed.connect(self._ask)
        self.loader = EngineLoader(engine, searches, self._may_switch, self)
        self.loader.began.connect(self._on_loading)
        self.loader.ready.connect(self._on_loaded)
        self.loader.ready.connect(self.ready)
        self.loader.switched.connect(self._on_switched)
        # A sound that waits asks for the model again, and tells of the same trouble.
        self.loader.failed.connect(self._on_loaded)
        self.loader.failed.connect(self.troubled)
        self._repeats = Repeats(self.loader, self)
        self._repeats.wanted.connect(self._ask)
        self._repeats.sound_wanted.connect(self.match)
        self._repeats.refused.connect(self._on_refused)
        self._search = CatalogSearch(engine, searches, options, self)
        self._search.answered.connect(self._on_answer)
        self._search.rejected.connect(self.troubled)
        self.answers = AnswerHistory(self)
        self.further = FurtherAnswers(engine, searches, options, self.analysis.live, self)
        self.shown = ShownCatalog(self.loader, self.further, options, self.more_like, self.go_on)
        self.analysis.began.connect(self.began)
        self.analysis.noted.connect(self.noted)
        self.analysis.live.matched.connect(self.live_matched)
        for part in (self.analysis, self.loader, self._search):
            part.progressed.connect(self.progressed)
        for failed in (self.analysis.failed, self._search.failed, self.further.failed):
            failed.connect(self.report)

    @property
    def answer(self) -> Answer | None:
        """Answer that is shown."""
        return self.answers.current

    @property
    def span(self) -> Span | None:
        """The part of it that is matched; None for all of it."""
        return self.analysis.span

    @property
    def audio(self) -> AudioFile | None:
        """The sound in sight."""
        return self.analysis.audio

    def open_files(self, paths: list[Path], has_subfolders: bool = True) -> None:
        """Read and match the first sound among files and folders; tell of the others."""
        self._think(paths[0].name)
        self.analysis.find(paths, has_subfolders)

    def match(
        self,
        audio: AudioFile,
        span: Span | None = None,
        note: str = "",
        changes: tuple[TagChange, ...] = (),
    ) -> None:
        """Match a sound, or a span of it, with these changes of its tags."""
        self._think(audio.name)
        self.analysis.analyse(audio, span, note, changes)

    def match_span(self, span: Span | None) -> None:
        """Match a span of the sound in sight, or all of it, unless that is being done."""
        is_done = self.state is State.ANALYSING and span == self.span
        if self.audio is not None and self.state is not State.RECORDING and not is_done:
            self.match(self.audio, span)

    def more_like(self, clip: Source) -> None:
        """Look for what sounds like a video of the catalogue, or like a clip of a file in it."""
        self._forget_work()
        self._step = f"more like {name_of(clip)}"
        self._ask(clip)

    def find(self, text: str) -> None:
        """Look for what words say, unless that is being done or there is a recording."""
        words = Words(" ".join(text.split()))
        is_asked = words.text and words != self._search.pending
        if is_asked and self.state is not State.RECORDING:
            self._forget_work()
            self._ask(words)

    def steer(self, changes: tuple[TagChange, ...]) -> None:
        """Ask what is shown anew with these changes of its tags, and no others."""
        if (answer := self.answer) is not None and self.state is not State.RECORDING:
            self._forget_work()
            self._ask(steered(answer, changes))

    def refine(self, chosen: list[Match], is_liked: bool) -> None:
        """Search on towards some matches, or away from them; what was said before still counts."""
        if (answer := self.answer) is not None:
            step, refine = refining(chosen, is_liked), self.further.refine
            self.go_on(step, lambda ask: refine(answer, chosen, is_liked, ask))

    def go_on(self, step: str, make: Callable[[Callable[[Source], None]], None]) -> None:
        """Ask what is made of the answer in the worker of searches, as a step from it."""
        self._think(self.subject)
        self.began.emit("Searching", True)
        self._step = step
        make(self._ask)

    def resolved(self, answer: Answer, matches: Matches) -> None:
        """Show an answer anew that has links now, if it is still the one that is shown."""
        if answer is self.answer and self.state is State.RESULTS:
            renewed = replace(answer, matches=matches)
            self.answers.renew(renewed)
            self.answered.emit(renewed)

    def restore(self, answer: Answer) -> None:
        """Return to an answer of before, under the options of now."""
        self._forget_work()
        self.answers.arrive(answer)
        self._show(answer)
        model_id = answer.matches.catalog.model_key
        self._repeats.repeat(answer.source, answer.audio, answer.span, model_id)

    def ask_again(
        self, query: Query, audio: AudioFile | None, span: Span | None, model_id: str
    ) -> None:
        """Ask what was asked on a former day; where its file is gone there is no picture."""
        self._think(query.name)
        self.analysis.show(audio, span)
        self._repeats.repeat_when_loaded(query, audio, span, model_id)

    def ask_for_more(self, n_missing: int) -> None:
        """Get more matches than asked for, because some of them are hidden."""
        answer, is_at_rest = self.answer, self.state is State.RESULTS
        if answer is not None and is_at_rest and self._search.widen(answer, n_missing):
            self._ask(answer.source)

    def go(self, by: int) -> None:
        """Go so many answers forward, or back, under the options of now."""
        if (answer := self.answers.move(by)) is not None:
            self._forget_work()
            self._show(answer)
            self._ask(answer.source)

    def listen(self) -> None:
        """Make way for a recording: what was at work is no longer wanted."""
        self._forget_work()
        self.subject = ""
        self._rest()
        self._enter(State.RECORDING)
        self.further.forget()
        self.analysis.live.begin()

    def match_recording(self, audio: AudioFile, note: str = "") -> None:
        """Match all of a recording, as it was followed live if nothing was asked meanwhile."""
        if not self.analysis.live.is_active:
            self.match(audio, note=note)
            return
        self.subject = audio.name
        self._enter(State.ANALYSING)
        self.analysis.finish_recording(audio, note)

    def cancel(self) -> None:
        """Give up what is at work and lead back to what was there before."""
        self._forget_work()
        self._rest()
        self._lead_back(State.RESULTS if self.answer else State.EMPTY)

    def report(self, error: SoundalikeError) -> None:
        """Tell of trouble; a recording goes on: it is worth more than its matches."""
        if self.state is State.RECORDING:
            self.troubled.emit(error)
            return
        self._forget_work()
        self._rest()
        self.troubled.emit(error)
        self._lead_back(State.TROUBLE)

    def close(self) -> None:
        """Stop all work; whoever owns the workers waits for their threads."""
        self.analysis.close()
        self.searches.close(self._engine.close)

    # What the work tells

    def _may_switch(self) -> bool:
        return self.state not in (State.ANALYSING, State.RECORDING)

    def _on_loading(self, stage: str) -> None:
        self.began.emit(stage, stage == LOADING and self.state is State.ANALYSING)

    def _on_loaded(self) -> None:
        if self.state is not State.ANALYSING:
            self.finished.emit()

    def _on_switched(self, model_id_before: str) -> None:
        if self.loader.model_id != model_id_before:
            self.answers.forget_others()
        if self._search.pending is not None:
            self._repeats.repeat(self._search.pending, self.audio, self.span, model_id_before)
        elif self.answer is not None and self.state in (State.RESULTS, State.TROUBLE):
            answer = self.answer
            self._repeats.repeat(answer.source, answer.audio, answer.span, model_id_before)

    def _on_refused(self, reason: str) -> None:
        if self.state is State.ANALYSING:
            self.cancel()
        self.noted.emit(reason)

    def _on_options(self) -> None:
        """Ask anew what is shown; a sound is not analysed again for it."""
        source = self._search.pending or (self.answer.source if self.answer else None)
        is_analysing = self.state is State.ANALYSING and self._search.pending is None
        if source is not None and not is_analysing and self.state is not State.RECORDING:
            self._ask(source)

    def _ask(self, source: Source) -> None:
        self.subject = name_of(source)
        self._enter(State.ANALYSING)
        self.began.emit("Searching", True)
        self._search.ask(source, self.audio, self.span)

    def _on_answer(self, answer: Answer) -> None:
        self._rest()
        is_new = self.answer is None or not answer.answers_same_as(self.answer)
        step = self._step if is_new or self.answer is None else self.answer.step
        answer = replace(answer, step=step)
        if isinstance(answer.source, Words) and is_new and answer.matches.query.notes:
            self.noted.emit(" ".join(answer.matches.query.notes))
        self.answers.arrive(answer)
        self.answered.emit(answer)
        self._enter(State.RESULTS)
        self.further.ask(answer)

    def _think(self, subject: str) -> None:
        self._forget_work()
        self.subject = subject
        self._enter(State.ANALYSING)

    def _forget_work(self) -> None:
        self._step, self._search.pending = "", None
        self._repeats.forget()
        self.analysis.cancel()
        self.searches.cancel()

    def _rest(self) -> None:
        self.finished.emit()
        if self.loader.is_loading:
            self.began.emit(LOADING, False)

    def _lead_back(self, state: State) -> None:
        if self.answer is not None:
            self._show(self.answer)
        self._enter(state)
        if self.answer is not None:
            self.further.ask(self.answer)

    def _show(self, answer: Answer) -> None:
        if answer.audio is not None:
            self.analysis.show(answer.audio, answer.span)
        else:
            self.analysis.span = answer.span
        self.subject = answer.matches.query.name
        self.answered.emit(answer)

    def _enter(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)
        self.loader.switch_if_idle()
