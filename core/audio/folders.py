"""The sound files of a folder: one walk for whoever takes folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.audio.sound_file import SUFFIXES
from core.errors import AudioFileError
from core.jobs import Job

MOST_NAMED = 5
"""Of what is left out; the rest is counted."""


def is_folder(path: Path) -> bool:
    """Return whether a path leads to a folder; where nobody may look, it does not."""
    return os.path.isdir(path)  # noqa: PTH112 - Path's raises there


class SoundFolder:
    """Walks a folder as its sounds are asked for, sorted by name, folders among files.

    Hidden files and folders are passed by. Links to folders are followed, but no folder is entered
    twice, nor one that the given one lies in: a link to a parent leads nowhere.

    Parameters
    ----------
    folder : Path
    has_subfolders : bool
        Whether the folders in it are entered.
    job : Job, optional
        May cancel.
    name : str, optional
        What people call the folder, if not by its path.

    Attributes
    ----------
    n_sounds, n_others, n_closed : int
        Passed so far: sounds; files whose endings are none of a sound, or that are no files;
        folders that cannot be read.
    others, closed : list of str
        The first of these by their names within the folder; the latter with the reason.
    """

    def __init__(
        self, folder: Path, has_subfolders: bool = True, job: Job | None = None, name: str = ""
    ) -> None:
        self.folder, self._name = folder, name or str(folder)
        self._has_subfolders, self._job = has_subfolders, job or Job()
        self.n_sounds = self.n_others = self.n_closed = 0
        self.others: list[str] = []
        self.closed: list[str] = []
        self._refusal = ""

    def __iter__(self) -> Iterator[Path]:
        """Yield the paths of the sounds; walks anew each time.

        Raises
        ------
        Cancelled
            If the job was cancelled.
        """
        self.n_sounds = self.n_others = self.n_closed = 0
        self.others, self.closed, self._refusal = [], [], ""
        entered = {_identity(parent) for parent in self.folder.resolve().parents}
        # A stack instead of recursion: folders may lie deeper than Python calls.
        open_folders = [self._entries("", str(self.folder), entered)]
        while open_folders:
            self._job.check()
            entry = next(open_folders[-1], None)
            if entry is None:
                open_folders.pop()
                continue
            inner, found = entry
            if _is_folder(found):
                if self._has_subfolders:
                    open_folders.append(self._entries(inner + os.sep, found.path, entered))
            elif os.path.splitext(inner)[1][1:].lower() in SUFFIXES and _is_file(found):  # noqa: PTH122
                self.n_sounds += 1
                yield Path(found.path)
            else:
                self.n_others += 1
                if len(self.others) < MOST_NAMED:
                    self.others.append(inner)

    @property
    def notes(self) -> list[str]:
        """Sentences on what was left out so far."""
        told = [f"The folder {self._name} cannot be read: {self._refusal}"] * bool(self._refusal)
        if self.n_others:
            count = "1 file" if self.n_others == 1 else f"{self.n_others:,} files"
            told.append(
                f"{count} in {self._name} left out, by the ending no sound: "
                f"{_named(self.others, self.n_others)}"
            )
        if self.n_closed:
            count = "1 folder" if self.n_closed == 1 else f"{self.n_closed:,} folders"
            told.append(
                f"{count} in {self._name} cannot be read: {_named(self.closed, self.n_closed)}"
            )
        return told

    @property
    def emptiness(self) -> AudioFileError:
        """The error for a folder without a sound, once the walk is at its end."""
        if self._refusal:
            return AudioFileError(
                f"The folder {self._name} cannot be read: {self._refusal}.",
                "Check its permissions, or give a sound file.",
            )
        return AudioFileError(
            " ".join(f"{text}." for text in (f"{self._name} has no sound file in it", *self.notes)),
            "Choose a folder with sounds, or a sound.",
        )

    def _entries(
        self, within: str, folder: str, entered: set[tuple[int, int]]
    ) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield what is in a folder, by names from the given one on, in order."""
        found = []
        try:
            identity = _identity(folder)
            if identity in entered:
                return
            entered.add(identity)
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._job.check()
                    if not entry.name.startswith("."):
                        found.append(entry)
        except OSError as error:
            reason = error.strerror or str(error)
            if not within:
                self._refusal = reason
                return
            self.n_closed += 1
            if len(self.closed) < MOST_NAMED:
                self.closed.append(f"{within.rstrip(os.sep)} ({reason})")
        for entry in sorted(found, key=lambda entry: entry.name):
            yield within + entry.name, entry


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round, or to where nobody may look
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _identity(folder: str | Path) -> tuple[int, int]:
    status = os.stat(folder)  # noqa: PTH116 - a Path for each of many folders takes as long
    return status.st_dev, status.st_ino


def _named(names: list[str], n_all: int) -> str:
    return ", ".join(names) + (", …" if n_all > len(names) else "")
