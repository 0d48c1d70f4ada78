"""A real microphone without hardware: a PulseAudio server of the tests' own.

Its microphone hears what its speaker plays: a null sink, and its monitor remapped to a source.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.waiting import wait_until

_MICROPHONE = (
    *("module-remap-source", "source_name=microphone", "master=speaker.monitor"),
    "source_properties=device.description=Microphone",
)


@dataclass(frozen=True)
class VirtualMicrophone:
    """The server.

    Attributes
    ----------
    environment : dict
        What a program needs to find it.
    key, name : str
        The input's own name, and what people call it.
    play : callable
        Starts playing a wav file into it.
    control : callable
        Runs ``pactl`` with these arguments and returns what it prints.
    stop_server : callable
        Takes the microphone away, as if it were unplugged.
    """

    environment: dict[str, str]
    key: str
    name: str
    play: Callable[[Path], subprocess.Popen[bytes]]
    control: Callable[..., str]
    stop_server: Callable[[], None]

    def plug_in(self) -> None:
        """Bring the microphone back, where it was unplugged."""
        self.control("load-module", *_MICROPHONE)
        self.control("set-default-source", self.key)

    def unplug(self, module: str = "module-remap-source") -> None:
        """Take away the devices that a module made."""
        for line in reversed(self.control("list", "short", "modules").splitlines()):
            if module in line:
                self.control("unload-module", line.split()[0])


@contextmanager
def serving_microphone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VirtualMicrophone]:
    """Have such a server, and what this process starts find it."""
    assert shutil.which("pulseaudio"), "pulseaudio is missing: run `make test`"
    socket = folder / "native"
    environment = {"PULSE_SERVER": f"unix:{socket}", "XDG_RUNTIME_DIR": str(folder)}
    monkeypatch.delenv("PULSE_COOKIE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    modules = (
        f"module-native-protocol-unix socket={socket} auth-anonymous=1",
        "module-null-sink sink_name=speaker rate=48000 sink_properties=device.description=Speaker",
        " ".join(_MICROPHONE),
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
            + [word for module in modules for word in ("-L", module)],
            env={**os.environ, "HOME": str(folder)},
            stdout=log,
            stderr=log,
        )
    programs = [server]

    def play(path: Path) -> subprocess.Popen[bytes]:
        programs.append(subprocess.Popen(["paplay", "--device=speaker", str(path)]))
        return programs[-1]

    def stop_server() -> None:
        server.kill()
        server.wait()

    try:
        wait_until(lambda: socket.exists() and _answers())
        _pactl("set-default-source", "microphone")
        # A null sink at rest wakes up only every two seconds; silence keeps it awake.
        programs.append(
            subprocess.Popen(
                ["pacat", "--device=speaker", "--latency-msec=20", "--rate=48000", "/dev/zero"]
            )
        )
        yield VirtualMicrophone(environment, "microphone", "Microphone", play, _pactl, stop_server)
    finally:
        for program in reversed(programs):
            program.kill()
            program.wait()


def _answers() -> bool:
    return subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode == 0


def _pactl(*arguments: str) -> str:
    command = ["pactl", *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
