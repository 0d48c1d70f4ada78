"""The answer in one line: what was heard, how sure, and how one came there."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.results.heard_chips import HeardChips
from gui.results.match_menu import RANKINGS, MatchMenu
from gui.results.step_line import Step, StepLine
from gui.search.live import MOST_WINDOW_S
from gui.search.options import SearchOptions
from gui.widgets.dimming import Dimming
from gui.widgets.menu_button import MenuButton
from gui.widgets.palette_widget import PaletteWidget
from gui.widgets.progress_row import ProgressRow

_SCALE = 1.6
_LEAST_CHIPS = 26 * theme.GRID
_MORE = "▾"


class AnswerHeader(PaletteWidget):
    """Headline in title size, with the tags as chips; below it steps, or progress.

    Parameters
    ----------
    options : SearchOptions
        How is matched, shown and changed.

    """

    def __init__(self, options: SearchOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self._is_dimmed = False
        self.heading, self.closeness = QLabel(), QLabel()
        self.heard = HeardChips()
        self._veil = Dimming(self.heard, QPalette.ColorRole.Window)
        self.live = QSpinBox()
        self.back, self.forward = QToolButton(), QToolButton()
        self.steps, self.progress = StepLine(), ProgressRow()
        self.menu = MatchMenu(options)
        self.match = MenuButton()
        self.filter, self.map, self.details = QToolButton(), QToolButton(), QToolButton()
        self.tags = QToolButton()
        self._lower = QStackedWidget()
        self._build()
        self._follow_palette()
        options.changed.connect(self._show_options)
        options.offered.connect(self._show_options)
        self._show_options()

    def _build(self) -> None:
        self.heading.setFont(theme.scaled_font(self, _SCALE, bold=True))
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setWordWrap(True)
        self.heading.setAccessibleName("Answer")
        self.heading.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.closeness.setTextFormat(Qt.TextFormat.PlainText)
        self.closeness.setAccessibleName("How close the first match is")
        self.closeness.hide()
        self.live.setRange(1, MOST_WINDOW_S)
        self.live.setPrefix("last ")
        self.live.setSuffix(" s")
        self.live.setAccessibleName("Seconds of the recording that are matched while it runs")
        self.live.setToolTip(self.live.accessibleName())
        self.live.setFixedHeight(theme.ROW_HEIGHT)
        self.live.hide()
        self.match.setMenu(self.menu)
        self.match.setToolTip("What makes a good match, and how many are shown")
        widest = max(RANKINGS.values(), key=self.match.fontMetrics().horizontalAdvance)
        self.match.setText(f"{widest} {_MORE}")
        self.match.setMinimumWidth(self.match.sizeHint().width())
        for button in (self.back, self.forward, self.match, *self._toggles):
            button.setFixedHeight(theme.ROW_HEIGHT)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for button in self._toggles:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for page in (self.steps, self.progress):
            self._lower.addWidget(page)
        self._lower.setFixedHeight(theme.ROW_HEIGHT)
        self.progress.shown.connect(
            lambda is_shown: self._lower.setCurrentWidget(self.progress if is_shown else self.steps)
        )
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        upper.setSpacing(2 * theme.GRID)
        lower.setSpacing(theme.GRID // 2)
        upper.addWidget(self.heading)
        upper.addWidget(self.closeness)
        upper.addWidget(self.heard, 1)
        upper.addWidget(self.live)
        lower.addWidget(self._lower, 1)
        for button in (self.back, self.forward, self.match, *self._toggles):
            lower.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme.GRID // 2, 0, theme.GRID // 2)
        layout.setSpacing(0)
        layout.addLayout(upper, 1)
        layout.addLayout(lower)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def _toggles(self) -> tuple[QToolButton, ...]:
        return self.tags, self.filter, self.map, self.details

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """Stops of the Tab key, in its order; chips and steps are put between them."""
        return (
            self.heard.add,
            self.live,
            self.progress.cancel,
            self.back,
            self.forward,
            self.match,
            *self._toggles,
        )

    def follow(self, before: QWidget) -> None:
        """Come after another widget in the order of the Tab key."""
        self.heard.follow(before)
        self.steps.follow(self.live)

    def bind(
        self,
        back: QAction,
        forward: QAction,
        tags: QAction,
        filters: QAction,
        chart: QAction,
        details: QAction,
    ) -> None:
        """Let the buttons follow their actions."""
        buttons = (self.back, self.forward, *self._toggles)
        actions = (back, forward, tags, filters, chart, details)
        for button, action in zip(buttons, actions, strict=True):
            button.setDefaultAction(action)
            button.setAccessibleName(action.text())
        for button in (self.back, self.forward):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._follow_palette()

    # What is shown

    def show_heading(self, text: str, closeness: str = "") -> None:
        """Show what was heard, in words, and how close the first match is."""
        self.heading.setText(text)
        self.closeness.setText(closeness)
        self.closeness.setVisible(bool(closeness))
        self._fit()

    def show_steps(self, steps: list[Step]) -> None:
        """Show how one came there."""
        self.steps.show_steps(steps)

    def set_dimmed(self, is_dimmed: bool) -> None:
        """Make quiet what is about to be replaced."""
        if is_dimmed != self._is_dimmed:
            self._is_dimmed = is_dimmed
            self._follow_palette()

    def _show_options(self) -> None:
        self.match.setText(f"{RANKINGS[self._options.shown_ranking]} {_MORE}")
        self.match.setAccessibleName(f"Match: {self.match.text().rstrip(_MORE)}")

    # Its size

    def _fit(self) -> None:
        """Give the headline all the room that its words need: it is never cut."""
        metrics = self.heading.fontMetrics()
        room = self.width() - 6 * theme.GRID
        room -= self.live.sizeHint().width() + theme.GRID if not self.live.isHidden() else 0
        if not self.closeness.isHidden():
            room -= self.closeness.sizeHint().width() + 2 * theme.GRID
        wanted = metrics.horizontalAdvance(self.heading.text()) + 4
        width = min(wanted, max(room - min(_LEAST_CHIPS, room // 3), 20 * theme.GRID))
        self.heading.setFixedWidth(width)
        height = max(self.heading.heightForWidth(width), 5 * theme.GRID)
        self.heading.setFixedHeight(height)
        self.setFixedHeight(height + theme.ROW_HEIGHT + theme.GRID)

    def sizeHint(self) -> QSize:
        """Return what the headline and the steps need."""
        return QSize(80 * theme.GRID, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the headline anew."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def _follow_palette(self) -> None:
        palette = self.palette()
        quiet, plain = QPalette(palette), QPalette(palette)
        quiet.setColor(QPalette.ColorRole.WindowText, theme.quiet_text(palette))
        for button, name in (
            (self.back, "arrow-left"),
            (self.forward, "arrow-right"),
            (self.tags, "table"),
            (self.filter, "funnel"),
            (self.map, "map-trifold"),
            (self.details, "info"),
        ):
            action = button.defaultAction()
            (action or button).setIcon(theme.icon(name, palette))
        self.heading.setPalette(quiet if self._is_dimmed else plain)
        self.closeness.setPalette(quiet)
        self._veil.set_down(self._is_dimmed)
