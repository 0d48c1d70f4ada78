"""The course of a recording: open the input, follow it, stop it. Devices are slow, so in a lane."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.logmel import LogMelStream
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.errors import MicrophoneError, SoundalikeError
from core.jobs import Job
from core.types import Float32
from gui.picture import LivePicture, peak_db
from gui.runner import Lane

log = logging.getLogger(__name__)

INTERVAL_MS = 33


class Recorder(Protocol):
    """What is used of `core.audio.microphone.Recorder`."""

    problem: MicrophoneError | None

    def drain(self) -> Float32:
        """Return the samples that are new since the last call."""

    def stop(self) -> Waveform:
        """Stop and return everything that was recorded."""


class _Phase(Enum):
    IDLE = auto()
    OPENING = auto()
    RECORDING = auto()
    STOPPING = auto()


def microphone() -> Any:
    """Return the module that knows devices; importing it may take long."""
    import core.audio.microphone

    return core.audio.microphone


class Listening(QObject):
    """Records, one recording at a time.

    Parameters
    ----------
    lane : Lane
        Where slow calls to devices are made.
    devices : callable
        Returns the module with ``list_inputs`` and ``Recorder``; called in the lane.
    keep : callable
        Takes the recording that is running at the end; called in the lane.

    Signals
    -------
    devices_listed : list of str
        The inputs' names.
    unavailable : str
        Why recording is off; empty when it is on.
    began
        The input is open.
    heard : LivePicture, float, float
        The picture so far, the newest peak in dB and the length in seconds.
    stopped : Waveform, str
        Everything recorded, and what went wrong, if anything did.
    put_aside : Waveform
        Everything recorded, when the person did not want it matched.
    failed : SoundalikeError
        There is no recording.
    """

    devices_listed = Signal(list)
    unavailable = Signal(str)
    began = Signal()
    heard = Signal(object, float, float)
    stopped = Signal(object, str)
    put_aside = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        lane: Lane,
        devices: Callable[[], Any],
        keep: Callable[[Waveform], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane, self._devices, self._keep = lane, devices, keep
        self._phase = _Phase.IDLE
        self._recorder: Recorder | None = None
        # Touched in the lane only: what is open there, whether or not word of it has arrived here.
        self._open: list[Recorder] = []
        self._is_wanted = True
        self._n_samples = 0
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._follow)

    @property
    def is_active(self) -> bool:
        """Whether an input is open, or being opened or closed."""
        return self._phase is not _Phase.IDLE

    def refresh(self) -> None:
        """List the inputs anew, unless one of them is in use."""
        if self.is_active or self._lane.is_busy:
            return
        devices = self._devices
        self._lane.submit(
            lambda job: [device.name for device in devices().list_inputs()],
            self._on_listed,
            lambda error: self.unavailable.emit(f"{error.message} {error.hint}"),
            must_finish=True,
        )

    def start(self, device: str) -> None:
        """Open an input by name, the default one if the name is empty, and record."""
        if self.is_active:
            return
        self._phase = _Phase.OPENING
        self._is_wanted = True
        devices = self._devices

        def open_recorder(job: Job) -> Recorder:
            recorder: Recorder = devices().Recorder(device or None)
            self._open.append(recorder)
            return recorder

        self._lane.submit(open_recorder, self._on_open, self._on_failed, must_finish=True)

    def stop(self) -> None:
        """Stop; what was recorded is handed over by `stopped`."""
        if self._phase is _Phase.OPENING:
            self._phase = _Phase.STOPPING
        elif self._phase is _Phase.RECORDING:
            self._phase = _Phase.STOPPING
            self._timer.stop()
            self._lane.submit(
                lambda job: self._open.pop().stop(),
                self._on_stopped,
                self._on_failed,
                must_finish=True,
            )

    def set_aside(self) -> None:
        """Stop without matching; the recording is handed over by `put_aside`."""
        self._is_wanted = False
        self.stop()

    def close(self) -> None:
        """Stop for good; whoever owns the lane waits for its thread."""
        self._timer.stop()
        self._lane.close(self._close_inputs)

    def _close_inputs(self) -> None:
        for recorder in self._open:
            try:
                self._keep(recorder.stop())
            except SoundalikeError:
                log.exception("The last recording is lost")  # nobody is left to be told

    def _on_listed(self, names: list[str]) -> None:
        self.unavailable.emit("")
        self.devices_listed.emit(names)

    def _on_open(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._stream, self._picture = LogMelStream(), LivePicture()
        self._n_samples = 0
        was_stopped = self._phase is _Phase.STOPPING
        self._phase = _Phase.RECORDING
        self._timer.start()
        self.began.emit()
        if was_stopped:
            self.stop()

    def _follow(self) -> None:
        if self._recorder is None:
            return
        samples = self._recorder.drain()
        self._n_samples += len(samples)
        self._picture.append(self._stream.push(samples))
        self.heard.emit(self._picture, peak_db(samples), self._n_samples / MODEL_RATE_HZ)
        if self._recorder.problem is not None:
            self.stop()

    def _on_stopped(self, waveform: Waveform) -> None:
        problem = self._recorder.problem if self._recorder is not None else None
        self._end()
        if self._is_wanted:
            self.stopped.emit(
                waveform, "" if problem is None else f"{problem.message} {problem.hint}"
            )
        else:
            self.put_aside.emit(waveform)

    def _on_failed(self, error: SoundalikeError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self._timer.stop()
        self._recorder = None
        self._phase = _Phase.IDLE
