"""Recording: a device's sound goes into a FLAC file as it comes, and to whoever looks on."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from core.audio.devices import CHECK_HINT, Device, find, list_inputs
from core.audio.input_check import Finding, InputCheck
from core.audio.portaudio import held, portaudio, reason
from core.audio.pre_roll import PreRoll
from core.audio.streams import is_active, open_stream, watch
from core.audio.waveform import MODEL_RATE_HZ, native_name
from core.errors import ROOM_IN_THE_WINDOW, MicrophoneError
from core.private import private_file, private_folder
from core.types import Float32

FIRST_BLOCK_S, NEXT_BLOCK_S = 6.0, 1.5
"""A device that sends no block at all for this long has gone; some take seconds to wake up."""

IDLE_MONITOR_S = 6.0
"""The monitor of an output on which nothing plays may sleep for seconds."""

FLUSH_S = 1.0
"""What a crash may lose, besides the block that is being packed."""

_LATENCY_S = 0.05
"""Short enough for a live picture, long enough to wake up rarely."""


@dataclass(frozen=True)
class RecordedBlock:
    """Samples that arrived since the last look.

    Attributes
    ----------
    samples : float32 array, shape (n,)
        Mono at 16 kHz.
    peak : float
        The largest magnitude that the device sent, 1 being full scale.
    finding : Finding
        What is wrong with the sound.
    has_clipped : bool
        Whether any sound since the beginning was cut off at full scale.
    """

    samples: Float32
    peak: float
    finding: Finding
    has_clipped: bool


class Recorder:
    """A running recording.

    PortAudio's callback, in a thread of its own, only copies blocks into a queue. Another thread
    takes them out, writes them to the file, and makes them mono at 16 kHz for `drain`. So neither
    a slow disk nor a busy window loses sound.

    Parameters
    ----------
    key : str
        A device's key; empty for the default input.
    path : Path
        The FLAC file to write: mono, 24 bits, at the device's own rate; it says when it began.
    before : PreRoll, optional
        What the device sent before, which becomes the recording's beginning.

    Attributes
    ----------
    device : Device
    problem : MicrophoneError or None
        Why no more will come, if so.

    Raises
    ------
    MicrophoneError
        If PortAudio is missing, the device is not there or cannot be opened, or the file cannot
        be written.
    """

    def __init__(self, key: str, path: Path, before: PreRoll | None = None) -> None:
        import soundfile
        import soxr

        self.problem: MicrophoneError | None = None
        self.path = path
        self._blocks: SimpleQueue[Float32 | None] = SimpleQueue()
        self._recorded: SimpleQueue[RecordedBlock] = SimpleQueue()
        self._n_samples = 0
        self.is_stopped = self._is_gone = False
        self.device = find(list_inputs(), key)
        self._deadline_s = time.monotonic() + FIRST_BLOCK_S
        with ExitStack() as undo:
            undo.enter_context(held())
            self._stream, rate_hz = self._open(self.device)
            undo.callback(self._stream.close, ignore_errors=True)
            try:
                private_folder(path.parent)
                self._file = soundfile.SoundFile(
                    native_name(path), "x", rate_hz, 1, "PCM_24", format="FLAC"
                )
                private_file(path)
                earlier_s = 0.0 if before is None else before.duration_s
                began = datetime.now().astimezone() - timedelta(seconds=earlier_s)
                self._file.date = began.isoformat(timespec="seconds")
            except (OSError, soundfile.LibsndfileError) as error:
                raise MicrophoneError(
                    f"The recording cannot be written to {path.parent}: {error}.",
                    "Make room on the disk, or set SOUNDALIKE_HOME to a folder you may write to.",
                    ROOM_IN_THE_WINDOW,
                ) from error
            self._doctor = InputCheck(rate_hz)
            resampler = soxr.ResampleStream(
                rate_hz, MODEL_RATE_HZ, 1, dtype="float32", quality="HQ"
            )
            if before is not None and before.rate_hz == rate_hz:
                self._blocks.put(before.samples[:, None])
            self._start()
            # The thread alone has the resampler: one that lives at the interpreter's end is
            # reported on the terminal.
            self._writer = threading.Thread(
                target=self._write, args=(resampler,), name="recording", daemon=True
            )
            self._writer.start()
            watching = watch(self.device, "input", self._on_gone)
            if watching is not None:
                undo.callback(watching.stop)
            self._closing = undo.pop_all()

    def _open(self, device: Device) -> tuple[Any, int]:
        rates = (device.rate_hz, 48_000, 44_100)
        channels = sorted({1, min(2, device.channels), device.channels})
        try:
            stream, rate_hz, _ = open_stream(
                device, "input", rates, channels, _LATENCY_S, self._on_block
            )
        except OSError as error:
            raise MicrophoneError(
                f"{device.name} cannot be opened: {error}.", CHECK_HINT
            ) from error
        return stream, rate_hz

    def _start(self) -> None:
        library = portaudio()
        try:
            self._stream.start()
        except library.PortAudioError as error:
            self._file.close()
            self.path.unlink(missing_ok=True)
            raise MicrophoneError(
                f"{self.device.name} cannot be recorded from: {reason(error)}.", CHECK_HINT
            ) from error

    def _on_gone(self) -> None:
        self._is_gone = True

    def _on_block(self, block: Any, n_frames: int, _time: object, _status: object) -> None:
        if self._is_gone:
            return  # what comes now is another device's
        self._blocks.put(np.array(np.frombuffer(block, np.float32).reshape(n_frames, -1)))
        patience_s = IDLE_MONITOR_S if self.device.is_monitor else NEXT_BLOCK_S
        self._deadline_s = time.monotonic() + patience_s

    def drain(self) -> list[RecordedBlock]:
        """Return what arrived since the last call.

        Where the device has gone or the disk is full, `problem` is set; what was recorded before
        is kept.
        """
        if not self.is_stopped and self.problem is None and not self._is_fed():
            name, is_kept = self.device.name, self._n_samples > 0
            self.problem = MicrophoneError(
                f"{name} has gone; what was recorded until then is kept."
                if is_kept
                else f"{name} has gone before it sent any sound.",
                CHECK_HINT,
            )
        recorded = []
        while True:
            try:
                recorded.append(self._recorded.get_nowait())
            except Empty:
                return recorded

    def _is_fed(self) -> bool:
        is_late = time.monotonic() > self._deadline_s
        return is_active(self._stream) and not self._is_gone and not is_late

    def stop(self) -> Path:
        """Stop, also after a problem, and return the file with everything that was recorded.

        Raises
        ------
        MicrophoneError
            If nothing was recorded at all; then there is no file either.
        """
        library = portaudio()
        self.is_stopped = True
        try:
            self._stream.abort(ignore_errors=True)
            self._closing.close()
        except library.PortAudioError as error:  # a device that is gone may refuse even that
            self.problem = self.problem or MicrophoneError(
                f"{self.device.name} did not stop cleanly: {reason(error)}.", CHECK_HINT
            )
        self._blocks.put(None)
        self._writer.join()
        if not self._n_samples:
            self.path.unlink(missing_ok=True)
            raise self.problem or MicrophoneError("The microphone sent no sound.", CHECK_HINT)
        return self.path

    # In the writer's thread

    def _write(self, resampler: Any) -> None:
        flushed_s = time.monotonic()
        while (block := self._blocks.get()) is not None:
            samples: Float32 = np.clip(np.nan_to_num(block.mean(axis=1)), -1.0, 1.0)
            is_due = time.monotonic() - flushed_s > FLUSH_S
            # What is heard is what the file has, no more and no less.
            if self._keep(samples, is_due):
                self._look(block, resampler.resample_chunk(samples))
            if is_due:
                flushed_s = time.monotonic()
        last = resampler.resample_chunk(np.empty(0, np.float32), last=True)
        self._look(np.empty((0, 1), np.float32), last)
        self._keep(np.empty(0, np.float32), is_last=True)

    def _look(self, block: Float32, samples: Float32) -> None:
        self._doctor.listen(block)
        peak = float(np.abs(block).max(initial=0.0))
        doctor = self._doctor
        self._recorded.put(RecordedBlock(samples, peak, doctor.finding, doctor.has_clipped))

    def _keep(self, samples: Float32, is_due: bool = False, is_last: bool = False) -> bool:
        import soundfile

        if self._file.closed:
            return False
        try:
            self._file.write(samples)
            self._n_samples += len(samples)
            if is_due:
                self._file.flush()
            if is_last:
                self._file.close()
            return True
        except (OSError, RuntimeError, soundfile.LibsndfileError) as error:
            self.problem = self.problem or MicrophoneError(
                f"The recording stopped, since its file cannot be written: {error}.",
                "What was recorded until then is kept; make room on the disk and record again.",
            )
            with suppress(soundfile.LibsndfileError):
                self._file.close()
            return False
