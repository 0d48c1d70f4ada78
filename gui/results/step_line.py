"""How an answer was reached, as one line of steps; a step can be taken back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from gui import theme
from gui.widgets.menu_button import MenuButton

_SIGN = "›"
_LONGEST = 28 * theme.GRID


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    text : str
    take_back : callable or None
        What leaves it out again; None for the first one.
    """

    text: str
    take_back: Callable[[], None] | None = None

    @property
    def looks(self) -> tuple[str, bool]:
        """All that can be seen of it."""
        return self.text, self.take_back is not None


class StepChip(QToolButton):
    """A step that can be taken back: the words, then the sign."""

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Give the words room at the left: the style begins them at the very edge."""
        super().initStyleOption(option)
        option.text = f"\N{EN SPACE}{option.text}"


class StepLine(QWidget):
    """Steps side by side, each but the first a button that takes it back.

    The last steps are always in sight: those for which there is no room are in a menu after the
    first.

    Attributes
    ----------
    chips : list of QWidget
        One for each step, in their order.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[Step, ...] = ()
        self._before: QWidget = self
        self.chips: list[QWidget] = []
        self._signs: list[QLabel] = []
        self.rest = MenuButton()
        self.rest.setText("…")
        self.rest.setToolTip("Other steps")
        self.rest.setAccessibleName("Other steps")
        self.rest.setMenu(QMenu(self.rest))
        self.rest.hide()
        self.setAccessibleName("Steps")
        self._layout = QHBoxLayout(self)
        self._layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.GRID // 2)
        self._layout.addWidget(self.rest)
        self._layout.addStretch(1)
        self.setFixedHeight(theme.ROW_HEIGHT)

    @property
    def texts(self) -> tuple[str, ...]:
        """The steps in words."""
        return tuple(step.text for step in self._steps)

    def follow(self, before: QWidget) -> None:
        """Come after another widget in the order of the Tab key."""
        self._before = before

    def minimumSizeHint(self) -> QSize:
        """Return room for the first step, cut, and the menu of the others."""
        return QSize(16 * theme.GRID, theme.ROW_HEIGHT)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show other steps; those that look the same keep their chips."""
        before, self._steps = self._steps, tuple(steps)
        if [step.looks for step in before] != [step.looks for step in self._steps]:
            self._make_chips()

    def _make_chips(self) -> None:
        has_focus = any(chip.hasFocus() for chip in self.chips)
        for widget in (*self.chips, *self._signs):
            self._layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.chips = [self._chip(place, step) for place, step in enumerate(self._steps)]
        self._signs = [QLabel(_SIGN, self) for _ in self._steps[1:]]
        self.setAccessibleDescription(", ".join(self.texts))
        for place, chip in enumerate(self.chips):
            at = self._layout.count() - 1
            if place:
                self._layout.insertWidget(at, self._signs[place - 1])
                at += 1
            self._layout.insertWidget(at, chip)
        for one, other in itertools.pairwise((self._before, self.rest, *self.chips[1:])):
            QWidget.setTabOrder(one, other)
        self._fit()
        if has_focus and len(self.chips) > 1:
            self.chips[-1].setFocus()

    def _chip(self, place: int, step: Step) -> QWidget:
        shown = self.fontMetrics().elidedText(step.text, Qt.TextElideMode.ElideMiddle, _LONGEST)
        plain = step.text.replace("<", "‹")
        if step.take_back is None:
            label = QLabel(shown, self)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setToolTip(plain if shown != step.text else "")
            label.setAccessibleName(step.text)
            return label
        chip = StepChip(self)
        chip.setText(shown.replace("&", "&&"))
        chip.setIcon(theme.icon("x", self.palette()))
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the sign stands behind the words
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setFixedHeight(theme.ROW_HEIGHT - 4)
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setToolTip(f"Leave out “{plain}”")
        chip.setAccessibleName(f"{step.text}. Press to leave it out.")
        chip.clicked.connect(lambda: self._take_back(place))
        return chip

    def _take_back(self, place: int) -> None:
        if (take_back := self._steps[place].take_back) is not None:
            take_back()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many steps as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette, and measure again in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._make_chips()

    def _fit(self) -> None:
        gap = self._layout.spacing()
        sign = self._signs[0].sizeHint().width() + 2 * gap if self._signs else 0
        widths = [chip.sizeHint().width() for chip in self.chips]
        room, n_left = self.width(), 0
        if sum(widths) + sign * len(self._signs) > room and len(widths) > 1:
            room -= widths[0] + self.rest.sizeHint().width() + 2 * gap
            n_shown = 0
            while n_shown < len(widths) - 1:
                room -= widths[-1 - n_shown] + sign
                if room < 0:
                    break
                n_shown += 1
            n_left = len(widths) - 1 - n_shown
        for place, chip in enumerate(self.chips):
            is_shown = place == 0 or place > n_left
            chip.setVisible(is_shown)
            if place:
                self._signs[place - 1].setVisible(is_shown)
        self.rest.setVisible(n_left > 0)
        self._layout.removeWidget(self.rest)
        self._layout.insertWidget(min(1, len(self.chips)), self.rest)
        menu = self.rest.menu()
        menu.clear()
        for place, step in enumerate(self._steps[1 : 1 + n_left], start=1):
            action = menu.addAction(f"Leave out “{step.text}”".replace("&", "&&"))
            action.triggered.connect(lambda _=False, place=place: self._take_back(place))
