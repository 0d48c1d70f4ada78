"""When devices may have been plugged in or pulled out, where PortAudio tells nobody of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QFileSystemWatcher, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

DEVICES = Path("/dev/snd")
"""Linux has a file for each device in it."""

SETTLING_MS = 500
"""A new device takes a moment until it can be opened."""

_ENTERING = (QEvent.Type.Enter, QEvent.Type.FocusIn)


class Plugging(QObject):
    """Notices changes where the system shows them, and suspects them where a person may see them.

    Signals
    -------
    changed
        Devices have come or gone.
    suspected
        They may have: a person comes back to the program, or to the choice of inputs.
    """

    changed = Signal()
    suspected = Signal()

    def __init__(self, chooser: QWidget) -> None:
        super().__init__(chooser)
        self._is_wanted = False
        self._files = QFileSystemWatcher(self)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLING_MS)
        self._settling.timeout.connect(self.changed)
        self._files.directoryChanged.connect(self._on_changed)
        chooser.installEventFilter(self)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_state)

    def watch(self, is_wanted: bool) -> None:
        """Begin or stop to watch; where devices tell of themselves nobody else need."""
        self._is_wanted = is_wanted
        # Without any device there is no folder either, until one comes.
        there = [str(each) for each in (DEVICES, DEVICES.parent) if each.is_dir()]
        wanted, watched = there[:is_wanted], self._files.directories()
        if wanted == watched:
            return  # what is being told right now is not to be lost
        if watched:
            self._files.removePaths(watched)
            if wanted:
                self._settling.start()  # in place of what is not told any more
        if wanted:
            self._files.addPaths(wanted)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that a person is about to choose."""
        if self._is_wanted and event.type() in _ENTERING:
            self.suspected.emit()
        return super().eventFilter(watched, event)

    def _on_state(self, state: Qt.ApplicationState) -> None:
        if self._is_wanted and state is Qt.ApplicationState.ApplicationActive:
            self.suspected.emit()

    def _on_changed(self) -> None:
        self.watch(True)
        self._settling.start()
