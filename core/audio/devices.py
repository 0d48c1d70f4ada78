"""What can be recorded from and played on, by the names that people know.

Where PulseAudio runs (PipeWire answers as it does), its sources and sinks are listed, so that each
microphone and the monitor of each output ("what this computer is playing") can be chosen. PortAudio
knows only one device there, ``pulse``; libpulse leads that to the source or sink which the
environment names when a stream is opened. Elsewhere PortAudio's own devices are listed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from core.audio import portaudio
from core.audio.quiet import quiet
from core.errors import MicrophoneError

CHECK_HINT = "Check that it is plugged in and allowed, or choose another input."

_HEADSET_HZ = 16_000
_PULSE = "pulse"
_APIS = {"win32": ("Windows WASAPI",), "darwin": ("Core Audio",), "linux": ("JACK", "ALSA")}
"""PortAudio's interfaces worth asking first: the others are older ways to the same devices."""


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
    def note(self) -> str:
        """Effect of its low rate on recordings, a sentence or two; empty for any other device."""
        if self.is_monitor or self.rate_hz > _HEADSET_HZ:
            return ""
        return (
            f"{self.name} sends {self.rate_hz / 1000:g} kHz, as Bluetooth headsets do while they "
            f"record: nothing above {self.rate_hz / 2000:g} kHz is in the sound. Another input may "
            "find better matches."
        )

    @property
    def portaudio(self) -> int | str:
        """PortAudio's own number or name of it."""
        return _PULSE if self.index is None else self.index


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


def _listed(kind: str) -> list[Device]:
    library = portaudio.portaudio()
    try:
        with quiet(), portaudio.lock:
            found = _of_pulse(kind) if _has_pulse(library) else None
            if found is None and not portaudio.open_streams:
                portaudio.look_again()
                found = _of_pulse(kind) if _has_pulse(library) else None
            if found is not None:
                return found
            return _of_portaudio(kind, library.query_devices(), library.query_hostapis())
    except library.PortAudioError as error:
        raise MicrophoneError(
            f"The audio devices cannot be listed: {portaudio.reason(error)}.", CHECK_HINT
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
        name = f"This computer ({name.removeprefix('Monitor of ')})"
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
