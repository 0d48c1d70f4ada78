"""The line under the spectrogram: how far the work is, and Cancel."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.progress_line import ProgressLine

DELAY_MS = 150
"""Work that is over before this shows no progress at all: a flash would only unsettle."""

HEIGHT = 4 * theme.GRID


class ProgressRow(QWidget):
    """Its room is always there, so that nothing jumps.

    Signals
    -------
    cancel_pressed
        The button.
    """

    cancel_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = ProgressLine()
        self.stage = QLabel()
        self.cancel = QPushButton("Cancel")
        self._delay = QTimer(self)
        self._idle_text = ""
        self._build()
        self.finish()

    def _build(self) -> None:
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MS)
        self._delay.timeout.connect(self._reveal)
        self.stage.setTextFormat(Qt.TextFormat.PlainText)
        self.stage.setAccessibleName("Stage")
        self.cancel.setFixedHeight(28)
        self.cancel.setToolTip("Cancel (Escape)")
        self.cancel.clicked.connect(self.cancel_pressed)
        for widget in (self.bar, self.cancel):
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.stage)
        row.addWidget(self.cancel)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.bar)
        layout.addLayout(row)
        self.setFixedHeight(HEIGHT)

    def sizeHint(self) -> QSize:
        """Return the height that is always kept."""
        return QSize(40 * theme.GRID, HEIGHT)

    def describe(self, text: str) -> None:
        """Say what is shown, wherever no work is to be told of."""
        self._idle_text = text
        if not self.bar.isVisibleTo(self):
            self.stage.setText(text)

    def begin(self, stage: str, can_cancel: bool) -> None:
        """Announce work; it becomes visible if it lasts."""
        self._can_cancel = can_cancel
        self.report(stage, None)
        if not self.bar.isVisibleTo(self) and not self._delay.isActive():
            self._delay.start()
        elif self.bar.isVisibleTo(self):
            self.cancel.setVisible(can_cancel)

    def report(self, stage: str, fraction: float | None) -> None:
        """Show the stage in words and how much of it is done; None while that is unknown."""
        self._text = stage if fraction is None else f"{stage} · {fraction:.0%}"
        if self.bar.isVisibleTo(self):
            self.stage.setText(self._text)
        self.bar.set_fraction(fraction)

    def finish(self) -> None:
        """Hide the progress, keeping its room."""
        self._delay.stop()
        self._text, self._can_cancel = "", False
        self.stage.setText(self._idle_text)
        self.bar.hide()
        self.cancel.hide()

    def _reveal(self) -> None:
        self.stage.setText(self._text)
        self.bar.show()
        self.cancel.setVisible(self._can_cancel)
