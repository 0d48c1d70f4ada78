"""How is matched: by what, what is compared, and how many matches are shown."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from core.options import MOST_K, Comparison, Ranking
from gui.search.options import SearchOptions

NUMBERS = (10, 25, 50, 100, 250, 500, MOST_K)
RANKINGS = {
    Ranking.BOTH: "By sound and meaning",
    Ranking.SOUND: "By sound",
    Ranking.MEANING: "By meaning",
}
_COMPARISONS = {
    Comparison.MEAN: "Compare sounds as wholes",
    Comparison.FRAMES: "Compare their most similar seconds",
}
_RANKED = {
    Ranking.BOTH: "A good match sounds alike and is of the same kind",
    Ranking.SOUND: "A good match sounds alike, whatever it is",
    Ranking.MEANING: "A good match is of the same kind, however it sounds",
}
_NO_SOUND = (
    "Not by sound: another listener than yours analysed this catalogue. “Set up…” fetches VGGish"
)
_NO_MEANING = "Not by meaning: the clips of this catalogue have no labels of AudioSet’s"


class MatchMenu(QMenu):
    """Three choices; what the catalogue cannot be asked for is disabled, and says why.

    Parameters
    ----------
    options : SearchOptions
        Shown and changed.

    Attributes
    ----------
    rankings, comparisons, numbers : dict of QAction
    """

    def __init__(self, options: SearchOptions, parent: QWidget | None = None) -> None:
        super().__init__("&Match", parent)
        self._options = options
        self.setToolTipsVisible(True)
        self.rankings = self._choices("ranking", RANKINGS)
        self.addSeparator()
        self.comparisons = self._choices("by", _COMPARISONS)
        self.addSeparator()
        self._more = self.addMenu("&Number of matches")
        self.numbers: dict[int, QAction] = {}
        options.changed.connect(self._show)
        options.offered.connect(self._show)
        self._show()

    def _choices(self, name: str, texts: dict[Any, str]) -> dict[Any, QAction]:
        group, actions = QActionGroup(self), {}
        for value, text in texts.items():
            actions[value] = action = self.addAction(text)
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(partial(self._change, name, value))
        return actions

    def _change(self, name: str, value: object, _: bool = False) -> None:
        self._options.change(**{name: value})

    def _show(self) -> None:
        options = self._options
        values, possible, shown = options.values, options.rankings, options.shown_ranking
        why_not = _NO_MEANING if Ranking.SOUND in possible else _NO_SOUND
        for ranking, action in self.rankings.items():
            is_possible = ranking in possible
            action.setEnabled(is_possible)
            action.setToolTip(_RANKED[ranking] if is_possible else why_not)
            action.setChecked(ranking is shown)
        has_sound = shown is not Ranking.MEANING
        for comparison, action in self.comparisons.items():
            action.setEnabled(has_sound)
            action.setToolTip("" if has_sound else "Sounds are not compared: only meaning counts")
            action.setChecked(comparison is values.by)
        self._show_numbers(values.k)

    def _show_numbers(self, chosen: int) -> None:
        numbers = sorted({*NUMBERS, chosen})
        if list(self.numbers) != numbers:
            self._more.clear()
            self.numbers = {}
            for number in numbers:
                self.numbers[number] = action = self._more.addAction(f"{number:,}")
                action.setCheckable(True)
                action.triggered.connect(partial(self._change, "k", number))
        for number, action in self.numbers.items():
            action.setChecked(number == chosen)
