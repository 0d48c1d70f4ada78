"""The answer: what it is an answer to, the filters, and the table."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from core.options import FRAMES, MEAN, Filter
from core.types import Match
from gui import theme
from gui.class_filter import ClassFilter
from gui.results_table import ResultsTable
from gui.session import Choices

MOST_RESULTS = 1000


class ResultsPanel(QWidget):
    """Heading, filters and table.

    Signals
    -------
    choices_changed
        A person changed what is compared, how many results there are, or a class.
    live_changed : int
        A person changed how many of the last seconds of a recording are searched for.
    """

    choices_changed = Signal()
    live_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = QPushButton("Back")
        self.more = QPushButton("More like this")
        self.heading = QLabel()
        self.summary = QLabel()
        self.live = QSpinBox()
        self.count = QSpinBox()
        self.by = QComboBox()
        self.include = ClassFilter("&Only:", "add a class")
        self.exclude = ClassFilter("&Without:", "add a class")
        self.table = ResultsTable()
        self.message = QLabel()
        self._dimming = QGraphicsOpacityEffect(self.table)
        self._build()
        self._follow_palette()

    def _build(self) -> None:
        self.heading.setFont(theme.scaled_font(self, 1.25, bold=True))
        for label in (self.heading, self.summary, self.message):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.summary.setFont(theme.scaled_font(self, 1.0))
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self._dimming.setOpacity(0.45)
        self._dimming.setEnabled(False)
        self.table.setGraphicsEffect(self._dimming)
        self.count.setRange(1, MOST_RESULTS)
        self.count.setAccessibleName("Number of results")
        self.count.setKeyboardTracking(False)
        self.count.setFixedHeight(theme.ROW_HEIGHT)
        self.count.valueChanged.connect(self.choices_changed)
        self.by.addItem("Whole sounds", MEAN)
        self.by.addItem("Best seconds", FRAMES)
        self.by.setAccessibleName("What is compared")
        self.by.setToolTip(
            "Compare sounds as wholes, or each part of yours with the clip's most similar second"
        )
        self.by.setFixedHeight(theme.ROW_HEIGHT)
        self.by.currentIndexChanged.connect(self.choices_changed)
        self.live.setRange(1, 60)
        self.live.setPrefix("last ")
        self.live.setSuffix(" s")
        self.live.setAccessibleName("Seconds of the recording that are matched while it runs")
        self.live.setToolTip(self.live.accessibleName())
        self.live.setFixedHeight(theme.ROW_HEIGHT)
        self.live.valueChanged.connect(self.live_changed)
        self.live.hide()
        for chooser in (self.include, self.exclude):
            chooser.changed.connect(self.choices_changed)
        for button in (self.back, self.more):
            button.setFixedHeight(theme.ROW_HEIGHT)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.message)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addLayout(self._heading_row())
        layout.addLayout(self._filter_row())
        layout.addLayout(self._pages, 1)

    def _heading_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.heading, 1)
        row.addWidget(self.summary)
        row.addWidget(self.live)
        row.addSpacing(theme.GRID)
        row.addWidget(self.back)
        row.addWidget(self.more)
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
        row.addSpacing(theme.GRID)
        row.addWidget(self.include, 1)
        row.addSpacing(theme.GRID)
        row.addWidget(self.exclude, 1)
        return row

    def bind(self, back: QAction, more: QAction) -> None:
        """Let the two buttons follow their actions."""
        for button, action in ((self.back, back), (self.more, more)):
            button.clicked.connect(action.trigger)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{action.toolTip()} ({keys})")
            action.enabledChanged.connect(button.setEnabled)
            button.setEnabled(action.isEnabled())

    def show_matches(self, heading: str, summary: str, matches: tuple[Match, ...]) -> None:
        """Show an answer."""
        self.set_dimmed(False)
        self.heading.setText(heading)
        self.heading.setToolTip("")
        self.summary.setText(summary)
        self.table.show_matches(matches)
        if matches:
            self._pages.setCurrentWidget(self.table)
        else:
            self.show_message("No clip passes these filters. Remove a class to see more.")

    def show_message(self, text: str) -> None:
        """Show one sentence instead of the table."""
        self.message.setText(text)
        self._pages.setCurrentWidget(self.message)

    def set_dimmed(self, is_dimmed: bool) -> None:
        """Dim an answer that a newer one will replace."""
        self._dimming.setEnabled(is_dimmed)

    def set_known(self, names: list[str]) -> None:
        """Offer these class names while a person types."""
        for chooser in (self.include, self.exclude):
            chooser.set_known(names)

    @property
    def choices(self) -> Choices:
        """What a person chose."""
        return Choices(self.count.value(), self.filters, str(self.by.currentData()))

    def set_choices(self, choices: Choices) -> None:
        """Show other choices without telling anyone."""
        with QSignalBlocker(self):
            self.count.setValue(choices.k)
            self.by.setCurrentIndex(max(0, self.by.findData(choices.by)))
            self.set_filters(choices.filters)

    @property
    def filters(self) -> Filter:
        """The classes to show and to hide."""
        return Filter(self.include.names, self.exclude.names)

    def set_filters(self, filters: Filter) -> None:
        """Show other classes without telling anyone."""
        self.include.set_names(filters.include)
        self.exclude.set_names(filters.exclude)

    @property
    def is_dimmed(self) -> bool:
        """Whether what is shown is about to be replaced."""
        return self._dimming.isEnabled()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        palette = self.palette()
        self.back.setIcon(theme.icon("arrow-left", palette))
        self.more.setIcon(theme.icon("magnifying-glass", palette))
        quiet = self.summary.palette()
        quiet.setColor(QPalette.ColorRole.WindowText, theme.quiet_text(palette))
        for label in (self.summary, self.message):
            label.setPalette(quiet)
