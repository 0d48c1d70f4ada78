"""What is compared, and what makes a match a good one: two choices above the matches."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QWidget

from core.options import Comparison, Ranking
from gui import theme
from gui.search.options import SearchOptions

_COMPARED = "Compare sounds as wholes, or each part of yours with the clip's most similar second"
_RANKED = "What makes a good match: that it sounds alike, that it is of the same kind, or both"
_NO_SOUND = (
    "Not by sound: another listener than yours analysed this catalogue. “Set up…” fetches VGGish"
)
_NO_MEANING = "Not by meaning: the clips of this catalogue have no labels of AudioSet’s"


class ComparisonChoice(QComboBox):
    """How sounds are compared; not to be chosen where only meaning counts.

    Parameters
    ----------
    options : SearchOptions
        Shown and changed.
    """

    def __init__(self, options: SearchOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self.addItem("Whole sounds", Comparison.MEAN)
        self.addItem("Best seconds", Comparison.FRAMES)
        self.setAccessibleName("What is compared")
        self.setFixedHeight(theme.ROW_HEIGHT)
        self.currentIndexChanged.connect(
            lambda _: options.change(by=Comparison(self.currentData()))
        )
        options.changed.connect(self._show)
        options.offered.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.setCurrentIndex(max(0, self.findData(self._options.values.by)))
        counts = self._options.shown_ranking is not Ranking.MEANING
        self.setEnabled(counts)
        self.setToolTip(_COMPARED if counts else "Sounds are not compared: only meaning counts")


class RankingChoice(QComboBox):
    """What makes a clip a good match; what the catalogue cannot be asked is disabled.

    Parameters
    ----------
    options : SearchOptions
        Shown and changed.
    """

    def __init__(self, options: SearchOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self.addItem("Sound and meaning", Ranking.BOTH)
        self.addItem("Sound", Ranking.SOUND)
        self.addItem("Meaning", Ranking.MEANING)
        self.setAccessibleName("What makes a good match")
        self.setFixedHeight(theme.ROW_HEIGHT)
        self.currentIndexChanged.connect(
            lambda _: options.change(ranking=Ranking(self.currentData()))
        )
        options.changed.connect(self._show)
        options.offered.connect(self._show)
        self._show()

    def _show(self) -> None:
        rankings = self._options.rankings
        why_not = _NO_MEANING if Ranking.SOUND in rankings else _NO_SOUND
        model = self.model()
        assert isinstance(model, QStandardItemModel)  # noqa: S101 - what a combo box comes with
        for row in range(self.count()):
            is_possible = self.itemData(row) in rankings
            model.item(row).setEnabled(is_possible)
            tip = "" if is_possible else why_not
            self.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        self.setEnabled(len(rankings) > 1)
        self.setToolTip(why_not if len(rankings) == 1 else _RANKED)
        with QSignalBlocker(self):  # what was chosen is kept for another catalogue
            self.setCurrentIndex(self.findData(self._options.shown_ranking))
