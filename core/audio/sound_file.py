"""Opening what libsndfile reads: whatever the file is, it is opened or one error says why not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.audio.waveform import native_name
from core.errors import AudioFileError

if TYPE_CHECKING:
    import soundfile

BLOCK_VALUES = 1 << 16
"""Small, since what a damaged compressed file still gives is lost by the block."""

CONVERT = "Convert it to WAV or FLAC first, for example with: ffmpeg -i INPUT output.wav"
_VIDEO = "Take the sound out of the video first, for example with: ffmpeg -i INPUT output.wav"
_VIDEO_SUFFIXES = frozenset(("mp4", "m4v", "mov", "mkv", "webm", "avi", "wmv", "flv", "mpg", "3gp"))


def check_readable(path: Path) -> None:
    """Raise AudioFileError unless there is a file that may be read, and something in it."""
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


@contextmanager
def opened(path: Path, name: str) -> Iterator[soundfile.SoundFile]:
    """Open a sound file for reading.

    Raises
    ------
    AudioFileError
        If it is no sound, damaged or out of reach, also while it is read.
    """
    import soundfile

    try:
        with _opened(path, name) as file:
            yield file
    except soundfile.LibsndfileError as error:
        is_video = path.suffix.lower().lstrip(".") in _VIDEO_SUFFIXES
        what = "a video, and not" if is_video else "not"
        raise AudioFileError(
            f"{name} is {what} sound in a format that can be read, or its beginning is "
            f"damaged (libsndfile: {error.error_string.strip().rstrip('.')}).",
            _VIDEO if is_video else CONVERT,
        ) from error
    except (OSError, RuntimeError) as error:
        raise AudioFileError(
            f"{name} cannot be read: {error}.", "Check that the file is still there."
        ) from error


def _opened(path: Path, name: str) -> soundfile.SoundFile:
    import soundfile

    if path.suffix.lower() == ".raw":
        raise AudioFileError(
            f"{name} is raw samples: nothing in it says how fast and how wide they are.",
            "Convert it to WAV first, for example with: "
            "ffmpeg -f s16le -ar 16000 -ac 1 -i INPUT output.wav",
        )
    try:
        return soundfile.SoundFile(native_name(path))
    except (soundfile.LibsndfileError, OSError):
        raise
    except Exception as error:  # whatever else a foreign file may lead to
        raise RuntimeError(str(error) or type(error).__name__) from error


def skip(file: soundfile.SoundFile, n_frames: int) -> None:
    """Read on to a place that cannot be sought."""
    file.seek(0)
    while n_frames > 0:
        n_read = len(file.read(min(n_frames, BLOCK_VALUES), dtype="float32", always_2d=True))
        if not n_read:
            return
        n_frames -= n_read
