"""Joins what is kept from day to day to the window: history, stars, hidden videos, presets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.library import Library
from core.paths import DataFolder
from core.types import Match
from gui.history.model import Entry, History, Status
from gui.history.store import HistoryStore, Recalled
from gui.main_window import MainWindow
from gui.search.answers import Answer
from gui.search.session import Session
from gui.widgets.external import ExternalPrograms
from gui.workers import Worker


class HistoryController(QObject):
    """What a person keeps, and what comes back.

    Parameters
    ----------
    window : MainWindow
    session : Session
    history : History
    library : Library
        Used in the worker only.
    worker : Worker
    reopen : callable
        Opens an entry's file anew, where there is nothing to ask again.
    opening : ExternalPrograms
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        history: History,
        library: Library,
        worker: Worker,
        reopen: Callable[[Entry], None],
        opening: ExternalPrograms,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._history = window, session, history
        self._reopen = reopen
        self._stars: frozenset[tuple[str, float]] = frozenset()
        self.remembering = HistoryStore(
            library, worker, history, window.history, lambda: session.choices, self
        )
        keeping, panel, details = self.remembering, window.history, window.results.details
        session.answered.connect(self._on_answered)
        panel.show_history(history)
        for signal in (history.rowsInserted, history.rowsRemoved, history.modelReset):
            signal.connect(lambda: window.empty.earlier.setVisible(history.rowCount() > 0))
        found = panel.view.found
        for signal in (found.rowsInserted, found.rowsRemoved, found.modelReset):
            signal.connect(self._point_out)  # Qt selects a neighbour of what goes out of sight
        panel.chosen.connect(self._restore)
        panel.folder_wanted.connect(lambda entry: opening.show_folder(entry.path.parent))
        panel.star_chosen.connect(lambda star: opening.browse(star.url))
        panel.star_liked.connect(lambda star: session.more_like(star.video_id))
        details.offer_memory()
        details.star_toggled.connect(self._on_star)
        details.hide_pressed.connect(lambda match: keeping.hide(match.video_id))
        window.results.table.chosen_changed.connect(self._show_star)
        window.results.table.proxy.ran_short.connect(session.ask_for_more)
        window.commands.show_hidden.triggered.connect(self._show_hidden)
        window.commands.hide_gone.toggled.connect(window.results.table.proxy.hide_gone)
        window.filter.preset_saved.connect(keeping.save_preset)
        window.filter.preset_removed.connect(keeping.remove_preset)
        keeping.presets_changed.connect(window.filter.set_presets)
        keeping.recalled.connect(self._on_recalled)
        keeping.stars_changed.connect(self._on_stars)
        keeping.hidden_changed.connect(self._on_hidden)
        keeping.noted.connect(window.banner.show_note)
        keeping.undoable.connect(lambda words: window.banner.show_note(words, "Undo", keeping.undo))
        keeping.failed.connect(lambda error: window.banner.show_note(error.in_full))
        self._hidden: frozenset[str] = frozenset()

    def load(self) -> None:
        """Show what is kept."""
        self.remembering.load()

    def close(self) -> None:
        """Write what waits; whoever owns the worker waits for its thread."""
        self.remembering.close()

    def hold(self) -> None:
        """Leave the library alone."""
        self.remembering.hold()

    def use(self, data: DataFolder) -> None:
        """Go on with the library that lies here."""
        self.remembering.use(Library(data.library))

    def _on_answered(self, answer: Answer) -> None:
        self._history.remember(answer)
        self._point_out()

    def _point_out(self) -> None:
        answer = self._session.answer
        row = -1 if answer is None else self._history.row_of(answer)
        self._window.history.point_out(row)

    def _restore(self, entry: Entry) -> None:
        if entry.answer is not None:
            self._session.restore(entry.answer)
        elif entry.past is not None:
            self.remembering.recall(entry)
        elif entry.status is not Status.ANALYSING:
            self._reopen(entry)

    def _on_recalled(self, recalled: Recalled) -> None:
        self._window.show_sound()
        entry, past = recalled.entry, recalled.entry.past
        if recalled.audio is None:
            self._window.banner.show_note(
                f"The file of {entry.name} is gone; its matches can still be found."
            )
        heard_by = "" if past is None else past.heard_by
        self._session.ask_again(recalled.query, recalled.audio, entry.span, heard_by)

    def _on_star(self, match: Match, is_starred: bool) -> None:
        if is_starred:
            self.remembering.star(match)
        else:
            self.remembering.unstar(match.video_id, match.start_s)

    def _on_stars(self, stars: frozenset[tuple[str, float]]) -> None:
        self._stars = stars
        self._show_star(self._window.results.details.match)

    def _show_star(self, match: Match | None) -> None:
        is_starred = match is not None and (match.video_id, match.start_s) in self._stars
        self._window.results.details.show_star(is_starred)

    def _on_hidden(self, hidden: frozenset[str]) -> None:
        self._hidden = hidden
        self._window.commands.show_hidden.setEnabled(bool(hidden))
        self._window.results.table.proxy.hide_videos(hidden)

    def _show_hidden(self) -> None:
        for video_id in self._hidden:
            self.remembering.show(video_id)
