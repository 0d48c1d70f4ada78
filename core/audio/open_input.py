"""An input that is open: its blocks go to one taker after another, without a gap between two."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np

from core.audio.devices import CHECK_HINT, Device, find, list_inputs
from core.audio.portaudio import held, let_go, portaudio, reason
from core.audio.streams import is_active, open_stream, watch
from core.errors import MicrophoneError
from core.types import Float32

FIRST_BLOCK_S, NEXT_BLOCK_S = 6.0, 1.5
"""A device that sends no block at all for this long has gone; some take seconds to wake up."""

IDLE_MONITOR_S = 6.0
"""The monitor of an output on which nothing plays may sleep for seconds."""

_LATENCY_S = 0.05
"""Short enough for a live picture, long enough to wake up rarely."""

Take = Callable[[Float32], object]


def _ignore(_: Float32) -> None:
    pass


class OpenInput:
    """A device's stream; it starts with its first taker.

    Parameters
    ----------
    key : str
        A device's key; empty for the default input.

    Attributes
    ----------
    device : Device
    rate_hz : int

    Raises
    ------
    MicrophoneError
        If PortAudio is missing, or the device is not there or cannot be opened.
    """

    def __init__(self, key: str) -> None:
        self.device = find(list_inputs(), key)
        self._take: Take = _ignore
        self._switching = threading.Lock()
        self._is_gone = self._is_started = False
        self._deadline_s = time.monotonic() + FIRST_BLOCK_S
        with ExitStack() as undo:
            undo.enter_context(held())
            self._stream, self.rate_hz = self._open(self.device)
            undo.callback(let_go, self._stream)
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

    @property
    def is_fed(self) -> bool:
        """Whether the device still sends."""
        is_late = time.monotonic() > self._deadline_s
        return is_active(self._stream) and not self._is_gone and not is_late

    def send_to(self, take: Take, begin: Callable[[], None] | None = None) -> None:
        """Send each block from now on to another taker.

        Parameters
        ----------
        take : callable
            Called with float32 (n, channels), in PortAudio's thread: it must return at once.
        begin : callable, optional
            Called before, between two blocks.

        Raises
        ------
        MicrophoneError
            If the device cannot be started.
        """
        with self._switching:
            if begin is not None:
                begin()
            self._take = take
        if self._is_started:
            return
        library = portaudio()
        try:
            self._stream.start()
        except library.PortAudioError as error:
            raise MicrophoneError(
                f"{self.device.name} cannot be recorded from: {reason(error)}.", CHECK_HINT
            ) from error
        self._is_started = True
        watching = watch(self.device, "input", self._on_gone)
        if watching is not None:
            self._closing.callback(watching.stop)

    def close(self) -> None:
        """Let go of the device; nothing is sent any more."""
        self._closing.close()
        with self._switching:
            self._is_gone = True

    def _on_gone(self) -> None:
        self._is_gone = True

    def _on_block(self, block: Any, n_frames: int, _time: object, _status: object) -> None:
        if self._is_gone:
            return  # what comes now is another device's
        samples = np.array(np.frombuffer(block, np.float32).reshape(n_frames, -1))
        with self._switching:
            self._take(samples)
        patience_s = IDLE_MONITOR_S if self.device.is_monitor else NEXT_BLOCK_S
        self._deadline_s = time.monotonic() + patience_s
