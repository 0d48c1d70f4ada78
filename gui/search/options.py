"""What a person chose for all searches: widgets show and change it, the session follows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.options import DEFAULT_K, Comparison, Filter


@dataclass(frozen=True)
class SearchValues:
    """The options at one moment, as workers get them.

    Attributes
    ----------
    k : int
        How many matches.
    filters : Filter
    by : Comparison
        What is compared: sounds as wholes, or their best-aligned seconds.
    """

    k: int = DEFAULT_K
    filters: Filter = field(default_factory=Filter)
    by: Comparison = Comparison.MEAN


class SearchOptions(QObject):
    """The only owner of what a person chose for all searches.

    Signals
    -------
    changed : SearchValues
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values = SearchValues()

    @property
    def values(self) -> SearchValues:
        """The options of now."""
        return self._values

    @property
    def filters(self) -> Filter:
        """The classes to show and to hide."""
        return self._values.filters

    def adopt(self, values: SearchValues) -> None:
        """Take up all options at once."""
        if values != self._values:
            self._values = values
            self.changed.emit(values)

    def change(self, **changes: Any) -> None:
        """Change some options by their names in `SearchValues`."""
        self.adopt(replace(self._values, **changes))
