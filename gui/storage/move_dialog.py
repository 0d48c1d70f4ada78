"""What is shown while the data folder moves: how far it is, and a way back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import theme

_STEPS = 1000


class MoveDialog(QDialog):
    """Stands before everything else until `finish`: nothing may be written meanwhile.

    Signals
    -------
    cancelled
        Everything is to stay where it was.
    """

    cancelled = Signal()

    def __init__(self, place: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_finished = False
        self.stage, self.bar = QLabel("Waiting for other work to end"), QProgressBar()
        self.cancel = QPushButton("Cancel")
        self.setWindowTitle("Moving the data")
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(56 * theme.GRID)
        text = QLabel(f"To {place}")
        for label in (text, self.stage):
            # A folder's name is never read as markup.
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.stage.setAccessibleName("Stage")
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName("Progress")
        self.cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        for widget in (text, self.stage, self.bar):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    def show_progress(self, stage: str, fraction: float | None) -> None:
        """Show how far it is; where that is unknown, the bar stays."""
        if self.cancel.isEnabled():
            self.stage.setText(stage)
        if fraction is not None:
            self.bar.setValue(round(_STEPS * fraction))

    def reject(self) -> None:
        """Ask for the way back, by the button, Escape or the frame; `finish` closes."""
        if self._is_finished:
            super().reject()
        elif self.cancel.isEnabled():
            self.cancel.setEnabled(False)
            self.stage.setText("Going back")
            self.cancelled.emit()

    def finish(self) -> None:
        """Close."""
        self._is_finished = True
        self.close()
