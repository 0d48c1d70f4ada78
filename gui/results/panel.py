"""The answer: what it is an answer to, the filters, and the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.search.feedback import Calibration
from core.types import Match, youtube_id_of
from gui import theme
from gui.results.choices import ComparisonChoice, RankingChoice
from gui.results.details_pane import WIDTH, DetailsPane
from gui.results.heard_chips import HeardChips
from gui.results.look_ups_question import QUESTION, TROUBLE, LookUpsQuestion
from gui.results.table import ResultsTable
from gui.search.options import SearchOptions
from gui.widgets.dimming import Dimming
from gui.widgets.elided import Elided
from gui.widgets.word_field import WordField
from gui.youtube import LARGE
from gui.youtube.permission import LookUpPermission

if TYPE_CHECKING:
    from gui.youtube.look_ups import LookUps

MOST_RESULTS = 1000
_LOW = 44 * theme.GRID
"""In less height the matches get the row of what was heard: the headline says it, too."""

_NARROW = 108 * theme.GRID
"""In less than this the details fold by themselves: the table needs the room."""


class ResultsPanel(QWidget):
    """Heading, filters, table, and the details of a row.

    Parameters
    ----------
    options : SearchOptions
        What is compared and how many results there are, shown and changed.
    permission : LookUpPermission
        Whether YouTube may be asked for titles and thumbnails; the question is put here.
    chips : QWidget
        What is chosen of the classes.

    Signals
    -------
    try_again_pressed
        A person wants titles and pictures to be asked for once more.
    details_folded : bool
        A person folded the details, or unfolded them.
    """

    try_again_pressed = Signal()
    details_folded = Signal(bool)

    def __init__(
        self,
        options: SearchOptions,
        permission: LookUpPermission,
        chips: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._options, self.permission, self._chips = options, permission, chips
        self.back = QPushButton("Back")
        self.forward = QPushButton()
        self.more = QPushButton("More like this")
        self.unfold = QPushButton("Details")
        self.heading = Elided()
        self.summary = QLabel()
        self.live = QSpinBox()
        self.count = QSpinBox()
        self.by, self.ranking = ComparisonChoice(options), RankingChoice(options)
        self.heard = HeardChips()
        self.heard.follow(self.more)
        self.words = WordField()
        self.table = ResultsTable()
        self._veil = Dimming(self.table)
        self.details = DetailsPane()
        self.question = LookUpsQuestion(QUESTION, "Look up")
        self.look_up_trouble = LookUpsQuestion(TROUBLE, "Try again")
        self.message = QLabel()
        self._pages = QStackedWidget()
        self._sides = QSplitter(Qt.Orientation.Horizontal)
        self._look_ups: LookUps | None = None
        self._build()
        self._follow_palette()
        options.changed.connect(self._show_options)
        permission.changed.connect(self._on_permission)
        self._show_options()
        self._on_permission()

    def _build(self) -> None:
        self.heading.setFont(theme.scaled_font(self, 1.25, bold=True))
        for label in (self.summary, self.message):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setFont(theme.scaled_font(self, 1.0))
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.count.setRange(1, MOST_RESULTS)
        self.count.setAccessibleName("Number of results")
        self.count.setToolTip("How many matches are shown")
        self.count.setKeyboardTracking(False)
        self.count.setFixedHeight(theme.ROW_HEIGHT)
        self.count.valueChanged.connect(lambda k: self._options.change(k=k))
        self.live.setRange(1, 60)
        self.live.setPrefix("last ")
        self.live.setSuffix(" s")
        self.live.setAccessibleName("Seconds of the recording that are matched while it runs")
        self.live.setToolTip(self.live.accessibleName())
        self.live.setFixedHeight(theme.ROW_HEIGHT)
        self.live.hide()
        for button in (self.back, self.forward, self.more):
            button.setFixedHeight(theme.ROW_HEIGHT)
        self.forward.setAccessibleName("Forward")
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.message)
        self._sides.addWidget(self._pages)
        self._sides.addWidget(self.details)
        self._sides.setStretchFactor(0, 1)
        self._sides.setChildrenCollapsible(False)
        self._sides.setSizes([100 * theme.GRID, WIDTH])
        self.details.picture.hide()
        self.unfold.setFixedHeight(theme.ROW_HEIGHT)
        self.unfold.setCheckable(True)
        self.unfold.setChecked(True)
        self.unfold.setToolTip("Show or hide the details of the selected match")
        self.unfold.clicked.connect(self._on_unfold)
        self.question.answered.connect(self._on_answered)
        self.question.hide()
        self.look_up_trouble.answered.connect(self._on_trouble_answered)
        self.look_up_trouble.hide()
        self.table.chosen_changed.connect(self._show_details)
        said = QHBoxLayout()
        said.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        said.addWidget(self.heard, 1)
        said.addWidget(self.summary)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addLayout(self._heading_row())
        layout.addLayout(said)
        layout.addLayout(self._filter_row())
        layout.addWidget(self.question)
        layout.addWidget(self.look_up_trouble)
        layout.addWidget(self._sides, 1)

    def _heading_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.heading, 1)
        row.addWidget(self.live)
        row.addSpacing(theme.GRID)
        row.addWidget(self.back)
        row.addWidget(self.forward)
        row.addWidget(self.more)
        row.addWidget(self.unfold)
        return row

    def _filter_row(self) -> QHBoxLayout:
        caption = QLabel("&Show:")
        caption.setBuddy(self.count)
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(caption)
        row.addWidget(self.count)
        row.addWidget(self.by)
        row.addWidget(self.ranking)
        row.addSpacing(theme.GRID)
        row.addWidget(self._chips, 1)
        row.addWidget(self.words)
        return row

    def bind(self, back: QAction, forward: QAction, more: QAction) -> None:
        """Let the three buttons follow their actions."""
        buttons = (self.back, self.forward, self.more)
        for button, action in zip(buttons, (back, forward, more), strict=True):
            button.clicked.connect(action.trigger)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{action.toolTip()} ({keys})")
            action.enabledChanged.connect(button.setEnabled)
            button.setEnabled(action.isEnabled())

    def show_matches(
        self,
        heading: str,
        summary: str,
        matches: tuple[Match, ...],
        calibration: Calibration | None = None,
        most: int | None = None,
    ) -> None:
        """Show an answer.

        Parameters
        ----------
        heading, summary : str
        matches : tuple of Match
        calibration : Calibration, optional
            What the similarities are judged by.
        most : int, optional
            How many rows to show; further matches take the places of those that are hidden.
        """
        self.set_dimmed(False)
        self.heading.setText(heading)
        self.heading.setToolTip(heading.replace("<", "‹"))
        self.summary.setText(summary)
        self.details.calibration = calibration
        self.table.show_matches(matches, most)
        self._ask_once()
        if matches:
            self._pages.setCurrentWidget(self.table)
            self._lay_out()
        else:
            self.show_message("No clip passes these filters. Remove a class to see more.")

    # Look-ups

    def use_look_ups(self, look_ups: LookUps) -> None:
        """Show titles and thumbnails, once a person has allowed it."""
        self._look_ups = look_ups
        self.table.use_look_ups(look_ups)
        look_ups.changed.connect(self._on_looked_up)
        self._ask_once()

    def _on_permission(self) -> None:
        self._make_room()
        self._ask_once()

    def show_failing(self, is_failing: bool) -> None:
        """Say that titles and pictures cannot be had for now, and take their room back; or not."""
        self.look_up_trouble.setVisible(is_failing)
        self._make_room()

    def _make_room(self) -> None:
        """Make room for pictures where there may be some."""
        has_pictures = self.permission.is_given and self.look_up_trouble.isHidden()
        self.table.set_tall(has_pictures)
        self.details.picture.setVisible(has_pictures)

    def _on_trouble_answered(self, is_to_be_tried: bool) -> None:
        if is_to_be_tried:
            self.try_again_pressed.emit()
        else:
            self._on_answered(False)

    def _on_answered(self, is_allowed: bool) -> None:
        self.permission.adopt(is_allowed)
        self.table.setFocus()

    def _ask_once(self) -> None:
        is_open = self._look_ups is not None and self.permission.answer is None
        self.question.setVisible(is_open and any(self.table.results.youtube_ids))

    def _on_looked_up(self, ids: list[str]) -> None:
        match = self.details.match
        if match is not None and youtube_id_of(match.url) in ids:
            self._show_details(match)

    # Details

    def _show_details(self, match: Match | None) -> None:
        if match is None or self._look_ups is None:
            self.details.show_match(match, None)
            return
        youtube_id = youtube_id_of(match.url)
        video, image = self._look_ups.video(youtube_id), self._look_ups.image(youtube_id, LARGE)
        self.details.show_match(match, video, image)

    def fold_details(self, is_folded: bool) -> None:
        """Hide the details, or show them where there is room."""
        self.unfold.setChecked(not is_folded)
        self._lay_out()
        self._follow_palette()

    def show_details(self) -> bool:
        """Unfold the details; return whether there is room for them."""
        if not self.unfold.isChecked():
            self.unfold.click()
        return not self.details.isHidden()

    def _on_unfold(self, is_unfolded: bool) -> None:
        self._lay_out()
        self._follow_palette()
        self.details_folded.emit(not is_unfolded)

    def _lay_out(self) -> None:
        has_room = self.width() >= _NARROW
        self.unfold.setVisible(has_room)
        has_rows = self._pages.currentWidget() is self.table
        self.details.setVisible(has_room and has_rows and self.unfold.isChecked())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the table the room it needs."""
        super().resizeEvent(event)
        for widget in (self.heard, self.summary):
            widget.setVisible(self.height() >= _LOW)
        self._lay_out()

    def show_message(self, text: str) -> None:
        """Show one sentence instead of the table."""
        self.message.setText(text)
        self._pages.setCurrentWidget(self.message)
        self._lay_out()

    def set_dimmed(self, is_dimmed: bool) -> None:
        """Dim an answer that a newer one will replace."""
        self._veil.set_down(is_dimmed)

    def _show_options(self) -> None:
        self.count.setValue(self._options.values.k)

    @property
    def is_dimmed(self) -> bool:
        """Whether what is shown is about to be replaced."""
        return self._veil.is_down

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        palette = self.palette()
        self.back.setIcon(theme.icon("arrow-left", palette))
        self.forward.setIcon(theme.icon("arrow-right", palette))
        self.more.setIcon(theme.icon("magnifying-glass", palette))
        sign = "caret-double-right" if self.unfold.isChecked() else "caret-double-left"
        self.unfold.setIcon(theme.icon(sign, palette))
        quiet = self.summary.palette()
        quiet.setColor(QPalette.ColorRole.WindowText, theme.quiet_text(palette))
        for label in (self.summary, self.message):
            label.setPalette(quiet)
