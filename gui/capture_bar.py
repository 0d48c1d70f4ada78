"""The bar on top: record, see the level, choose the input, open a file."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from gui import formats, theme
from gui.level_meter import LevelMeter

DEFAULT_INPUT = "Default input"


class CaptureBar(QWidget):
    """Record or stop, with elapsed time and level; the input; Open; the menu.

    Signals
    -------
    record_pressed, open_pressed
        The buttons.
    """

    record_pressed = Signal()
    open_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_recording = False
        self._wanted_device = ""
        self.record = QPushButton("Record")
        self.elapsed = QLabel(formats.clock(0, 1))
        self.level = LevelMeter()
        self.device = QComboBox()
        self.open = QPushButton("Open…")
        self.menu_button = QToolButton()
        self._build()
        self._follow_palette()

    def _build(self) -> None:
        self.record.setFont(theme.scaled_font(self, 1.25, bold=True))
        self.record.setIconSize(QSize(theme.ICON_SIZE + 4, theme.ICON_SIZE + 4))
        self.record.setFixedSize(136, 5 * theme.GRID)
        self.record.setToolTip("Record the microphone (Space)")
        self.record.setAccessibleName("Record")
        self.record.clicked.connect(self.record_pressed)
        self.elapsed.setFont(theme.scaled_font(self, 1.25))
        self.elapsed.setMinimumWidth(self.elapsed.fontMetrics().horizontalAdvance("0:00:00.0"))
        self.elapsed.setAccessibleName("Elapsed time")
        self.device.addItem(DEFAULT_INPUT, "")
        self.device.setAccessibleName("Input")
        self.device.setMinimumContentsLength(12)
        self.device.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.device.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.device.setMaximumWidth(320)
        label = QLabel("&Input:")
        label.setBuddy(self.device)
        self.open.setToolTip("Open a sound file (Ctrl+O)")
        self.open.clicked.connect(self.open_pressed)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu_button.setToolTip("Menu")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setAutoRaise(True)
        self.menu_button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        for widget in (self.device, self.open, self.menu_button):
            widget.setFixedHeight(theme.ROW_HEIGHT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID)
        layout.setSpacing(2 * theme.GRID)
        for item in (self.record, self.elapsed, self.level):
            layout.addWidget(item)
        layout.addStretch(1)
        layout.addWidget(label)
        layout.addWidget(self.device, 4)
        layout.addWidget(self.open)
        layout.addWidget(self.menu_button)

    def set_menu(self, actions: list[QAction]) -> None:
        """Fill the menu; an action without text is a separator."""
        menu = QMenu(self)
        menu.addActions(actions)
        self.menu_button.setMenu(menu)

    def set_recording(self, is_recording: bool) -> None:
        """Show Record or Stop."""
        self._is_recording = is_recording
        text = "Stop" if is_recording else "Record"
        self.record.setText(text)
        self.record.setAccessibleName(text)
        self.record.setToolTip(
            "Stop and find what sounds like it (Space)"
            if is_recording
            else "Record the microphone (Space)"
        )
        self.device.setEnabled(not is_recording)
        if not is_recording:
            self.level.clear()
        self._follow_palette()

    def set_elapsed(self, seconds: float) -> None:
        """Show how long the recording is, in seconds."""
        self.elapsed.setText(formats.clock(seconds, 1))

    def set_unavailable(self, reason: str) -> None:
        """Switch recording off and say why; an empty reason switches it on."""
        self.record.setEnabled(not reason)
        self.device.setEnabled(not reason)
        self.record.setToolTip(reason or "Record the microphone (Space)")
        self.record.setAccessibleDescription(reason)

    def set_devices(self, names: list[str]) -> None:
        """Fill the choice of inputs, keeping what was chosen."""
        wanted = self.chosen_device or self._wanted_device
        self.device.clear()
        self.device.addItem(DEFAULT_INPUT, "")
        for name in names:
            self.device.addItem(name, name)
        self.choose_device(wanted)

    def choose_device(self, name: str) -> None:
        """Choose an input by name, now or as soon as it is listed."""
        self._wanted_device = name
        self.device.setCurrentIndex(max(0, self.device.findData(name)))

    @property
    def chosen_device(self) -> str:
        """The chosen input's name; empty for the default."""
        return str(self.device.currentData() or "")

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_palette()

    def _follow_palette(self) -> None:
        palette = self.palette()
        red = theme.record_red(palette)
        name = "stop-fill" if self._is_recording else "record-fill"
        self.record.setIcon(theme.icon(name, palette, red))
        self.open.setIcon(theme.icon("folder-open", palette))
        self.menu_button.setIcon(theme.icon("dots-three-bold", palette))
        time = self.elapsed.palette()
        colour = red if self._is_recording else palette.color(QPalette.ColorRole.WindowText)
        time.setColor(QPalette.ColorRole.WindowText, colour)
        self.elapsed.setPalette(time)
