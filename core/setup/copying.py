"""Copying what a folder holds, compared with the original; an earlier copy is only compared."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from core.atomic import written_whole
from core.errors import DownloadError
from core.jobs import Job
from core.paths import relocated
from core.setup.move_mark import FolderContent

_READ_BYTES = 1 << 20
_STAGE = "Copying the data folder"


def copy_content(source: Path, target: Path, content: FolderContent, job: Job) -> None:
    """Copy files, links and folders; links stay links.

    Raises
    ------
    DownloadError
        If a copy is not what was written, or the disk takes no links.
    OSError
        If something cannot be read or written.
    """
    for folder in content.folders:
        (target / folder).mkdir(parents=True, exist_ok=True)
    total = sum(size for size, _ in content.files.values()) or 1
    done = 0
    for name, (size, _) in content.files.items():
        job.report(_STAGE, done / total)
        old, new = source / name, target / name
        if new.is_symlink() or old.is_symlink():
            new.unlink(missing_ok=True)
        if old.is_symlink():
            _copy_link(old, new, source, target)
        elif not _is_same(old, new, job):
            copied = _copied(old, new, job, done, total)
            if _digest(new, job) != copied:
                raise DownloadError(
                    f"{new} is not what was written.", "Use another disk: this one errs."
                )
        done += size


def _is_same(old: Path, new: Path, job: Job) -> bool:
    """Return whether a file was copied by an earlier try."""
    is_there = new.is_file() and new.stat().st_size == old.stat().st_size
    return is_there and _digest(old, job) == _digest(new, job)


def _copy_link(old: Path, new: Path, source: Path, target: Path) -> None:
    """Make a link that leads to the same place; within the data folder, to where that will be."""
    leads_to = Path(os.path.normpath(old.parent / old.readlink()))
    try:
        new.symlink_to(relocated(leads_to, source, target) or leads_to, old.is_dir())
    except OSError as error:
        raise DownloadError(
            f"The disk of {target} takes no links, and {old} is one: {error.strerror or error}.",
            "Choose a folder on another disk, or put what it leads to in its place.",
        ) from error


def _copied(old: Path, new: Path, job: Job, done: int, total: int) -> bytes:
    """Copy a file with its times, and return the SHA-256 of what was read."""
    digest = hashlib.sha256()
    with old.open("rb") as file, written_whole(new) as copy:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            copy.write(block)
            done += len(block)
            job.report(_STAGE, min(done / total, 1.0))
    with suppress(OSError):  # not every disk knows rights
        shutil.copystat(old, new)
    return digest.digest()


def _digest(path: Path, job: Job) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            job.check()
    return digest.digest()
