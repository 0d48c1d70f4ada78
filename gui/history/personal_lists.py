"""Stars, hidden videos and presets of filters, kept in the library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.jobs import Job
from core.library_types import Star
from core.options import Filter
from core.types import Match
from gui.history.library_worker import LibraryWorker
from gui.history.stars import Stars


class PersonalLists(QObject):
    """Stars, hidden videos and presets of a person.

    Parameters
    ----------
    library_worker : LibraryWorker

    Attributes
    ----------
    stars : Stars

    Signals
    -------
    stars_changed : frozenset of (str, float)
        Video id and start of each clip with a star.
    hidden_changed : frozenset of str
        Ids of videos that are not to be shown.
    presets_changed : dict of str to Filter
    """

    stars_changed = Signal(frozenset)
    hidden_changed = Signal(frozenset)
    presets_changed = Signal(object)  # dict[str, Filter]; Qt would sort a dict by its keys

    def __init__(self, library_worker: LibraryWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library_worker = library_worker
        self.hidden: frozenset[str] = frozenset()
        self.stars = Stars(self)
        self.stars.noted.connect(self._note)

    def load(self) -> None:
        """Read what is kept."""
        worker = self._library_worker
        worker.do(lambda _: worker.library.stars(), self._show_stars)
        worker.do(lambda _: worker.library.presets(), self.presets_changed.emit)
        worker.do(lambda _: worker.library.hidden(), self._show_hidden)

    def star(self, match: Match) -> None:
        """Keep a match."""
        url = Path(match.path).as_uri() if match.path else match.url
        star = Star(match.video_id, match.start_s, match.end_s, match.labels, url)
        self._change_stars(lambda: self._library_worker.library.star(star))

    def unstar(self, video_id: str, start_s: float) -> None:
        """Let go of a clip."""
        self._change_stars(lambda: self._library_worker.library.unstar(video_id, start_s))

    def set_star(self, match: Match, is_starred: bool) -> None:
        """Keep a match, or let go of it."""
        if is_starred:
            self.star(match)
        else:
            self.unstar(match.video_id, match.start_s)

    def _note(self, star: Star, note: str) -> None:
        self._change_stars(lambda: self._library_worker.library.star(replace(star, note=note)))

    def _change_stars(self, change: Callable[[], None]) -> None:
        def work(_: Job) -> list[Star]:
            change()
            return self._library_worker.library.stars()

        self._library_worker.do(work, self._show_stars)

    def _show_stars(self, stars: list[Star]) -> None:
        self.stars.show_stars(stars)
        self.stars_changed.emit(frozenset((star.video_id, star.start_s) for star in stars))

    def hide(self, video_id: str) -> None:
        """Do not show a video any more."""
        self._change_hidden(lambda: self._library_worker.library.hide(video_id))

    def show(self, video_id: str) -> None:
        """Show a video again."""
        self._change_hidden(lambda: self._library_worker.library.show(video_id))

    def show_all(self) -> None:
        """Show all hidden videos again."""
        for video_id in self.hidden:
            self.show(video_id)

    def _change_hidden(self, change: Callable[[], None]) -> None:
        def work(_: Job) -> frozenset[str]:
            change()
            return self._library_worker.library.hidden()

        self._library_worker.do(work, self._show_hidden)

    def _show_hidden(self, hidden: frozenset[str]) -> None:
        self.hidden = hidden
        self.hidden_changed.emit(hidden)

    def save_preset(self, name: str, filters: Filter) -> None:
        """Keep a filter under a name."""
        self._library_worker.do(lambda _: self._library_worker.library.save_preset(name, filters))

    def remove_preset(self, name: str) -> None:
        """Let go of a filter."""
        self._library_worker.do(lambda _: self._library_worker.library.remove_preset(name))
