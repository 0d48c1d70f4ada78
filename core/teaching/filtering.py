"""Taught classes as filters: which clips of a catalogue are above a class's threshold."""

from __future__ import annotations

from typing import TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from core.catalog.catalog import Catalog
from core.options import Filter
from core.search.matcher import Matcher
from core.teaching.questions import check_model
from core.teaching.store import TaughtClasses
from core.teaching.taught_class import TaughtClass
from core.types import TAUGHT_HEARD
from core.vectors import unit

_CLIPS_A_STEP = 16_384
_Found: TypeAlias = "WeakKeyDictionary[TaughtClass, NDArray[np.bool_]]"


class TaughtFilter:
    """Separates the taught classes of a filter from AudioSet's.

    Parameters
    ----------
    taught : TaughtClasses
    """

    def __init__(self, taught: TaughtClasses) -> None:
        self._taught = taught
        # Neither a catalogue nor a class is kept for it after others took their place.
        self._found: WeakKeyDictionary[Catalog, _Found] = WeakKeyDictionary()

    def apart(
        self, matcher: Matcher, filters: Filter, without: NDArray[np.int64] | None
    ) -> tuple[Filter, NDArray[np.int64] | None]:
        """Return a filter of AudioSet's classes alone, and the rows that the others keep out.

        Parameters
        ----------
        matcher : Matcher
        filters : Filter
        without : int64 array or None
            Rows that are kept out already.

        Raises
        ------
        CatalogError
            If a class is unknown, or was taught by another model than the catalogue's.
        """
        include = {name: self._taught.find(name) for name in filters.include}
        exclude = {name: self._taught.find(name) for name in filters.exclude}
        if not any(include.values()) and not any(exclude.values()):
            return filters, without
        catalog = matcher.catalog
        is_out = np.zeros(len(catalog), np.bool_)
        own = [taught for taught in include.values() if taught is not None]
        others = tuple(name for name, taught in include.items() if taught is None)
        if own:  # a clip needs one of them all
            is_in = np.zeros(len(catalog), np.bool_)
            for taught in own:
                is_in |= self._above(taught, catalog)
            if others:
                is_in |= matcher.passing(Filter(others, (), filters.only_sure))
            is_out, others = ~is_in, ()
        for unwanted in exclude.values():
            if unwanted is not None:
                is_out |= self._above(unwanted, catalog)
        if without is not None:
            is_out[without] = True
        left = tuple(name for name, taught in exclude.items() if taught is None)
        return Filter(others, left, filters.only_sure), np.flatnonzero(is_out)

    def _above(self, taught: TaughtClass, catalog: Catalog) -> NDArray[np.bool_]:
        """Return which clips are of a class, bool (C,), as found before or now."""
        found = self._found.setdefault(catalog, WeakKeyDictionary())
        if taught not in found:
            found[taught] = _clips_of(taught, catalog)
        return found[taught]


def _clips_of(taught: TaughtClass, catalog: Catalog) -> NDArray[np.bool_]:
    check_model(taught, catalog)
    found = np.empty(len(catalog), np.bool_)
    for begin in range(0, len(catalog), _CLIPS_A_STEP):
        step = slice(begin, begin + _CLIPS_A_STEP)
        vectors = np.asarray(catalog.vectors[step], np.float32)
        found[step] = taught.scores(unit(vectors)) >= TAUGHT_HEARD
    return found
