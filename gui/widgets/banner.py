"""One calm line for what a person should know: trouble and its way out, notes, questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from gui import theme
from gui.palettes import edge_ground
from gui.widgets.palette_widget import PaletteWidget

_MOST_LINES = 4


class Level(IntEnum):
    """Importance of a notice; of several the most important is shown, the others wait."""

    QUESTION = 0
    OFFER = 1
    NOTE = 2
    TROUBLE = 3


_SPOKEN = {
    Level.TROUBLE: "Trouble",
    Level.NOTE: "Note",
    Level.OFFER: "Note",
    Level.QUESTION: "Question",
}


@dataclass(frozen=True)
class Choice:
    """Answer that a person can give: a button's words, and its action."""

    text: str
    act: Callable[[], None]


@dataclass(frozen=True)
class Notice:
    """Text to be read, and up to two buttons; a question can only be answered."""

    text: str
    choices: tuple[Choice, ...] = ()


class Banner(PaletteWidget):
    """Folded away until there is something to say; the one place for all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: dict[Level, Notice] = {}
        self._shown: tuple[Level, Notice] | None = None
        self._sign = QLabel()
        self.text = QLabel()
        self.action, self.other = QPushButton(), QPushButton()
        self.dismiss = QToolButton()
        self._growth = QVariantAnimation(self)
        self._build()

    def _build(self) -> None:
        # Text from files and the network is never read as markup.
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.text.setAccessibleName("Message")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for place, button in enumerate(self._buttons):
            button.setFixedHeight(theme.ROW_HEIGHT)
            button.clicked.connect(lambda _=False, place=place: self._choose(place))
        self.dismiss.setAutoRaise(True)
        self.dismiss.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.dismiss.setToolTip("Dismiss")
        self.dismiss.setAccessibleName("Dismiss message")
        self.dismiss.clicked.connect(self.dismiss_shown)
        self.setAutoFillBackground(True)
        self._growth.setDuration(theme.ANIMATION_MS)
        self._growth.valueChanged.connect(self.setFixedHeight)
        layout = QHBoxLayout(self)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # it may have no height
        layout.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self._sign)
        layout.addWidget(self.text, 1)
        for widget in (*self._buttons, self.dismiss):
            layout.addWidget(widget)
        self.setFixedHeight(0)
        self.hide()

    @property
    def _buttons(self) -> tuple[QPushButton, QPushButton]:
        return self.action, self.other

    @property
    def is_trouble(self) -> bool:
        """Whether what is shown is trouble."""
        return self._shown is not None and self._shown[0] is Level.TROUBLE

    @property
    def message(self) -> str:
        """Text that is shown; empty where nothing is."""
        return self._shown[1].text if self._shown is not None else ""

    @property
    def has_action(self) -> bool:
        """Whether it offers something that a person has not answered yet."""
        return self._shown is not None and bool(self._shown[1].choices)

    def show_trouble(
        self, message: str, action: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """Say what happened and what to do, perhaps with one button."""
        self._put(Level.TROUBLE, message, action, act)

    def show_note(
        self, message: str, action: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """Say something worth knowing, perhaps with one button."""
        self._put(Level.NOTE, message, action, act)

    def offer(self, message: str, *choices: Choice) -> None:
        """Say something worth knowing, with up to two buttons; it waits below what comes later."""
        self.clear()
        self._notices[Level.OFFER] = Notice(message, choices)
        self._show_first()

    def ask(self, question: str, yes: Choice, no: Choice) -> None:
        """Ask something that stands until it is answered or withdrawn."""
        self._notices[Level.QUESTION] = Notice(question, (yes, no))
        self._show_first()

    def withdraw(self, message: str) -> None:
        """Take back what is not true or asked any more."""
        for level, notice in [*self._notices.items()]:
            if notice.text == message:
                del self._notices[level]
        self._show_first()

    def clear(self) -> None:
        """Take trouble and notes back; questions and offers wait for their answers."""
        waiting = (Level.QUESTION, Level.OFFER)
        self._notices = {
            level: notice for level, notice in self._notices.items() if level in waiting
        }
        self._show_first()

    def dismiss_shown(self) -> None:
        """Take back what is shown, unless it is a question."""
        if self._shown is not None and self._shown[0] is Level.OFFER:
            del self._notices[Level.OFFER]
        self.clear()

    def _put(self, level: Level, message: str, action: str, act: Callable[[], None] | None) -> None:
        choices = () if act is None else (Choice(action, act),)
        # The newest counts: what was said before belongs to something else.
        self.clear()
        self._notices[level] = Notice(message, choices)
        self._show_first()

    def _show_first(self) -> None:
        level = max(self._notices, default=None)
        shown = None if level is None else (level, self._notices[level])
        if shown == self._shown:
            return
        self._shown = shown
        self._growth.stop()
        if shown is None:
            self.setFixedHeight(0)
            self.hide()
            return
        level, notice = shown
        self.text.setText(notice.text)
        self.setAccessibleName(_SPOKEN[level])
        self.setAccessibleDescription(notice.text)
        for place, button in enumerate(self._buttons):
            is_there = place < len(notice.choices)
            button.setText(notice.choices[place].text if is_there else "")
            button.setAccessibleDescription(notice.text if is_there else "")
            button.setVisible(is_there)
        self.dismiss.setVisible(level is not Level.QUESTION)
        self._follow_palette()
        self.show()
        self._growth.setStartValue(self.maximumHeight())
        self._growth.setEndValue(self._full_height())
        self._growth.start()

    def _full_height(self) -> int:
        buttons = sum(
            button.sizeHint().width() + theme.GRID
            for button in (*self._buttons, self.dismiss)
            if not button.isHidden()
        )
        width = max(self.width() - buttons - 8 * theme.GRID, 30 * theme.GRID)
        lines = max(1, self.text.heightForWidth(width) // self.fontMetrics().lineSpacing())
        lines = min(lines, _MOST_LINES)
        return max(5 * theme.GRID, lines * self.fontMetrics().lineSpacing() + 2 * theme.GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for the text when the window becomes narrower."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            # Not now: the layout is about to place everything in the height of before.
            QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        if self._shown is not None:
            self._growth.stop()
            self.setFixedHeight(self._full_height())

    def _choose(self, place: int) -> None:
        if self._shown is None:
            return
        level, notice = self._shown
        self._notices.pop(level, None)
        self._show_first()
        notice.choices[place].act()

    def _follow_palette(self) -> None:
        base = theme.notice_palette()
        self.setPalette(base)
        edges = QPalette()  # the ground is not what the edges of its buttons are seen against
        edges.setColor(QPalette.ColorRole.Window, edge_ground(base))
        for button in self._buttons:
            button.setPalette(edges)
        name = "warning-fill" if self.is_trouble else "info"
        colour = base.color(QPalette.ColorRole.WindowText)
        self._sign.setPixmap(theme.icon(name, base, colour).pixmap(theme.ICON_SIZE))
        self.dismiss.setIcon(theme.icon("x", base))
