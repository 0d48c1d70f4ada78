"""What was heard in a sound, as chips that are filled as far as each class is sure."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from core.tagging.steering import Steer, TagChange
from core.types import Tag
from gui import theme
from gui.results.added_class import AddedClass
from gui.results.chips import lay_chips
from gui.results.painted_rows import MeasuredFont
from gui.widgets.class_completer import Complete
from gui.widgets.menu_button import MenuButton

_HEIGHT = 3 * theme.GRID
_PADDING = 2
_GAP = 4
_CHOICES = {
    Steer.MORE: "&More of this",
    Steer.WEAKER: "&Less of this",
    Steer.LESS: "&Without this",
}
CHANGE_WORDS = {Steer.MORE: "more", Steer.WEAKER: "less", Steer.LESS: "without"}
_FILLED = {Steer.MORE: 1.0, Steer.WEAKER: 0.1, Steer.LESS: 0.0}


class HeardChip(QToolButton):
    """One class, with a menu where it can be steered.

    Attributes
    ----------
    words : str
        The class and how sure it is, or what a person has changed of it.
    is_lit : bool
        Whether it is heard just now.
    """

    def __init__(self, label: str, words: str, filled: float, parent: QWidget) -> None:
        super().__init__(parent)
        self.label, self.words, self._filled = label, words, filled
        self.is_lit = False
        self.setAccessibleName(words)
        self.setToolTip(words.replace("<", "‹"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def offer(self, menu: QMenu) -> None:
        """Open this menu when it is pressed."""
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(f"{self.toolTip()}: more, less or without it")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chip, filled from the left by its score."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = (
            self.parentWidget() or self
        ).palette()  # the chip's own is for edges that the style draws
        ground = palette.color(QPalette.ColorRole.Window)
        text = palette.color(QPalette.ColorRole.WindowText)
        highlight = palette.color(QPalette.ColorRole.Highlight)
        is_marked = self.menu() is not None and (self.underMouse() or self.hasFocus())
        chip = QRectF(0, _PADDING, self.width(), self.height() - 2 * _PADDING)
        shape = QPainterPath()
        shape.addRoundedRect(chip, 4, 4)
        painter.fillPath(shape, theme.mixed(ground, text, 0.16 if is_marked else 0.08))
        painter.save()
        painter.setClipPath(shape)
        part = QRectF(chip)
        part.setWidth(chip.width() * self._filled)
        painter.fillRect(part, theme.mixed(ground, highlight, 0.3))
        painter.restore()
        if self.hasFocus() or self.is_lit:
            painter.setPen(QPen(highlight, 2))
            painter.drawRoundedRect(chip.adjusted(1, 1, -1, -1), 4, 4)
        elif self.menu() is not None:
            painter.setPen(theme.mixed(text, ground, 0.5))
            painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(text)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, self.text())


class HeardChips(QWidget):
    """One line of chips; those that have no room are in a menu, counted.

    Signals
    -------
    steered : tuple of TagChange
        All changes that a person wants from now on.
    """

    steered = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: QWidget = self
        self._tags: tuple[Tag, ...] = ()
        self._changes: tuple[TagChange, ...] = ()
        self._can_steer = False
        self.dialog: AddedClass | None = None
        self.chips: list[HeardChip] = []
        self.rest = MenuButton(self)
        self.add = QToolButton(self)
        self.rest.setMenu(QMenu(self.rest))
        self.rest.hide()
        self.add.setText("Add…")
        self.add.setAutoRaise(True)
        self.add.setToolTip("Find clips with another sound, too, or without one")
        self.add.hide()
        for button in (self.rest, self.add):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Heard")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)

    def follow(self, before: QWidget) -> None:
        """Come after another widget in the order of the focus."""
        self._before = before

    def complete_with(self, complete: Complete) -> None:
        """Complete by this what is typed of a class to add."""
        self.dialog = AddedClass(complete, self)
        self.dialog.chosen.connect(lambda change: self._change(change.label, change))
        self.add.clicked.connect(self.dialog.ask)

    def sizeHint(self) -> QSize:
        """Return room for a few chips."""
        return QSize(30 * theme.GRID, _HEIGHT)

    def show_tags(
        self,
        tags: tuple[Tag, ...],
        changes: tuple[TagChange, ...] = (),
        can_steer: bool = False,
    ) -> None:
        """Show other classes, the surest first, and what a person has changed of them.

        Parameters
        ----------
        tags : tuple of Tag
        changes : tuple of TagChange
            Those of classes that were not heard stand behind the others.
        can_steer : bool
            Whether they can be changed now.
        """
        if (tags, changes, can_steer) == (self._tags, self._changes, self._can_steer):
            return
        focused = next((chip.label for chip in self.chips if chip.hasFocus()), None)
        self._tags, self._changes, self._can_steer = tags, changes, can_steer
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        changed = {change.label: change.steer for change in changes}
        heard = [tag.label for tag in tags]
        self.chips = [self._chip_of(tag, changed.get(tag.label)) for tag in tags]
        for change in changes:
            if change.label not in heard:
                words = "with" if change.steer is Steer.MORE else CHANGE_WORDS[change.steer]
                chip = HeardChip(
                    change.label, f"{words} {change.label}", _FILLED[change.steer], self
                )
                self.chips.append(chip)
        own = {tag.label for tag in tags if tag.is_taught}
        for chip in self.chips:
            if chip.label in own:  # AudioSet's clips have no such label to be steered by
                chip.setToolTip(f"{chip.toolTip()}: a class that you taught")
            elif can_steer:
                chip.offer(self._menu(chip.label, changed.get(chip.label), chip))
        self.add.setVisible(can_steer)
        self.setAccessibleDescription(", ".join(chip.words for chip in self.chips))
        self._order_tabs()
        self._lay_out()
        if focused is not None:
            same = (chip for chip in self.chips if chip.label == focused and chip.isVisible())
            next(same, self.add).setFocus()

    def light(self, labels: frozenset[str]) -> None:
        """Mark the classes that are heard just now."""
        for chip in self.chips:
            chip.is_lit = chip.label in labels
            chip.update()

    def _chip_of(self, tag: Tag, steer: Steer | None) -> HeardChip:
        if steer is not None:
            return HeardChip(tag.label, f"{CHANGE_WORDS[steer]} {tag.label}", _FILLED[steer], self)
        # What people say of a video has no strength.
        words = f"{tag.label} {tag.score:.0%}" if tag.score < 1 else tag.label
        return HeardChip(tag.label, words, tag.score, self)

    def _menu(self, label: str, now: Steer | None, parent: QWidget) -> QMenu:
        menu = QMenu(label.replace("&", "&&"), parent)
        for steer, text in _CHOICES.items():
            action = menu.addAction(text)
            action.setEnabled(steer is not now)
            action.triggered.connect(
                lambda _=False, steer=steer: self._change(label, TagChange(label, steer))
            )
        if now is not None:
            menu.addSeparator()
            menu.addAction("&Undo this change").triggered.connect(lambda: self._change(label))
        return menu

    def _change(self, label: str, *changes: TagChange) -> None:
        others = (each for each in self._changes if each.label != label)
        self.steered.emit((*others, *changes))

    def _order_tabs(self) -> None:
        before = self._before
        for widget in (*self.chips, self.rest, self.add):
            self.setTabOrder(before, widget)
            before = widget

    def _lay_out(self) -> None:
        width = self.width()
        add = self.add.sizeHint().width() + _GAP if self._can_steer else 0
        font = MeasuredFont(self.font())
        sign = " ▾" if self._can_steer else ""
        texts = tuple(f"{chip.words}{sign}" for chip in self.chips)
        laid, n_left = lay_chips(texts, font, width - add, 1)
        right = 0
        for chip, (_, x, chip_width, text) in zip(self.chips, laid, strict=False):
            chip.setText(text)
            chip.setGeometry(x, 0, chip_width, _HEIGHT)
            right = x + chip_width + _GAP
        for place, chip in enumerate(self.chips):
            chip.setVisible(place < len(laid))
        self.rest.setVisible(n_left > 0)
        if n_left:
            self._list_rest(self.chips[-n_left:])
            self.rest.setGeometry(right, 0, font.width("+99") + _GAP, _HEIGHT)
            right = self.rest.geometry().right() + _GAP
        self.add.setGeometry(right, 0, self.add.sizeHint().width(), _HEIGHT)

    def _list_rest(self, chips: list[HeardChip]) -> None:
        self.rest.setText(f"+{len(chips)}")
        self.rest.setAccessibleName(f"{len(chips)} more")
        self.rest.setToolTip(", ".join(chip.words for chip in chips).replace("<", "‹"))
        menu = self.rest.menu()
        menu.clear()
        for chip in chips:
            if chip.menu() is None:
                menu.addAction(chip.words.replace("&", "&&")).setEnabled(False)
            else:
                menu.addMenu(chip.menu()).setText(chip.words.replace("&", "&&"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many chips as have room."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        """Measure again in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.chips:
            self._lay_out()
