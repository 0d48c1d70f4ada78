"""Putting a finished folder in an old one's place, so that a kill at any moment loses neither.

Beside a folder NAME, the one build that holds the lock may keep ``.NAME.building`` (unfinished),
``.NAME.parts`` (see `parts`) and, for the instant between two renames, ``.NAME.previous`` (the old
folder, whole). A reader who finds no NAME reads ``.NAME.previous``; whoever is next to be `alone`
there moves it back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import CatalogError

_LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
"""What the file managers of macOS and Windows leave in folders that a person looks into."""


def readable_folder(folder: Path, needed: str) -> Path:
    """Return the folder to read: itself, or what an interrupted swap left of it."""
    previous = beside(folder.resolve(), "previous")
    if not (folder / needed).exists() and (previous / needed).exists() and not folder.exists():
        return previous
    return folder


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which need not be there; raise CatalogError if another does.

    What an interrupted swap left of the folder is put back in its place.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    # The operating system lets go of the lock when its holder dies, so none is ever stale.
    from filelock import FileLock, Timeout

    lock = FileLock(beside(folder, "lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise CatalogError(
            f"Another program is building a catalogue in {folder}.",
            "Wait until it has finished, or name another folder.",
        ) from None
    try:
        previous = beside(folder, "previous")
        if previous.exists() and not folder.exists():
            previous.rename(folder)
        yield
    finally:
        with suppress(OSError):  # Windows does not remove an open file; there, release does.
            Path(lock.lock_file).unlink()
        lock.release()


@contextmanager
def replacing(folder: Path, mark: str, known: Collection[str]) -> Iterator[Path]:
    """Give an empty folder to write into; at the end put it, whole, in another's place.

    Whoever calls must be `alone` there. If nothing is written, nothing is replaced.

    Parameters
    ----------
    folder : Path
        What will be replaced, or made. It may be empty, or hold `known` files with `mark` among
        them; what file managers leave there does not count.
    mark : str
        The file that tells that a folder is one of ours.
    known : collection of str
        All names that our folders hold.

    Raises
    ------
    CatalogError
        If the folder holds anything else.
    """
    folder = folder.resolve()
    building, previous = beside(folder, "building"), beside(folder, "previous")
    for leftover in (building, previous):  # of a killed build: the lock is held
        if leftover.exists():
            shutil.rmtree(leftover)
    _refuse_foreign(folder, mark, known)
    building.mkdir()
    try:
        yield building
        if any(building.iterdir()):
            for file in building.iterdir():
                _sync(file)
            _sync(building)
            # Once more: it may have been filled in the meantime.
            _refuse_foreign(folder, mark, known)
            _swap(folder, building, previous)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _swap(folder: Path, building: Path, previous: Path) -> None:
    if folder.exists():
        folder.rename(previous)
    try:
        building.rename(folder)
    except OSError:
        if previous.exists():
            previous.rename(folder)
        raise
    _sync(folder.parent)
    shutil.rmtree(previous, ignore_errors=True)


def _refuse_foreign(folder: Path, mark: str, known: Collection[str]) -> None:
    if not folder.exists():
        return
    names = {entry.name for entry in folder.iterdir()} - _LITTER if folder.is_dir() else {""}
    if names and not (mark in names and names <= {mark, *known}):
        raise CatalogError(
            f"{folder} exists and is not a catalogue, so it is left as it is.",
            "Name a new or empty folder, or the folder of a catalogue.",
        )


def beside(folder: Path, what: str) -> Path:
    """Return the hidden path beside a folder for what a build keeps there."""
    folder = folder.resolve()
    return folder.parent / f".{folder.name}.{what}"


def _sync(path: Path) -> None:
    """Make sure that a file or folder is on the disk, not only in the system's memory."""
    if os.name == "nt" and path.is_dir():
        return  # Windows cannot sync a folder, and has no need to.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
