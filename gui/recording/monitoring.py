"""The level before a recording: an input is open while it is wanted, and handed to a recording."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.devices import Device
from core.errors import SoundalikeError
from core.jobs import Job
from gui.workers import Worker

log = logging.getLogger(__name__)

INTERVAL_MS = 33

_Goal: TypeAlias = tuple[str, bool]
"""The key of an input, and whether its last seconds are kept."""


class OpenLevel(Protocol):
    """The part of `core.audio.level_monitor.LevelMonitor` that is used."""

    device: Device
    source: Any
    last: Any
    is_fed: bool

    def read_peak(self) -> float | None:
        """Return the largest magnitude since the last call; None if no sound came."""

    def close(self) -> None:
        """Let go of the device."""


class LevelMonitoring(QObject):
    """Opens and closes inputs in the worker that records, whenever that is idle.

    What goes wrong is no one's business before something is recorded: the level is empty then, and
    an input is tried again only after `try_again`.

    Parameters
    ----------
    worker : Worker
        Where slow calls to devices are made.
    devices : callable
        As in `Recording`.

    Signals
    -------
    measured : float
        The newest peak, 1 being full scale.
    ended
        There is no level any more.
    """

    measured = Signal(float)
    ended = Signal()

    def __init__(self, worker: Worker, devices: Callable[[], Any], parent: QObject) -> None:
        super().__init__(parent)
        self._worker, self._devices = worker, devices
        # Touched in the worker only: what is open there, whether or not word of it has come here.
        self._open: list[OpenLevel] = []
        self._wanted: _Goal | None = None
        self._opened: _Goal | None = None
        self._monitor: OpenLevel | None = None
        self._is_paused = self._is_refused = False
        self._follower = QTimer(self)
        self._follower.setInterval(INTERVAL_MS)
        self._follower.timeout.connect(self._follow)
        worker.busy_changed.connect(self._settle)

    @property
    def device(self) -> Device | None:
        """The input whose level is followed."""
        return self._monitor.device if self._monitor is not None else None

    def want(self, key: str | None, keeps_last: bool = False) -> None:
        """Have the level of an input by its key, and its last seconds kept; or of none."""
        goal = None if key is None else (key, keeps_last)
        if goal != self._wanted:
            self._wanted, self._is_refused = goal, False
            self._settle()

    def try_again(self) -> None:
        """Try what failed before: other inputs are there now."""
        self._is_refused = False
        self._settle()

    def pause(self) -> None:
        """Leave the worker to somebody who calls `release` there."""
        self._is_paused = True
        self._opened = None
        self._end()

    def resume(self) -> None:
        """Open again what is wanted."""
        self._is_paused = False
        self._settle()

    def close(self) -> None:
        """Open nothing any more."""
        self._wanted = None
        self.pause()

    # In the worker

    def release(self) -> OpenLevel | None:
        """Hand over what is open, if anything is; called in the worker."""
        return self._open.pop() if self._open else None

    def _change(self, goal: _Goal | None) -> OpenLevel | None:
        if (before := self.release()) is not None:
            before.close()
        if goal is None:
            return None
        monitor: OpenLevel = self._devices().LevelMonitor(*goal)
        self._open.append(monitor)
        return monitor

    # In the window's thread

    def _settle(self) -> None:
        goal = None if self._is_refused else self._wanted
        if self._is_paused or self._worker.is_busy or goal == self._opened:
            return
        self._end()
        self._opened = goal

        def change(job: Job) -> OpenLevel | None:
            return self._change(goal)

        def refused(error: SoundalikeError) -> None:
            log.info("No level: %s", error)
            # Another one may have been chosen since.
            self._is_refused, self._opened = goal == self._wanted, None

        self._worker.submit(change, self._on_changed, refused, must_finish=True)

    def _on_changed(self, monitor: OpenLevel | None) -> None:
        if not self._is_paused and monitor is not None:
            self._monitor = monitor
            self._follower.start()

    def _follow(self) -> None:
        if self._monitor is None:
            return
        if not self._monitor.is_fed:
            self._is_refused = True
            self._end()
            self._settle()
            return
        peak = self._monitor.read_peak()
        if peak is not None:
            self.measured.emit(peak)

    def _end(self) -> None:
        self._follower.stop()
        if self._monitor is not None:
            self._monitor = None
            self.ended.emit()
