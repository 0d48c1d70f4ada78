"""From a sound to its matches: what is asked of the engine, in which order, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from core.audio.logmel import LogMel, log_mel
from core.audio.waveform import Waveform
from core.engine import Engine
from core.errors import SoundalikeError
from core.jobs import Job
from core.options import DEFAULT_K, Filter
from core.types import CatalogInfo, Matches, Query
from gui.drops import first_sound
from gui.picture import Picture
from gui.runner import Lane

LOADING = "Loading the model"

Source: TypeAlias = Query | str
"""What was asked for: a sound that was listened to, or the id of a video."""


class State(Enum):
    """What the window is about, at one glance."""

    EMPTY = "empty"
    LISTENING = "listening"
    THINKING = "thinking"
    RESULTS = "results"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class _Heard:
    sound: LogMel
    picture: Picture
    note: str = ""


@dataclass(frozen=True)
class _Answer:
    source: Source
    matches: Matches
    picture: Picture | None


def _hear_files(paths: list[Path], job: Job) -> _Heard:
    found = first_sound(paths, job.part(0.0, 0.8))
    return _hear(found.waveform, job.part(0.8, 1.0), found.note)


def _hear(waveform: Waveform, job: Job, note: str = "") -> _Heard:
    sound = log_mel(waveform, job)
    return _Heard(sound, Picture.of(sound), note)


class Session(QObject):
    """One person's search. Lives in the window's thread; the work is done in two lanes.

    Signals
    -------
    state_changed : State
    pictured : Picture
        A sound was read.
    answered : Matches
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
    classes_known : list of str
    filters_rejected
        `filters` went back to those that worked before.
    back_changed : bool
        Whether there is an answer to go back to.
    """

    state_changed = Signal(object)
    pictured = Signal(object)
    answered = Signal(object)
    began = Signal(str, bool)
    progressed = Signal(str, object)
    finished = Signal()
    troubled = Signal(object)
    noted = Signal(str)
    ready = Signal(object)
    classes_known = Signal(list)
    filters_rejected = Signal()
    back_changed = Signal(bool)

    def __init__(
        self, engine: Engine, sounds: Lane, searches: Lane, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine, self._sounds, self._searches = engine, sounds, searches
        self.state = State.EMPTY
        self.subject = ""
        self.k, self.filters = DEFAULT_K, Filter()
        self._good_filters = Filter()
        self._is_loading = False
        self._heard: _Heard | None = None
        self._asked: Source | None = None
        self._answer: _Answer | None = None
        self._earlier: list[_Answer] = []

    @property
    def answer(self) -> Matches | None:
        """The matches that are shown."""
        return self._answer.matches if self._answer else None

    def load(self) -> None:
        """Load model and catalogue; a sound that comes meanwhile waits."""
        self._is_loading = True
        self.began.emit(LOADING, self.state is State.THINKING)
        self._searches.submit(
            self._load, self._on_ready, self._on_load_failed, self._on_progress, must_finish=True
        )

    def open_files(self, paths: list[Path]) -> None:
        """Read and match the first sound among files and folders."""
        self._think(paths[0].name)
        self._sounds.submit(
            lambda job: _hear_files(paths, job),
            self._on_heard,
            self._on_trouble,
            self._on_progress,
        )
        self.began.emit(f"Reading {paths[0].name}", True)

    def match(self, waveform: Waveform, note: str = "") -> None:
        """Match a sound that is already here, such as a recording."""
        self._think(waveform.name)
        self._sounds.submit(
            lambda job: _hear(waveform, job, note),
            self._on_heard,
            self._on_trouble,
            self._on_progress,
        )
        self.began.emit(f"Reading {waveform.name}", True)

    def more_like(self, video_id: str) -> None:
        """Look for what sounds like a video of the catalogue."""
        self._forget_work()
        self._ask(video_id)

    def back(self) -> None:
        """Return to the answer before, under the filters of now."""
        if not self._earlier:
            return
        self._forget_work()
        self._answer = self._earlier.pop()
        self.back_changed.emit(bool(self._earlier))
        self._show(self._answer)
        self._ask(self._answer.source)

    def choose(self, k: int, filters: Filter) -> None:
        """Change the number of results and the classes; what was listened to is kept."""
        if (k, filters) == (self.k, self.filters):
            return
        self.k, self.filters = k, filters
        source = self._asked or (self._answer.source if self._answer else None)
        if source is not None and self._heard is None:
            self._ask(source)

    def listen(self) -> None:
        """Make way for a recording: what was at work is no longer wanted."""
        self._forget_work()
        self.subject = ""
        self._rest()
        self._enter(State.LISTENING)

    def cancel(self) -> None:
        """Give up what is at work and lead back to what was there before."""
        self._forget_work()
        self._rest()
        self._lead_back(State.RESULTS if self._answer else State.EMPTY)

    def report(self, error: SoundalikeError) -> None:
        """Tell of trouble that arose elsewhere, such as in a recording."""
        self._on_trouble(error)

    def close(self) -> None:
        """Stop all work; whoever owns the lanes waits for their threads."""
        self._sounds.close()
        self._searches.close(self._engine.close)

    # Loading

    def _load(self, job: Job) -> tuple[CatalogInfo, list[str]]:
        return self._engine.load(job), self._engine.class_names()

    def _on_ready(self, loaded: tuple[CatalogInfo, list[str]]) -> None:
        info, names = loaded
        self._is_loading = False
        if self.state is not State.THINKING:
            self.finished.emit()
        self.classes_known.emit(names)
        self.ready.emit(info)

    def _on_load_failed(self, error: SoundalikeError) -> None:
        # A sound that waits asks for the model again, and tells of the same trouble.
        self._is_loading = False
        if self.state is not State.THINKING:
            self.finished.emit()
        self.troubled.emit(error)

    # Listening to a sound

    def _think(self, subject: str) -> None:
        self._forget_work()
        self.subject = subject
        self._enter(State.THINKING)

    def _on_heard(self, heard: _Heard) -> None:
        self._heard = heard
        self.pictured.emit(heard.picture)
        self.subject = heard.sound.name
        self._enter(State.THINKING)
        self.began.emit("Listening", True)
        self._searches.submit(
            lambda job: self._engine.query(heard.sound, job),
            self._on_query,
            self._on_trouble,
            self._on_progress,
        )

    def _on_query(self, query: Query) -> None:
        heard, self._heard = self._heard, None
        notes = " ".join(note for note in (*query.notes, heard.note if heard else "") if note)
        if notes:
            self.noted.emit(notes)
        self._earlier.clear()
        self.back_changed.emit(False)
        self._ask(query, heard.picture if heard else None)

    # Asking the catalogue

    def _ask(self, source: Source, picture: Picture | None = None) -> None:
        self._asked = source
        k, filters = self.k, self.filters
        self.subject = source.name if isinstance(source, Query) else source
        self._enter(State.THINKING)
        self.began.emit("Searching", True)

        def search(job: Job) -> Matches:
            if isinstance(source, Query):
                return self._engine.search(source, k, filters, job)
            return self._engine.similar(source, k, filters, job)

        def done(matches: Matches) -> None:
            self._good_filters = filters
            self._on_answer(_Answer(source, matches, picture))

        def failed(error: SoundalikeError) -> None:
            if filters != self._good_filters:
                self.filters = self._good_filters
                self.filters_rejected.emit()
                self.troubled.emit(error)
                self._ask(source, picture)
            else:
                self._on_trouble(error)

        self._searches.submit(search, done, failed, self._on_progress)

    def _on_answer(self, answer: _Answer) -> None:
        self._asked = None
        self._rest()
        before = self._answer
        is_new = before is None or before.source is not answer.source
        if before is not None and is_new and isinstance(answer.source, str):
            self._earlier.append(before)
            self.back_changed.emit(True)
        if answer.picture is None and before is not None:
            # A video has no picture here: the sound it was found by stays in sight.
            answer = _Answer(answer.source, answer.matches, before.picture)
        self._answer = answer
        self.answered.emit(answer.matches)
        self._enter(State.RESULTS)

    # What all of it shares

    def _on_progress(self, stage: str, fraction: float | None) -> None:
        self.progressed.emit(stage, fraction)

    def _on_trouble(self, error: SoundalikeError) -> None:
        self._forget_work()
        self._rest()
        self.troubled.emit(error)
        self._lead_back(State.TROUBLE)

    def _forget_work(self) -> None:
        self._heard = self._asked = None
        self._sounds.cancel()
        self._searches.cancel()

    def _rest(self) -> None:
        self.finished.emit()
        if self._is_loading:
            self.began.emit(LOADING, False)

    def _lead_back(self, state: State) -> None:
        if self._answer is not None:
            self._show(self._answer)
        self._enter(state)

    def _show(self, answer: _Answer) -> None:
        if answer.picture is not None:
            self.pictured.emit(answer.picture)
        self.subject = answer.matches.query.name
        self.answered.emit(answer.matches)

    def _enter(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)
