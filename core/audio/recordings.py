"""The folder of recordings: where they are written, and what a crash left there."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from core.audio.reader import AudioFile
from core.audio.writing import save_sound
from core.errors import AudioFileError
from core.jobs import Job
from core.private import private_folder

_RUNNING, _WHOLE = "unfinished", "recording"
"""A file keeps the first name while it is being written, so that a crash is noticed later."""

MOST_KEPT = 50
"""Recordings that are kept, beside those that a person gave a name or a star."""

_LEAST_BYTES = 1 << 14
"""A broken file smaller than this has no second of sound in it."""


class Unfinished:
    """The place of a recording that is running; no other program touches it.

    Attributes
    ----------
    path : Path
        A FLAC file that may be written.

    Raises
    ------
    OSError
        If the folder cannot be written to, or another program holds the recording.
    """

    def __init__(self, path: Path) -> None:
        # The operating system lets go of the lock when its holder dies, so none is ever stale.
        from filelock import FileLock, Timeout

        self.path = path
        self._lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise OSError(f"{path} is being written by another program") from error

    def finish(self) -> Path:
        """Give the whole recording its lasting name."""
        whole = _free(self.path.parent, _WHOLE, self.path.stem.removeprefix(_RUNNING).strip())
        self.path.rename(whole)
        self.release()
        return whole

    def release(self) -> None:
        """Leave the place; a file that is still there is found by `recover`."""
        with suppress(OSError):  # Windows does not remove an open file; there, release does.
            Path(self._lock.lock_file).unlink()
        self._lock.release()


class Recordings:
    """Recordings as FLAC files in one folder.

    Parameters
    ----------
    folder : Path
        Made when the first recording begins.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, earlier_s: float = 0.0) -> Unfinished:
        """Return the place of a recording that begins now.

        Parameters
        ----------
        earlier_s : float
            How much of its sound came before, in seconds: its name tells when that began.

        Raises
        ------
        OSError
            If the folder cannot be written to.
        """
        private_folder(self.folder)
        began = time.strftime("%Y-%m-%d %H.%M.%S", time.localtime(time.time() - earlier_s))
        return Unfinished(_free(self.folder, _RUNNING, began))

    def prune(self, kept: Collection[Path]) -> None:
        """Remove the oldest recordings beyond the last `MOST_KEPT`, but for some that are kept."""
        names = {path.name for path in kept}  # their folder may have another name by now
        found = (path for path in self.folder.glob(f"{_WHOLE} *.flac") if path.name not in names)
        for path in sorted(found, reverse=True)[MOST_KEPT:]:
            with suppress(OSError):
                path.unlink()

    def recover(self, job: Job | None = None) -> list[Path]:
        """Return recordings that were running when a program ended, newest first.

        They are written anew, whole, under their lasting names, so each is returned only once.
        What has no sound in it is removed.
        """
        found = []
        for path in sorted(self.folder.glob(f"{_RUNNING} *.flac"), reverse=True):
            try:
                place = Unfinished(path)
            except OSError:
                continue
            try:
                found.append(_mended(place, job))
            except AudioFileError:
                with suppress(FileNotFoundError):  # another program was faster
                    if path.stat().st_size < _LEAST_BYTES:
                        path.unlink()
            finally:
                place.release()
        return found


def _mended(place: Unfinished, job: Job | None) -> Path:
    audio = AudioFile(place.path)
    if audio.notes:  # it breaks off
        save_sound(audio, place.path, job=job)
    return place.finish()


def _free(folder: Path, prefix: str, stamp: str) -> Path:
    path, number = folder / f"{prefix} {stamp}.flac", 2
    while path.exists():
        path = folder / f"{prefix} {stamp} {number}.flac"
        number += 1
    return path
