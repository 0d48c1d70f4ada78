"""How far the work is, and Cancel, in one line."""

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
    shown : bool
        Whether there is work that lasts.
    """

    cancel_pressed = Signal()
    shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = ProgressLine()
        self.stage = QLabel()
        self.cancel = QPushButton("Cancel")
        self._delay = QTimer(self)
        self._text, self._can_cancel = "", False
        self._build()
        self.finish()

    def _build(self) -> None:
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MS)
        self._delay.timeout.connect(self._reveal)
        self.stage.setTextFormat(Qt.TextFormat.PlainText)
        self.stage.setAccessibleName("Stage")
        self.cancel.setFixedHeight(HEIGHT - self.bar.maximumHeight())
        self.cancel.setToolTip("Cancel (Escape)")
        self.cancel.clicked.connect(self.cancel_pressed)
        for widget in (self.bar, self.cancel):
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)  # as what stands there without it
        row.setSpacing(theme.GRID)
        row.addWidget(self.stage)
        row.addWidget(self.cancel)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addLayout(row)
        self.setFixedHeight(HEIGHT)

    def sizeHint(self) -> QSize:
        """Return the height that is always kept."""
        return QSize(40 * theme.GRID, HEIGHT)

    def begin(self, stage: str, can_cancel: bool) -> None:
        """Announce work; it becomes visible if it lasts."""
        self._can_cancel = can_cancel
        self.report(stage, None)
        if self._is_shown:
            self.cancel.setVisible(can_cancel)
        elif not self._delay.isActive():
            self._delay.start()

    def report(self, stage: str, fraction: float | None) -> None:
        """Show the stage in words and how much of it is done; None while that is unknown."""
        self._text = stage if fraction is None else f"{stage} · {fraction:.0%}"
        if self._is_shown:
            self.stage.setText(self._text)
        self.bar.set_fraction(fraction)

    def finish(self) -> None:
        """Hide the progress, keeping its room."""
        self._delay.stop()
        self._text, self._can_cancel = "", False
        self.stage.setText("")
        self.bar.hide()
        self.cancel.hide()
        self.shown.emit(False)

    @property
    def _is_shown(self) -> bool:
        return not self.bar.isHidden()

    def _reveal(self) -> None:
        self.stage.setText(self._text)
        self.bar.show()
        self.cancel.setVisible(self._can_cancel)
        self.shown.emit(True)
