"""The catalogue whose matches a person looks at: the main one, or one beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from core.engine import Engine
from core.types import CatalogInfo, Match
from gui.search.answers import Source, clip_of, name_of
from gui.search.further import FurtherAnswers
from gui.search.loading import EngineLoader
from gui.search.options import SearchOptions

_GoOn: TypeAlias = Callable[[str, Callable[[Callable[[Source], None]], None]], None]


class ShownCatalog(QObject):
    """Follows the tabs: what is said of a catalogue is said of the one that is shown.

    A catalogue beside the main one is known as soon as it has answered anything; until then the
    one of before counts.

    Parameters
    ----------
    loader : EngineLoader
    further : FurtherAnswers
        Told which catalogues there are beside the main one.
    options : SearchOptions
        Told by what the shown catalogue can be asked.
    more_like, go_on : callable
        Of the session: asks for a clip of the main catalogue; goes on from the answer.

    Attributes
    ----------
    engine : Engine
        What asks the shown catalogue.
    info : CatalogInfo or None
        None before any is loaded.

    Signals
    -------
    changed
        It is another one, or was loaded anew.
    """

    changed = Signal()

    def __init__(
        self,
        loader: EngineLoader,
        further: FurtherAnswers,
        options: SearchOptions,
        more_like: Callable[[Source], None],
        go_on: _GoOn,
    ) -> None:
        super().__init__()
        self._main_info: CatalogInfo | None = None
        self._further, self._options = further, options
        self._ask_main, self._go_on = more_like, go_on
        self.engine = further.engine
        self.info: CatalogInfo | None = None
        loader.ready.connect(self._on_ready)
        further.looked_at.connect(self._follow)

    def more_like(self, match: Match) -> None:
        """Look for what sounds like a clip of it."""
        clip = clip_of(match)
        if self._further.index == 0:
            self._ask_main(clip)
        else:
            # The main catalogue does not have this clip.
            self._go_on(f"more like {name_of(clip)}", partial(self._further.query_of, match))

    def _on_ready(self, info: CatalogInfo) -> None:
        self._main_info = info
        self._further.offer(info.others)
        if self._further.index == 0:
            self._options.show_of_main()
            self._take(self._further.engine, info, is_new=True)

    def _follow(self) -> None:
        given = self._further.shown
        if self._further.index == 0:
            self._options.show_of_main()
            if self._main_info is not None:
                self._take(self._further.engine, self._main_info)
        elif given is not None and given.info is not None:
            # How it was asked may be less than what it can be asked by: by another model's clip.
            asked = given.info if given.matches is None else given.matches.catalog
            self._options.show_of_other(asked.rankings, asked.knows_sure_labels)
            self._take(given.engine, given.info)

    def _take(self, engine: Engine, info: CatalogInfo, is_new: bool = False) -> None:
        is_new = is_new or engine is not self.engine
        self.engine, self.info = engine, info
        if is_new:
            self.changed.emit()
