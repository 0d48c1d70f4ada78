"""Fetching, importing and verifying the pinned files; each is placed whole or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from core.atomic import alone, written_whole
from core.downloads.download import (
    ChangedError,
    Download,
    Patience,
    Speed,
    part_bytes,
    part_path,
)
from core.downloads.mirrors import Mirror
from core.downloads.pinned import (
    FILES,
    PinnedFile,
    is_official,
    repacked_sha256,
    sha256_of,
    sha256_path,
)
from core.downloads.room import check_room
from core.errors import ROOM_IN_THE_WINDOW, Cancelled, DownloadError, WrongContentError
from core.jobs import Job

_READ_BYTES = 1 << 20
_POLL_S = 0.1


def status(folder: Path, files: Sequence[PinnedFile] = FILES) -> list[str]:
    """Return one line a file: whether it is there, with its size."""
    return [f"{file.name}: {_state(folder, file)}" for file in files]


def _state(folder: Path, file: PinnedFile) -> str:
    path = folder / file.name
    if not path.is_file():
        begun = part_bytes(folder, file)
        return f"missing ({file.size} bytes{f', {begun} of them fetched' if begun else ''})"
    size = path.stat().st_size
    if size == file.size or repacked_sha256(folder, file):
        return f"{size} bytes"
    return f"wrong size ({size} instead of {file.size})"


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
                f"{file.name} is missing in {folder}.",
                "Run: python -m core files fetch",
                "Fetch it: “Set up…” in the menu.",
            )
        if not is_official(folder, file, _sha256_of(path, job)):
            raise DownloadError(
                f"{path} is damaged: its SHA-256 is not the published one.",
                "Delete it and run: python -m core files fetch",
                "Remove it in “Storage…”, and fetch it again with “Set up…”.",
            )
    return [f"{file.name}: verified{_packing(folder, file)}" for file in files]


def _packing(folder: Path, file: PinnedFile) -> str:
    is_repacked = repacked_sha256(folder, file) is not None
    return "; its publisher has packed it anew" if is_repacked else ""


def recognise(
    paths: Sequence[Path], job: Job, files: Sequence[PinnedFile]
) -> list[tuple[Path, PinnedFile]]:
    """Return which official file each path is, known by content and not by name.

    Raises
    ------
    DownloadError
        If a path cannot be read or is none of the official files.
    """
    if not paths:
        raise DownloadError(
            "No file was named.", "Run: python -m core files import PATH…", "Choose some files."
        )
    return [(path, _recognised(path, job, files)) for path in paths]


def _recognised(path: Path, job: Job, files: Sequence[PinnedFile]) -> PinnedFile:
    try:
        size = path.stat().st_size if path.is_file() else -1
    except OSError as error:
        raise _unreadable(path, error) from error
    if size < 0:
        raise DownloadError(f"{path} is no file.", "Check its name.")
    # Nothing of another size is read: it may be huge.
    fitting = [file for file in files if size in file.sizes]
    digest = _sha256_of(path, job) if fitting else ""
    for file in fitting:
        if file.sha256 == digest:
            return file
    names = ", ".join(file.name for file in files)
    found = f"it has {size} bytes" + (f" and the SHA-256 {digest}" if digest else "")
    raise DownloadError(
        f"{path} is none of the official files ({names}): {found}.",
        "Fetch it again from its publisher.",
    )


def import_files(
    paths: Sequence[Path], folder: Path, job: Job, files: Sequence[PinnedFile] = FILES
) -> list[str]:
    """Copy official files from anywhere on this machine, known by content and not by name.

    Raises
    ------
    DownloadError
        If a path cannot be read or is none of the official files; none is copied then.
    """
    found = recognise(paths, job, files)
    check_room(folder, sum(file.size for _, file in found), "these files")
    for path, file in found:
        _place(path, file, folder, job)
    return [f"{file.name}: imported from {path}" for path, file in found]


def fetch(
    folder: Path,
    job: Job,
    files: Sequence[PinnedFile] = FILES,
    mirror: Mirror | None = None,
    patience: Patience | None = None,
) -> list[str]:
    """Download the files that are not there yet, side by side.

    What came before an error, a cancelling or a kill is kept, and the next call goes on from there.

    Raises
    ------
    DownloadError
        If a server cannot be reached or sends anything but the published file, or the disk is full.
    """
    mirror = mirror or Mirror.default()
    with _errors_of_writing(folder, "The files"):
        missing = [file for file in files if not _is_there(folder, file, job)]
        if missing:
            folder.mkdir(parents=True, exist_ok=True)
            n_bytes = sum(file.size - part_bytes(folder, file) for file in missing)
            check_room(folder, max(n_bytes, 0), "the files")
            _fetch_all(folder, job, missing, mirror, patience)
    return [
        f"{file.name}: {'fetched' if file in missing else 'already there'}{_packing(folder, file)}"
        for file in files
    ]


def _is_there(folder: Path, file: PinnedFile, job: Job) -> bool:
    path = folder / file.name
    is_like = path.is_file() and path.stat().st_size in file.repacked_sizes
    return is_like and is_official(folder, file, _sha256_of(path, job))


def _fetch_all(
    folder: Path,
    job: Job,
    files: Sequence[PinnedFile],
    mirror: Mirror,
    patience: Patience | None,
) -> None:
    inner, speed = Job(), Speed()
    running = {file: Download(file, mirror, part_path(folder, file), patience) for file in files}
    total = sum(file.size for file in files)
    with ThreadPoolExecutor(len(files), thread_name_prefix="fetch") as pool:
        futures = [
            pool.submit(_fetch_one, folder, file, running, mirror, patience, inner)
            for file in files
        ]
        try:
            # Polled, because only this thread may tell the job.
            while not all(future.done() for future in futures):
                downloads = list(running.values())
                done = sum(download.n_done for download in downloads)
                coming = [d.file.name for d in downloads if d.n_done < d.total]
                names = ", ".join(coming or [file.name for file in files])  # to be placed
                waiting = next((d.waiting for d in downloads if d.waiting), "")
                text = waiting or speed.text(done, total)
                job.report(f"Fetching {names}: {text}", min(done / total, 1.0))
                if any(future.done() and future.exception() for future in futures):
                    break
                time.sleep(_POLL_S)
        finally:
            inner.cancel()
    # The first to fail says why; the others were only asked to stop.
    for future in sorted(futures, key=lambda each: isinstance(each.exception(), Cancelled)):
        future.result()


def _fetch_one(
    folder: Path,
    file: PinnedFile,
    running: dict[PinnedFile, Download],
    mirror: Mirror,
    patience: Patience | None,
    job: Job,
) -> None:
    """Fetch a file; if what was kept turns out to be of no use, once more without it."""
    with alone(folder / file.name, job):
        if _is_there(folder, file, job):
            return  # from another program, which was waited for
        download = running[file]
        try:
            _exhaust(download, job)
        except WrongContentError as error:
            if not (download.n_kept or isinstance(error, ChangedError)):
                raise
            running[file] = download = Download(file, mirror, part_path(folder, file), patience)
            _exhaust(download, job)
        place_part(folder, file, download.repacked_sha256)


def _exhaust(download: Download, job: Job) -> None:
    for _ in download.blocks(job):
        job.check()


def place_part(folder: Path, file: PinnedFile, repacked_sha256: str) -> None:
    """Give a part that is whole the file's name, and keep its checksum if that is a new one."""
    part, checksum = part_path(folder, file), sha256_path(folder, file)
    with part.open("r+b") as written:
        os.fsync(written.fileno())
    if repacked_sha256:
        with written_whole(checksum) as noted:
            noted.write(f"{repacked_sha256}  {file.name}\n".encode())
    else:
        checksum.unlink(missing_ok=True)
    part.replace(folder / file.name)
    part.with_name(f"{part.name}.json").unlink(missing_ok=True)


def _place(source: Path, file: PinnedFile, folder: Path, job: Job) -> None:
    """Copy a file under its official name, and check once more that it is the one."""
    digest, size = hashlib.sha256(), 0
    with _errors_of_writing(folder, file.name):
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(folder / file.name) as output:
            for block in _blocks(source):
                digest.update(block)
                size += len(block)
                if size > file.sizes[-1]:
                    break
                output.write(block)
                job.report(f"Copying {file.name}", min(size / file.size, 1.0))
            if digest.hexdigest() != file.sha256:
                raise DownloadError(
                    f"{source} has changed while it was being copied.", "Import it again."
                )
        sha256_path(folder, file).unlink(missing_ok=True)


@contextmanager
def _errors_of_writing(folder: Path, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DownloadError(
            f"{what} cannot be stored in {folder}: {error.strerror or error}.",
            "Free some space, or set SOUNDALIKE_HOME to another folder.",
            ROOM_IN_THE_WINDOW,
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


def remove_repacked(folder: Path, files: Sequence[PinnedFile] = FILES) -> None:
    """Remove files whose checksum is not the pinned one: their content is not what it should be."""
    for file in files:
        if repacked_sha256(folder, file) is not None:
            (folder / file.name).unlink(missing_ok=True)
            sha256_path(folder, file).unlink(missing_ok=True)


def remove_part(folder: Path, file: PinnedFile) -> None:
    """Remove what an unfinished download has left."""
    part = part_path(folder, file)
    for path in (part, part.with_name(f"{part.name}.json")):
        path.unlink(missing_ok=True)
