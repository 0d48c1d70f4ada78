"""What can be recorded from and played on, by the names that people know.

Where PulseAudio runs (PipeWire answers as it does), its sources and sinks are listed, so that each
microphone and the monitor of each output ("what this computer is playing") can be chosen. PortAudio
knows only one device there, ``pulse``; libpulse leads that to the source or sink which the
environment names when a stream is opened. Elsewhere PortAudio's own devices are listed.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from core.audio.quiet import quiet
from core.errors import MicrophoneError

if TYPE_CHECKING:
    from core.audio.pulse import Watch

CHECK_HINT = "Check that it is plugged in and allowed, or choose another input."

_PULSE = "pulse"
_APIS = {"win32": ("Windows WASAPI",), "darwin": ("Core Audio",), "linux": ("JACK", "ALSA")}
"""PortAudio's interfaces worth asking first: the others are older ways to the same devices."""

_opening = threading.Lock()
"""The environment, and PortAudio's list of devices, belong to one thread at a time."""

open_streams = 0

_REASONS = {
    -9997: "it takes no rate that this program knows",
    -9998: "it has too few channels",
    -9994: "it gives another kind of numbers",
    -9992: "there is not enough memory",
    -9985: "another program uses it, or it has been unplugged",
    -9987: "it does not answer",
}
"""PortAudio's errors that tell a person something; the others all mean that it is not there."""


@dataclass(frozen=True)
class Device:
    """Something that can be recorded from, or played on.

    Attributes
    ----------
    key : str
        The system's own name, by which it is chosen and remembered.
    name : str
        What people call it.
    rate_hz : int
        The rate it runs at.
    channels : int
        At most.
    is_default : bool
        Whether the system would choose it.
    is_monitor : bool
        Whether it gives what this computer is playing.
    is_muted : bool
        Whether the system sends silence instead of its sound; False where that is not known.
    gain : float or None
        The input's gain, 1 being the system's 100 %; None where that is not known.
    index : int or None
        PortAudio's number; None where PulseAudio leads there.
    """

    key: str
    name: str
    rate_hz: int
    channels: int
    is_default: bool
    is_monitor: bool = False
    is_muted: bool = False
    gain: float | None = None
    index: int | None = None

    @property
    def portaudio(self) -> int | str:
        """What PortAudio calls it."""
        return _PULSE if self.index is None else self.index


def portaudio() -> ModuleType:
    """Return PortAudio's module.

    Raises
    ------
    MicrophoneError
        If the library is missing.
    """
    try:
        with quiet():
            import sounddevice
    except OSError as error:
        raise MicrophoneError(
            "Recording is off: the PortAudio library is missing.",
            "Install it (Debian: apt install libportaudio2) and start again; "
            "dropped files work without it.",
        ) from error
    except Exception as error:  # PortAudio's own kind of error, which cannot be imported either
        raise MicrophoneError(
            "Recording is off: the system's sound cannot be reached.",
            "Look into the system's sound settings and start again; dropped files work without it.",
        ) from error
    return sounddevice  # type: ignore[no-any-return]


def reason(error: Exception) -> str:
    """Return why a device refused, in words that fit behind a colon: PortAudio's are for programs.

    Parameters
    ----------
    error : Exception
        A ``PortAudioError``, or what sounddevice raises instead of asking PortAudio.
    """
    codes = [_REASONS[each] for each in error.args if each in _REASONS]
    return codes[0] if codes else "it does not answer, or has been unplugged"


def list_inputs() -> list[Device]:
    """Return what can be recorded from now: microphones first, then monitors.

    Raises
    ------
    MicrophoneError
        If PortAudio is missing or there is no input at all.
    """
    found = _listed("input")
    if not found:
        raise MicrophoneError("No microphone was found.", "Plug one in; it will appear here.")
    return sorted(found, key=lambda device: device.is_monitor)


def list_outputs() -> list[Device]:
    """Return what can be played on now.

    Raises
    ------
    MicrophoneError
        If PortAudio is missing.
    """
    return _listed("output")


def find(devices: list[Device], key: str) -> Device:
    """Return the device with a key, or the default one if the key is empty.

    Raises
    ------
    MicrophoneError
        If it is not there.
    """
    for device in devices:
        if device.key == key if key else device.is_default:
            return device
    if key or not devices:
        raise MicrophoneError(f"The device “{key}” is not there.", CHECK_HINT)
    return devices[0]


@contextmanager
def opening(device: Device, kind: str) -> Iterator[None]:
    """Lead the stream that is opened meanwhile to a device; `kind` is "input" or "output"."""
    variable = "PULSE_SOURCE" if kind == "input" else "PULSE_SINK"
    with _opening:
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
    within `held`.

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


@contextmanager
def held() -> Iterator[None]:
    """Keep PortAudio from looking for new devices, which would end every open stream."""
    global open_streams
    with quiet():
        with _opening:
            open_streams += 1
        try:
            yield
        finally:
            with _opening:
                open_streams -= 1


def look_again() -> None:
    """Have PortAudio list devices anew; it does so once, and this is its only way to do it again.

    Ends every open stream.
    """
    library = portaudio()
    library._terminate()
    library._initialize()


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


def _listed(kind: str) -> list[Device]:
    library = portaudio()
    try:
        with quiet(), _opening:
            found = _of_pulse(kind) if _has_pulse(library) else None
            if found is None and not open_streams:
                look_again()
                found = _of_pulse(kind) if _has_pulse(library) else None
            if found is not None:
                return found
            return _of_portaudio(kind, library.query_devices(), library.query_hostapis())
    except library.PortAudioError as error:
        raise MicrophoneError(
            f"The audio devices cannot be listed: {reason(error)}.", CHECK_HINT
        ) from error


def _has_pulse(library: ModuleType) -> bool:
    return any(device["name"] == _PULSE for device in library.query_devices())


def _of_pulse(kind: str) -> list[Device] | None:
    """Return PulseAudio's sources or sinks; None where it cannot be asked."""
    try:
        from core.audio.pulse import listed
    except (ImportError, OSError):  # no libpulse
        return None
    found = listed(kind)
    if found is None:
        return None
    items, default = found
    return [_pulse_device(item, default) for item in items]


def _pulse_device(item: Any, default: str) -> Device:
    is_monitor = bool(getattr(item, "monitor_of_sink_name", None))
    name = item.description or item.name
    if is_monitor:
        name = f"What {name.removeprefix('Monitor of ')} is playing"
    return Device(
        item.name,
        name,
        item.sample_spec.rate,
        item.channel_count,
        item.name == default,
        is_monitor,
        bool(item.mute),
        float(item.volume.value_flat),
    )


def _of_portaudio(kind: str, devices: Any, apis: Any) -> list[Device]:
    default, most = f"default_{kind}_device", f"max_{kind}_channels"
    usable = [api for api in apis if api[default] >= 0] or list(apis)
    wanted = _APIS.get(sys.platform, ())
    # The same device appears once for each interface; one interface's names are enough.
    usable.sort(key=lambda api: wanted.index(api["name"]) if api["name"] in wanted else 99)
    return [
        Device(
            key=device["name"],
            name=device["name"],
            rate_hz=int(device["default_samplerate"]),
            channels=device[most],
            is_default=device["index"] == usable[0][default],
            is_monitor="loopback" in device["name"].lower(),
            index=device["index"],
        )
        for device in devices
        if usable and device[most] > 0 and apis[device["hostapi"]]["name"] == usable[0]["name"]
    ]
