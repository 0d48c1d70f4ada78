"""What lies in the folders of a catalogue of own sounds, against what is known of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.audio.folders import SoundFolder, is_folder
from core.catalog.sound_files import FileState, Folder, OwnFile
from core.errors import AudioFileError, CatalogError
from core.jobs import Job

Place = tuple[int, bytes]
"""A folder's number, and a file's path from there on."""


@dataclass(frozen=True)
class FileToRead:
    """A file that must be read."""

    place: Place
    path: Path
    n_bytes: int


@dataclass
class Survey:
    """Findings in some folders.

    Attributes
    ----------
    folders : list of Folder
    unchanged : dict
        The files that are as they were, by their places.
    to_read : list of FileToRead
        Those that are new or have changed.
    unseen : list of OwnFile
        Those that are known and were not found.
    partial : set of int
        Folders that could not be looked through whole: what is unseen there may still be there.
    absent : list of str
        Folders that are not there at all.
    notes : list of str
        Sentences on what was left out.
    """

    folders: list[Folder]
    unchanged: dict[Place, OwnFile] = field(default_factory=dict)
    to_read: list[FileToRead] = field(default_factory=list)
    unseen: list[OwnFile] = field(default_factory=list)
    partial: set[int] = field(default_factory=set)
    absent: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def joined_folders(
    old: Sequence[Folder], given: Iterable[Path], has_subfolders: bool
) -> list[Folder]:
    """Return the folders of a catalogue and those that are added; none lies in another one.

    Raises
    ------
    CatalogError
        If one that is added is not there.
    """
    folders = {each.path: each for each in old}
    for path in given:
        if not is_folder(path):
            what = "is no folder" if path.exists() else "is not there"
            raise CatalogError(f"{path} {what}.", "Name a folder with sounds in it.")
        resolved = os.path.realpath(path)
        folders[resolved] = Folder(resolved, has_subfolders)
    return [
        each
        for each in folders.values()
        if not any(
            other.has_subfolders and other.path != each.path and _is_below(each.path, other.path)
            for other in folders.values()
        )
    ]


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(os.path.join(folder, ""))  # noqa: PTH118 - bytes that are no text


def survey(folders: list[Folder], known: Mapping[Place, OwnFile], is_new: bool, job: Job) -> Survey:
    """Look through folders.

    Parameters
    ----------
    folders : list of Folder
    known : mapping
        Files that were read before, by their places.
    is_new : bool
        Whether there must be a sound in each folder.
    job : Job

    Raises
    ------
    AudioFileError
        If there must be a sound and is none, or it cannot be looked for.
    """
    found = Survey(folders)
    seen = set[Place]()
    for number, folder in enumerate(folders):
        reason = _refusal(folder.path)
        if reason and is_new:
            raise AudioFileError(
                f"The folder {folder.path} cannot be read: {reason}.",
                "Check its permissions, or name another folder.",
            )
        if reason:
            found.absent.append(f"{folder.path} ({reason})")
            found.partial.add(number)
            continue
        walk = SoundFolder(Path(folder.path), folder.has_subfolders, job)
        begin = len(os.path.join(os.fsencode(folder.path), b""))  # noqa: PTH118
        for path in walk:
            place = number, os.fsencode(path)[begin:]
            if _take(found, place, path, known.get(place)):
                seen.add(place)
            if walk.n_sounds % 256 == 0:
                job.report(f"Looking for sounds: {len(seen):,}")
        if walk.n_closed or _refusal(folder.path):
            found.partial.add(number)
        found.notes += walk.notes
        if is_new and not walk.n_sounds:
            raise walk.emptiness
    found.unseen = [file for place, file in known.items() if place not in seen]
    return found


def _take(found: Survey, place: Place, path: Path, old: OwnFile | None) -> bool:
    """Take up a file; return False where it is known, and has gone since the walk."""
    try:
        status = os.stat(path)  # noqa: PTH116 - for each of many files
    except OSError:  # unreadable, if it is not back by then
        if old is None:
            found.to_read.append(FileToRead(place, path, 0))
        return old is None
    if old is not None and (old.n_bytes, old.changed_ns) == (status.st_size, status.st_mtime_ns):
        found.unchanged[place] = replace(old, is_missing=False) if old.is_missing else old
    elif not status.st_size:
        reason = "It is empty."
        found.unchanged[place] = OwnFile(
            *place, b"", 0, status.st_mtime_ns, state=FileState.UNREADABLE, reason=reason
        )
    else:
        found.to_read.append(FileToRead(place, path, status.st_size))
    return True


def _refusal(folder: str) -> str:
    """Return why a folder cannot be looked into; empty where it can."""
    try:
        with os.scandir(folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def nothing_readable(files: Sequence[OwnFile]) -> AudioFileError:
    """Return the error for folders of which no file has a clip."""
    reasons = [file for file in files if file.state is FileState.UNREADABLE]
    why = f" {os.fsdecode(reasons[0].path)}: {reasons[0].reason}" if reasons else ""
    n_silent = sum(file.state is FileState.SILENT for file in files)
    return AudioFileError(
        f"None of {len(files):,} files has anything to hear in it: {len(reasons):,} cannot be "
        f"read, {n_silent:,} are silent.{why}",
        "Name a folder with sounds in it.",
    )
