"""What a folder holds, how large it is, and removing it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from core.catalog.replacing import beside


def remove_paths(paths: Iterable[Path]) -> None:
    """Remove files and folders; a folder loses its name first, so that no half of it is seen."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            hidden = path if path.name.startswith(".") else beside(path, "removing")
            if hidden != path:
                shutil.rmtree(hidden, ignore_errors=True)  # a kill may have left some of another
                path.rename(hidden)
            shutil.rmtree(hidden)
        else:
            path.unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder; links are not followed."""
    with suppress(OSError):
        if not path.is_dir() or path.is_symlink():
            return path.lstat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += (Path(folder) / name).lstat().st_size
    return total


def children(folder: Path) -> list[Path]:
    """Return what lies right in a folder, by name; nothing where it cannot be read."""
    with suppress(OSError):
        return sorted(folder.iterdir())
    return []
