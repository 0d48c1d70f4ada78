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

    What is possible is known of the main catalogue, and of the one that is shown, which menus and
    the filter tell of.

    Signals
    -------
    changed : SearchValues
    offered
        The catalogue can be asked in other ways than before, or for something else.
    """

    changed = Signal(SearchValues)
    offered = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values = SearchValues()
        self._sound_rankings: tuple[Ranking, ...] = ()
        self._clip_rankings: tuple[Ranking, ...] = ()
        self._shows_clip = self._knows_sure_labels = False
        self._of_other: tuple[tuple[Ranking, ...], bool] | None = None

    @property
    def values(self) -> SearchValues:
        """The options of now."""
        return self._values

    @property
    def rankings(self) -> tuple[Ranking, ...]:
        """By what the shown catalogue can be asked for what is shown, the best first.

        Empty before that is known.
        """
        if self._of_other is not None:
            return self._of_other[0]
        return self._clip_rankings if self._shows_clip else self._sound_rankings

    @property
    def knows_sure_labels(self) -> bool:
        """Whether the shown catalogue can be asked for sure labels alone."""
        return self._knows_sure_labels if self._of_other is None else self._of_other[1]

    @property
    def possible(self) -> SearchValues:
        """The options of now as far as the main catalogue can be asked so for a sound."""
        return self.possible_for(is_clip=False)

    def possible_for(self, is_clip: bool) -> SearchValues:
        """Return the options of now as far as a sound, or a clip of the catalogue, can be asked."""
        values = self._values
        if values.filters.only_sure and not self._knows_sure_labels:
            values = replace(values, filters=replace(values.filters, only_sure=False))
        if values.ranking in (self._clip_rankings if is_clip else self._sound_rankings):
            return values
        return replace(values, ranking=Ranking.BOTH)  # which takes what there is

    @property
    def shown_ranking(self) -> Ranking:
        """Ranking that was chosen, or that stands for it with this catalogue."""
        chosen = self._values.ranking
        return self.rankings[0] if self.rankings and chosen not in self.rankings else chosen

    def offer(
        self,
        rankings: tuple[Ranking, ...],
        knows_sure_labels: bool = False,
        clip_rankings: tuple[Ranking, ...] = tuple(Ranking),
    ) -> None:
        """Take note of how the main catalogue can be asked; what was chosen is kept."""
        self._sound_rankings, self._clip_rankings = rankings, clip_rankings
        self._knows_sure_labels = knows_sure_labels
        self.offered.emit()

    def show_clip(self, is_clip: bool) -> None:
        """Offer what a clip of the catalogue can be asked by, or what a sound can."""
        if is_clip is not self._shows_clip:
            self._shows_clip = is_clip
            self.offered.emit()

    def show_of_other(self, rankings: tuple[Ranking, ...], knows_sure_labels: bool) -> None:
        """Offer what a catalogue beside the main one can be asked by, whose list is shown."""
        self._show((rankings, knows_sure_labels))

    def show_of_main(self) -> None:
        """Offer what the main catalogue can be asked by, whose list is shown again."""
        self._show(None)

    def _show(self, of_other: tuple[tuple[Ranking, ...], bool] | None) -> None:
        if of_other != self._of_other:
            self._of_other = of_other
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
