"""What a drop means: which files, and which of them is the sound to match."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData

from core.audio.files import SUFFIXES, load
from core.audio.waveform import Waveform
from core.errors import AudioFileError
from core.jobs import Job

MOST_TRIED = 20
"""Files of one drop that are tried until one is a sound."""

_MOST_LISTED = 10_000


@dataclass(frozen=True)
class Sound:
    """A sound that was read, and what a person should know about the others."""

    waveform: Waveform
    note: str = ""


def local_paths(mime: QMimeData) -> list[Path]:
    """Return the local files and folders of a drop.

    Raises
    ------
    AudioFileError
        If there are none.
    """
    urls = mime.urls()
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    if paths:
        return paths
    if urls:
        raise AudioFileError(
            "Only files on this computer can be dropped, not web addresses.",
            "Save the sound as a file first, then drop that.",
        )
    raise AudioFileError(
        "What was dropped is not a file.", "Drop a sound file, such as WAV, FLAC, MP3 or Ogg."
    )


def first_sound(paths: list[Path], job: Job) -> Sound:
    """Read the first sound among files and folders; slow, so never in the window's thread.

    Raises
    ------
    AudioFileError
        If none of them can be read.
    """
    candidates = list(itertools.islice(_files(paths, job), MOST_TRIED + 1))
    if not candidates:
        raise AudioFileError(
            f"There is no sound file in the folder {paths[0].name}.",
            "Drop a sound file, such as WAV, FLAC, MP3 or Ogg.",
        )
    failures = []
    for path in candidates[:MOST_TRIED]:
        job.check()
        try:
            waveform = load(path, job)
        except AudioFileError as error:
            failures.append(error)
            continue
        return Sound(waveform, _note(path, paths, len(candidates)))
    raise failures[0]


def _files(paths: list[Path], job: Job) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from _sounds_in(path, job)
        else:
            yield path


def _sounds_in(folder: Path, job: Job) -> list[Path]:
    """Return a folder's own sound files by name; folders within it are left alone."""
    try:
        found = []
        for entry in itertools.islice(folder.iterdir(), _MOST_LISTED):
            job.check()
            if entry.suffix.lower().lstrip(".") in SUFFIXES and entry.is_file():
                found.append(entry)
    except OSError as error:
        raise AudioFileError(
            f"The folder {folder.name} cannot be read: {error.strerror}.",
            "Check its permissions, or drop a sound file.",
        ) from error
    return sorted(found)


def _note(chosen: Path, paths: list[Path], n_candidates: int) -> str:
    if n_candidates == 1 and len(paths) == 1:
        return ""
    others = "the other" if n_candidates == 2 else "the others"
    if n_candidates == 1:
        return f"{chosen.name} was taken; nothing else in the drop was a sound file."
    return f"One sound is matched at a time: {chosen.name} was taken, {others} left alone."
