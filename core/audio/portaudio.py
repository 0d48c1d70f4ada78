"""The PortAudio library: loading it, what it answers in words, and listing its devices anew."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from core.audio.quiet import quiet
from core.errors import MicrophoneError

lock = threading.Lock()
"""The environment, and PortAudio's list of devices, belong to one thread at a time."""

open_streams = 0

_PATIENCE_S = 3.0

_REASONS = {
    -9997: "it takes no rate that this program knows",
    -9998: "it has too few channels",
    -9994: "it gives another kind of numbers",
    -9992: "there is not enough memory",
    -9985: "another program uses it, or it has been unplugged",
    -9987: "it does not answer",
}
"""PortAudio's errors that tell a person something; the others all mean that it is not there."""


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


@contextmanager
def held() -> Iterator[None]:
    """Keep PortAudio from looking for new devices, which would end every open stream."""
    global open_streams
    with quiet():
        with lock:
            open_streams += 1
        try:
            yield
        finally:
            with lock:
                open_streams -= 1


def let_go(stream: Any) -> None:
    """End and close a stream, held until then; one that does not end within seconds is given up.

    Where the sound server has died meanwhile, PortAudio may wait for it for ever: in the thread
    that stops a recording, and again when the program ends.
    """
    global open_streams
    ending = threading.Thread(target=_end, args=(stream,), daemon=True)
    ending.start()
    ending.join(_PATIENCE_S)
    if ending.is_alive():
        with lock:
            open_streams += 1  # never to be looked again: that would wait as well
        atexit.unregister(portaudio()._exit_handler)


def _end(stream: Any) -> None:
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)


def look_again() -> None:
    """Have PortAudio list devices anew; it does so once, and this is its only way to do it again.

    Ends every open stream.
    """
    library = portaudio()
    library._terminate()
    library._initialize()
