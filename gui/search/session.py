"""From a sound to its matches: what is asked of the engine, in which order, and what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.audio.reader import AudioFile
from core.engine import Engine
from core.errors import SoundalikeError
from core.tagging.steering import TagChange
from core.types import CatalogInfo, Match, Matches, Query
from gui.search.answer_history import AnswerHistory
from gui.search.answers import (
    Answer,
    Source,
    Span,
    Steered,
    Words,
    is_heard,
    name_of,
    origin_of,
)
from gui.search.catalog_search import CatalogSearch
from gui.search.live import Live
from gui.search.loading import LOADING, EngineLoader
from gui.search.options import SearchOptions
from gui.widgets.drops import FoundSounds, find_sounds
from gui.workers import Worker


class State(Enum):
    """What the window is about, at one glance."""

    EMPTY = "empty"
    RECORDING = "recording"
    ANALYSING = "analysing"
    RESULTS = "results"
    TROUBLE = "trouble"


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
    loader : EngineLoader
    live : Live
        Follows a recording.
    answers : AnswerHistory
    state : State
    subject : str
        What is asked, in a word.

    Signals
    -------
    state_changed : State
    opened : AudioFile
        A sound was found readable, and is to be shown.
    found : list of Path
        More sounds that were given at the same time.
    answered : Answer
    glimpsed : Matches
        What the last seconds of a running recording sound like.
    began : str, bool
        Work began: its stage, and whether it can be cancelled.
    progressed : str, object
        Stage, and the fraction done or None.
    finished
        Nothing is at work.
    troubled : SoundalikeError
    noted : str
        Something worth knowing about the sound.
    ready : CatalogInfo
        Model and catalogue are loaded.
    """

    state_changed = Signal(State)
    opened = Signal(AudioFile)
    found = Signal(list)
    answered = Signal(Answer)
    glimpsed = Signal(Matches)
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
        self._engine, self._sounds, self.searches = engine, sounds, searches
        self.state = State.EMPTY
        self.subject = ""
        self.options = options
        options.changed.connect(self._on_options)
        self.live = Live(engine, searches, options, self)
        self.live.glimpsed.connect(self._on_glimpse)
        self.live.failed.connect(self._on_live_failed)
        self.live.finished.connect(self._on_query)
        self.loader = EngineLoader(engine, searches, self._may_switch, self)
        self.loader.began.connect(self._on_loading)
        self.loader.progressed.connect(self.progressed)
        self.loader.ready.connect(self._on_ready)
        self.loader.switched.connect(self._on_switched)
        self.loader.failed.connect(self._on_load_failed)
        self._search = CatalogSearch(engine, searches, options, self)
        self._search.progressed.connect(self.progressed)
        self._search.answered.connect(self._on_answer)
        self._search.rejected.connect(self.troubled)
        self._search.failed.connect(self._on_trouble)
        self._later: Callable[[], None] | None = None
        self._audio: AudioFile | None = None
        self._span: Span | None = None
        self._note = ""
        self.answers = AnswerHistory(self)

    @property
    def answer(self) -> Answer | None:
        """What is shown."""
        return self.answers.current

    @property
    def span(self) -> Span | None:
        """The part of it that is matched; None for all of it."""
        return self._span

    @property
    def audio(self) -> AudioFile | None:
        """The sound in sight."""
        return self._audio

    def open_files(self, paths: list[Path]) -> None:
        """Read and match the first sound among files and folders; tell of the others."""
        self._think(paths[0].name)
        self.began.emit(f"Reading {paths[0].name}", True)
        self._sounds.submit(
            lambda job: find_sounds(paths, job),
            self._on_found,
            self._on_trouble,
            self.progressed.emit,
        )

    def match(self, audio: AudioFile, span: Span | None = None, note: str = "") -> None:
        """Match a sound, or a span of it."""
        self._think(audio.name)
        self._span, self._note = span, note
        if audio is not self._audio:
            self._audio = audio
            self.opened.emit(audio)
        start_s, end_s = span or (None, None)
        self.began.emit("Analysing", True)
        self.searches.submit(
            lambda job: self._engine.query(audio, start_s, end_s, job),
            self._on_query,
            self._on_trouble,
            self.progressed.emit,
        )

    def match_span(self, span: Span | None) -> None:
        """Match a span of the sound in sight, or all of it, unless that is being done."""
        is_done = self.state is State.ANALYSING and span == self._span
        if self._audio is not None and self.state is not State.RECORDING and not is_done:
            self.match(self._audio, span)

    def more_like(self, video_id: str) -> None:
        """Look for what sounds like a video of the catalogue."""
        self._forget_work()
        self._ask(video_id)

    def find(self, text: str) -> None:
        """Look for what words say, unless that is being done or there is a recording."""
        words = Words(" ".join(text.split()))
        is_asked = words.text and words != self._search.pending
        if is_asked and self.state is not State.RECORDING:
            self._forget_work()
            self._ask(words)

    def steer(self, changes: tuple[TagChange, ...]) -> None:
        """Ask what is shown anew with these changes of its tags, and no others."""
        answer = self.answer
        if answer is None or self.state is State.RECORDING:
            return
        origin, query = origin_of(answer.source), answer.matches.query
        if isinstance(answer.source, Steered):
            query = answer.source.query
        self._forget_work()
        self._ask(Steered(origin, query, changes) if changes else origin)

    def refine(self, chosen: list[Match], is_liked: bool) -> None:
        """Search on towards some matches, or away from them; what was said before still counts."""
        if self.answer is None:
            return
        query = self.answer.matches.query
        self._forget_work()
        self._enter(State.ANALYSING)
        self.began.emit("Searching", True)
        more, less = (chosen, []) if is_liked else ([], chosen)
        self.searches.submit(
            lambda job: self._engine.refine(query, more, less), self._ask, self._on_trouble
        )

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
        self._ask_now(answer.source, answer.audio, answer.span, answer.matches.catalog.model_key)

    def ask_again(
        self, query: Query, audio: AudioFile | None, span: Span | None, model_id: str
    ) -> None:
        """Ask what was asked on a former day; where its file is gone there is no picture."""
        self._think(query.name)
        self._span, self._audio = span, audio
        if audio is not None:
            self.opened.emit(audio)
        if self.loader.model_id or not self.loader.is_loading:
            self._ask_now(query, audio, span, model_id)
        else:  # which model answers, only loading it tells
            self._later = partial(self._ask_now, query, audio, span, model_id)

    def tell_again(self) -> None:
        """Tell of the answer that is shown once more, for whoever came later."""
        if self.answer is not None:
            self.answered.emit(self.answer)

    def ask_for_more(self, n_missing: int) -> None:
        """Get more matches than asked for, because some of them are hidden."""
        answer = self.answer
        if answer is None or self.state is not State.RESULTS:
            return
        if self._search.can_find_more(answer, n_missing):
            self._ask(answer.source)

    def back(self) -> None:
        """Return to the answer before, under the options of now."""
        self._move(-1)

    def forward(self) -> None:
        """Go again to the answer that one has come back from, under the options of now."""
        self._move(1)

    def listen(self) -> None:
        """Make way for a recording: what was at work is no longer wanted."""
        self._forget_work()
        self.subject = ""
        self._rest()
        self._enter(State.RECORDING)
        self.live.begin()

    def match_recording(self, audio: AudioFile, note: str = "") -> None:
        """Match all of a recording, as it was followed live if nothing was asked meanwhile."""
        if not self.live.is_active:
            self.match(audio, note=note)
            return
        self.subject = audio.name
        self._span, self._note, self._audio = None, note, audio
        self._enter(State.ANALYSING)
        self.opened.emit(audio)
        self.began.emit("Analysing", True)
        self.live.finish(self.progressed.emit)

    def cancel(self) -> None:
        """Give up what is at work and lead back to what was there before."""
        self._forget_work()
        self._rest()
        self._lead_back(State.RESULTS if self.answer else State.EMPTY)

    def report(self, error: SoundalikeError) -> None:
        """Tell of trouble that arose elsewhere, such as in a recording."""
        self._on_trouble(error)

    def close(self) -> None:
        """Stop all work; whoever owns the workers waits for their threads."""
        self._sounds.close()
        self.searches.close(self._engine.close)

    # Model and catalogue

    def _may_switch(self) -> bool:
        return self.state not in (State.ANALYSING, State.RECORDING)

    def _on_loading(self, stage: str) -> None:
        self.began.emit(stage, stage == LOADING and self.state is State.ANALYSING)

    def _on_ready(self, info: CatalogInfo) -> None:
        self._tell_of_loading()
        self.ready.emit(info)
        self._do_later()

    def _on_switched(self, model_id_before: str) -> None:
        if self.loader.model_id != model_id_before:
            self.answers.forget_others()
        if self._search.pending is not None:
            self._ask_now(self._search.pending, self._audio, self._span, model_id_before)
        elif self.answer is not None and self.state in (State.RESULTS, State.TROUBLE):
            answer = self.answer
            self._ask_now(answer.source, answer.audio, answer.span, model_id_before)

    def _on_load_failed(self, error: SoundalikeError) -> None:
        # A sound that waits asks for the model again, and tells of the same trouble.
        self._tell_of_loading()
        self.troubled.emit(error)
        self._do_later()

    def _tell_of_loading(self) -> None:
        if self.state is not State.ANALYSING:
            self.finished.emit()

    def _do_later(self) -> None:
        later, self._later = self._later, None
        if later is not None:
            later()

    def _ask_now(
        self, source: Source, audio: AudioFile | None, span: Span | None, model_id: str
    ) -> None:
        """Ask again; a sound that another model has analysed is analysed anew."""
        if not is_heard(source) or model_id == self.loader.model_id:
            self._ask(source)
        elif audio is not None:
            self.match(audio, span)
        else:
            if self.state is State.ANALYSING:
                self.cancel()
            self.noted.emit(
                f"{name_of(source)} was analysed by another model, and its file is gone: open or "
                "record the sound again to match it."
            )

    # Analysing a sound

    def _think(self, subject: str) -> None:
        self._forget_work()
        self.subject = subject
        self._enter(State.ANALYSING)

    def _on_found(self, found: FoundSounds) -> None:
        if found.others:
            self.found.emit(list(found.others))
        self.match(found.audio, note=found.note)

    def _on_query(self, query: Query) -> None:
        note, self._note = self._note, ""
        notes = " ".join(text for text in (*query.notes, note) if text)
        if notes:
            self.noted.emit(notes)
        self._ask(query)

    def _on_glimpse(self, matches: Matches) -> None:
        if self.state is State.RECORDING:
            self.glimpsed.emit(matches)

    def _on_live_failed(self, error: SoundalikeError) -> None:
        if self.state is State.RECORDING:
            self.troubled.emit(error)  # the recording goes on: it is worth more than its matches
        else:
            self._on_trouble(error)

    # Asking the catalogue

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
        self._search.ask(source, self._audio, self._span)

    def _on_answer(self, answer: Answer) -> None:
        self._search.pending = None
        self._rest()
        is_new = self.answer is None or not answer.answers_same_as(self.answer)
        if isinstance(answer.source, Words) and is_new and answer.matches.query.notes:
            self.noted.emit(" ".join(answer.matches.query.notes))
        self.answers.arrive(answer)
        self.answered.emit(answer)
        self._enter(State.RESULTS)

    # Back and forward

    def _move(self, by: int) -> None:
        answer = self.answers.move(by)
        if answer is None:
            return
        self._forget_work()
        self._show(answer)
        self._ask(answer.source)

    # What all of it shares

    def _on_trouble(self, error: SoundalikeError) -> None:
        self._forget_work()
        self._rest()
        self.troubled.emit(error)
        self._lead_back(State.TROUBLE)

    def _forget_work(self) -> None:
        self._search.pending = self._later = None
        self.live.end()
        self._sounds.cancel()
        self.searches.cancel()

    def _rest(self) -> None:
        self.finished.emit()
        if self.loader.is_loading:
            self.began.emit(LOADING, False)

    def _lead_back(self, state: State) -> None:
        if self.answer is not None:
            self._show(self.answer)
        self._enter(state)

    def _show(self, answer: Answer) -> None:
        self._span = answer.span
        if answer.audio is not None:
            self._audio = answer.audio
            self.opened.emit(answer.audio)
        self.subject = answer.matches.query.name
        self.answered.emit(answer)

    def _enter(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)
        self.loader.switch_if_idle()
