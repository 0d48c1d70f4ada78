"""Streams of PortAudio to and from a device, wherever PulseAudio has to lead them there."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.audio.devices import Device
from core.audio.portaudio import lock, portaudio, reason

if TYPE_CHECKING:
    from core.audio.pulse import Watch


@contextmanager
def opening(device: Device, kind: str) -> Iterator[None]:
    """Lead the stream that is opened meanwhile to a device; `kind` is "input" or "output"."""
    variable = "PULSE_SOURCE" if kind == "input" else "PULSE_SINK"
    with lock:
        before = os.environ.get(variable)
        if device.index is None:
            os.environ[variable] = device.key
        try:
            yield
        finally:
            if before is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = before


def open_stream(
    device: Device,
    kind: str,
    rates_hz: Iterable[int],
    channels: Iterable[int],
    latency_s: float,
    callback: Callable[..., None],
) -> tuple[Any, int, int]:
    """Open a raw float32 stream at the first of these rates and channels that a device takes.

    Some devices give only stereo, some only mono, some not the rate they name: ask. To be called
    within `core.audio.portaudio.held`.

    Parameters
    ----------
    device : Device
    kind : str
        "input" or "output".
    rates_hz, channels : iterable of int
        What to try, the most wanted first; all channels at one rate, then the next rate.
    latency_s : float
    callback : callable
        As sounddevice's raw streams take it.

    Returns
    -------
    stream, rate_hz, channels

    Raises
    ------
    OSError
        With the first reason in words, if nothing will do.
    """
    library = portaudio()
    make = library.RawInputStream if kind == "input" else library.RawOutputStream
    failure: Exception | None = None
    for rate_hz, n_channels in itertools.product(dict.fromkeys(rates_hz), dict.fromkeys(channels)):
        try:
            with opening(device, kind):
                stream = make(
                    samplerate=rate_hz,
                    device=device.portaudio,
                    channels=n_channels,
                    dtype="float32",
                    latency=latency_s,
                    callback=callback,
                )
        except (library.PortAudioError, ValueError) as error:
            failure = failure or error
        else:
            return stream, rate_hz, n_channels
    raise OSError(reason(failure) if failure else "") from failure


def is_active(stream: Any) -> bool:
    """Return whether a stream still runs; one whose device is gone may refuse to say."""
    library = portaudio()
    try:
        return bool(stream.active)
    except library.PortAudioError:
        return False


def watch(device: Device, kind: str, gone: Callable[[], None]) -> Watch | None:
    """Have `gone` called, in another thread, when a device is taken away.

    PulseAudio would go on with another device. Everywhere else the stream itself ends, and there is
    nothing to watch.
    """
    if device.index is not None:
        return None
    from core.audio.pulse import Watch

    return Watch(kind, device.key, gone)
