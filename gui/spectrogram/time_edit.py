"""A field for a time."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from gui import formats, theme
from gui.spectrogram.spans import parsed_time


class TimeEdit(QLineEdit):
    """Takes 1.25, 0:01.25 or 1:02:03.5.

    Signals
    -------
    entered : float
        A time was typed and Return pressed, or the field was left.
    rejected : str
        What was typed is no time: a sentence for the person. The text stays, to be mended.
    """

    entered = Signal(float)
    rejected = Signal(str)

    def __init__(self, name: str, description: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setAccessibleName(name)
        self.setAccessibleDescription(description)
        self.setAcceptDrops(False)  # drops belong to the whole window
        self.setToolTip(f"{name}, such as 1.25 or 0:01.25")
        self.setPlaceholderText("–:––")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(theme.scaled_font(self, 1.0))
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("00:00:00.00") + 2 * theme.GRID)

    def show_time(self, time_s: float | None) -> None:
        """Show a time, or none."""
        self._shown = "" if time_s is None else formats.clock(time_s, 2)
        self.setText(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take over on Return, go back on Escape."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._is_changed:
            self._enter()
        elif event.key() == Qt.Key.Key_Escape and self._is_changed:
            self.setText(self._shown)
            self.rejected.emit("")
        else:
            super().keyPressEvent(event)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
                event.ignore()  # they mean something to the window

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take over what was typed; what is no time is forgotten."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason and self._is_changed:
            self._enter()
            self.setText(self._shown)

    @property
    def _is_changed(self) -> bool:
        return self.text() != self._shown

    def _enter(self) -> None:
        time_s = parsed_time(self.text())
        if time_s is None:
            self.rejected.emit(f"“{self.text()[:20]}” is no time: type 1.25 or 0:01.25.")
            self.selectAll()
        else:
            self.entered.emit(time_s)
