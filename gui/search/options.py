"""What a person chose for all searches: widgets show and change it, the session follows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.options import DEFAULT_K, Comparison, Filter, Ranking


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
    ranking : Ranking
        What makes a clip a good match.
    """

    k: int = DEFAULT_K
    filters: Filter = field(default_factory=Filter)
    by: Comparison = Comparison.MEAN
    ranking: Ranking = Ranking.BOTH


class SearchOptions(QObject):
    """The only owner of what a person chose for all searches.

    Attributes
    ----------
    rankings : tuple of Ranking
        By what the catalogue can be asked for a sound, the best first; empty before it is known.
    knows_sure_labels : bool
        Whether the catalogue can be asked for sure labels alone.

    Signals
    -------
    changed : SearchValues
    offered
        The catalogue can be asked in other ways than before.
    """

    changed = Signal(SearchValues)
    offered = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values = SearchValues()
        self.rankings: tuple[Ranking, ...] = ()
        self.knows_sure_labels = False

    @property
    def values(self) -> SearchValues:
        """The options of now."""
        return self._values

    @property
    def possible(self) -> SearchValues:
        """The options of now as far as the catalogue can be asked so."""
        values = self._values
        if values.filters.only_sure and not self.knows_sure_labels:
            values = replace(values, filters=replace(values.filters, only_sure=False))
        if values.ranking in self.rankings:
            return values
        return replace(values, ranking=Ranking.BOTH)  # which takes what there is

    @property
    def shown_ranking(self) -> Ranking:
        """Ranking that was chosen, or that stands for it with this catalogue."""
        chosen = self._values.ranking
        return self.rankings[0] if self.rankings and chosen not in self.rankings else chosen

    def offer(self, rankings: tuple[Ranking, ...], knows_sure_labels: bool = False) -> None:
        """Take note of how the catalogue can be asked; what was chosen is kept."""
        self.rankings, self.knows_sure_labels = rankings, knows_sure_labels
        self.offered.emit()

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
