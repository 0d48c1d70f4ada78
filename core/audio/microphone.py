"""The microphone: PortAudio's inputs by name, and a recorder that loses nothing."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Any

import numpy as np

from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.errors import MicrophoneError
from core.types import Float32

FIRST_BLOCK_S, NEXT_BLOCK_S = 6.0, 2.0
"""A device that sends no block at all for this long has gone; some take seconds to wake up."""

_LATENCY_S = 0.05
"""Short enough for a live picture, long enough to wake up rarely."""

_CHECK_HINT = "Check that it is plugged in and allowed, or choose another input."


@dataclass(frozen=True)
class InputDevice:
    """Something that can be recorded from.

    Attributes
    ----------
    name : str
        As the system calls it; this is also how it is chosen.
    index : int
        PortAudio's number, valid until devices change.
    host_api : str
        Such as "ALSA", "Core Audio" or "Windows WASAPI".
    is_default : bool
        Whether the system would choose it.
    """

    name: str
    index: int
    host_api: str
    is_default: bool


def _portaudio() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:
        raise MicrophoneError(
            "Recording is off: the PortAudio library is missing.",
            "Install it (Debian: apt install libportaudio2) and start again; "
            "dropped files work without it.",
        ) from error
    return sounddevice  # type: ignore[no-any-return]


def list_inputs() -> list[InputDevice]:
    """Return the inputs of the system's preferred audio interface.

    Raises
    ------
    MicrophoneError
        If PortAudio is missing or there is no input at all.
    """
    portaudio = _portaudio()
    try:
        devices, apis = portaudio.query_devices(), portaudio.query_hostapis()
    except portaudio.PortAudioError as error:
        raise MicrophoneError(
            f"The audio devices cannot be listed: {error}.", _CHECK_HINT
        ) from error
    # The same device appears once for each interface; one interface's names are enough.
    preferred = next(
        (api for api in apis if api["default_input_device"] >= 0), apis[0] if apis else None
    )
    found = [
        InputDevice(
            device["name"],
            device["index"],
            preferred["name"],
            device["index"] == preferred["default_input_device"],
        )
        for device in devices
        if preferred is not None
        and device["max_input_channels"] > 0
        and apis[device["hostapi"]]["name"] == preferred["name"]
    ]
    if not found:
        raise MicrophoneError("No microphone was found.", "Plug one in and start again.")
    return found


class Recorder:
    """A running recording.

    PortAudio's callback, in a thread of its own, only copies blocks into a queue. `drain` takes
    them out, makes them mono at 16 kHz and keeps them; it may be called from any thread.

    Parameters
    ----------
    device : str, optional
        An `InputDevice`'s name; None for the default input.

    Raises
    ------
    MicrophoneError
        If PortAudio is missing, or the device is not there or cannot be opened.
    """

    def __init__(self, device: str | None = None) -> None:
        import soxr

        portaudio = _portaudio()
        self.problem: MicrophoneError | None = None
        self._queue: SimpleQueue[Float32] = SimpleQueue()
        self._blocks: list[Float32] = []
        self._lock = threading.Lock()
        self._deadline_s = time.monotonic() + FIRST_BLOCK_S
        self._stream, rate_hz = self._open(portaudio, device)
        self._resampler = soxr.ResampleStream(
            rate_hz, MODEL_RATE_HZ, 1, dtype="float32", quality="HQ"
        )
        self._stream.start()

    def _open(self, portaudio: ModuleType, device: str | None) -> tuple[Any, int]:
        index = None
        if device is not None:
            index = next((item.index for item in list_inputs() if item.name == device), None)
            if index is None:
                raise MicrophoneError(f"The input “{device}” is not there.", _CHECK_HINT)
        try:
            details = portaudio.query_devices(index, "input")
            rate_hz = int(details["default_samplerate"])
            most = details["max_input_channels"]
            failure: Exception | None = None
            # Some devices give only stereo, some only mono: ask, never assume.
            for channels in sorted({1, min(2, most), most}):
                try:
                    stream = portaudio.RawInputStream(
                        samplerate=rate_hz,
                        device=index,
                        channels=channels,
                        dtype="float32",
                        latency=_LATENCY_S,
                        callback=self._on_block,
                    )
                except portaudio.PortAudioError as error:
                    failure = error
                else:
                    return stream, rate_hz
            raise failure or MicrophoneError("No microphone was found.", _CHECK_HINT)
        except (portaudio.PortAudioError, ValueError) as error:
            name = f"The input “{device}”" if device else "The microphone"
            raise MicrophoneError(f"{name} cannot be opened: {error}.", _CHECK_HINT) from error

    def _on_block(self, block: Any, n_frames: int, _time: object, _status: object) -> None:
        self._queue.put(np.array(np.frombuffer(block, np.float32).reshape(n_frames, -1)))
        self._deadline_s = time.monotonic() + NEXT_BLOCK_S

    def drain(self) -> Float32:
        """Return what arrived since the last call, mono at 16 kHz, float32, shape (n,).

        Where the device has gone, `problem` is set; what was recorded before is kept.
        """
        with self._lock:
            if self.problem is None and (
                not self._stream.active or time.monotonic() > self._deadline_s
            ):
                self.problem = MicrophoneError(
                    "The microphone has gone; what was recorded until then is kept.", _CHECK_HINT
                )
            return self._take(is_last=False)

    def _take(self, is_last: bool) -> Float32:
        blocks = []
        while True:
            try:
                blocks.append(self._queue.get_nowait().mean(axis=1))
            except Empty:
                break
        if not blocks and not is_last:
            return np.empty(0, np.float32)
        raw = np.concatenate(blocks) if blocks else np.empty(0, np.float32)
        sound: Float32 = np.nan_to_num(self._resampler.resample_chunk(raw, last=is_last))
        self._blocks.append(sound)
        return sound

    def stop(self) -> Waveform:
        """Stop and return everything that was recorded, also after a problem.

        Raises
        ------
        MicrophoneError
            If nothing was recorded at all.
        """
        with self._lock:
            portaudio = _portaudio()
            try:
                self._stream.abort(ignore_errors=True)
                self._stream.close(ignore_errors=True)
            except portaudio.PortAudioError as error:  # a device that is gone may refuse even that
                self.problem = self.problem or MicrophoneError(
                    f"The microphone did not stop cleanly: {error}.", _CHECK_HINT
                )
            self._take(is_last=True)
            samples = np.concatenate(self._blocks)
        if not len(samples):
            raise self.problem or MicrophoneError("The microphone sent no sound.", _CHECK_HINT)
        return Waveform(samples, MODEL_RATE_HZ, "Recording")
