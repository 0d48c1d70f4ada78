"""Moving the data folder: copied, compared, switched over; a kill at any moment loses nothing.

The old folder keeps one small file, `moved-to`, which `DataFolder.default` follows. It is written
after the copy has been compared with the original, and only then is the original removed. A move
that fails or is cancelled leaves no half a copy behind.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from core.atomic import alone, written_whole
from core.downloads.room import check_room
from core.errors import DownloadError, LibraryError
from core.foreign import parsed_json
from core.jobs import Job
from core.library import Library
from core.paths import MOVED_FROM, MOVED_TO, DataFolder, relocated
from core.private import private_folder
from core.setup.inventory import remove_paths, size_of
from core.vggish.model import MANIFEST_FILE

_MARK = ".soundalike-is-moving-here"
_READ_BYTES = 1 << 20
_POINTERS = (MOVED_TO, MOVED_FROM, _MARK)


def move(data: DataFolder, target: Path, job: Job | None = None) -> DataFolder:
    """Move all data to another folder, and return that.

    Nothing else may use the data meanwhile.

    Parameters
    ----------
    data : DataFolder
    target : Path
        A new or empty folder, the one that a killed move began to fill, or one that the data was
        moved away from before.

    Raises
    ------
    DownloadError
        If the target cannot be used, or there is no room. Everything is where it was then.
    """
    job, target = job or Job(), target.expanduser().absolute().resolve()
    source = data.root.resolve()
    if target == source:
        return data
    if source in target.parents or target in source.parents:
        raise DownloadError(
            f"{target} and {source} lie within each other.", "Name a folder elsewhere."
        )
    try:
        source.mkdir(parents=True, exist_ok=True)
        with alone(source, job):
            _refuse_foreign(target)
            check_room(target, max(size_of(source) - size_of(target), 0), "the data folder")
            was_there = target.exists()
            try:
                private_folder(target)
                (target / _MARK).touch()
                _copy(source, target, job)
                _copy_links(source, target)
                for old in {data.root, source}:
                    _correct_paths(old, DataFolder(target))
                _switch(source, target)
            except BaseException:
                if DataFolder(source).followed().root != target:
                    _leave(target, was_there)
                raise
            _tidy(source, target)
            DataFolder(target).keep_private()
    except OSError as error:
        raise DownloadError(
            f"The data cannot be moved to {target}: {error.strerror or error}.",
            "Nothing is lost: name another folder, or make room there.",
        ) from error
    return DataFolder(target)


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise DownloadError(f"{target} is no folder.", "Name a new or empty folder.")
    names = {path.name for path in target.iterdir() if path.suffix != ".lock"}
    if names - set(_POINTERS) and _MARK not in names and MOVED_TO not in names:
        raise DownloadError(
            f"{target} is not empty, so it is left as it is.", "Name a new or empty folder."
        )


def _files(source: Path) -> list[Path]:
    return [
        path.relative_to(source)
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.suffix != ".lock" and path.name not in _POINTERS
    ]


def _links(folder: Path) -> list[Path]:
    """Return the links to folders, and those that lead nowhere now: they are kept as links."""
    return [
        path.relative_to(folder)
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() and not path.is_file() and path.suffix != ".lock"
    ]


def _copy_links(source: Path, target: Path) -> None:
    for name in _links(target):  # of a move that was killed
        (target / name).unlink()
    for name in _links(source):
        link = source / name
        leads_to = Path(os.path.normpath(link.parent / link.readlink()))
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(relocated(leads_to, source, target) or leads_to, link.is_dir())


def _copy(source: Path, target: Path, job: Job) -> None:
    names = _files(source)
    for name in _files(target):
        if name not in set(names):  # of a move that was killed, and removed since
            (target / name).unlink()
    total = sum((source / name).stat().st_size for name in names) or 1
    done = 0
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        copied = _copied(source / name, target / name, job, done, total)
        done += (source / name).stat().st_size
        if _digest(target / name, job) != copied:
            raise DownloadError(
                f"{target / name} is not what was written.", "Use another disk: this one errs."
            )


def _copied(source: Path, target: Path, job: Job, done: int, total: int) -> bytes:
    """Copy a file with its times, and return the SHA-256 of what was read."""
    digest = hashlib.sha256()
    with source.open("rb") as file, written_whole(target) as copy:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            copy.write(block)
            done += len(block)
            job.report("Copying the data folder", min(done / total, 1.0))
    shutil.copystat(source, target)
    return digest.digest()


def _digest(path: Path, job: Job) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            job.check()
    return digest.digest()


def _correct_paths(old: Path, data: DataFolder) -> None:
    """Let models know where their checkpoint is now, and the history where its recordings are."""
    for path in data.models.glob(f"*/{MANIFEST_FILE}"):
        try:
            content = parsed_json(path.read_bytes())
            known = content.get("source") or ""
        except (ValueError, AttributeError):  # a damaged model is made anew
            continue
        now = relocated(Path(str(known)), old, data.root)
        if known and now is not None:
            content["source"] = str(now)
            with written_whole(path) as file:
                file.write(json.dumps(content, indent=2).encode())
    if data.library.is_file():
        with suppress(LibraryError):  # a damaged history must not hold up everything else
            Library(data.library).relocate(old, data.root)


def _switch(source: Path, target: Path) -> None:
    """Make the target the data folder: the last thing that may fail."""
    with written_whole(target / MOVED_FROM) as file:
        file.write(str(source).encode())
    with written_whole(source / MOVED_TO) as file:
        file.write(str(target).encode())


def _leave(target: Path, was_there: bool) -> None:
    """Remove a copy that is not whole; where the target led to before, it still leads."""
    with suppress(OSError):
        for path in target.iterdir():
            if path.name not in (MOVED_TO, MOVED_FROM, _MARK):
                remove_paths([path])
        # The mark last: with it, what a kill leaves here is known as ours.
        (target / _MARK).unlink(missing_ok=True)
        if not was_there:
            (target / MOVED_FROM).unlink(missing_ok=True)
            target.rmdir()


def _tidy(source: Path, target: Path) -> None:
    """Remove the original, and what led from the target to it.

    What cannot be removed now is listed by `core.setup.inventory.storage` and can be removed later.
    """
    for pointer in (MOVED_TO, _MARK):
        with suppress(OSError):
            (target / pointer).unlink(missing_ok=True)
    for path in source.iterdir():
        if path.name != MOVED_TO:
            with suppress(OSError):
                remove_paths([path])
