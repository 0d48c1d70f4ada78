"""What a person recorded and asked for is for their eyes alone: 0700 for folders, 0600 for files.

Windows keeps each person's own data folder from others by itself; there, nothing is done.
"""

from __future__ import annotations

import os
import stat
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
        _restrict(path, 0o700)


def private_file(path: Path) -> None:
    """Let nobody else read a file of ours that is there; a link is left as it is."""
    _restrict(path, 0o600)


def keep_private(root: Path, *folders: Path) -> None:
    """Take from others what an older version let them see.

    Parameters
    ----------
    root : Path
        The data folder; its own files become private, too.
    folders : Path
        Folders in it whose files are personal.
    """
    if not _may_be_restricted(root):
        return
    for folder in (root, *folders):
        with suppress(OSError):
            _restrict(folder, 0o700)
            for path in folder.iterdir():
                if path.is_file():
                    private_file(path)


def _may_be_restricted(root: Path) -> bool:
    """Return whether a folder is the program's own, and none that a person shares with others."""
    with suppress(OSError, RuntimeError):
        is_shared = root.stat().st_mode & stat.S_ISVTX  # as /tmp is
        return not is_shared and root.resolve() not in (Path.home(), Path(root.anchor))
    return False


def _restrict(path: Path, mode: int) -> None:
    if os.name == "nt":
        return
    with suppress(OSError):
        found = path.lstat()
        is_ours = found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode)
        if is_ours and found.st_mode & 0o077 and not found.st_mode & stat.S_ISVTX:
            path.chmod(mode)
