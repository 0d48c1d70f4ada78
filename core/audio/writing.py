"""Saving sound as WAV or FLAC."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from core.atomic import written_whole
from core.audio.decoder import reason_of
from core.audio.reader import AudioFile
from core.audio.waveform import Waveform, native_name
from core.errors import AudioFileError
from core.jobs import Job

_FORMATS = {".wav": "WAV", ".flac": "FLAC"}
_MOST_FLAC_CHANNELS, _MOST_FLAC_HZ = 8, 655_350
_MOST_WAV_BYTES = 4_000_000_000
"""Sizes in a WAV file have 32 bits; RF64 is its larger form."""
_NO_ROOM_BYTES = 1 << 14
"""A disk with less cannot take what libsndfile writes at once."""


def save_sound(
    audio: AudioFile,
    path: Path,
    start_s: float | None = None,
    end_s: float | None = None,
    job: Job | None = None,
) -> None:
    """Write a sound file's span with its own rate, channels and bits, whole or not at all.

    Where it is known when the sound was made, the file says so, of the span's beginning.

    Parameters
    ----------
    audio : AudioFile
    path : Path
        Its ending, ``.wav`` or ``.flac``, says in which format.
    start_s, end_s : float, optional
        In seconds; None stands for the start or the end.
    job : Job, optional
        Told about progress; may cancel.

    Raises
    ------
    AudioFileError
        If the sound cannot be read, there is no such span, or the file cannot be written.
    """
    import soundfile

    job = job or Job()
    start_s, end_s = audio.check_span(start_s, end_s)
    format_name = _FORMATS.get(path.suffix.lower())
    if format_name is None:
        raise AudioFileError(
            f"{path.name} ends neither in .wav nor in .flac.", "Choose one of these endings."
        )
    rate_hz, channels = audio.rate_hz, audio.channels
    if format_name == "FLAC" and (channels > _MOST_FLAC_CHANNELS or rate_hz > _MOST_FLAC_HZ):
        raise AudioFileError(
            f"FLAC holds up to {_MOST_FLAC_CHANNELS} channels and {_MOST_FLAC_HZ:,} Hz; "
            f"{audio.name} has {channels} and {rate_hz:,} Hz.",
            "Choose a name that ends in .wav.",
        )
    if (
        format_name == "WAV"
        and (end_s - start_s) * rate_hz * channels * audio.bits // 8 > _MOST_WAV_BYTES
    ):
        format_name = "RF64"
    n_done, n_frames = 0, (end_s - start_s) * rate_hz
    with (
        _errors_of_writing(path),
        written_whole(path) as file,
        telling_of_full_disk(path.parent),
        soundfile.SoundFile(
            native_name(file.name),
            "w",
            rate_hz,
            channels,
            f"PCM_{audio.bits}",
            format=format_name,
        ) as out,
    ):
        if made := made_at(audio, start_s):
            out.date = made
        for block in audio.raw_blocks(start_s, end_s):
            out.write(block)
            n_done += len(block)
            job.report(f"Saving {path.name}", min(1.0, n_done / n_frames))


def save_wav(waveform: Waveform, path: Path) -> None:
    """Write a sound as 16-bit WAV, whole or not at all.

    Raises
    ------
    AudioFileError
        If the file cannot be written.
    """
    import soundfile

    with (
        _errors_of_writing(path),
        written_whole(path) as file,
        telling_of_full_disk(path.parent),
    ):
        # By name: an error of writing through a file object would be printed, not raised.
        name = native_name(file.name)
        soundfile.write(name, waveform.samples, waveform.rate_hz, "PCM_16", format="WAV")


def made_at(audio: AudioFile, start_s: float) -> str:
    """Return when a place in a sound was recorded, as ISO 8601.

    Only the day where no more is known, and nothing where it does not say a time.
    """
    try:
        moment = datetime.fromisoformat(audio.made)
        if len(audio.made) <= len("2026-01-31"):
            return audio.made
        later = timedelta(seconds=start_s / audio.expansion)
        return (moment + later).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""


@contextmanager
def telling_of_full_disk(folder: Path) -> Iterator[None]:
    """Raise the system's error where the disk is full: libsndfile tells of its decoder then."""
    import soundfile

    try:
        yield
    except soundfile.LibsndfileError as error:
        if shutil.disk_usage(folder).free < _NO_ROOM_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise


@contextmanager
def _errors_of_writing(path: Path) -> Iterator[None]:
    import soundfile

    try:
        yield
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioFileError(
            f"{path} cannot be written: {reason_of(error)}.",
            "Choose another place, or free some space.",
        ) from error
