"""What a drop means: which files, which of them is shown, and which wait."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl

from core.audio.folders import SoundFolder, is_folder
from core.audio.reader import AudioFile
from core.errors import AudioFileError
from core.jobs import Job
from gui.widgets.network_shares import is_share, mounted_path

MOST_TRIED = 20
"""Files of one drop that are tried until one is a sound."""

MOST_QUEUED = 1000
"""Files of one drop that are taken."""

_MOST_TEXT = 100_000

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What Qt puts in the place of bytes that are no text."""


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
        If there are none, or they lie on a network share that is not mounted.
    """
    urls = mime.urls()
    if paths := _on_disk(urls) or _named(mime.text()):
        return paths
    if urls:
        raise AudioFileError(
            "Only files on this computer can be opened, not web addresses.",
            "Save the sound as a file first, then open that.",
        )
    raise AudioFileError(
        "There is no file in this.", "Give a sound file, such as WAV, FLAC, MP3 or Ogg."
    )


def _on_disk(urls: list[QUrl]) -> list[Path]:
    """Return where this computer has what some addresses mean, but for those of the web."""
    return [
        mounted_path(url) if is_share(url) else _path_of(url)
        for url in urls
        if url.isLocalFile() or is_share(url)
    ]


def _path_of(url: QUrl) -> Path:
    """Return a local file's path, also where its bytes are no text."""
    path = url.toLocalFile()
    if _REPLACEMENT in path and os.name == "posix":
        encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
        path = os.fsdecode(unquote_to_bytes(encoded))
    return Path(path)


def _named(text: str) -> list[Path]:
    """Return the files that a text names, a line each, if all of its lines do."""
    if len(text) > _MOST_TEXT:
        return []
    lines = [line.strip().strip("\"'") for line in text.splitlines() if line.strip()]
    urls = [QUrl(line) for line in lines]
    if urls and all(url.isLocalFile() or is_share(url) for url in urls):
        return _on_disk(urls)
    # Not Path's own, which raises an error where nobody has the name after a tilde.
    paths = [Path(os.path.expanduser(line)) for line in lines]  # noqa: PTH111
    # A relative name would mean whatever lies in the folder that the program was started from.
    return paths if all(path.is_absolute() for path in paths) else []


def find_sounds(paths: list[Path], job: Job, has_subfolders: bool = True) -> FoundSounds:
    """Find the sounds among files and folders; slow, so never in the window's thread.

    Raises
    ------
    AudioFileError
        If none of the first ones can be read.
    """
    folders = {path: SoundFolder(path, has_subfolders, job, path.name) for path in paths}
    found = itertools.chain.from_iterable(
        folders[path] if is_folder(path) else (path,) for path in paths
    )
    candidates = list(itertools.islice(found, MOST_QUEUED + 1))
    if not candidates:
        raise folders[paths[0]].emptiness
    refused: dict[Path, AudioFileError] = {}
    for number, path in enumerate(candidates[:MOST_TRIED]):
        job.check()
        try:
            audio = AudioFile(path, job=job)
        except AudioFileError as error:
            refused[path] = error
            continue
        notes = [error.message for error in refused.values()]
        if len(candidates) > MOST_QUEUED:
            notes.append(f"The first {MOST_QUEUED:,} sounds were taken.")
        for folder in folders.values():
            notes += [f"{note}." for note in folder.notes]
        others = tuple(candidates[number + 1 : MOST_QUEUED])
        return FoundSounds(audio, others, " ".join(notes), refused)
    raise next(iter(refused.values()))
