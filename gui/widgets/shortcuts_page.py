"""One page with every shortcut."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from gui import theme


class ShortcutsPage(QDialog):
    """Lists the keys and what they do, read from the actions themselves."""

    def __init__(
        self, actions: list[QAction], others: list[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * theme.GRID)
        grid.setVerticalSpacing(theme.GRID)
        listed = [(_keys(action), action.toolTip()) for action in actions if _keys(action)]
        for row, (keys, meaning) in enumerate(listed + others):
            key = QLabel(keys)
            key.setFont(theme.scaled_font(self, 1.0, bold=True))
            grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(QLabel(meaning), row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*4 * (3 * theme.GRID,))
        layout.setSpacing(3 * theme.GRID)
        layout.addLayout(grid)
        layout.addWidget(buttons)


def _keys(action: QAction) -> str:
    form = QKeySequence.SequenceFormat.NativeText
    return " or ".join(keys.toString(form) for keys in action.shortcuts())
