"""The answer in the panel: its headline, its matches, and what stands there without one."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.search.feedback import Calibration
from core.types import Matches
from gui import formats
from gui.context import Context
from gui.results.panel import ResultsPanel
from gui.search.answers import Answer, Steered, is_heard, what_it_is
from gui.search.state import State

_SENTENCES = {
    State.EMPTY: "",
    State.RECORDING: "Recording. Stop to find the videos that sound like it.",
    State.ANALYSING: "Looking for the videos that sound like it.",
    State.RESULTS: "",
    State.TROUBLE: "No matches.",
}


class AnswerView(QObject):
    """Shows what the session answers.

    Parameters
    ----------
    context : Context
    panel : ResultsPanel
    """

    def __init__(self, context: Context, panel: ResultsPanel) -> None:
        super().__init__(context.window)
        self._panel, self._session, self._actions = panel, context.session, context.actions
        session = context.session
        session.state_changed.connect(self._on_state)
        session.answered.connect(self._on_answer)
        session.glimpsed.connect(self._on_glimpse)
        panel.live.valueChanged.connect(self._on_live_seconds)
        panel.heard.complete_with(context.complete_classes)
        panel.heard.steered.connect(session.steer)
        self._on_live_seconds(panel.live.value())

    def _on_state(self, state: State) -> None:
        self._panel.set_dimmed(state in (State.ANALYSING, State.RECORDING))
        self._panel.live.setVisible(state is State.RECORDING)
        if self._session.answer is None:
            self._panel.show_message(_SENTENCES[state])

    def _on_live_seconds(self, seconds: int) -> None:
        self._session.analysis.live.window_s = seconds

    def _on_answer(self, answer: Answer) -> None:
        query = answer.matches.query
        subject = query.name
        if answer.span is not None and is_heard(answer.source):
            start, end = (formats.clock(time_s, 1) for time_s in answer.span)
            subject = f"{subject}, {start} – {end}"
        changes = answer.source.changes if isinstance(answer.source, Steered) else ()
        self._panel.heard.show_tags(query.heard, changes, query.tags is not None)
        self._show(_heading(answer, subject), subject, answer.matches, answer.calibration)

    def _on_glimpse(self, matches: Matches) -> None:
        self._panel.heard.show_tags(matches.query.heard)
        self._show(what_it_is(matches) or "Recording", "", matches)

    def _show(
        self,
        heading: str,
        subject: str,
        answer: Matches,
        calibration: Calibration | None = None,
    ) -> None:
        most = self._session.options.values.k
        number = formats.count(min(len(answer.matches), most), "match", "matches")
        parts = (subject, number, formats.elapsed(answer.elapsed_s))
        self._panel.show_matches(
            heading,
            " · ".join(part for part in parts if part),
            answer.matches,
            calibration,
            most,
        )
        for action in self._actions.for_a_row:
            action.setEnabled(bool(answer.matches))


def _heading(answer: Answer, subject: str) -> str:
    """Return what a person should think of an answer, in one line."""
    if not answer.matches.matches:
        return "No match"
    if not answer.matches.is_close:
        return "No close match: this is the nearest there is"
    return what_it_is(answer.matches) or f"Sounds like {subject}"
