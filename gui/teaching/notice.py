"""What a recording is said of while it runs: that a taught class begins to be heard."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.types import Matches
from gui.context import Context
from gui.search.state import State


class HeardNotice(QObject):
    """Says it once, until the class is not heard any more.

    Parameters
    ----------
    context : Context
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._banner, self._further = context.banner, context.session.further
        self._heard: frozenset[str] = frozenset()
        context.session.live_matched.connect(self._on_live)
        context.session.state_changed.connect(self._on_state)

    def _on_state(self, state: State) -> None:
        if state is State.RECORDING:
            self._heard = frozenset()

    def _on_live(self, matches: Matches) -> None:
        # Another catalogue's listener may know classes that this one does not.
        others = (each.matches for each in self._further.answers if each.matches is not None)
        queries = [matches.query, *(each.query for each in others)]
        heard = frozenset(tag.label for each in queries for tag in each.heard if tag.is_taught)
        if begun := [f"“{label}”" for label in sorted(heard - self._heard)]:
            verb = "are" if begun[1:] else "is"
            self._banner.show_note(f"{' and '.join(begun)} {verb} heard now.")
        self._heard = heard
