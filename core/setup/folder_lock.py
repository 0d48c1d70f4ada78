"""Who uses the data folder: any number of programs at a time, or one that moves it.

The operating system lets go of a lock when its holder dies, so none is ever stale. Windows has no
locks that several programs share; there, a file that is in use cannot be removed anyway.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import DownloadError
from core.jobs import Job
from core.paths import LOCK, DataFolder

_PAUSE_S = 0.2


@contextmanager
def in_use(data: DataFolder, job: Job | None = None) -> Iterator[DataFolder]:
    """Keep a data folder where it is, and give it; a move that is under way is waited for.

    Parameters
    ----------
    data : DataFolder
    job : Job, optional
        Told while another program moves the folder; may cancel.
    """
    job = job or Job()
    while True:
        with _locked(data.root, is_shared=True) as has_lock:
            # It may have moved between the look and the lock.
            now = data.followed()
            if has_lock and now == data:
                yield data
                return
        if now == data:
            job.report("Waiting for another Soundalike that moves the data")
            time.sleep(_PAUSE_S)
        data = now


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep all other programs out of a data folder.

    Raises
    ------
    DownloadError
        If one of them uses it.
    """
    with _locked(folder, is_shared=False) as has_lock:
        if not has_lock:
            raise DownloadError(
                "Another Soundalike is using the data, so it cannot be moved now.",
                "Close its windows and wait for its commands to end.",
            )
        yield


@contextmanager
def _locked(folder: Path, is_shared: bool) -> Iterator[bool]:
    """Lock a folder if nobody holds it in another way; give whether that is so."""
    if sys.platform == "win32":
        yield True
        return
    import fcntl

    try:
        file = (folder / LOCK).open("ab")
    except OSError:  # whoever cannot write there cannot move it either
        yield True
        return
    with file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            has_lock = True
        except BlockingIOError:
            has_lock = False
        except OSError:  # a file system without locks
            has_lock = True
        yield has_lock
