"""The answer in the window: its headline, its steps, its matches, and what stands there without."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.reader import AudioFile
from core.search.feedback import Calibration
from core.types import Matches, Query, Tag, spoken
from gui import formats
from gui.context import Context
from gui.results.catalog_lists import CatalogLists
from gui.results.header import AnswerHeader
from gui.results.heard_chips import CHANGE_WORDS
from gui.results.panel import ResultsPanel
from gui.results.step_line import Step
from gui.search.answers import (
    Answer,
    OwnClip,
    Words,
    is_heard,
    name_of,
    origin_of,
    track_name,
    what_it_is,
)
from gui.search.state import State
from gui.widgets.progress_row import DELAY_MS

_SENTENCES = {
    State.EMPTY: "",
    State.RECORDING: "Recording. Stop to find the videos that sound like it.",
    State.ANALYSING: "Looking for the videos that sound like it.",
    State.RESULTS: "",
    State.TROUBLE: "No matches.",
}
_REST = "The rest is being analysed. The matches follow."
_MOST_SO_FAR = 3


class AnswerView(QObject):
    """Shows what the session answers.

    Parameters
    ----------
    context : Context
    header : AnswerHeader
    panel : ResultsPanel

    Signals
    -------
    counted : str
        How many matches there are, and how long they took.
    """

    counted = Signal(str)

    def __init__(self, context: Context, header: AnswerHeader, panel: ResultsPanel) -> None:
        super().__init__(context.window)
        self._header, self._panel = header, panel
        self._session = context.session
        self._lists = CatalogLists(context, panel)
        self._lists.counted.connect(self.counted)
        self._options = context.session.options
        self._heading, self._subject, self._closeness = "", "", ""
        self._so_far: dict[str, Tag] = {}
        # As with progress: where the next answer is there at once, a flash would only unsettle.
        self._lasting = QTimer(self)
        self._lasting.setSingleShot(True)
        self._lasting.setInterval(DELAY_MS)
        self._lasting.timeout.connect(self._make_quiet)
        session = context.session
        session.state_changed.connect(self._on_state)
        session.answered.connect(self._on_answer)
        session.live_matched.connect(self._on_live)
        session.analysis.heard_so_far.connect(self._on_heard_so_far)
        for changed in (self._options.changed, self._options.offered):
            changed.connect(self._show_steps)
        header.live.valueChanged.connect(self._on_live_seconds)
        header.heard.complete_with(context.complete_classes)
        header.heard.steered.connect(session.steer)
        self._on_live_seconds(header.live.value())

    def _on_state(self, state: State) -> None:
        self._so_far = {}
        if state is not State.ANALYSING:
            self._lasting.stop()
        self._header.live.setVisible(state is State.RECORDING)
        if self._session.answer is None:
            self._panel.show_message(_SENTENCES[state])
            self._show_heading("Recording" if state is State.RECORDING else "", "")
        if state is State.RECORDING:
            self._make_quiet()
        elif state is State.ANALYSING:
            if not self._lasting.isActive():  # what is analysed is searched for next
                self._lasting.start()
        else:
            self._panel.set_dimmed(False)
            self._header.set_dimmed(False)
            self._header.show_heading(self._heading, self._closeness)

    def _make_quiet(self) -> None:
        """Show what another answer will replace, never as if it belonged to the new sound."""
        self._panel.set_dimmed(True)
        self._header.set_dimmed(True)
        if self._session.answer is not None and self._subject:
            self._header.show_heading(f"{self._subject}: {self._heading}", self._closeness)

    def _on_live_seconds(self, seconds: int) -> None:
        self._session.analysis.live.window_s = seconds

    def _on_answer(self, answer: Answer) -> None:
        matches = answer.matches
        self._subject = matches.query.name
        self._header.heard.show_tags(
            matches.query.heard, answer.changes, matches.query.tags is not None
        )
        self._show_heading(_heading(answer), _closeness(matches, answer.calibration))
        self._show(matches, answer.calibration, answer.problem)
        self._show_steps()

    def _on_live(self, matches: Matches) -> None:
        is_first, self._subject = bool(self._subject) or not self._panel.heading, ""
        self._header.set_dimmed(False)
        self._header.heard.show_tags(matches.query.heard)
        self._show_heading(what_it_is(matches) or "Recording", "")
        # What is about to be clicked must not move.
        if is_first or not self._panel.table.viewport().underMouse():
            self._show(matches)
        self._header.show_steps([Step(matches.query.name)])

    def _on_heard_so_far(self, query: Query) -> None:
        """Say what was heard of a long sound while the rest of it is analysed."""
        for tag in query.heard:
            known = self._so_far.get(tag.label, tag)
            self._so_far[tag.label] = max(known, tag, key=lambda each: each.score)
        surest = sorted(self._so_far.values(), key=lambda tag: -tag.score)
        if surest:
            self._lasting.stop()
            self._header.set_dimmed(False)
            self._header.heard.show_tags(tuple(surest))
            self._header.show_heading(f"So far: {spoken(surest[:_MOST_SO_FAR])}")
            # Matches of another sound must not stand below it.
            self._panel.show_message(_REST)
            self.counted.emit("")

    def _show_heading(self, heading: str, closeness: str) -> None:
        self._heading, self._closeness = heading, closeness
        self._header.show_heading(heading, closeness)

    def _show(
        self, answer: Matches, calibration: Calibration | None = None, problem: str = ""
    ) -> None:
        self._lists.show_main(self._heading, answer, calibration, problem)

    # Steps

    def _show_steps(self) -> None:
        path = self._session.answers.path
        if path:
            self._header.show_steps([*self._steps_along(path), *self._filter_steps()])

    def _steps_along(self, path: list[Answer]) -> list[Step]:
        """Return the question, what one went on to from its answer, and what was changed last."""
        session, (first, *others), last = self._session, path, path[-1]
        steps = [Step(_question(first))]
        if is_heard(first.source):
            steps += self._taken_steps(first.audio)
        if first.span is not None and is_heard(first.source):
            start, end = (formats.clock(time_s, 1) for time_s in first.span)
            take_back = partial(session.match_span, None)
            steps.append(Step(f"{start} – {end}", take_back))
        for place, answer in enumerate(others, start=1):
            if answer.step:
                steps.append(Step(answer.step, partial(session.go, place - len(path))))
        for change in last.changes:
            kept = tuple(each for each in last.changes if each is not change)
            text = f"{CHANGE_WORDS[change.steer]} {change.label}"
            steps.append(Step(text, partial(session.steer, kept)))
        return steps

    def _taken_steps(self, audio: AudioFile | None) -> list[Step]:
        """Return how the sound is taken, where that is not as usual."""
        steps = []
        take = self._session.analysis.take
        if audio is not None and audio.track > 1:
            name, back = track_name(audio, audio.track), partial(take, audio, 1, audio.expansion)
            steps.append(Step(name, back))
        if audio is not None and audio.expansion > 1:
            slowed = f"slowed down ×{audio.expansion}"
            steps.append(Step(slowed, partial(take, audio, audio.track, 1)))
        return steps

    def _filter_steps(self) -> list[Step]:
        filters = self._options.possible.filters
        named = [("only", name) for name in filters.include]
        named += [("without", name) for name in filters.exclude]
        steps = [Step(f"{word} {name}", partial(self._allow, name)) for word, name in named]
        if filters.only_sure:
            steps.append(Step("only sure labels", self._allow_unsure))
        return steps

    def _allow(self, name: str) -> None:
        filters = self._options.filters
        include, exclude = (
            tuple(each for each in names if each != name)
            for names in (filters.include, filters.exclude)
        )
        self._options.change(filters=replace(filters, include=include, exclude=exclude))

    def _allow_unsure(self) -> None:
        self._options.change(filters=replace(self._options.filters, only_sure=False))


def _question(answer: Answer) -> str:
    origin, query = origin_of(answer.source), answer.matches.query
    if isinstance(origin, Words):
        return f"“{origin.text}”"
    if isinstance(origin, str | OwnClip):
        return f"More like {name_of(origin)}"
    duration_s = query.duration_s if answer.audio is None else answer.audio.duration_s
    return f"{query.name} · {formats.clock(duration_s)}"


def _heading(answer: Answer) -> str:
    """Return what a person should think of an answer, in one line."""
    if not answer.matches.matches and not answer.problem:
        return "No match"
    if not answer.matches.is_close:
        return "No close match: this is the nearest there is"
    return what_it_is(answer.matches) or f"Sounds like {answer.matches.query.name}"


def _closeness(matches: Matches, calibration: Calibration | None) -> str:
    """Return how close the first match sounds, in words; empty where that is not known."""
    sound = matches.matches[0].sound if matches.matches else None
    if calibration is None or sound is None or not is_heard(matches.query):
        return ""
    return calibration.closeness(sound).value
