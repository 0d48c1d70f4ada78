"""Joins the map to the session: it is of the catalogue whose matches are shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.types import Match
from gui.context import Context
from gui.map.pane import MapPane
from gui.search.answers import clip_of, match_in, name_of


class MapController(QObject):
    """Shows an answer on the map, and what is chosen there among the matches.

    Parameters
    ----------
    context : Context
    select_clip : callable
        Selects the match that is a row of the shown catalogue; returns whether there is one.

    Attributes
    ----------
    pane : MapPane
    """

    def __init__(self, context: Context, select_clip: Callable[[int], bool]) -> None:
        super().__init__(context.window)
        self._context, self._session, self._select_clip = context, context.session, select_clip
        self.pane = MapPane(context.workers["map"], context.data.maps)
        self.pane.chosen.connect(self._on_chosen)
        self.pane.failed.connect(context.show_trouble)
        session = context.session
        session.shown.changed.connect(self.show_catalog)
        session.answered.connect(lambda _: self._show_answer())
        session.further.looked_at.connect(self._show_answer)

    def show_catalog(self) -> None:
        """Show the catalogue whose matches are shown, once it is loaded."""
        shown = self._session.shown
        if shown.info is not None:
            self.pane.set_catalog(shown.engine.catalog())
            self._show_answer()

    def select(self, match: Match | None) -> None:
        """Mark a match, and bring it into sight."""
        if match is not None and match.row >= 0 and self._is_of_shown:
            self.pane.select(match.row)

    @property
    def _is_of_shown(self) -> bool:
        """Whether the list that is shown is of the catalogue that the map is of."""
        further = self._session.further
        return further.index == 0 or further.shown is not None

    def _show_answer(self) -> None:
        answer, further = self._session.answer, self._session.further
        matches = answer.matches if answer is not None and further.index == 0 else None
        if further.shown is not None:
            matches = further.shown.matches
        if matches is not None:
            self.pane.show_answer(matches)

    def _on_chosen(self, row: int) -> None:
        if not self._is_of_shown or self._select_clip(row):
            return
        shown = self._session.shown
        match = match_in(shown.engine.catalog(), row)
        self._context.banner.show_note(
            f"{name_of(clip_of(match))} is not among the matches.",
            "More like this",
            lambda: shown.more_like(match),
        )
