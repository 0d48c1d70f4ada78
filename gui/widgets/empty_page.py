"""What the window shows before the first sound: one sentence, one place to drop, two ways in."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.palette_widget import PaletteWidget
from gui.widgets.progress_row import ProgressRow


class EmptyPage(PaletteWidget):
    """A large drop target with the two ways in, and how far the model's loading is.

    Signals
    -------
    record_pressed, open_pressed, history_pressed
        The buttons; the last one is there when there is a history.
    """

    record_pressed = Signal()
    open_pressed = Signal()
    history_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QLabel()
        self._title = QLabel("Hear a sound, find the videos that sound like it.")
        self._hint = QLabel("Drop a sound file anywhere in this window, or")
        self.record = QPushButton("Record a sound")
        self.open = QPushButton("Open a file…")
        self.history = QPushButton("History")
        self.reason = QLabel()
        self.progress = ProgressRow()
        self._build()
        self._follow_palette()

    def _build(self) -> None:
        self._title.setFont(theme.scaled_font(self, 1.25, bold=True))
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setWordWrap(True)
        self.reason.hide()
        for label in (self._sign, self._title, self._hint, self.reason):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        buttons.addStretch(1)
        self.history.hide()
        self.history.setToolTip("Show the sounds that were matched before")
        self.history.clicked.connect(self.history_pressed)
        for button in (self.record, self.open, self.history):
            button.setFixedHeight(5 * theme.GRID)
            button.setMinimumWidth(20 * theme.GRID)
            button.setIconSize(QSize(theme.ICON_SIZE, theme.ICON_SIZE))
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.record.clicked.connect(self.record_pressed)
        self.open.clicked.connect(self.open_pressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*4 * (5 * theme.GRID,))
        layout.setSpacing(2 * theme.GRID)
        layout.addStretch(1)
        layout.addWidget(self._sign)
        layout.addWidget(self._title)
        layout.addWidget(self._hint)
        layout.addLayout(buttons)
        layout.addWidget(self.reason)
        layout.addStretch(1)
        layout.addWidget(self.progress)

    def set_unavailable(self, reason: str) -> None:
        """Switch recording off and say why; an empty reason switches it on."""
        self.record.setEnabled(not reason)
        self.record.setToolTip(reason)
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self.record.setAccessibleDescription(reason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the drop target's dashed edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.mixed(
            self.palette().color(QPalette.ColorRole.WindowText),
            self.palette().color(QPalette.ColorRole.Window),
            0.5,
        )
        painter.setPen(QPen(edge, 1.5, Qt.PenStyle.DashLine))
        inset = 2 * theme.GRID
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), theme.GRID, theme.GRID
        )

    def _follow_palette(self) -> None:
        palette = self.palette()
        quiet = self._hint.palette()
        quiet.setColor(QPalette.ColorRole.WindowText, theme.quiet_text(palette))
        for label in (self._hint, self.reason):
            label.setPalette(quiet)
        side = 6 * theme.GRID
        sign = theme.icon("music-notes", palette, theme.quiet_text(palette), side)
        self._sign.setPixmap(sign.pixmap(side))
        self.record.setIcon(theme.icon("record-fill", palette, theme.record_red(palette)))
        self.history.setIcon(theme.icon("clock-counter-clockwise", palette))
        self.open.setIcon(theme.icon("folder-open", palette))
