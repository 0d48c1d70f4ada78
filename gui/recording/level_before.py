"""When the level is shown though nothing is recorded: with permission, and while it can be seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from core.audio.devices import Device
from gui.context import Context
from gui.recording.capture_bar import CaptureBar
from gui.recording.recording import Recording

_VISIBILITY = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange)


class LevelBefore(QObject):
    """Joins the level meter to the input that Record would take.

    No input is opened before a person has recorded something or has asked for the level, nor while
    the window cannot be seen.

    Parameters
    ----------
    context : Context
    bar : CaptureBar
    recording : Recording
    """

    def __init__(self, context: Context, bar: CaptureBar, recording: Recording) -> None:
        super().__init__(context.window)
        self._window, self._bar, self._recording = context.window, bar, recording
        self._choice = context.remembered.shows_level
        self._listed: list[Device] = []
        self._action = context.actions.show_level
        self._action.setChecked(self._choice is True)
        self._action.toggled.connect(self._on_chosen)
        self._pre_roll = context.actions.pre_roll
        self._pre_roll.toggled.connect(self._follow)
        monitoring = recording.monitoring
        monitoring.measured.connect(bar.level.set_level)
        monitoring.ended.connect(bar.level.clear)
        recording.began.connect(self._on_began)
        recording.devices_listed.connect(self._on_listed)
        bar.next_changed.connect(self._follow)
        self._window.installEventFilter(self)
        self._follow()

    @property
    def choice(self) -> bool | None:
        """The choice of a person; None before the first recording."""
        return self._choice

    def choose(self, choice: bool | None) -> None:
        """Show the level or not; None waits for the first recording again."""
        self._action.setChecked(choice is True)
        self._choice = choice
        self._follow()

    @property
    def keeps_last(self) -> bool:
        """Whether the seconds before a recording are kept."""
        return self._choice is True and self._pre_roll.isChecked()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let go of the input while the window is hidden or minimised."""
        if event.type() in _VISIBILITY:
            self._follow()
        return super().eventFilter(watched, event)

    def _on_chosen(self, is_wanted: bool) -> None:
        self._choice = is_wanted
        self._follow()

    def _on_began(self) -> None:
        if self._choice is None:
            self._action.setChecked(True)

    def _on_listed(self, found: list[Device]) -> None:
        if found != self._listed:
            self._listed = found
            self._recording.monitoring.try_again()

    def _follow(self) -> None:
        device = self._bar.next_device
        is_seen = self._window.isVisible() and not self._window.isMinimized()
        is_wanted = self._choice is True and is_seen
        key = device.key if device is not None and is_wanted else None
        self._pre_roll.setEnabled(self._choice is True)
        self._bar.pre_roll.setVisible(self.keeps_last)
        self._recording.monitoring.want(key, self.keeps_last)
