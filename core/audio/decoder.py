"""What reads the samples of an open sound file, whatever its format: libsndfile, or FFmpeg."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from core.audio.waveform import native_name
from core.types import Float32

BLOCK_VALUES = 1 << 16
"""Small, since what a damaged compressed file still gives is lost by the block."""

LEAST_BLOCK_VALUES = 1 << 10
"""For a file that surely breaks off."""

_NO_LENGTH = 1 << 62
"""What libsndfile gives for a file whose writer never got to say how much there is."""


class DecodingError(Exception):
    """A decoder makes nothing of what is there; the argument says why, without a full stop."""


class NoTrackError(Exception):
    """A file has no sound track of this number.

    Parameters
    ----------
    n_tracks : int
        How many it has.
    """

    def __init__(self, n_tracks: int) -> None:
        super().__init__(n_tracks)
        self.n_tracks = n_tracks


class Decoder(Protocol):
    """An open sound file; a track of it, where it is a video.

    Attributes
    ----------
    rate_hz, channels : int
    n_frames : int or None
        How many there are, as far as the file tells; None where it does not.
    breaks_off : bool
        Whether the file says itself that there should be more in it.
    is_exact : bool
        Whether fewer frames than `n_frames` mean that the file breaks off.
    is_float : bool
        Whether its samples are numbers of any size.
    has_16_bits : bool
        Whether its samples are whole numbers of 16 bits or fewer.
    n_lost : int
        Frames that could not be decoded so far, and are silence now.
    block_values : int
        How much to read at once.
    made : str
        When the sound was recorded, as its recorder has written it; empty where it has not.
    tracks : tuple of str
        What the file calls each of its sound tracks; empty names where it does not.
    """

    rate_hz: int
    channels: int
    n_frames: int | None
    breaks_off: bool
    is_exact: bool
    is_float: bool
    has_16_bits: bool
    n_lost: int
    block_values: int
    made: str
    tracks: tuple[str, ...]

    def seek(self, frame: int) -> None:
        """Go on from a frame; raise DecodingError if that cannot be."""

    def read(self, n_frames: int) -> Float32:
        """Return the next frames, float32, shape (n, channels); fewer at the end, and then none.

        Raises
        ------
        DecodingError
            If there is something that cannot be decoded.
        """

    def close(self) -> None:
        """Let go of the file."""


class SndfileDecoder:
    """Sound that libsndfile knows: exact in every width, and within this process.

    Parameters
    ----------
    path : Path

    Raises
    ------
    DecodingError
        If libsndfile does not know the format.
    OSError
        If the file is out of reach.
    """

    n_lost = 0
    is_exact = True
    tracks: tuple[str, ...] = ("",)

    def __init__(self, path: Path) -> None:
        import soundfile

        self._path = path
        try:
            self._file = soundfile.SoundFile(native_name(path))
        except soundfile.LibsndfileError as error:
            raise DecodingError(f"libsndfile: {reason_of(error)}") from error
        except OSError:
            raise
        except Exception as error:  # whatever else a foreign file may lead to
            raise DecodingError(str(error) or type(error).__name__) from error
        self.rate_hz, self.channels = self._file.samplerate, self._file.channels
        self.made = str(self._file.date or "")
        self.format: str = self._file.format
        self.is_float = self._file.subtype in ("FLOAT", "DOUBLE")
        self.has_16_bits = self._file.subtype in ("PCM_16", "PCM_S8", "PCM_U8")
        self.n_frames: int | None = self._file.frames
        self.block_values = BLOCK_VALUES
        # libsndfile clips a chunk that is longer than the file, and says so only in its log.
        log = self._file.extra_info.splitlines()
        data = (line for line in log if re.match(r"\s*(data|SSND)\b", line))
        self.breaks_off = any("should be" in line for line in data)
        if self._file.frames > _NO_LENGTH:
            self.n_frames, self.block_values, self.breaks_off = None, LEAST_BLOCK_VALUES, True

    def seek(self, frame: int) -> None:
        """Go on from a frame; what cannot be sought is read up to there."""
        import soundfile

        try:
            self._file.seek(frame if self.n_frames is None else min(frame, self.n_frames))
        except soundfile.LibsndfileError:  # such as an unfinished FLAC file
            self._begin_again()
            while frame > 0:
                n_read = len(self.read(min(frame, self.block_values)))
                if not n_read:
                    return
                frame -= n_read

    def _begin_again(self) -> None:
        import soundfile

        self._file.close()  # some formats, such as GSM 6.10, cannot even be sought to the start
        try:
            self._file = soundfile.SoundFile(native_name(self._path))
        except soundfile.LibsndfileError as error:
            raise DecodingError(f"libsndfile: {reason_of(error)}") from error

    def read(self, n_frames: int) -> Float32:
        """Return the next frames; see `Decoder.read`."""
        import soundfile

        try:
            block: Float32 = self._file.read(n_frames, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise DecodingError(f"libsndfile: {reason_of(error)}") from error
        except ValueError as error:  # a damaged MP3 may be sought to behind the end that it tells
            raise DecodingError("libsndfile: its end is before its position") from error
        return block

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def reason_of(error: Exception) -> str:
    """Return why libsndfile or the system refuses, without a full stop, nor the name of a file."""
    words = getattr(error, "error_string", None) or getattr(error, "strerror", None) or error
    return str(words).strip().rstrip(".")
