"""One calm line for what a person should know: trouble and its way out, notes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from gui import theme

_MOST_LINES = 4


class Banner(QWidget):
    """Folded away until there is something to say.

    Signals
    -------
    dismissed
        A person closed it.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_trouble = False
        self._act: Callable[[], None] | None = None
        self._may_yield = False
        self._sign = QLabel()
        self.text = QLabel()
        self.action = QPushButton()
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
        self.action.clicked.connect(self._on_action)
        self.dismiss.setAutoRaise(True)
        self.dismiss.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.dismiss.setToolTip("Dismiss")
        self.dismiss.setAccessibleName("Dismiss message")
        self.dismiss.clicked.connect(self._on_dismiss)
        self.setAutoFillBackground(True)
        self._growth.setDuration(theme.ANIMATION_MS)
        self._growth.valueChanged.connect(self.setFixedHeight)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self._sign)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.action)
        layout.addWidget(self.dismiss)
        self.setFixedHeight(0)
        self.hide()

    @property
    def has_action(self) -> bool:
        """Whether it offers something that a person has not answered yet."""
        return self._act is not None and not self._may_yield

    def show_trouble(
        self, message: str, action: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """Say what happened and what to do, perhaps with one button."""
        self._show(message, True, action, act)

    def show_note(
        self,
        message: str,
        action: str = "",
        act: Callable[[], None] | None = None,
        may_yield: bool = False,
    ) -> None:
        """Say something worth knowing; what the menu offers, too, may yield to other offers."""
        self._show(message, False, action, act)
        self._may_yield = may_yield

    def clear(self) -> None:
        """Fold the banner away."""
        self.is_trouble = False
        self._act = None
        self._growth.stop()
        self.setFixedHeight(0)
        self.hide()

    def _show(
        self, message: str, is_trouble: bool, action: str, act: Callable[[], None] | None
    ) -> None:
        self.is_trouble, self._act, self._may_yield = is_trouble, act, False
        self.text.setText(message)
        self.setAccessibleName("Trouble" if is_trouble else "Note")
        self.setAccessibleDescription(message)
        self.action.setText(action)
        self.action.setVisible(act is not None)
        self._follow_palette()
        self.show()
        self._growth.stop()
        self._growth.setStartValue(self.maximumHeight())
        self._growth.setEndValue(self._full_height())
        self._growth.start()

    def _full_height(self) -> int:
        width = max(self.text.width(), self.width() - 20 * theme.GRID, 40 * theme.GRID)
        lines = max(1, self.text.heightForWidth(width) // self.fontMetrics().lineSpacing())
        lines = min(lines, _MOST_LINES)
        return max(5 * theme.GRID, lines * self.fontMetrics().lineSpacing() + 2 * theme.GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for the text when the window becomes narrower."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width() and self.isVisible():
            self._growth.stop()
            self.setFixedHeight(self._full_height())

    def _on_action(self) -> None:
        act = self._act
        self.clear()
        if act is not None:
            act()

    def _on_dismiss(self) -> None:
        self.clear()
        self.dismissed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        base = theme.notice_palette()
        self.setPalette(base)
        name = "warning-fill" if self.is_trouble else "info"
        colour = base.color(QPalette.ColorRole.WindowText)
        self._sign.setPixmap(theme.icon(name, base, colour).pixmap(theme.ICON_SIZE))
        self.dismiss.setIcon(theme.icon("x", base))
