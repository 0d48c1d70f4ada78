"""The buttons for hearing the sound in sight."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from gui import theme
from gui.widgets.palette_widget import PaletteWidget

_BUTTON = 4 * theme.GRID


class PlaybackBar(PaletteWidget):
    """Play or pause, stop, loop, and the volume.

    Attributes
    ----------
    play, stop, loop : QToolButton
        `loop` can be checked; see `set_playing` for `play`.
    volume : QSlider
        0 to 100.

    Signals
    -------
    volume_changed : float
        0 to 1.
    """

    volume_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_playing = False
        self.play = _tool("Play", "Play the selection, or all of it (P)")
        self.stop = _tool("Stop playing", "Stop playing, and go back to the start")
        self.loop = _tool("Loop", "Play it again and again")
        self.volume_icon = QLabel()
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self._build()
        self.set_sound_ready(False)
        self._follow_palette()

    def _build(self) -> None:
        self.loop.setCheckable(True)
        self.volume.setRange(0, 100)
        self.volume.setValue(100)
        self.volume.setPageStep(10)
        self.volume.setFixedSize(9 * theme.GRID, _BUTTON)
        self.volume.setAccessibleName("Volume")
        self.volume.setToolTip("Volume")
        self.volume.valueChanged.connect(self._on_volume)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID // 2)
        for button in (self.play, self.stop, self.loop):
            row.addWidget(button)
        row.addSpacing(theme.GRID)
        row.addWidget(self.volume_icon)
        row.addWidget(self.volume)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """Stops of the Tab key, in its order."""
        return self.play, self.stop, self.loop, self.volume

    def set_playing(self, is_playing: bool) -> None:
        """Show Pause instead of Play, or the other way round."""
        self._is_playing = is_playing
        name = "Pause" if is_playing else "Play"
        self.play.setAccessibleName(name)
        self.play.setToolTip(f"{name} (P)")
        self._follow_palette()

    def set_sound_ready(self, is_ready: bool) -> None:
        """Allow what needs a whole sound, or do not."""
        self.play.setEnabled(is_ready)
        self.stop.setEnabled(is_ready)

    def _on_volume(self, percent: int) -> None:
        self.volume_changed.emit(percent / 100)
        self._follow_palette()

    def _follow_palette(self) -> None:
        palette = self.palette()
        self.play.setIcon(theme.icon("pause-fill" if self._is_playing else "play-fill", palette))
        self.stop.setIcon(theme.icon("stop-fill", palette))
        self.loop.setIcon(theme.icon("repeat", palette))
        speaker = "speaker-high" if self.volume.value() else "speaker-slash"
        icon = theme.icon(speaker, palette, theme.quiet_text(palette))
        self.volume_icon.setPixmap(icon.pixmap(QSize(theme.ICON_SIZE, theme.ICON_SIZE)))


def _tool(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setFixedSize(_BUTTON, _BUTTON)
    button.setIconSize(QSize(theme.ICON_SIZE, theme.ICON_SIZE))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    return button
