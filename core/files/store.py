"""Fetching, importing and verifying the pinned files; each is placed whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from core.atomic import written_whole
from core.errors import DownloadError
from core.jobs import Job
from core.pinned import FILES, PinnedFile, sha256_of

_READ_BYTES = 1 << 20
_TIMEOUT_S = 20.0


def status(folder: Path, files: Sequence[PinnedFile] = FILES) -> list[str]:
    """Return one line a file: whether it is there, with its size."""
    return [f"{file.name}: {_state(folder / file.name, file)}" for file in files]


def _state(path: Path, file: PinnedFile) -> str:
    if not path.is_file():
        return f"missing ({file.size} bytes)"
    size = path.stat().st_size
    return f"{size} bytes" if size == file.size else f"wrong size ({size} instead of {file.size})"


def verify(folder: Path, job: Job, files: Sequence[PinnedFile] = FILES) -> list[str]:
    """Compare the checksums of the files that are there.

    Raises
    ------
    DownloadError
        If one is missing or differs.
    """
    for file in files:
        path = folder / file.name
        if not path.is_file():
            raise DownloadError(
                f"{file.name} is missing in {folder}.", "Run: python -m core files fetch"
            )
        if _sha256_of(path, job) != file.sha256:
            raise DownloadError(
                f"{path} is damaged: its SHA-256 is not the published one.",
                "Delete it and run: python -m core files fetch",
            )
    return [f"{file.name}: verified" for file in files]


def import_files(
    paths: Sequence[Path], folder: Path, job: Job, files: Sequence[PinnedFile] = FILES
) -> list[str]:
    """Copy official files from anywhere on this machine, known by content and not by name.

    Raises
    ------
    DownloadError
        If a path cannot be read or is none of the official files; none is copied then.
    """
    if not paths:
        raise DownloadError("No file was named.", "Run: python -m core files import PATH…")
    known = {file.sha256: file for file in files}
    found: list[tuple[Path, PinnedFile]] = []
    for path in paths:
        digest = _sha256_of(path, job)
        if digest not in known:
            names = ", ".join(file.name for file in files)
            raise DownloadError(
                f"{path} is none of the official files ({names}): its SHA-256 is {digest}.",
                "Fetch it again from its publisher.",
            )
        found.append((path, known[digest]))
    for path, file in found:
        _place(_blocks(path), file, folder, job)
    return [f"{file.name}: imported from {path}" for path, file in found]


def fetch(folder: Path, job: Job, files: Sequence[PinnedFile] = FILES) -> list[str]:
    """Download the files that are not there yet.

    Raises
    ------
    DownloadError
        If a server cannot be reached or sends anything but the published file.
    """
    lines = []
    for file in files:
        if (folder / file.name).is_file() and _sha256_of(folder / file.name, job) == file.sha256:
            lines.append(f"{file.name}: already there")
        else:
            _place(_downloaded(file), file, folder, job)
            lines.append(f"{file.name}: fetched")
    return lines


def _downloaded(file: PinnedFile) -> Iterator[bytes]:
    import requests

    try:
        with requests.get(file.url, stream=True, timeout=_TIMEOUT_S) as answer:
            answer.raise_for_status()
            yield from answer.iter_content(_READ_BYTES)
    except requests.RequestException as error:
        raise DownloadError(
            f"{file.name} could not be fetched from {file.url}: {_reason(error)}.",
            "Check the connection and try again, or fetch it elsewhere and run: "
            "python -m core files import PATH",
        ) from error


def _reason(error: Exception) -> str:
    answer = getattr(error, "response", None)
    if answer is not None:
        return f"the server answered {answer.status_code}"
    return f"no answer ({type(error).__name__})"


def _place(blocks: Iterable[bytes], file: PinnedFile, folder: Path, job: Job) -> None:
    """Write blocks under the file's name if they are the published file, to the last bit."""
    digest, size = hashlib.sha256(), 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(folder / file.name) as output:
            for block in blocks:
                digest.update(block)
                size += len(block)
                if size > file.size:
                    break
                output.write(block)
                job.report(f"Fetching {file.name}", size / file.size)
            if size != file.size or digest.hexdigest() != file.sha256:
                raise DownloadError(
                    f"What came for {file.name} is not the published file "
                    f"({size} of {file.size} bytes, or other content).",
                    "Try again, from another network if a proxy stands between.",
                )
    except OSError as error:
        raise DownloadError(
            f"{file.name} cannot be stored in {folder}: {error.strerror or error}.",
            "Free some space, or set SOUNDALIKE_HOME to another folder.",
        ) from error


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(_READ_BYTES):
                yield block
    except OSError as error:
        raise _unreadable(path, error) from error


def _sha256_of(path: Path, job: Job) -> str:
    try:
        return sha256_of([path], job, f"Checking {path.name}")
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DownloadError:
    return DownloadError(
        f"{path} cannot be read: {error.strerror}.", "Check the file's name and permissions."
    )
