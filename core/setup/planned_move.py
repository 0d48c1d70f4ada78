"""A move of the data folder that a person wants, done at the next start.

The wish is a small file in the data folder, beside the one that says where the data has gone; the
new folder is marked at once, so that a disk that is not there at the next start is noticed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from core.atomic import written_whole
from core.errors import Cancelled, DownloadError
from core.jobs import Job
from core.paths import MOVING_HERE, PLANNED_MOVE, DataFolder, named_in

# What moves takes a fifth of a second to import: a start without a move does not.


def planned_move(data: DataFolder) -> Path | None:
    """Return the folder that the data is to be moved to at the next start."""
    return named_in(data.root / PLANNED_MOVE)


def plan_move(data: DataFolder, target: Path) -> Path:
    """Have the data moved at the next start; return the folder's whole path.

    Raises
    ------
    DownloadError
        If the folder cannot be used, or there is no room. What was planned before stays then.
    """
    from core.setup.moving import abandon, explained, marked, resolved

    before, target = planned_move(data), resolved(target)
    with explained(target):
        marked(data, target)
        with written_whole(data.root / PLANNED_MOVE) as file:
            file.write(os.fsencode(target))
    if before is not None and before != target:
        abandon(data, before)
    return target


def cancel_move(data: DataFolder) -> None:
    """Leave the data where it is, and nothing where it was to be.

    Raises
    ------
    DownloadError
        If the data folder cannot be written to.
    """
    from core.setup.moving import abandon, explained

    target = planned_move(data)
    with explained(data.root):
        (data.root / PLANNED_MOVE).unlink(missing_ok=True)
    if target is not None:
        abandon(data, target)


def has_work(data: DataFolder) -> bool:
    """Return whether something is to be moved, or what a killed move has left to be removed."""
    with suppress(OSError):
        return planned_move(data) is not None or (data.root / MOVING_HERE).is_file()
    return False


def carry_out(data: DataFolder, job: Job | None = None) -> DataFolder:
    """Do what was planned, and what a killed move has left to do; return where the data is.

    A move that is cancelled is not planned any more; one that fails still is.

    Raises
    ------
    DownloadError
        If the data cannot be moved now. Everything is where it was then.
    """
    from core.setup.moving import finish, mark_of, move

    target = planned_move(data)
    if target is None:
        finish(data)
        return data
    if mark_of(data, target) is None:
        raise DownloadError(
            f"The data cannot be moved to {target}: that folder is not there.",
            "Connect the disk that it lies on, or choose another folder.",
        )
    try:
        return move(data, target, job)
    except Cancelled:
        cancel_move(data)
        raise
