"""Writing a file, or a folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from core.jobs import Job

_SUFFIX = ".partial"
_MOST_NAME_BYTES = 200


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a binary file to write, which has a name; at the end it takes the place of `path`.

    Until then, and after any error, what was at `path` stays as it was and nothing is left behind;
    what a killed program left there is removed. A link is followed. A device or a pipe is not
    replaced: what was written goes into it at the end.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if _is_stream(path):
        with tempfile.NamedTemporaryFile() as file:
            yield cast(BinaryIO, file)
            file.flush()
            # By name: whoever wrote may have opened the file once more.
            with Path(file.name).open("rb") as whole, _opened(path) as stream:
                shutil.copyfileobj(whole, stream)
        return
    path = Path(os.path.realpath(path))
    _remove_leftovers(path)
    temporary, lock = _temporary_beside(path)
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    finally:
        lock.close()
        temporary.unlink(missing_ok=True)


def _is_stream(path: Path) -> bool:
    """Return whether a path is a device, a pipe, or one of this program's own open files."""
    with suppress(OSError):
        is_own = str(path.absolute()).startswith(("/dev/fd/", "/dev/std", "/proc/"))
        mode = path.stat().st_mode
        return is_own or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


def _opened(path: Path) -> BinaryIO:
    """Open a device or a pipe for writing.

    The names of standard output and standard error mean Python's own streams: their usual
    descriptors may lead elsewhere, where libraries are kept from printing.
    """
    for number, name, stream in ((1, "stdout", sys.stdout), (2, "stderr", sys.stderr)):
        if str(path.absolute()) in (f"/dev/{name}", f"/dev/fd/{number}", f"/proc/self/fd/{number}"):
            with suppress(OSError, ValueError, AttributeError):  # there is none, or it has no file
                stream.flush()
                return os.fdopen(os.dup(stream.fileno()), "wb")
    return path.open("wb")


def _prefix(path: Path) -> str:
    # No half of a letter: many file systems take no name that is no text.
    return f".{os.fsencode(path.name)[:_MOST_NAME_BYTES].decode('utf-8', 'ignore')}."


def _temporary_beside(path: Path) -> tuple[Path, BinaryIO]:
    """Make an empty file beside `path`; while what comes with it is open, it is no leftover."""
    while True:
        handle, name = tempfile.mkstemp(suffix=_SUFFIX, prefix=_prefix(path), dir=path.parent)
        temporary, lock = Path(name), cast(BinaryIO, os.fdopen(handle, "wb"))
        temporary.chmod(0o666 & ~_umask())
        if sys.platform == "win32":
            lock.close()  # an open file could not be renamed there; nor is one removed
            return temporary, lock
        try:
            is_ours = _is_locked_now(lock) and temporary.exists()
        except OSError:  # a file system without locks
            return temporary, lock
        if is_ours:
            return temporary, lock
        lock.close()  # another program has just taken it for a leftover


def _remove_leftovers(path: Path) -> None:
    """Remove what killed programs have left of writing `path`."""
    prefix = _prefix(path)
    with suppress(OSError):
        for name in os.listdir(path.parent):  # noqa: PTH208 - most are not looked at
            if name.startswith(prefix) and name.endswith(_SUFFIX):
                leftover = path.with_name(name)
                with leftover.open("rb") as file:
                    if _is_locked_now(file):
                        leftover.unlink()


def _is_locked_now(file: BinaryIO) -> bool:
    """Lock a file until it is closed; return False where another program has it locked.

    Raises
    ------
    OSError
        If its file system has no locks.
    """
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


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
