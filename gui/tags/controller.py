"""What was heard when in the sound in sight: from answers and live matches to the lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from core.audio.reader import AudioFile
from core.tagging.spans import TagSpan, query_spans
from core.types import Matches, Query
from gui.context import Context
from gui.search.answers import Answer, Span, is_heard
from gui.search.state import State
from gui.tags.lane import TagLane

_CUT_S = 1e-6
"""Patches that begin together differ by no more than this."""


class TagController(QObject):
    """Joins the lane of tags to the session.

    Parts of a sound that are matched after all of it leave the lane as it is. The library keeps no
    tags of patches: for a sound of a former day they are told from its frames, or, where these do
    not tell them, it is analysed again whenever the engine has nothing else to do.

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
        self._engine, self._session = context.engine, context.session
        self._worker = context.workers["tags"]
        self._audio: AudioFile | None = None
        self._part: Span | None = None
        self._taken: Query | None = None
        self._has_whole = self._lacks_analysis = False
        self._spans: list[TagSpan] = []
        session = context.session
        session.analysis.opened.connect(self._on_opened)
        session.answered.connect(self._on_answered)
        session.live_matched.connect(self._on_live)
        session.state_changed.connect(self._on_state)
        session.searches.busy_changed.connect(self._analyse_if_idle)

    def _on_opened(self, audio: AudioFile | None) -> None:
        if audio is not self._audio:
            self._clear()
            self._audio = audio

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self._clear()

    def _on_answered(self, answer: Answer) -> None:
        self._on_opened(answer.audio)
        query, span = answer.matches.query, answer.span
        if answer.audio is None or not is_heard(answer.source):
            return  # a video or words, or a sound without a picture above the lane
        if query is self._taken:
            return  # it was asked anew under other options
        if self._has_whole and (span is not None or query.patch_tags is None):
            return
        if query.patch_tags is None and span is not None and span == self._part:
            return
        self._has_whole, self._part, self._lacks_analysis = span is None, span, False
        self._taken = query
        if query.patch_tags is not None:
            self._take(query)
        elif answer.matches.catalog.has_released_frames:
            self._take(query, self._engine.with_patch_tags)
        else:
            self._lacks_analysis = True
            self._analyse_if_idle()

    def _take(
        self, query: Query, completed: Callable[[Query], Query] = lambda query: query
    ) -> None:
        start_s = 0.0 if self._part is None else self._part[0]
        # A day of sound takes a second.
        self._worker.submit(lambda job: query_spans(completed(query), start_s), self._show)

    def _analyse_if_idle(self) -> None:
        audio, searches = self._audio, self._session.searches
        start_s, end_s = self._part or (None, None)
        is_free = not searches.is_busy and self._session.state is not State.RECORDING
        if not self._lacks_analysis or audio is None or not is_free:
            return

        def end(_: object = None) -> None:
            self._lacks_analysis = False  # a file that cannot be read any more has no tags

        def done(query: Query) -> None:
            end()
            self._take(query)

        # Whatever a person asks for meanwhile stops this; then it is begun again.
        searches.submit(lambda job: self._engine.query(audio, start_s, end_s, job), done, end)

    def _on_live(self, matches: Matches) -> None:
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
        self._audio, self._part, self._taken = None, None, None
        self._has_whole = self._lacks_analysis = False
        self._show([])
