"""The lists of matches: that of the main catalogue, and those of the others beside it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.search.feedback import Calibration
from core.types import CatalogInfo, Match, Matches
from gui import formats
from gui.context import Context
from gui.results.panel import ResultsPanel
from gui.search.state import State

_SEARCHING = "Searching."
_RECORDING = "Recording. The matches follow."


class CatalogLists(QObject):
    """Shows the list whose tab is chosen.

    Parameters
    ----------
    context : Context
    panel : ResultsPanel

    Signals
    -------
    counted : str
        How many matches are in the list that is shown, and how long they took.
    """

    counted = Signal(str)

    def __init__(self, context: Context, panel: ResultsPanel) -> None:
        super().__init__(context.window)
        self._session, self._actions, self._panel = context.session, context.actions, panel
        self._further, self._options = context.session.further, context.session.options
        self._heading, self._name, self._problem = "", "", ""
        self._main: tuple[Matches, Calibration | None] | None = None
        panel.tabs.bind(context.window)
        panel.tabs.currentChanged.connect(self._show)
        self._further.changed.connect(self._on_further)
        context.session.ready.connect(self._on_ready)

    def show_main(
        self, heading: str, matches: Matches, calibration: Calibration | None, problem: str = ""
    ) -> None:
        """Show what the main catalogue answers, where its tab is chosen."""
        self._heading, self._main, self._problem = heading, (matches, calibration), problem
        self._name_tabs()
        if self._index == 0:
            self._show()

    @property
    def _index(self) -> int:
        """Return which list is chosen: 0 is the main catalogue's."""
        return max(self._panel.tabs.currentIndex(), 0) if self._further.names else 0

    def _on_ready(self, info: CatalogInfo) -> None:
        self._name = info.name
        self._name_tabs()

    def _on_further(self) -> None:
        self._name_tabs()
        if self._index == 0:
            return
        # What is looked at stays as it is while the others answer; what a recording is like now
        # is shown at once, but what is about to be clicked must not move.
        is_recording = self._session.state is State.RECORDING
        is_renewed = is_recording and not self._panel.table.viewport().underMouse()
        if self._further.shown is None or is_renewed:
            self._show()

    def _name_tabs(self) -> None:
        further = self._further
        if not further.names:
            self._panel.tabs.show_names([])
            return
        lists = [self._main[0] if self._main else None, *(each.matches for each in further.answers)]
        lists += [None] * (1 + len(further.names) - len(lists))
        names = zip((self._name, *further.names), lists, strict=True)
        self._panel.tabs.show_names([self._titled(name, matches) for name, matches in names])

    def _titled(self, name: str, matches: Matches | None) -> str:
        return name if matches is None else f"{name} ({self._count(matches.matches):,})"

    def _count(self, matches: tuple[Match, ...]) -> int:
        return min(len(matches), self._options.values.k)

    def _show(self) -> None:
        index = self._index
        self._further.show(index)
        matches, calibration, problem = None, None, self._problem
        if index == 0 and self._main is not None:
            matches, calibration = self._main
        elif index > 0:
            is_recording = self._session.state is State.RECORDING
            problem = _RECORDING if is_recording else _SEARCHING
            if (given := self._further.shown) is not None:
                matches, calibration, problem = given.matches, given.calibration, given.problem
        if matches is not None:
            number = formats.count(self._count(matches.matches), "match", "matches")
            self.counted.emit(f"{number} in {formats.elapsed(matches.elapsed_s)}")
            most = self._options.values.k
            self._panel.show_matches(self._heading, matches.matches, calibration, most)
        if problem:
            self._panel.show_message(problem)
        has_rows = matches is not None and bool(matches.matches)
        for action in self._actions.for_a_row:
            action.setEnabled(has_rows)
        self._actions.suit_files(self._panel.table.results.has_files)
