"""The course of a recording: open the input, follow it, stop it; slow devices, so in a worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.devices import Device
from core.audio.input_check import Finding
from core.audio.reader import AudioFile
from core.audio.recorder import RecordedBlock
from core.audio.recordings import Recordings, Unfinished
from core.audio.waveform import MODEL_RATE_HZ
from core.errors import ROOM_IN_THE_WINDOW, MicrophoneError, SoundalikeError
from core.jobs import Job
from gui.recording.monitoring import LevelMonitoring
from gui.workers import Worker

log = logging.getLogger(__name__)

INTERVAL_MS = 16
WATCH_MS = 2000
"""How often devices are looked for where that is cheap."""


class OpenRecorder(Protocol):
    """Part of `core.audio.recorder.Recorder` that is used."""

    device: Device
    problem: MicrophoneError | None

    def drain(self) -> list[RecordedBlock]:
        """Return what is new since the last call."""

    def stop(self) -> Path:
        """Stop and return the file with everything that was recorded."""


class _Phase(Enum):
    IDLE = auto()
    OPENING = auto()
    RECORDING = auto()
    STOPPING = auto()


def microphone() -> Any:
    """Return what knows devices, `core.audio.inputs`; importing may take long."""
    import core.audio.inputs

    return core.audio.inputs


class Recording(QObject):
    """Records, one recording at a time.

    Parameters
    ----------
    worker : Worker
        Where slow calls to devices are made.
    devices : callable
        Returns what `core.audio.inputs` has; called in the worker.
    recordings : Recordings
        Where they are written while they run.

    Attributes
    ----------
    monitoring : LevelMonitoring
        The level while nothing is recorded.

    Signals
    -------
    devices_listed : list of Device
    unavailable : str
        Why recording is off; empty when it is on.
    began : Device
        The input is open.
    arrived : Float32
        New samples, mono at 16 kHz.
    measured : float, bool, float
        The newest peak (1 is full scale), whether anything was clipped, and the length in seconds.
    advised : str
        What is wrong with the sound and what to do; empty when nothing is.
    stopped : AudioFile, str
        Everything recorded, and what went wrong, if anything did.
    put_aside : AudioFile
        Everything recorded, when the person did not want it matched.
    failed : SoundalikeError
        There is no recording.
    """

    devices_listed = Signal(list)
    unavailable = Signal(str)
    began = Signal(Device)
    arrived = Signal(np.ndarray)
    measured = Signal(float, bool, float)
    advised = Signal(str)
    stopped = Signal(AudioFile, str)
    put_aside = Signal(AudioFile)
    failed = Signal(SoundalikeError)

    def __init__(
        self,
        worker: Worker,
        devices: Callable[[], Any],
        recordings: Recordings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker, self._devices, self._recordings = worker, devices, recordings
        self._phase = _Phase.IDLE
        self._recorder: OpenRecorder | None = None
        # Touched in the worker only: what is open there, whether or not word of it has come here.
        self._open: list[tuple[OpenRecorder, Unfinished]] = []
        self._is_wanted = True
        self._is_to_list = False
        self.n_samples = 0
        self._finding = Finding.FINE
        self._follower, self._watcher = QTimer(self), QTimer(self)
        self._follower.setInterval(INTERVAL_MS)
        self._follower.timeout.connect(self._follow)
        self._watcher.setInterval(WATCH_MS)
        self._watcher.timeout.connect(self._watch)
        worker.busy_changed.connect(self._on_busy)
        self.monitoring = LevelMonitoring(worker, devices, self)

    @property
    def is_active(self) -> bool:
        """Whether an input is open, or being opened or closed."""
        return self._phase is not _Phase.IDLE

    @property
    def device(self) -> Device | None:
        """The input that is open."""
        return self._recorder.device if self._recorder is not None else None

    def refresh(self) -> None:
        """List the inputs anew, as soon as none of them is in use."""
        if self.is_active or self._worker.is_busy:
            self._is_to_list = True
            return
        self._is_to_list = False
        devices, monitoring = self._devices, self.monitoring
        device = monitoring.device
        # Open streams keep PortAudio from looking for devices; PulseAudio is asked without it.
        is_to_release = device is not None and device.index is not None
        if is_to_release:
            monitoring.pause()

        def list_inputs(job: Job) -> list[Device]:
            if is_to_release and (monitor := monitoring.release()) is not None:
                monitor.close()
            found: list[Device] = devices().list_inputs()
            return found

        self._worker.submit(
            list_inputs,
            self._on_listed,
            self._on_unlisted,
            must_finish=True,
        )

    def start(self, key: str) -> None:
        """Open an input by its key, the default one if that is empty, and record."""
        if self.is_active:
            return
        self._phase = _Phase.OPENING
        self._is_wanted = True
        devices, recordings, monitoring = self._devices, self._recordings, self.monitoring
        monitoring.pause()

        def open_recorder(job: Job) -> OpenRecorder:
            source, before, monitor = None, None, monitoring.release()
            if monitor is not None:
                device = monitor.device
                if monitor.is_fed and (device.key == key if key else device.is_default):
                    # So that not a sample is lost.
                    source, before = monitor.source, monitor.last
                else:
                    monitor.close()
            try:
                place = recordings.begin(before.duration_s if before is not None else 0.0)
            except OSError as error:
                if source is not None:
                    source.close()
                raise MicrophoneError(
                    f"The recording cannot be written to {recordings.folder}: "
                    f"{error.strerror or error}.",
                    ROOM_IN_THE_WINDOW,
                ) from error
            try:
                recorder: OpenRecorder = devices().Recorder(key, place.path, before, source)
            except BaseException:
                place.release()
                raise
            self._open.append((recorder, place))
            return recorder

        self._worker.submit(open_recorder, self._on_open, self._on_failed, must_finish=True)

    def stop(self) -> None:
        """Stop; what was recorded is handed over by `stopped`."""
        if self._phase is _Phase.OPENING:
            self._phase = _Phase.STOPPING
        elif self._phase is _Phase.RECORDING:
            self._phase = _Phase.STOPPING
            self._follower.stop()
            self._worker.submit(
                lambda job: self._finish(*self._open.pop()),
                self._on_stopped,
                self._on_failed,
                must_finish=True,
            )

    def set_aside(self) -> None:
        """Stop without matching; the recording is handed over by `put_aside`."""
        self._is_wanted = False
        self.stop()

    def close(self) -> None:
        """Stop for good; what runs stays unfinished on disk and is offered at the next start."""
        self._follower.stop()
        self._watcher.stop()
        self.monitoring.close()
        self._worker.close(self._close_inputs)

    # In the worker

    @staticmethod
    def _finish(recorder: OpenRecorder, place: Unfinished) -> AudioFile:
        try:
            recorder.stop()
            return AudioFile(place.finish(), "Recording")
        finally:
            place.release()

    def _close_inputs(self) -> None:
        if (monitor := self.monitoring.release()) is not None:
            monitor.close()
        for recorder, place in self._open:
            try:
                recorder.stop()
            except SoundalikeError as error:  # no sound has come yet: nothing is lost
                log.info("Nothing was recorded: %s", error)
            place.release()

    # In the window's thread

    def _watch(self) -> None:
        if not self.is_active and not self._worker.is_busy:
            self.refresh()

    def _on_busy(self, is_busy: bool) -> None:
        if self._is_to_list and not is_busy and not self.is_active:
            self.refresh()

    def _on_listed(self, found: list[Device]) -> None:
        # Only PulseAudio's devices are listed without disturbing PortAudio.
        if all(device.index is None for device in found):
            self._watcher.start()
        else:
            self._watcher.stop()
        self.unavailable.emit("")
        self.devices_listed.emit(found)
        self._resume_level()

    def _on_unlisted(self, error: SoundalikeError) -> None:
        self.unavailable.emit(error.in_full)
        self._resume_level()

    def _resume_level(self) -> None:
        if not self.is_active:
            self.monitoring.resume()

    def _on_open(self, recorder: OpenRecorder) -> None:
        self._recorder = recorder
        self.n_samples = 0
        self._finding = Finding.FINE
        was_stopped = self._phase is _Phase.STOPPING
        self._phase = _Phase.RECORDING
        self._follower.start()
        self.began.emit(recorder.device)
        if recorder.device.note:
            self.advised.emit(recorder.device.note)
        if was_stopped:
            self.stop()

    def _follow(self) -> None:
        if self._recorder is None:
            return
        self._take(self._recorder.drain())
        if self._recorder.problem is not None:
            self.stop()

    def _take(self, parts: list[RecordedBlock]) -> None:
        if not parts or self._recorder is None:
            return
        samples = np.concatenate([part.samples for part in parts])
        self.n_samples += len(samples)
        self.arrived.emit(samples)
        peak, last = max(part.peak for part in parts), parts[-1]
        self.measured.emit(peak, last.has_clipped, self.n_samples / MODEL_RATE_HZ)
        if last.finding is not self._finding:
            self._finding = last.finding
            self.advised.emit(_advice(last.finding, self._recorder.device))

    def _on_stopped(self, audio: AudioFile) -> None:
        recorder = self._recorder
        if recorder is not None:
            self._take(recorder.drain())  # the last words, which came while it was stopped
        problem = recorder.problem if recorder is not None else None
        self._end()
        if self._is_wanted:
            self.stopped.emit(audio, "" if problem is None else problem.in_full)
        else:
            self.put_aside.emit(audio)

    def _on_failed(self, error: SoundalikeError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self._follower.stop()
        self._recorder = None
        self._phase = _Phase.IDLE
        self.advised.emit("")
        self.monitoring.resume()


def _advice(finding: Finding, device: Device) -> str:
    if finding is Finding.ZEROS and device.is_monitor:
        return f"{device.name}: nothing, so far. Start a sound, or choose another input."
    if finding is Finding.ZEROS:
        reason = "It is muted" if device.is_muted else "It may be muted, or not allowed"
        return (
            f"Only silence comes from {device.name}. {reason}: "
            "look into the system's sound and privacy settings, or choose another input."
        )
    if finding is Finding.FAINT:
        return (
            f"{device.name} is very quiet. Go nearer, or raise the input's gain in the system's "
            "sound settings."
        )
    return ""
