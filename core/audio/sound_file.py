"""Opening sound files: the decoder that reads all of a file is found, or one error says why not."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.audio.decoder import Decoder, DecodingError, NoTrackError, SndfileDecoder
from core.errors import AudioFileError
from core.jobs import Job

if TYPE_CHECKING:
    from core.audio.container import ContainerDecoder

CONVERT = "Convert it to WAV or FLAC first, for example with: ffmpeg -i INPUT output.wav"
_OF_LIBSNDFILE = "wav wave rf64 w64 flac ogg oga opus mp3 aif aiff aifc au snd caf voc"
_OF_SOUND = "m4a m4b aac wma weba mka amr ac3 eac3 ape wv tta"
_OF_VIDEOS = "mp4 m4v mov mkv webm 3gp 3g2 avi wmv flv mpg mpeg mts m2ts"
_VIDEO_SUFFIXES = frozenset(_OF_VIDEOS.split())
SUFFIXES = frozenset(f"{_OF_LIBSNDFILE} {_OF_SOUND}".split()) | _VIDEO_SUFFIXES
"""Endings that people give to files with sound; for choosing among many files."""


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


class SoundFile:
    """A file, and the decoder that reads it; each reading opens it anew.

    Parameters
    ----------
    path : Path
    name : str
        What people call it.
    track : int
        1 is the first sound track.

    Attributes
    ----------
    notes : tuple of str
        Sentences on how it is read, once it has been opened.
    """

    def __init__(self, path: Path, name: str, track: int = 1) -> None:
        check_readable(path)
        self._path, self._name, self._track = path, name, track
        self._reopen: Callable[[], Decoder] | None = None
        self.notes: tuple[str, ...] = ()

    @contextmanager
    def opened(self, job: Job | None = None) -> Iterator[Decoder]:
        """Open the file for reading.

        Parameters
        ----------
        job : Job, optional
            Told about progress, where a file must be read to know how long it is; may cancel.

        Raises
        ------
        AudioFileError
            If it is no sound, damaged or out of reach, also while it is read.
        """
        decoder = None
        try:
            decoder = self._reopen() if self._reopen is not None else self._first(job)
            yield decoder
        except DecodingError as error:
            raise self._not_decoded(error) from error
        except NoTrackError as error:
            raise self._no_track(error.n_tracks) from error
        except OSError as error:
            raise AudioFileError(
                f"{self._name} cannot be read: {error.strerror or error}.",
                "Check that the file is still there.",
            ) from error
        finally:
            if decoder is not None:
                decoder.close()

    def _first(self, job: Job | None) -> Decoder:
        """Find the decoder that reads all that there is."""
        if self._path.suffix.lower() == ".raw":
            raise AudioFileError(
                f"{self._name} is raw samples: nothing in it says how fast and how wide they are.",
                "Convert it to WAV first, for example with: "
                "ffmpeg -f s16le -ar 16000 -ac 1 -i INPUT output.wav",
            )
        failure = usual = None
        try:
            usual = SndfileDecoder(self._path)
        except DecodingError as error:
            failure = error
        if usual is not None and self._is_enough(usual):
            self._reopen = lambda: SndfileDecoder(self._path)
            return usual
        try:
            return self._container(usual, job)
        except DecodingError as error:
            if usual is None:
                raise DecodingError(f"{failure}; {error}") from error
            if usual.n_frames:  # better than nothing
                self.notes = ("There may be more sound in the file than could be read.",)
            self._reopen = lambda: SndfileDecoder(self._path)
            return usual
        except BaseException:
            if usual is not None:
                usual.close()
            raise

    def _is_enough(self, usual: SndfileDecoder) -> bool:
        from core.audio.joined import holds_more

        return self._track == 1 and usual.n_frames != 0 and not holds_more(self._path, usual.format)

    def _container(self, usual: Decoder | None, job: Job | None) -> Decoder:
        from core.audio.container import ContainerDecoder

        decoder: ContainerDecoder = ContainerDecoder(self._path, self._track, job=job)
        path, track, known = self._path, self._track, decoder.described
        self._reopen = lambda: ContainerDecoder(path, track, known)
        if len(decoder.tracks) > 1:
            names = (
                f"{n} ({name})" if name else str(n) for n, name in enumerate(decoder.tracks, 1)
            )
            self.notes = (
                f"It has {len(decoder.tracks)} sound tracks: {', '.join(names)}. "
                f"Track {track} was used.",
            )
        if usual is not None:
            usual.close()
            if usual.n_frames == 0 and decoder.n_frames:
                seconds = decoder.n_frames / decoder.rate_hz
                self.notes += (
                    "The file says that it has no samples, as one does whose recorder did not get "
                    f"to finish it; the {seconds:.2f} s that are there were used.",
                )
        return decoder

    def _not_decoded(self, error: DecodingError) -> AudioFileError:
        is_video = self._path.suffix.lower().lstrip(".") in _VIDEO_SUFFIXES
        kind = "a video, and not" if is_video else "not"
        words = f"{self._name} is {kind} sound in a format that can be read, or it is damaged"
        again = "Copy it again from where it was made; if it plays elsewhere,"
        return AudioFileError(
            f"{words} ({error}).",
            f"{again} convert it: ffmpeg -i INPUT output.wav",
            f"{again} save it there as WAV.",
            f"{words}.",
        )

    def _no_track(self, n_tracks: int) -> AudioFileError:
        if not n_tracks:
            return AudioFileError(
                f"{self._name} has no sound in it, only pictures.", "Choose another file."
            )
        return AudioFileError(
            f"{self._name} has no sound track {self._track}; it has {n_tracks}.",
            f"Choose a track from 1 to {n_tracks}.",
        )
