"""A download as a file that is read while it arrives."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO, cast

from core.downloads.download import Download
from core.jobs import Job


class _ArrivingFile(io.RawIOBase):
    """Blocks as a file that can only be read on."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = memoryview(b"")
        self._position = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        n_bytes = min(len(buffer), len(self._left))
        buffer[:n_bytes] = self._left[:n_bytes]
        self._left = self._left[n_bytes:]
        self._position += n_bytes
        return n_bytes


@contextmanager
def arriving(download: Download, job: Job, on_progress: Callable[[], None]) -> Iterator[BinaryIO]:
    """Give a download's bytes as a file; at the end all of them are known to be right.

    Parameters
    ----------
    download : Download
    job : Job
        May cancel.
    on_progress : callable
        Called now and then; see `Download`.

    Raises
    ------
    DownloadError
        While reading, as `Download.blocks` does; or at the end, unless it is left before.
    """
    download.on_progress = on_progress
    with closing(download.blocks(job)) as blocks:
        yield cast(BinaryIO, _ArrivingFile(blocks))
        for _ in blocks:
            job.check()
