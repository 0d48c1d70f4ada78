"""The bar on top: record, see the level, choose the input, open files."""

from __future__ import annotations

import html

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from core.audio.devices import Device
from core.audio.pre_roll import PRE_ROLL_S
from gui import formats, theme
from gui.recording.level_meter import ClipLight, LevelMeter
from gui.widgets.palette_widget import PaletteWidget

DEFAULT_INPUT = "Default input"


class CaptureBar(PaletteWidget):
    """Record or stop, with elapsed time and level; the input; Open.

    Signals
    -------
    record_pressed, open_pressed
        The buttons.
    next_changed
        Record would take another device, or it has changed.
    """

    record_pressed = Signal()
    open_pressed = Signal()
    next_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_recording = False
        self._wanted_device = ""
        self._listed: list[Device] = []
        self._devices: list[Device] = []
        self.record = QPushButton("Record")
        self.elapsed = QLabel(formats.clock(0, 1))
        self.pre_roll = QLabel(f"−{PRE_ROLL_S:.0f} s")
        self.level = LevelMeter()
        self.clip = ClipLight()
        self.device = QComboBox()
        self.gain = QLabel()
        self.open = QPushButton("Open…")
        self._build()
        self._follow_palette()

    def _build(self) -> None:
        self.record.setFont(theme.scaled_font(self, 1.25, bold=True))
        self.record.setIconSize(QSize(theme.ICON_SIZE + 4, theme.ICON_SIZE + 4))
        self.record.setFixedSize(15 * theme.GRID, 5 * theme.GRID)
        self.record.setToolTip("Record the microphone (Space)")
        self.record.setAccessibleName("Record")
        self.record.clicked.connect(self.record_pressed)
        self.elapsed.setFont(theme.scaled_font(self, 1.25))
        self.elapsed.setMinimumWidth(self.elapsed.fontMetrics().horizontalAdvance("0:00:00.0"))
        self.elapsed.setAccessibleName("Elapsed time")
        kept = f"The {PRE_ROLL_S:.0f} seconds before Record are kept"
        self.pre_roll.setToolTip(kept)
        self.pre_roll.setAccessibleName(kept)
        self.pre_roll.hide()
        self.device.addItem(DEFAULT_INPUT, "")
        self.device.setAccessibleName("Input")
        self.device.setToolTip("What is recorded")
        self.device.setMinimumContentsLength(12)
        self.device.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.device.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.device.setMaximumWidth(320)
        self.device.currentIndexChanged.connect(self._on_chosen)
        self.gain.setAccessibleName("Input gain")
        self.gain.setMinimumWidth(self.gain.fontMetrics().horizontalAdvance("Gain 100 %"))
        self.open.setToolTip("Open sound files (Ctrl+O)")
        self.open.clicked.connect(self.open_pressed)
        for widget in (self.device, self.open):
            widget.setFixedHeight(theme.ROW_HEIGHT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        layout.setSpacing(theme.GRID)
        for item in (self.record, self.pre_roll, self.elapsed, self.level, self.clip):
            layout.addWidget(item)
        layout.addStretch(1)
        layout.addWidget(self.device, 4)
        layout.addWidget(self.gain)
        layout.addWidget(self.open)

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
        if is_recording:
            self.clip.set_lit(False)
        else:
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

    def set_devices(self, devices: list[Device]) -> None:
        """Fill the choice of inputs, keeping what was chosen."""
        if devices == self._listed:
            return
        self._listed = devices
        # What this computer plays is as near as the microphone.
        self._devices = sorted(devices, key=lambda device: not device.is_monitor)
        wanted = self._wanted_device
        with QSignalBlocker(self.device):
            self.device.clear()
            self.device.addItem(DEFAULT_INPUT, "")
            for device in self._devices:
                self.device.addItem(device.name, device.key)
                tip = f"{device.name}: {device.rate_hz} Hz"
                self.device.setItemData(
                    self.device.count() - 1, html.escape(tip), Qt.ItemDataRole.ToolTipRole
                )
        self._follow_palette()
        self.choose_device(wanted)

    def _on_chosen(self) -> None:
        self._wanted_device = self.chosen_device
        self._show_next()

    @property
    def next_device(self) -> Device | None:
        """The input that Record would take; None while none is known."""
        chosen = self.chosen_device
        return next(
            (each for each in self._devices if (each.key == chosen if chosen else each.is_default)),
            None,
        )

    @property
    def monitor(self) -> Device | None:
        """The sound that this computer plays: the chosen output's sound, or the first one's."""
        monitors = [each for each in self._devices if each.is_monitor]
        chosen = (each for each in monitors if each.key == self.chosen_device)
        return next(chosen, monitors[0] if monitors else None)

    def _show_next(self) -> None:
        self.next_changed.emit()
        device, texts, tips = self.next_device, list[str](), list[str]()
        if device is not None and device.gain is not None:
            percent = f"{device.gain:.0%}".replace("%", " %")
            texts.append("Muted" if device.is_muted else f"Gain {percent}")
            tips.append("As the system's sound settings have it")
        if device is not None and device.note:
            texts.append(f"{device.rate_hz / 1000:g} kHz")
            tips.append(device.note)
        self.gain.setText(" · ".join(texts))
        self.gain.setToolTip("<br>".join(map(html.escape, tips)))
        self.gain.setAccessibleDescription(" ".join(tips))

    def choose_device(self, key: str) -> None:
        """Choose an input by its key, now or as soon as it is listed."""
        self._wanted_device = key
        with QSignalBlocker(self.device):
            self.device.setCurrentIndex(max(0, self.device.findData(key)))
        self._show_next()

    @property
    def chosen_device(self) -> str:
        """The chosen input's key; empty for the default."""
        return str(self.device.currentData() or "")

    @property
    def wanted_device(self) -> str:
        """The key of the input that was chosen, even while it is not there."""
        return self._wanted_device

    def _follow_palette(self) -> None:
        palette = self.palette()
        red = theme.record_red(palette)
        name = "stop-fill" if self._is_recording else "record-fill"
        self.record.setIcon(theme.icon(name, palette, red))
        self.open.setIcon(theme.icon("folder-open", palette))
        for row, device in enumerate(self._devices, start=1):
            icon = theme.icon("speaker-high" if device.is_monitor else "microphone", palette)
            self.device.setItemIcon(row, icon)
        time = self.elapsed.palette()
        colour = red if self._is_recording else palette.color(QPalette.ColorRole.WindowText)
        time.setColor(QPalette.ColorRole.WindowText, colour)
        self.elapsed.setPalette(time)
