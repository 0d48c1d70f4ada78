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

from core.audio.decoder import reason_of
from core.audio.devices import CHECK_HINT
from core.audio.input_check import Finding, InputCheck
from core.audio.open_input import OpenInput
from core.audio.pre_roll import PreRoll
from core.audio.waveform import MODEL_RATE_HZ, native_name
from core.audio.writing import telling_of_full_disk
from core.errors import ROOM_IN_THE_WINDOW, MicrophoneError
from core.private import private_file, private_folder
from core.types import Float32

FLUSH_S = 1.0
"""What a crash may lose, besides the block that is being packed."""


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

    PortAudio's thread only puts blocks into a queue. Another thread takes them out, writes them to
    the file, and makes them mono at 16 kHz for `drain`. So neither
    a slow disk nor a busy window loses sound.

    Parameters
    ----------
    key : str
        A device's key; empty for the default input.
    path : Path
        The FLAC file to write: mono, 24 bits, at the device's own rate; it says when it began.
    before : PreRoll, optional
        What the device sent before, which becomes the recording's beginning.
    source : OpenInput, optional
        The device, where it is open already: it belongs to the recording from now on.

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

    def __init__(
        self,
        key: str,
        path: Path,
        before: PreRoll | None = None,
        source: OpenInput | None = None,
    ) -> None:
        import soundfile
        import soxr

        self.problem: MicrophoneError | None = None
        self.path = path
        self._blocks: SimpleQueue[Float32 | None] = SimpleQueue()
        self._recorded: SimpleQueue[RecordedBlock] = SimpleQueue()
        self._n_samples = 0
        self.is_stopped = False
        self._source = OpenInput(key) if source is None else source
        self.device, rate_hz = self._source.device, self._source.rate_hz
        with ExitStack() as undo:
            undo.callback(self._source.close)
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
                    f"The recording cannot be written to {path.parent}: {reason_of(error)}.",
                    "Make room on the disk, or set SOUNDALIKE_HOME to a folder you may write to.",
                    ROOM_IN_THE_WINDOW,
                ) from error
            self._check = InputCheck(rate_hz)
            resampler = soxr.ResampleStream(
                rate_hz, MODEL_RATE_HZ, 1, dtype="float32", quality="HQ"
            )

            def begin() -> None:
                if before is not None and before.rate_hz == rate_hz:
                    self._blocks.put(before.samples[:, None])

            try:
                self._source.send_to(self._blocks.put, begin)
            except MicrophoneError:
                self._file.close()
                self.path.unlink(missing_ok=True)
                raise
            # The thread alone has the resampler: one that lives at the interpreter's end is
            # reported on the terminal.
            self._writer = threading.Thread(
                target=self._write, args=(resampler,), name="recording", daemon=True
            )
            self._writer.start()
            undo.pop_all()

    def drain(self) -> list[RecordedBlock]:
        """Return what arrived since the last call.

        Where the device has gone or the disk is full, `problem` is set; what was recorded before
        is kept.
        """
        if not self.is_stopped and self.problem is None and not self._source.is_fed:
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

    def stop(self) -> Path:
        """Stop, also after a problem, and return the file with everything that was recorded.

        Raises
        ------
        MicrophoneError
            If nothing was recorded at all; then there is no file either.
        """
        self.is_stopped = True
        self._source.close()
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
        check = self._check
        check.listen(block)
        peak = float(np.abs(block).max(initial=0.0))
        self._recorded.put(RecordedBlock(samples, peak, check.finding, check.has_clipped))

    def _keep(self, samples: Float32, is_due: bool = False, is_last: bool = False) -> bool:
        import soundfile

        if self._file.closed:
            return False
        try:
            with telling_of_full_disk(self.path.parent):
                self._file.write(samples)
                self._n_samples += len(samples)
                if is_due:
                    self._file.flush()
                if is_last:
                    self._file.close()
            return True
        except (OSError, RuntimeError, soundfile.LibsndfileError) as error:
            kept = "What was recorded until then is kept" if self._n_samples else "Nothing is kept"
            self.problem = self.problem or MicrophoneError(
                f"The recording stopped, since its file cannot be written: {reason_of(error)}.",
                f"{kept}; make room on the disk and record again.",
            )
            with suppress(soundfile.LibsndfileError):
                self._file.close()
            return False
