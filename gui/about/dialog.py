"""What the program is, what answers in it, and whose work is in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core import __version__
from core.types import CatalogInfo
from gui import formats, theme
from gui.actions import Actions

_WHAT = "Hear a sound, find the videos that sound like it."
_LICENCE = "Free software under the Apache License 2.0, without warranty."


class AboutDialog(QDialog):
    """Version, licence, listener and catalogue in use, and credits.

    Parameters
    ----------
    actions : Actions
        Its buttons are two of these.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.what = QLabel(f"Soundalike {__version__}"), QLabel(f"{_WHAT}\n{_LICENCE}")
        self.answers = QLabel()
        self.credits = QPlainTextEdit()
        self.licences = QPushButton(actions.licences.text())
        self.details = QPushButton(actions.copy_details.text())
        self.hide_away = QPushButton("Close")
        self._build()
        self.licences.clicked.connect(actions.licences.trigger)
        self.details.clicked.connect(actions.copy_details.trigger)
        self.details.clicked.connect(self.close)  # the window says that it has been done
        self.hide_away.clicked.connect(self.close)

    def _build(self) -> None:
        self.setWindowTitle("About Soundalike")
        self.name.setFont(theme.scaled_font(self, 1.6, bold=True))
        for label in (self.name, self.what, self.answers):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
        self.credits.setReadOnly(True)
        self.credits.setTabChangesFocus(True)
        self.credits.setAccessibleName("Whose work is in it")
        heading = QLabel("Whose work is in it")
        heading.setBuddy(self.credits)
        heading.setFont(theme.scaled_font(self, 1.25, bold=True))
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        for button in (self.licences, self.details, self.hide_away):
            button.setFixedHeight(theme.ROW_HEIGHT)
        buttons.addWidget(self.licences)
        buttons.addWidget(self.details)
        buttons.addStretch(1)
        buttons.addWidget(self.hide_away)
        self.hide_away.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(theme.GRID)
        for widget in (self.name, self.what, self.answers, heading):
            layout.addWidget(widget)
        layout.addWidget(self.credits, 1)
        layout.addLayout(buttons)
        self.resize(88 * theme.GRID, 64 * theme.GRID)
        self.answers.setText("The model and the catalogue are being loaded.")
        self.hide_away.setFocus()

    def show_info(self, info: CatalogInfo) -> None:
        """Say what answers."""
        clips = formats.count(info.n_clips, "clip", "clips")
        self.answers.setText(f"Listener: {info.model}\nCatalogue: {info.name}, {clips}")

    def show_credits(self, notice: str) -> None:
        """Show the notice that comes with the program."""
        self.credits.setPlainText(notice)

    def show_trouble(self, text: str) -> None:
        """Say why the notice is not there."""
        self.credits.setPlainText(text)
