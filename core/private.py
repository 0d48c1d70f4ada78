"""What a person recorded and asked for is for their eyes alone: 0700 for folders, 0600 for files.

Windows keeps each person's own data folder from others by itself; there, nothing is done.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path


def private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for nobody else to look into.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(0o700, exist_ok=True)
    path.mkdir(0o700, exist_ok=True)  # or say that it is none
    if _may_be_restricted(path):
        _restrict(path)


def private_file(path: Path) -> None:
    """Let nobody else read a file of ours that is there; a link is left as it is."""
    _restrict(path)


def keep_private(root: Path, folders: Collection[Path], patterns: Iterable[str]) -> None:
    """Take from others what an older version let them see.

    Parameters
    ----------
    root : Path
        The data folder.
    folders : collection of Path
        Folders in it whose files are personal.
    patterns : iterable of str
        Names of the personal files in `root` itself, where there may be a person's other files.
    """
    if not _may_be_restricted(root):
        return
    _restrict(root)
    with suppress(OSError):
        found = [path for pattern in patterns for path in root.glob(pattern)]
        for folder in folders:
            if folder.is_dir() and not folder.is_symlink():
                found += [folder, *folder.iterdir()]
        for path in found:
            if path.is_file() or path in folders:
                _restrict(path)


def _may_be_restricted(root: Path) -> bool:
    """Return whether a folder is the program's own, and none that a person shares with others."""
    with suppress(OSError, RuntimeError):
        is_shared = root.stat().st_mode & stat.S_ISVTX  # as /tmp is
        return not is_shared and root.resolve() not in (Path.home(), Path(root.anchor))
    return False


def _restrict(path: Path) -> None:
    """Leave the owner's rights alone."""
    if os.name == "nt":
        return
    with suppress(OSError):
        found = path.lstat()
        is_ours = found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode)
        if is_ours and found.st_mode & 0o077 and not found.st_mode & stat.S_ISVTX:
            path.chmod(stat.S_IMODE(found.st_mode) & ~0o077)
