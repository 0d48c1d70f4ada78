"""What was heard when in the sound in sight: from answers and live matches to the lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from core.audio.reader import AudioFile
from core.tagging.spans import TagSpan, query_spans
from core.types import Matches
from gui.context import Context
from gui.search.answers import Answer, Span
from gui.search.state import State
from gui.tags.lane import TagLane

_CUT_S = 1e-6
"""Patches that begin together differ by no more than this."""


class TagController(QObject):
    """Joins the lane of tags to the session.

    Parts of a sound that are matched after all of it leave the lane as it is.

    Parameters
    ----------
    context : Context
    lane : TagLane
    in_sight : callable
        Returns the time in sight, in seconds; of a running recording, up to what came last.

    Signals
    -------
    sounding : frozenset of str
        The classes that are heard now, at the end of a running recording.
    """

    sounding = Signal(frozenset)

    def __init__(self, context: Context, lane: TagLane, in_sight: Callable[[], Span]) -> None:
        super().__init__(context.window)
        self._lane, self._in_sight = lane, in_sight
        self._worker = context.workers["tags"]
        self._audio: AudioFile | None = None
        self._has_whole = False
        self._spans: list[TagSpan] = []
        session = context.session
        session.analysis.opened.connect(self._on_opened)
        session.answered.connect(self._on_answered)
        session.glimpsed.connect(self._on_glimpsed)
        session.state_changed.connect(self._on_state)

    def _on_opened(self, audio: AudioFile | None) -> None:
        if audio is not self._audio:
            self._clear()
            self._audio = audio

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self._clear()

    def _on_answered(self, answer: Answer) -> None:
        self._on_opened(answer.audio)
        query, is_whole = answer.matches.query, answer.span is None
        if isinstance(answer.source, str) or query.patch_tags is None:
            return  # of a video or a former day: nothing is known of seconds
        if self._has_whole and not is_whole:
            return
        start_s = 0.0 if answer.span is None else answer.span[0]
        self._has_whole = is_whole
        # A day of sound takes a second.
        self._worker.submit(lambda job: query_spans(query, start_s), self._show)

    def _on_glimpsed(self, matches: Matches) -> None:
        query, (left_s, right_s) = matches.query, self._in_sight()
        end_s = int(right_s / query.hop_s + _CUT_S) * query.hop_s  # of the last whole patch
        start_s = max(0.0, end_s - len(query.frames) * query.hop_s)

        def done(latest: list[TagSpan]) -> None:
            earlier = [
                replace(span, end_s=min(span.end_s, start_s))
                for span in self._spans
                if span.start_s < start_s - _CUT_S and span.end_s > left_s
            ]
            self._show([*earlier, *latest])
            # The end of the last whole patch, or a little later where that is the sound's.
            now_s = end_s - query.hop_s / 2
            self.sounding.emit(frozenset(span.label for span in latest if span.end_s > now_s))

        self._worker.submit(lambda job: query_spans(query, start_s), done)

    def _show(self, spans: list[TagSpan]) -> None:
        self._spans = spans
        self._lane.show_spans(spans)

    def _clear(self) -> None:
        self._worker.cancel()
        self._audio, self._has_whole = None, False
        self._show([])
