"""One clip that is asked about: what it is, and yes or no."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QPushButton, QToolButton, QWidget

from core.types import Match
from gui import formats, theme
from gui.widgets.elided import Elided
from gui.widgets.palette_widget import PaletteWidget

BUTTON_HEIGHT = 28
_MARK = "✓ "
_OF_VIDEO = ("Open", "Open the video at this clip")


class QuestionRow(PaletteWidget):
    """A clip with three buttons.

    Signals
    -------
    answered : bool
    open_pressed
        The clip is to be heard: a video in the browser, one's own file here.
    """

    answered = Signal(bool)
    open_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.match: Match | None = None
        self.labels, self.place = Elided(), Elided()
        self.open = QToolButton()
        self.yes, self.no = QPushButton("Yes"), QPushButton("No")
        self.place.setFont(theme.scaled_font(self, 0.85))
        for choice, is_member in ((self.yes, True), (self.no, False)):
            choice.setCheckable(True)
            choice.toggled.connect(self._mark)
            choice.clicked.connect(lambda _=False, answer=is_member: self._answer(answer))
        self.open.setAutoRaise(True)
        self.open.clicked.connect(self.open_pressed)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(theme.GRID // 2)
        layout.setVerticalSpacing(0)
        layout.addWidget(self.labels, 0, 0, 1, 4)
        layout.addWidget(self.place, 1, 0)
        for column, button in enumerate((self.open, self.yes, self.no), start=1):
            button.setFixedHeight(BUTTON_HEIGHT)
            layout.addWidget(button, 1, column)
        for choice in (self.yes, self.no):
            choice.setFixedWidth(choice.fontMetrics().horizontalAdvance(_MARK + choice.text()) + 16)
        layout.setColumnStretch(0, 1)
        self._follow_palette()

    def _follow_palette(self) -> None:
        is_file = self.match is not None and bool(self.match.path)
        icon = "play" if is_file else "arrow-square-out"
        self.open.setIcon(theme.icon(icon, self.palette()))

    def ask(self, match: Match) -> None:
        """Ask about a clip."""
        self.match = match
        labels = formats.labels_line(match.labels)
        span = formats.clip_span(match.start_s, match.end_s)
        if match.path:  # the whole width for what tells most; the folder may be cut
            title = formats.file_name(match.path)
            name = f"{title} · {labels}" if labels else title
            place = f"{span} · {formats.folder_name(match.path)}"
        else:
            name, place = labels or match.video_id, f"{span} · {match.video_id}"
        self.labels.setText(name)
        self.place.setText(place)
        for label, text in ((self.labels, name), (self.place, place)):
            label.setToolTip(text.replace("<", "‹"))
        verb, tip = ("Play", "Play the clip from its file") if match.path else _OF_VIDEO
        named: dict[QAbstractButton, str] = {self.open: verb, self.yes: "Yes", self.no: "No"}
        for each, what in named.items():
            each.setAccessibleName(f"{what}: {name}, {place}")
        self.open.setToolTip(tip)
        self.open.setEnabled(bool(match.url or match.path))
        self._follow_palette()
        self.yes.setChecked(False)
        self.no.setChecked(False)

    @property
    def is_answered(self) -> bool:
        """Whether a person said yes or no."""
        return self.yes.isChecked() or self.no.isChecked()

    def _mark(self) -> None:
        # Not by colour alone: a style may show hardly any difference.
        for choice in (self.yes, self.no):
            choice.setText(
                (_MARK if choice.isChecked() else "") + choice.text().removeprefix(_MARK)
            )

    def _answer(self, is_member: bool) -> None:
        self.yes.setChecked(is_member)
        self.no.setChecked(not is_member)
        self.answered.emit(is_member)
