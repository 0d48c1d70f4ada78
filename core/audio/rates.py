"""Sample rates: which can be read, and what each lets through to a listener."""

from __future__ import annotations

from core.audio.sound_file import CONVERT
from core.audio.waveform import MODEL_RATE_HZ
from core.errors import AudioFileError

RATES_HZ = (1_000, 1_000_000)
"""Of files; of what they become by time expansion, too."""

EXPANSION = 10
"""How many times slower bat recordings are usually heard."""

EXPANSION_OPTION = f" (--expand {EXPANSION})"
"""Where notes name the command line's; the window has a button beside them."""

_HEARD_HZ = 7_500
"""The top of the highest mel band."""

ULTRASONIC_HZ = 192_000
"""Recorders of bats begin here; so does music for connoisseurs, which the note does no harm."""

_TELEPHONE_HZ = 8_000


def checked_rate(file_rate_hz: int, expansion: int, name: str) -> int:
    """Return the rate that a file's sound has for the program.

    Raises
    ------
    AudioFileError
        If it cannot be read.
    """
    rate_hz = round(file_rate_hz / expansion)
    if not RATES_HZ[0] <= file_rate_hz <= RATES_HZ[1]:
        raise AudioFileError(
            f"{name} has a sample rate of {file_rate_hz} Hz; "
            f"{RATES_HZ[0]} to {RATES_HZ[1]} Hz can be read.",
            CONVERT,
        )
    if rate_hz < RATES_HZ[0]:
        raise AudioFileError(
            f"{name} has a sample rate of {file_rate_hz} Hz: {expansion} times slower, nothing of "
            "it could be heard.",
            "Time expansion is for ultrasound; leave it out.",
        )
    return rate_hz


def rate_notes(file_rate_hz: int, expansion: int) -> tuple[str, ...]:
    """Return what a person should know about a file's rate."""
    if expansion > 1:
        return (
            f"Time expansion ×{expansion}: the sound is taken {expansion} times slower and lower; "
            f"its times are {expansion} times those of the file.",
        )
    if file_rate_hz >= ULTRASONIC_HZ:
        return (
            f"The file has {file_rate_hz / 1000:g} kHz, but sounds are analysed up to "
            f"{_HEARD_HZ / 1000:g} kHz only. If it is of bats, choose time expansion "
            f"×{EXPANSION}{EXPANSION_OPTION}.",
        )
    if file_rate_hz < MODEL_RATE_HZ:
        of = "as telephones and some headsets do, " if file_rate_hz <= _TELEPHONE_HZ else ""
        return (
            f"The file has {file_rate_hz / 1000:g} kHz, {of}so there is nothing above "
            f"{file_rate_hz / 2000:g} kHz in it, and matches are less sure.",
        )
    return ()
