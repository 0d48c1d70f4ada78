"""What dims a widget that is about to show something else."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

_STRENGTH = 0.55


class Dimming(QWidget):
    """Lies over a widget and lets half of it through; mouse and keys go to the widget.

    Qt's graphics effects would do the same, but leave copies behind where a table moves.

    Parameters
    ----------
    covered : QWidget
    ground : QPalette.ColorRole
        What the widget stands on.
    """

    def __init__(
        self, covered: QWidget, ground: QPalette.ColorRole = QPalette.ColorRole.Base
    ) -> None:
        super().__init__(covered)
        self._covered, self._ground = covered, ground
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        covered.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover all of the widget, whatever its size."""
        if event.type() == QEvent.Type.Resize and watched is self._covered:
            self.resize(self._covered.size())
        return super().eventFilter(watched, event)

    def set_down(self, is_down: bool) -> None:
        """Cover the widget, or uncover it."""
        if is_down == self.is_down:
            return
        self.resize(self._covered.size())
        self.raise_()
        self.setVisible(is_down)

    @property
    def is_down(self) -> bool:
        """Whether it covers the widget."""
        return not self.isHidden()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mix what is below with its ground."""
        ground = self.palette().color(self._ground)
        ground.setAlphaF(_STRENGTH)
        QPainter(self).fillRect(event.rect(), ground)
