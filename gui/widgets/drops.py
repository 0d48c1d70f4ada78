"""What a drop means: which files, which of them is shown, and which wait."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl

from core.audio.reader import AudioFile
from core.audio.sound_file import SUFFIXES
from core.errors import AudioFileError
from core.jobs import Job

MOST_TRIED = 20
"""Files of one drop that are tried until one is a sound."""

MOST_QUEUED = 1000
"""Files of one drop that are taken."""

_MOST_LISTED = 10_000
_MOST_TEXT = 100_000


@dataclass(frozen=True)
class FoundSounds:
    """Sounds of a drop: one that can be read, and those that wait.

    Attributes
    ----------
    audio : AudioFile
    others : tuple of Path
        Files that may be sounds, in the order in which they were given.
    note : str
        What a person should know about what was left out.
    refused : dict of AudioFileError
        Files before the first sound that cannot be read, and why.
    """

    audio: AudioFile
    others: tuple[Path, ...] = ()
    note: str = ""
    refused: dict[Path, AudioFileError] = field(default_factory=dict)


def local_paths(mime: QMimeData) -> list[Path]:
    """Return the local files and folders of a drop or the clipboard.

    Raises
    ------
    AudioFileError
        If there are none.
    """
    urls = mime.urls()
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    paths = paths or _named(mime.text())
    if paths:
        return paths
    if urls:
        raise AudioFileError(
            "Only files on this computer can be opened, not web addresses.",
            "Save the sound as a file first, then open that.",
        )
    raise AudioFileError(
        "There is no file in this.", "Give a sound file, such as WAV, FLAC, MP3 or Ogg."
    )


def _named(text: str) -> list[Path]:
    """Return the files that a text names, a line each, if all of its lines do."""
    if len(text) > _MOST_TEXT:
        return []
    lines = [line.strip().strip("\"'") for line in text.splitlines() if line.strip()]
    paths = [
        Path(QUrl(line).toLocalFile() if line.startswith("file:") else line).expanduser()
        for line in lines
    ]
    # A relative name would mean whatever lies in the folder that the program was started from.
    return paths if all(path.is_absolute() for path in paths) else []


def find_sounds(paths: list[Path], job: Job) -> FoundSounds:
    """Find the sounds among files and folders; slow, so never in the window's thread.

    Raises
    ------
    AudioFileError
        If none of the first ones can be read.
    """
    candidates = list(itertools.islice(_files(paths, job), MOST_QUEUED + 1))
    if not candidates:
        raise AudioFileError(
            f"There is no sound file in the folder {paths[0].name}.",
            "Give a sound file, such as WAV, FLAC, MP3 or Ogg.",
        )
    refused: dict[Path, AudioFileError] = {}
    for number, path in enumerate(candidates[:MOST_TRIED]):
        job.check()
        try:
            audio = AudioFile(path, job=job)
        except AudioFileError as error:
            refused[path] = error
            continue
        left_out = [f"{MOST_QUEUED} sounds were taken."] if len(candidates) > MOST_QUEUED else []
        left_out += [error.message for error in refused.values()]
        others = tuple(candidates[number + 1 : MOST_QUEUED])
        return FoundSounds(audio, others, " ".join(left_out), refused)
    raise next(iter(refused.values()))


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
