"""Moving the data folder: copied, compared, switched over, and only then removed where it was.

A kill at any moment loses nothing. The old folder keeps one small file, `moved-to`, which
`DataFolder.default` follows; writing it is the switch. Until then the new folder has a mark in it
that says what of it is a copy: the next try goes on from there, and nothing else is ever
overwritten or removed. After the switch the mark says what is still to be removed from the old one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.atomic import written_whole
from core.downloads.room import check_room
from core.errors import DownloadError, LibraryError
from core.foreign import parsed_json
from core.jobs import Job
from core.library import Library
from core.paths import (
    MOVED_FROM,
    MOVED_TO,
    MOVING_HERE,
    PLANNED_MOVE,
    DataFolder,
    named_in,
    pointed_at,
    relocated,
)
from core.private import private_folder
from core.setup.copying import copy_content
from core.setup.disk import size_of
from core.setup.folder_lock import alone_in
from core.setup.move_mark import FolderContent, MoveMark, is_own, is_partial
from core.vggish.model import MANIFEST_FILE

_ELSEWHERE = "Choose a new or empty folder elsewhere."


def move(data: DataFolder, target: Path, job: Job | None = None) -> DataFolder:
    """Move all data to another folder, and return that.

    Parameters
    ----------
    data : DataFolder
    target : Path
        A new or empty folder, the one that an earlier try began to fill, or one that the data was
        moved away from before.
    job : Job, optional
        Told how far it is; may cancel.

    Raises
    ------
    DownloadError
        If the target cannot be used, there is no room, or another program uses the data.
        Everything is where it was then.
    """
    job, source, target = job or Job(), data.root.resolve(), resolved(target)
    if target == source:
        return data
    with explained(target):
        source.mkdir(parents=True, exist_ok=True)
        with alone_in(source):
            _finish(data)
            mark, planned = marked(data, target), named_in(source / PLANNED_MOVE)
            try:
                _fill(source, target, mark, job)
                _switch(source, target)
            except BaseException:
                if pointed_at(source / MOVED_TO) != target:
                    abandon(data, target, keeps_mark=planned == target)
                raise
            _finish(DataFolder(target))
            if planned not in (None, target):
                abandon(data, planned)
    return DataFolder(target)


def resolved(target: Path) -> Path:
    """Return a folder's whole path, without links."""
    return target.expanduser().absolute().resolve()


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn the system's errors into one that people understand."""
    try:
        yield
    except OSError as error:
        raise DownloadError(
            f"The data cannot be moved to {target}: {error.strerror or error}.",
            "Nothing is lost: choose another folder, or make room there.",
        ) from error


def marked(data: DataFolder, target: Path) -> MoveMark:
    """Mark a folder, made if need be, as the one that the data moves to; return the mark.

    Raises
    ------
    DownloadError
        If it lies within the data folder or around it, is no folder, has anything else in it, or
        lies on a disk without room.
    OSError
        If it cannot be written to.
    """
    source = data.root.resolve()
    if source == target or source in target.parents or target in source.parents:
        raise DownloadError(f"{target} and {source} lie within each other.", _ELSEWHERE)
    is_new = not target.exists()
    if not is_new and not target.is_dir():
        raise DownloadError(f"{target} is no folder.", _ELSEWHERE)
    mark = mark_of(data, target) or MoveMark((str(data.root), str(source)), is_new)
    there = FolderContent.of(target, is_ours=False)
    if any(not is_partial(name) and name not in mark.copied.files for name in there.files):
        raise DownloadError(f"{target} is not empty, so it is left as it is.", _ELSEWHERE)
    hint = "Free some space there, or choose another folder."
    n_bytes = max(size_of(source) - size_of(target), 0)
    check_room(target, n_bytes, "the data folder", hint, hint)
    private_folder(target)
    try:
        mark.write(target)
    except OSError:
        if is_new:
            target.rmdir()
        raise
    return mark


def _fill(source: Path, target: Path, mark: MoveMark, job: Job) -> None:
    """Copy the data, or what an earlier try has not copied of it."""
    content, before = FolderContent.of(source), mark.copied
    # What an earlier try has copied, and is not there any more, is ours until it is removed.
    files, folders = before.files | content.files, {*before.folders, *content.folders}
    MoveMark(mark.sources, mark.is_new, FolderContent(files, tuple(folders))).write(target)
    there = FolderContent.of(target, is_ours=False)
    _remove_files(target, [name for name in there.files if name not in content.files])
    _remove_folders(target, [name for name in before.folders if name not in content.folders])
    copy_content(source, target, content, job)
    if FolderContent.of(source) != content:
        raise DownloadError(
            "The data has changed while it was copied.",
            "Close other programs that use it, and try again.",
        )
    MoveMark(mark.sources, mark.is_new, content).write(target)
    job.report("Removing the data from its old place", 1.0)


def _switch(source: Path, target: Path) -> None:
    """Make the target the data folder: the last thing that may fail."""
    with written_whole(target / MOVED_FROM) as file:
        file.write(os.fsencode(source))
    with written_whole(source / MOVED_TO) as file:
        file.write(os.fsencode(target))


def mark_of(data: DataFolder, target: Path) -> MoveMark | None:
    """Return the mark of a folder that is there, and is the one that the data moves to."""
    mark = MoveMark.read(target)
    return mark if mark is not None and str(data.root.resolve()) in mark.sources else None


def abandon(data: DataFolder, target: Path, keeps_mark: bool = False) -> None:
    """Remove what of a folder is a copy; if the folder was made for that, remove it, too.

    Parameters
    ----------
    data : DataFolder
        Where the original is.
    target : Path
    keeps_mark : bool
        Whether the data is to move there later all the same.
    """
    mark = mark_of(data, target)
    if mark is None:
        return
    with suppress(OSError):
        there = FolderContent.of(target, is_ours=False).files
        _remove_files(
            target, [name for name in there if name in mark.copied.files or is_partial(name)]
        )
        _remove_folders(target, mark.copied.folders)
        # The mark last: with it, what a kill leaves here is known as ours.
        if keeps_mark:
            MoveMark(mark.sources, mark.is_new).write(target)
            return
        if mark.is_new:
            _remove_own(target)
            target.rmdir()
        (target / MOVING_HERE).unlink(missing_ok=True)


def finish(data: DataFolder) -> None:
    """Complete a move to this folder that was killed after the switch.

    Raises
    ------
    DownloadError
        If another program uses the data.
    """
    with alone_in(data.root):
        _finish(data)


def _finish(data: DataFolder) -> None:
    """Correct paths that data holds, and remove the original, and what led from here to it.

    What has changed there since, or cannot be removed now, is listed by
    `core.setup.stored_items.storage` and can be removed later.
    """
    mark, source = MoveMark.read(data.root), pointed_at(data.root / MOVED_FROM)
    if mark is None or source is None or pointed_at(source / MOVED_TO) != data.root.resolve():
        return
    with suppress(OSError):
        (data.root / MOVED_TO).unlink(missing_ok=True)
    copied = mark.copied.files
    _remove_files(source, [name for name in copied if _state(source / name) == copied[name]])
    _remove_folders(source, mark.copied.folders)
    _remove_own(source, keeps=MOVED_TO)
    data.keep_private()
    with suppress(OSError, LibraryError):  # no room: the next start tries again
        for known_as in dict.fromkeys(mark.sources):
            _correct_paths(Path(known_as), data)
        (data.root / MOVING_HERE).unlink(missing_ok=True)


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
        Library(data.library).relocate(old, data.root)


def _state(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        status = path.lstat()
        return status.st_size, status.st_mtime_ns
    return None


def _remove_files(root: Path, names: Iterable[str]) -> None:
    for name in names:
        with suppress(OSError):
            (root / name).unlink(missing_ok=True)


def _remove_own(root: Path, keeps: str = "") -> None:
    names = [path.name for path in root.iterdir()]
    _remove_files(root, [name for name in names if is_own(name) and name != keeps])


def _remove_folders(root: Path, names: Iterable[str]) -> None:
    """Remove folders that are empty, the deepest first."""
    for name in sorted(names, key=lambda name: -len(Path(name).parts)):
        with suppress(OSError):
            (root / name).rmdir()
