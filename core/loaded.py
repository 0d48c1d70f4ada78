"""The listener and the catalogue in memory: loaded when needed, replaced when others came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from core.jobs import Job
from core.options import ListenerKind, Options
from core.paths import DataFolder
from core.types import CatalogInfo

# What else is needed is imported when it is needed: a window shows before that.
if TYPE_CHECKING:
    from core.listeners import Listener
    from core.search.matcher import Matcher
    from core.teaching.store import TaughtClasses


class Loaded:
    """Model and catalogue that an engine works with. It belongs to one thread at a time.

    Parameters
    ----------
    data : DataFolder
    options : Options
    lender : Loaded, optional
        Whose listener is used where it is of the kind that is needed here.
    """

    def __init__(self, data: DataFolder, options: Options, lender: Loaded | None = None) -> None:
        self.data, self.options, self._lender = data, options, lender
        self._listener: Listener | None = None
        self._matcher: Matcher | None = None

    @cached_property
    def taught(self) -> TaughtClasses:
        """The classes that were taught."""
        from core.teaching.store import TaughtClasses

        return TaughtClasses(self.data.taught)

    def listener(self, job: Job | None = None) -> Listener:
        """Return what analyses sounds; raise ModelError if it cannot be used."""
        if self._lender is not None and self._lender.listener_kind is self.listener_kind:
            return self._lender.listener(job)
        if self._listener is None:
            job = job or Job()
            job.report("Loading the model", 0.0)
            from core.setup.selection import listener

            self._listener = listener(self.data, self.options, job)
        return self._listener

    @property
    def listener_kind(self) -> ListenerKind:
        """The kind of what analyses sounds, which need not be loaded for that."""
        from core.setup.selection import listener_kind

        return listener_kind(self.data, self.options)

    def matcher(self, job: Job | None = None) -> Matcher:
        """Return what ranks the catalogue's clips; raise CatalogError if it cannot be used."""
        if self._matcher is None:
            job = job or Job()
            job.report("Opening the catalogue", 0.0)
            from core.search.matcher import Matcher
            from core.setup.inventory import remove_leftovers
            from core.setup.selection import catalog

            remove_leftovers(self.data)
            self._matcher = Matcher(catalog(self.data, self.options))
        return self._matcher

    def info(self, job: Job | None = None) -> CatalogInfo:
        """Return what a person wants to know of both; raise CatalogError if they do not fit."""
        from core.setup.selection import paired

        matcher, listener = self.matcher(job), self.listener(job)
        return paired(matcher.catalog, listener, self.options)

    def load(self, job: Job | None = None) -> CatalogInfo:
        """Load both; see `Engine.load`."""
        job = job or Job()
        self.listener(job.part(0, 0.9))
        self.matcher(job.part(0.9, 1)).prepare()
        job.report("Ready", 1.0)
        return self.info()

    def reload(self, job: Job | None = None) -> CatalogInfo:
        """Load what is there now; see `Engine.reload`."""
        return self._taken_over(Loaded(self.data, self.options), job)

    def choose(self, names: Sequence[str], job: Job | None = None) -> CatalogInfo:
        """Load another catalogue of the data folder, and keep the choice; see `Engine.choose`."""
        from core.catalog.balanced import balanced_path
        from core.setup.choice import BALANCED
        from core.setup.inventory import choose, named

        main = names[0]
        path = balanced_path() if main == BALANCED else named(self.data, main).path
        fresh = Loaded(self.data, replace(self.options, catalog=path))
        info = self._taken_over(fresh, job, lambda: choose(self.data, names))
        self.options = replace(self.options, catalog=None)
        return info

    def _taken_over(
        self, fresh: Loaded, job: Job | None, keep: Callable[[], None] = lambda: None
    ) -> CatalogInfo:
        """Load `fresh`, and answer by what it has; all is as before where that or `keep` fails."""
        try:
            info = fresh.load(job)
            keep()
        except BaseException:
            fresh.close()
            raise
        self.close()
        self._listener, self._matcher = fresh._listener, fresh._matcher
        return info

    def close(self) -> None:
        """Let go of memory and processes."""
        if self._listener is not None:
            self._listener.close()
        if self._matcher is not None:
            self._matcher.close()
        self._listener = self._matcher = None
