"""Reading any sound file that libsndfile knows into mono sound at 16 kHz, block by block."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.atomic import written_whole
from core.audio.waveform import MODEL_RATE_HZ, Waveform
from core.errors import AudioFileError
from core.jobs import Job
from core.types import Float32

if TYPE_CHECKING:
    import soundfile

RATES_HZ = (1_000, 384_000)
MAX_DURATION_S = 12 * 3600
SUFFIXES = frozenset(
    ("wav", "wave", "rf64", "w64", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc")
) | {"au", "snd", "caf", "voc"}
"""Endings that people give to files which libsndfile reads; for choosing among many files."""

_BLOCK_VALUES = 1 << 16
"""Small, since what a damaged compressed file still gives is lost by the block."""

_LOUDEST = 1e4
"""Samples beyond this many times full scale are damage, not sound."""

_CONVERT = "Convert it to WAV or FLAC first, for example with: ffmpeg -i INPUT output.wav"


class _Growing:
    """A float32 array for an expected length; a header that promises too little costs a copy."""

    def __init__(self, expected: int) -> None:
        self._values = np.empty(max(expected, 1), np.float32)
        self.length = 0

    def append(self, values: Float32) -> None:
        end = self.length + len(values)
        if end > len(self._values):
            grown = np.empty(end + end // 2, np.float32)
            grown[: self.length] = self._values[: self.length]
            self._values = grown
        self._values[self.length : end] = values
        self.length = end

    def finish(self) -> Float32:
        # Memory that was never written to was never taken, so a view wastes none of it.
        return self._values[: self.length]


def load(path: Path, job: Job | None = None) -> Waveform:
    """Read a sound file as mono at 16 kHz.

    Channels are averaged; the rate is converted with soxr (high quality). Samples that are not
    finite become silence, and a file that breaks off is used as far as it goes: both are noted.

    Parameters
    ----------
    path : Path
        Any format and width that libsndfile reads, 1 to 384 kHz, any number of channels.
    job : Job, optional
        Told about progress; may cancel.

    Returns
    -------
    Waveform
        Its `notes` name what was repaired.

    Raises
    ------
    AudioFileError
        If there is no such file, it is not sound, or there are no samples in it.
    """
    import soundfile

    job = job or Job()
    _check_is_readable_file(path)
    try:
        with soundfile.SoundFile(path) as file:
            return _read(file, path.name, job)
    except soundfile.LibsndfileError as error:
        raise AudioFileError(
            f"{path.name} is not sound in a format that can be read, or its beginning is damaged "
            f"(libsndfile: {error.error_string.strip().rstrip('.')}).",
            _CONVERT,
        ) from error
    except (OSError, RuntimeError) as error:
        raise AudioFileError(
            f"{path.name} cannot be read: {error}.", "Check that the file is still there."
        ) from error


def _check_is_readable_file(path: Path) -> None:
    try:
        status = path.stat()
        kind = status.st_mode
        readable = os.access(path, os.R_OK)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioFileError(
            f"{path} cannot be opened: {reason}.", "Check the file's name and place."
        ) from error
    if stat.S_ISDIR(kind):
        raise AudioFileError(f"{path} is a folder.", "Choose a sound file in it.")
    if not stat.S_ISREG(kind):
        raise AudioFileError(f"{path} is not a file.", "Choose a sound file.")
    if not readable:
        raise AudioFileError(
            f"{path} may not be read.", "Give yourself the permission to read it, or copy it."
        )
    if status.st_size == 0:
        raise AudioFileError(f"{path.name} is empty (0 bytes).", "Record or copy it again.")


def _read(file: soundfile.SoundFile, name: str, job: Job) -> Waveform:
    rate_hz = file.samplerate
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise AudioFileError(
            f"{name} has a sample rate of {rate_hz} Hz; "
            f"{RATES_HZ[0]} to {RATES_HZ[1]} Hz can be read.",
            _CONVERT,
        )
    frames = max(file.frames, 0)
    sound = _Growing(min(frames, MAX_DURATION_S * rate_hz) * MODEL_RATE_HZ // rate_hz + 1)
    notes = _Notes(file)
    for samples in _resampled(_mono_blocks(file, notes), rate_hz):
        job.report(f"Reading {name}", min(1.0, notes.frames_read / frames) if frames else None)
        sound.append(samples)
        if sound.length > MAX_DURATION_S * MODEL_RATE_HZ:
            raise AudioFileError(
                f"{name} is longer than {MAX_DURATION_S // 3600} hours.", "Cut it into pieces."
            )
    if sound.length == 0:
        raise AudioFileError(
            f"{name} has no samples in it.", "Record it again, or open another file."
        )
    samples = sound.finish()
    return Waveform(samples, MODEL_RATE_HZ, name, notes.finish(len(samples) / MODEL_RATE_HZ))


class _Notes:
    """Gathers what a person should know about a file that is not quite whole."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        # libsndfile clips a chunk that is longer than the file, and says so only in its log.
        data = [
            line for line in file.extra_info.splitlines() if re.match(r"\s*(data|SSND)\b", line)
        ]
        self.is_cut = any("should be" in line for line in data)
        self.damaged = 0
        self.frames_read = 0

    def finish(self, duration_s: float) -> tuple[str, ...]:
        notes = []
        if self.is_cut:
            notes.append(f"The file breaks off; the {duration_s:.2f} s that are there were used.")
        if self.damaged:
            notes.append(
                f"{self.damaged} damaged samples (not a number, infinite or far too loud) "
                "were replaced by silence."
            )
        return tuple(notes)


def _mono_blocks(file: soundfile.SoundFile, notes: _Notes) -> Iterator[Float32]:
    """Yield the average of the channels, block by block."""
    import soundfile

    weights = np.full(file.channels, 1.0 / file.channels, np.float32)
    block_frames = max(1, _BLOCK_VALUES // file.channels)
    has_begun = False
    while True:
        try:
            block = file.read(block_frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            if not has_begun:
                raise
            notes.is_cut = True
            return
        if len(block) == 0:
            notes.is_cut |= notes.frames_read < 0.99 * file.frames
            return
        has_begun = True
        notes.frames_read += len(block)
        # A comparison with NaN is false, so this finds NaN, infinity and absurd values alike.
        damaged = ~(np.abs(block) <= _LOUDEST)
        if damaged.any():
            notes.damaged += int(np.count_nonzero(damaged))
            block[damaged] = 0.0
        yield block @ weights


def _resampled(blocks: Iterator[Float32], rate_hz: int) -> Iterator[Float32]:
    """Yield mono blocks at 16 kHz."""
    if rate_hz == MODEL_RATE_HZ:
        yield from blocks
        return
    import soxr

    stream = soxr.ResampleStream(rate_hz, MODEL_RATE_HZ, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, np.float32), last=True)


def save_wav(waveform: Waveform, path: Path) -> None:
    """Write a sound as 16-bit WAV, whole or not at all.

    Raises
    ------
    AudioFileError
        If the file cannot be written.
    """
    import soundfile

    try:
        with written_whole(path) as file:
            soundfile.write(
                file, waveform.samples, waveform.rate_hz, format="WAV", subtype="PCM_16"
            )
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioFileError(
            f"{path} cannot be written: {error}.", "Choose another place, or free some space."
        ) from error
