"""A list of the history or of stars: found by words, removed and renamed with keys."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QLabel, QListView, QVBoxLayout

from gui import theme
from gui.history.model import SEARCH_ROLE
from gui.history.rows import EntryDelegate
from gui.widgets.quiet_selection import QuietSelection

_STAR_KEYS = QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_D)
_NOTHING_FOUND = "Nothing here has these words."


class EntryList(QListView):
    """A list whose rows can be found by their words, or a sentence where there are none.

    Parameters
    ----------
    name : str
        For people who hear the window.
    nothing : str
        A sentence that stands in an empty list.
    has_pictures : bool

    Attributes
    ----------
    found : QSortFilterProxyModel
        The rows in sight.

    Signals
    -------
    remove_pressed, star_pressed : QModelIndex
        The keys for it.
    """

    remove_pressed = Signal(QModelIndex)
    star_pressed = Signal(QModelIndex)

    def __init__(self, name: str, nothing: str, has_pictures: bool) -> None:
        super().__init__()
        self._nothing = nothing
        self.sentence = QLabel(nothing)
        self.found = QSortFilterProxyModel(self)
        self.found.setFilterRole(SEARCH_ROLE)
        self.found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self.found)
        self.setAccessibleName(name)
        self.setItemDelegate(EntryDelegate(has_pictures, self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        QuietSelection(self)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.sentence.setForegroundRole(QPalette.ColorRole.Text)
        layout = QVBoxLayout(self.viewport())
        layout.setContentsMargins(*4 * (2 * theme.GRID,))
        layout.addWidget(self.sentence)
        for signal in (self.found.rowsInserted, self.found.rowsRemoved, self.found.modelReset):
            signal.connect(self._say_nothing)
        self._say_nothing()

    def show_only(self, text: str) -> None:
        """Show only rows with these words."""
        self.found.setFilterFixedString(text.strip())
        self._say_nothing()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove the current row on Delete; on Ctrl+D its star is set or taken away."""
        is_delete = event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        is_star = event.keyCombination() == _STAR_KEYS
        if (is_delete or is_star) and self.currentIndex().isValid():
            pressed = self.remove_pressed if is_delete else self.star_pressed
            pressed.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _say_nothing(self) -> None:
        source = self.found.sourceModel()
        has_any = source is not None and source.rowCount() > 0
        self.sentence.setText(_NOTHING_FOUND if has_any else self._nothing)
        self.sentence.setVisible(not self.found.rowCount())
