"""Whether there is room on the disk, asked before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

from core.errors import ROOM_IN_THE_WINDOW, DownloadError

_SPARE_BYTES = 50_000_000
"""A disk that is full to the last byte harms more than us."""

_HINT = "Free some space, or move the data folder: python -m core files move DIR"


def free_bytes(folder: Path) -> int:
    """Return how much room there is where a folder is, or would be."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def check_room(
    folder: Path, n_bytes: int, what: str, hint: str = _HINT, window_hint: str = ROOM_IN_THE_WINDOW
) -> None:
    """Raise a DownloadError with these hints if there is no room for so many bytes more.

    Raises
    ------
    DownloadError
    """
    free = free_bytes(folder)
    if n_bytes and free < n_bytes + _SPARE_BYTES:
        raise DownloadError(
            f"There is no room for {what} in {folder}: it needs {megabytes(n_bytes)}, and "
            f"{megabytes(free)} are free.",
            hint,
            window_hint,
        )


def megabytes(n_bytes: int) -> str:
    """Return a size for people."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"
