"""One page with every shortcut, grouped as the menus are."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui import theme

_SIZE = 72 * theme.GRID, 76 * theme.GRID


class ShortcutsPage(QDialog):
    """Lists the keys and what they do, read from the menus themselves.

    Parameters
    ----------
    menus : iterable of QMenu
    others : dict
        More groups: a title, and pairs of keys and their meaning.
    """

    def __init__(
        self,
        menus: Iterable[QMenu],
        others: dict[str, list[tuple[str, str]]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self._content, self._grid = QWidget(), QGridLayout()
        self._grid.setHorizontalSpacing(3 * theme.GRID)
        self._grid.setVerticalSpacing(theme.GRID)
        self._grid.setColumnStretch(1, 1)
        self._content.setLayout(self._grid)
        for menu in menus:
            title = menu.title().replace("&", "")
            self._add_group(title, [_line(action) for action in _flat(menu) if _keys(action)])
        for title, lines in others.items():
            self._add_group(title, lines)
        area = QScrollArea()
        area.setWidget(self._content)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Keyboard shortcuts")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*4 * (2 * theme.GRID,))
        layout.setSpacing(2 * theme.GRID)
        layout.addWidget(area, 1)
        layout.addWidget(buttons)
        screen = (parent or self).screen().availableGeometry()
        self.resize(min(_SIZE[0], screen.width()), min(_SIZE[1], screen.height() - 8 * theme.GRID))
        area.setFocus()

    def _add_group(self, title: str, lines: list[tuple[str, str]]) -> None:
        if not lines:
            return
        row = self._grid.rowCount()
        heading = QLabel(title)
        heading.setFont(theme.scaled_font(self, 1.25, bold=True))
        self._grid.addWidget(heading, row, 0, 1, 2)
        for place, (keys, meaning) in enumerate(lines, start=row + 1):
            key, what = QLabel(keys), QLabel(meaning)
            key.setFont(theme.scaled_font(self, 1.0, bold=True))
            what.setWordWrap(True)
            self._grid.addWidget(key, place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(what, place, 1)


def _flat(menu: QMenu) -> list[QAction]:
    listed: list[QAction] = []
    for action in menu.actions():
        inner = action.menu()
        listed += _flat(inner) if isinstance(inner, QMenu) else [action]
    return listed


def _line(action: QAction) -> tuple[str, str]:
    return _keys(action), action.toolTip().replace("&", "")


def _keys(action: QAction) -> str:
    form = QKeySequence.SequenceFormat.NativeText
    return " or ".join(keys.toString(form) for keys in action.shortcuts())
