"""The dialog that sets up: one button for all of it, details for those who want to choose."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.downloads.room import megabytes
from core.options import ClipSet
from gui import theme
from gui.setup.request import SetUpRequest, SetUpStatus

_STEPS = 1000
_OWN = "own"

_CHOICES = {
    ClipSet.ALL: "All of AudioSet, two million clips",
    ClipSet.BALANCED: "The balanced clips only, 42,531",
    ClipSet.SOME: "Only some classes:",
    ClipSet.NONE: "The model only, and a few real clips of each class",
}

_MIRRORS = {
    "": "The usual place",
    "us": "United States",
    "eu": "Europe",
    "asia": "Asia",
    _OWN: "An address of your own:",
}


class SetUpDialog(QDialog):
    """Shows what the `SetUpController` tells it; may be closed while the work goes on.

    Signals
    -------
    started : SetUpRequest
    paused, continued, stopped
        The buttons.
    import_pressed
        Somebody has the files already.
    move_pressed
        It is to lie in another folder, or, where that is planned, to stay.
    """

    started = Signal(SetUpRequest)
    paused = Signal()
    continued = Signal()
    stopped = Signal()
    import_pressed = Signal()
    move_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status: SetUpStatus | None = None
        self._is_paused = self._is_choosing = self._has_stopped = False
        self.text, self.room, self.stage, self.outcome = (_label() for _ in range(4))
        self.details = QToolButton()
        self.choosing, self.working = QWidget(), QWidget()
        self._options = QWidget()
        self._group = QButtonGroup(self)
        self.choices = {key: QRadioButton(text) for key, text in _CHOICES.items()}
        self.classes, self.address = QLineEdit(), QLineEdit()
        self.mirror = QComboBox()
        self.keeps_archive = QCheckBox("Keep AudioSet’s archive, too")
        self.have_files = QPushButton("I have the files already…")
        self.move_away = QPushButton()
        self.start, self.pause = QPushButton("Set &up"), QPushButton("&Pause")
        self.stop, self.hide_away = QPushButton("S&top"), QPushButton("Close")
        self.bar = QProgressBar()
        self._build()

    def _build(self) -> None:
        self.setWindowTitle("Set up")
        self.setMinimumWidth(70 * theme.GRID)
        title = QLabel("All of AudioSet, and the model that it was made with")
        title.setFont(theme.scaled_font(self, 1.25))
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.outcome.setAccessibleName("Result")
        self.stage.setAccessibleName("Stage")
        # Room for the longest stage, so that nothing jumps while it changes.
        self.stage.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName("Progress")
        self._build_details()
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        for button in (self.hide_away, self.stop, self.pause, self.start):
            button.setFixedHeight(theme.ROW_HEIGHT)
            buttons.addWidget(button)
        buttons.insertStretch(1, 1)
        self.start.setDefault(True)
        self.start.clicked.connect(lambda: self.started.emit(self.request))
        self.pause.clicked.connect(self._on_pause)
        self.stop.setToolTip("What came so far is kept: the next time goes on from there")
        self.stop.clicked.connect(self.stopped)
        self.hide_away.clicked.connect(self.close)
        self.have_files.clicked.connect(self.import_pressed)
        _column(self.choosing, self.room, self.details, self._options)
        _column(self.working, self.stage, self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * theme.GRID,) * 4)
        layout.setSpacing(2 * theme.GRID)
        for widget in (title, self.text, self.choosing, self.working, self.outcome):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.show_choosing()

    def _build_details(self) -> None:
        self.details.setText("Details")
        self.details.setCheckable(True)
        self.details.setAutoRaise(True)
        self.details.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.details.setArrowType(Qt.ArrowType.RightArrow)
        self.details.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.details.toggled.connect(self._on_details)
        self._options.hide()
        column = QVBoxLayout(self._options)
        column.setContentsMargins(2 * theme.GRID, 0, 0, 0)
        for key, button in self.choices.items():
            self._group.addButton(button)
            button.toggled.connect(self._on_choice)
            if key != ClipSet.SOME:
                column.addWidget(button)
                continue
            row = QHBoxLayout()
            row.addWidget(button)
            row.addWidget(self.classes, 1)
            column.addLayout(row)
        self.classes.setPlaceholderText("Dog; Cattle, bovinae")
        self.classes.setAccessibleName("Classes, with semicolons between them")
        self.classes.setToolTip("Names of classes, with semicolons between them")
        self.classes.textEdited.connect(lambda: self.choices[ClipSet.SOME].setChecked(True))
        self.classes.textChanged.connect(self._on_choice)
        for name, text in _MIRRORS.items():
            self.mirror.addItem(text, name)
        self.mirror.currentIndexChanged.connect(self._on_choice)
        self.address.setPlaceholderText("https://…")
        self.address.setAccessibleName("Address to fetch from")
        self.address.textChanged.connect(self._on_choice)
        self.keeps_archive.toggled.connect(self._on_choice)
        form = QFormLayout()
        form.addRow("&Fetch from:", self.mirror)
        form.addRow("", self.address)
        form.addRow("", self.keeps_archive)
        column.addLayout(form)
        self.move_away.clicked.connect(self.move_pressed)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addWidget(self.have_files)
        row.addWidget(self.move_away)
        row.addStretch(1)
        column.addLayout(row)
        self.choices[ClipSet.ALL].setChecked(True)
        self.show_planned_move(None)

    @property
    def request(self) -> SetUpRequest:
        """Request as it is chosen now."""
        clips = next(key for key, button in self.choices.items() if button.isChecked())
        names = tuple(name.strip() for name in self.classes.text().split(";") if name.strip())
        mirror = self.mirror.currentData()
        return SetUpRequest(
            clips,
            names if clips == ClipSet.SOME else (),
            self.address.text().strip() if mirror == _OWN else mirror,
            self.keeps_archive.isChecked(),
        )

    def take(self, request: SetUpRequest) -> None:
        """Choose what was chosen before."""
        self.classes.setText("; ".join(request.classes))
        self.choices[request.clips].setChecked(True)
        is_known = self.mirror.findData(request.mirror) >= 0
        self.mirror.setCurrentIndex(self.mirror.findData(request.mirror if is_known else _OWN))
        self.address.setText("" if is_known else request.mirror)
        self.keeps_archive.setChecked(request.keeps_archive)

    def show_status(self, status: SetUpStatus) -> None:
        """Say what is missing and whether there is room."""
        self._status = status
        if status.begun is not None:
            self.take(status.begun)
        self.start.setText("Set &up" if status.begun is None else "&Go on setting up")
        self.text.setText(
            "\n".join(status.sentences())
            or "The trained model and a catalogue of AudioSet are there. Choose other clips "
            "below for another catalogue."
        )
        self._on_choice()
        self._show(self._is_choosing, self._has_stopped)

    def show_planned_move(self, target: Path | None) -> None:
        """Say where all data moves at the next start."""
        self.move_away.setText("Another folder…" if target is None else "Undo the move")
        self.move_away.setToolTip("Keep all data elsewhere, from the next start on")
        words = f"All data moves to {target} at the next start. Start anew, then set up."
        self.outcome.setText("" if target is None else words)

    def show_choosing(self) -> None:
        """Offer to begin."""
        self._show(is_choosing=True)

    def show_running(self) -> None:
        """Offer to pause and to stop."""
        self._is_paused = False
        self.outcome.setText("")
        self._show(is_choosing=False)
        self.pause.setText("&Pause")

    def show_progress(self, stage: str, fraction: float | None) -> None:
        """Show how far the work is; where that is unknown, the bar stays."""
        self.stage.setText(stage)
        if fraction is not None:
            self.bar.setValue(round(_STEPS * fraction))

    def show_paused(self) -> None:
        """Offer to continue."""
        self._is_paused = True
        self.pause.setText("&Continue")
        self.stage.setText("Paused. What came so far is kept.")

    def show_trouble(self, text: str) -> None:
        """Say what happened, and offer to continue, in another way where that helps."""
        self.show_paused()
        self.details.setChecked(True)  # what the sentences name lies there
        self._show(is_choosing=False, has_stopped=True)
        self.stage.setText("It has stopped. What came so far is kept.")
        self.outcome.setText(text)

    def show_result(self, lines: list[str]) -> None:
        """Say what was done."""
        self.outcome.setText("\n".join(lines))

    def _show(self, is_choosing: bool, has_stopped: bool = False) -> None:
        self._is_choosing, self._has_stopped = is_choosing, has_stopped
        self.choosing.setVisible(is_choosing or has_stopped)
        self.start.setVisible(is_choosing)
        for widget in (self.working, self.pause):
            widget.setVisible(not is_choosing)
        self.stop.setVisible(not is_choosing and not has_stopped)
        self.hide_away.setToolTip("" if is_choosing else "Setting up goes on")

    def _on_details(self, is_open: bool) -> None:
        self.details.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._options.setVisible(is_open)
        if not is_open:
            self.adjustSize()

    def _on_choice(self) -> None:
        request, status = self.request, self._status
        self.address.setEnabled(self.mirror.currentData() == _OWN)
        is_whole = (request.clips != ClipSet.SOME or bool(request.classes)) and (
            self.mirror.currentData() != _OWN or bool(request.mirror)
        )
        self.pause.setEnabled(is_whole or not self._has_stopped)
        if status is None:
            self.start.setEnabled(is_whole)
            return
        needed = status.needed(request)
        has_room = status.free > needed
        free = f"{megabytes(status.free)} are free in {status.folder}."
        self.room.setText(
            f"It takes about {megabytes(needed)} on the disk; {free}"
            if has_room
            else f"There is no room: it takes about {megabytes(needed)}, and {free} "
            "Free some space, or choose less in the details."
        )
        self.start.setEnabled(is_whole and has_room)

    def _on_pause(self) -> None:
        (self.continued if self._is_paused else self.paused).emit()


def _label() -> QLabel:
    label = QLabel()
    # Text from files and the network is never read as markup.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
    return label


def _column(owner: QWidget, *widgets: QWidget) -> None:
    layout = QVBoxLayout(owner)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.GRID)
    for widget in widgets:
        layout.addWidget(widget)
