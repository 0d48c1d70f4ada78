"""Writing a file, or a folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.jobs import Job


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a binary file to write; at the end it takes the place of `path`.

    Until then, and after any error, what was at `path` stays as it was and nothing is left behind.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


@contextmanager
def made_once(folder: Path, mark: str, job: Job) -> Iterator[Path | None]:
    """Give an empty folder to fill that takes the place of `folder`, or None if that is there.

    Of several programs one makes it, while the others wait. A kill at any moment leaves the folder
    whole or not there; what else it leaves is removed by the next one who makes it.

    Parameters
    ----------
    folder : Path
        What is wanted.
    mark : str
        The file that is written last: a folder without it is not whole.
    job : Job
        Told while another program is waited for; may cancel.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if (folder / mark).is_file():
        yield None
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with alone(folder, job):
        if (folder / mark).is_file():
            yield None
            return
        making = folder.with_name(f".{folder.name}.making")
        # Whoever holds the lock is alone: what lies here was left by a kill, or is damaged.
        for leftover in (making, folder):
            shutil.rmtree(leftover, ignore_errors=True)
        making.mkdir()
        try:
            yield making
            making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)


@contextmanager
def alone(folder: Path, job: Job) -> Iterator[None]:
    """Wait until no other program makes a folder, and keep others waiting."""
    # The operating system lets go of the lock when its holder dies, so none is ever stale.
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    while not lock.is_locked:
        try:
            lock.acquire(timeout=0.2)
        except Timeout:
            job.report("Waiting for another Soundalike that does the same")
    try:
        yield
    finally:
        lock.release()
