"""Why a match was found: folded away until a person wants to know."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget


class FoldedReason(QWidget):
    """A button, and below it what shows the reason; hidden where none is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.why = QToolButton()
        self.why.setText("Why")
        self.why.setCheckable(True)
        self.why.setAutoRaise(True)
        self.why.setToolTip("Which second of your sound is like which second of the video")
        self.why.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.why.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.why.setArrowType(Qt.ArrowType.RightArrow)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.why)
        self.hide()

    def add(self, widget: QWidget) -> None:
        """Take what shows the reason."""
        self._layout.addWidget(widget)
        widget.setVisible(self.why.isChecked())
        self.why.toggled.connect(widget.setVisible)
        self.why.toggled.connect(self._point)

    def _point(self, is_open: bool) -> None:
        self.why.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
