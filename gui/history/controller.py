"""What comes back from day to day: sounds that were matched, stars, hidden videos, presets."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.audio.recordings import Recordings
from core.library import Library
from core.library_types import Star
from gui.context import Context
from gui.history.library_worker import LibraryWorker
from gui.history.model import Entry, History, Status
from gui.history.panel import HistoryPanel
from gui.history.personal_lists import PersonalLists
from gui.history.stars import clip_of
from gui.history.store import HistoryStore, Recalled
from gui.search.answers import Answer
from gui.search.options import SearchValues


class HistoryController(QObject):
    """Joins the panel, the library and the session.

    Parameters
    ----------
    context : Context
    history : History
    panel : HistoryPanel

    Attributes
    ----------
    library_worker : LibraryWorker
    store : HistoryStore
    lists : PersonalLists

    Signals
    -------
    reopened : list of Path
        A person wants sounds matched for which there is nothing to ask again.
    recalled
        A sound of a former day comes into sight.
    """

    reopened = Signal(list)
    recalled = Signal()

    def __init__(self, context: Context, history: History, panel: HistoryPanel) -> None:
        super().__init__(context.window)
        self._context, self._session = context, context.session
        self._history, self._panel = history, panel
        library = Library(context.data.library)
        self.library_worker = LibraryWorker(library, context.workers["library"], self)
        options = context.session.options
        self.store = HistoryStore(self.library_worker, history, options, self)
        self.lists = PersonalLists(self.library_worker, self)
        panel.show_history(history)
        panel.show_stars(self.lists.stars)
        self._connect()
        self.store.load()
        self.lists.load()
        recordings = Recordings(context.data.recordings)
        # Without a library that can be read nobody knows what is to stay: then all of it does.
        self.library_worker.do(lambda _: recordings.prune(library.kept_paths()))

    def _connect(self) -> None:
        panel, store, lists, session = self._panel, self.store, self.lists, self._session
        banner, actions, external = (
            self._context.banner,
            self._context.actions,
            self._context.external,
        )
        session.answered.connect(self._on_answered)
        found = panel.view.found
        for signal in (found.rowsInserted, found.rowsRemoved, found.modelReset):
            signal.connect(self._mark_shown)  # Qt selects a neighbour of what goes out of sight
        panel.chosen.connect(self._restore)
        panel.removed.connect(store.remove)
        panel.star_set.connect(store.set_star)
        panel.cleared.connect(store.clear)
        panel.folder_wanted.connect(lambda entry: external.show_file(entry.path))
        panel.star_chosen.connect(self._open_star)
        panel.star_liked.connect(lambda star: session.more_like(clip_of(star)))
        panel.star_removed.connect(lambda star: lists.unstar(star.video_id, star.start_s))
        store.recalled.connect(self._on_recalled)
        store.undoable.connect(lambda words: banner.show_note(words, "Undo", store.undo))
        store.lapsed.connect(banner.withdraw)
        actions.show_hidden.triggered.connect(lists.show_all)
        lists.hidden_changed.connect(lambda hidden: actions.show_hidden.setEnabled(bool(hidden)))
        self.library_worker.noted.connect(banner.show_note)
        self.library_worker.failed.connect(lambda error: banner.show_note(error.in_full))

    def close(self) -> None:
        """Write what waits; whoever owns the worker waits for its thread."""
        self.store.forget_for_good()
        self.library_worker.close()

    def _on_answered(self, answer: Answer) -> None:
        self._history.remember(answer)
        self._mark_shown()

    def _mark_shown(self) -> None:
        answer = self._session.answer
        self._panel.mark_shown(-1 if answer is None else self._history.row_of(answer))

    def _open_star(self, star: Star) -> None:
        if star.url:
            self._context.external.browse(star.url)
        else:
            self._context.banner.show_note("This video cannot be opened: its address is not known.")

    def _restore(self, entry: Entry) -> None:
        if entry.answer is not None:
            self._session.restore(entry.answer)
        elif entry.past is not None:
            self.store.recall(entry)
        elif entry.status is not Status.ANALYSING:
            self.reopened.emit([entry.path])

    def _on_recalled(self, recalled: Recalled) -> None:
        self.recalled.emit()
        entry, past = recalled.entry, recalled.past
        if recalled.audio is None:
            self._context.banner.show_note(
                f"The file of {entry.name} is gone; its matches can still be found."
            )
        self._session.options.adopt(SearchValues(past.k, past.filters, past.by, past.ranking))
        self._session.ask_again(recalled.query, recalled.audio, entry.span, past.model_key)
