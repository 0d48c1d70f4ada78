"""A pinned file on its way here: through breaks and restarts, to the right bytes or one error.

What the publisher's own server sends over https may have another checksum than the pinned one:
then it is whole, and whoever asked for it has to check what is in it.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.atomic import written_whole
from core.downloads.http import BLOCK_BYTES, BrokenOffError, RangeRefusedError, Transfer, waited
from core.downloads.mirrors import Mirror
from core.downloads.pinned import PinnedFile
from core.downloads.waiting import back_off_s
from core.errors import DownloadError, DownloadInterruptedError, WrongContentError
from core.foreign import parsed_json
from core.jobs import Job, duration

_SPEED_S = 5.0


@dataclass(frozen=True)
class Patience:
    """Patience with a bad connection.

    Attributes
    ----------
    attempts : int
        Failures in a row, without a single new byte, after which we give up.
    first_wait_s, longest_wait_s : float
        Between attempts: each time twice as long, and up to a quarter more or less by chance.
    longest_retry_after_s : float
        A server that asks for more than this gets its wish: we give up.
    silence_s : float
        For how long a server may say nothing.
    slowest : float
        Bytes a second; a server that sends less for `slow_s` is given up.
    slow_s : float
    """

    attempts: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    longest_retry_after_s: float = 120.0
    silence_s: float = 20.0
    slowest: float = 1000.0
    slow_s: float = 60.0

    def wait_s(self, n_failures: int, retry_after_s: float) -> float:
        """Return how long to wait after so many failures in a row."""
        doubled_s = back_off_s(n_failures, self.first_wait_s, self.longest_wait_s)
        return max(doubled_s * random.uniform(0.75, 1.25), retry_after_s)  # noqa: S311 - no secret


class ChangedError(WrongContentError):
    """The bytes that come now do not continue those that came before."""


class Download:
    """A file from a mirror, block by block, and checked at the end.

    Parameters
    ----------
    file : PinnedFile
    mirror : Mirror
    part : Path, optional
        A file that keeps what came, so that another program can go on from there.
    patience : Patience, optional

    Attributes
    ----------
    n_done : int
        Bytes that came so far.
    total : int
        Bytes of the file, as far as that is known.
    n_kept : int
        Bytes that were there from an earlier try.
    waiting : str
        Why nothing comes at the moment; empty otherwise.
    on_progress : callable
        Called ten times a second and more, by the thread that asks for the blocks.
    is_verified : bool
        Whether all of it came, and has the pinned checksum.
    repacked_sha256 : str
        Of what came, where that is not the pinned file but whole, and its publisher's; else empty.
    """

    def __init__(
        self,
        file: PinnedFile,
        mirror: Mirror,
        part: Path | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.file, self.total = file, file.size
        self.n_done = self.n_kept = 0
        self.waiting = self.repacked_sha256 = ""
        self.is_verified = False
        self.on_progress: Callable[[], None] = lambda: None
        self._mirror, self._part = mirror, part
        self._patience = patience or Patience()
        self._url = mirror.url(file)
        self._digest = hashlib.sha256()
        self._etag = ""
        self._is_from_publisher = mirror.is_publisher(file)
        self._sizes = file.repacked_sizes if self._is_from_publisher else file.sizes
        self._is_total_known = len(self._sizes) == 1
        self._ended = False
        self._takes_ranges = True

    def blocks(self, job: Job) -> Generator[bytes]:
        """Yield the file's bytes in order; after the last one they are known to be the file's.

        Raises
        ------
        DownloadInterruptedError
            If the network fails for too long. The part stays.
        WrongContentError
            If what came is not the file. The part is removed.
        DownloadError
            If the server sends nothing that could be the file. The part stays.
        OSError
            If the part cannot be written.
        """
        try:
            yield from self._kept(job)
            yield from self._fetched(job)
            self.is_verified = self._digest.hexdigest() == self.file.sha256
            if self.is_verified:
                return
            if not self._is_from_publisher:
                raise WrongContentError(
                    f"What came for {self.file.name} is not the published file ({self.n_done} "
                    "bytes, and their SHA-256 is another one).",
                    "Try again, from another mirror or network if a proxy stands between.",
                )
            self.repacked_sha256 = self._digest.hexdigest()
        except WrongContentError:
            self.forget()
            raise

    def forget(self) -> None:
        """Remove the part."""
        if self._part is not None:
            for path in (self._part, _facts_path(self._part)):
                path.unlink(missing_ok=True)

    def _is_complete(self) -> bool:
        return self._ended or (self._is_total_known and self.n_done == self.total)

    def _kept(self, job: Job) -> Iterator[bytes]:
        """Yield what the part has."""
        if self._part is None or not self._part.is_file():
            return
        facts = _facts(self._part)
        if facts.get("url") == self._url:
            self._etag = str(facts.get("etag", ""))
        if (total := int(facts.get("total", 0))) in self._sizes:
            self.total, self._is_total_known = total, True
        self.n_kept = min(self._part.stat().st_size, self._sizes[-1])
        with self._part.open("rb") as part:
            while block := part.read(min(BLOCK_BYTES, self.n_kept - self.n_done)):
                job.check()
                self._count(block)
                self.on_progress()
                yield block

    def _count(self, block: bytes) -> None:
        self.n_done += len(block)
        self._digest.update(block)

    def _fetched(self, job: Job) -> Iterator[bytes]:
        n_failures = 0
        while not self._is_complete():
            before = self.n_done
            try:
                yield from self._attempt(job)
                continue
            except RangeRefusedError:
                self._takes_ranges, n_failures = False, n_failures + 1
                reason, retry_after_s = "the server does not continue what it began", 0.0
            except BrokenOffError as error:
                n_failures = 1 if self.n_done > before else n_failures + 1
                reason, retry_after_s = error.reason, error.wait_s
            if (
                n_failures >= self._patience.attempts
                or retry_after_s > self._patience.longest_retry_after_s
            ):
                raise DownloadInterruptedError(
                    f"{self.file.name} could not be fetched from {self._url}: {reason}"
                    + (f", and asks for {retry_after_s:.0f} s of peace." if retry_after_s else "."),
                    "Start it again later: it goes on where it was. Or fetch the file elsewhere "
                    "and run: python -m core files import PATH",
                    "Continue later: it goes on where it was. Or fetch the file elsewhere and "
                    "press “I have the files already…”.",
                )
            self._wait(self._patience.wait_s(n_failures, retry_after_s), reason, job)

    def _wait(self, seconds: float, reason: str, job: Job) -> None:
        def report(left_s: float) -> None:
            self.waiting = f"{reason}; trying again in {left_s:.0f} s"
            self.on_progress()

        waited(seconds, job, report)
        self.waiting = ""

    def _attempt(self, job: Job) -> Iterator[bytes]:
        offset = self.n_done if self._takes_ranges else 0
        transfer = Transfer(self._url, self._mirror, offset, self._etag, self._patience.silence_s)
        with transfer:
            head = transfer.head(job)
            self._note(head.total, head.etag)
            blocks = self._brisk(transfer.blocks(job))
            if head.begin < self.n_done:
                yield self._repeated(blocks)
            for block in blocks:
                yield self._taken(block)
        if self._is_total_known and self.n_done != self.total:
            raise BrokenOffError("the connection broke off")
        self._ended = True

    def _note(self, total: int | None, etag: str) -> None:
        """Take note of what the server says of the file, or refuse another one."""
        if total is not None:
            if total not in self._sizes:
                raise DownloadError(
                    f"{self._url} has {total} bytes and so is not the published "
                    f"{self.file.name} ({self.file.size} bytes).",
                    "Try another mirror or network.",
                )
            if self.n_done and self._is_total_known and total != self.total:
                raise self._changed()
            self.total, self._is_total_known = total, True
        self._etag = etag
        if self._part is not None:
            facts = {"url": self._url, "etag": etag, "total": total or 0}
            with written_whole(_facts_path(self._part)) as file:
                file.write(json.dumps(facts).encode())

    def _repeated(self, blocks: Iterator[bytes]) -> bytes:
        """Pass over what we have; return what the block with our last byte has after it."""
        digest, n_left = hashlib.sha256(), self.n_done
        for block in blocks:
            digest.update(block[:n_left])
            if len(block) >= n_left:
                if digest.digest() != self._digest.digest():
                    raise self._changed()
                return self._taken(block[n_left:])
            n_left -= len(block)
        raise BrokenOffError("the connection broke off")

    def _changed(self) -> ChangedError:
        return ChangedError(
            f"{self.file.name} has changed while it was being fetched.",
            "Start again: what came before is thrown away.",
        )

    def _taken(self, block: bytes) -> bytes:
        """Count a block, and keep it in the part."""
        if self.n_done + len(block) > (self.total if self._is_total_known else self._sizes[-1]):
            raise WrongContentError(
                f"{self._url} sends more than the {self.file.size} bytes of {self.file.name}.",
                "Try another mirror or network.",
            )
        if self._part is not None:
            with self._part.open("ab") as part:
                part.write(block)
        self._count(block)
        return block

    def _brisk(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass on the blocks, and break off where they come too slowly."""
        patience, begun_s, n_bytes = self._patience, time.monotonic(), 0
        for block in blocks:
            self.on_progress()
            n_bytes += len(block)
            if time.monotonic() - begun_s > patience.slow_s:
                if n_bytes < patience.slowest * patience.slow_s:
                    raise DownloadInterruptedError(
                        f"{self._url} sends {n_bytes / patience.slow_s:.0f} bytes a second, "
                        "which is too slow.",
                        "Try another mirror, or later: it goes on where it was.",
                    )
                begun_s, n_bytes = time.monotonic(), 0
            if block:
                yield block


def part_path(folder: Path, file: PinnedFile) -> Path:
    """Return where what came of a file so far is kept."""
    return folder / f".{file.name}.part"


def part_bytes(folder: Path, file: PinnedFile) -> int:
    """Return how much of a file came so far."""
    with suppress(OSError):
        return part_path(folder, file).stat().st_size
    return 0


def _facts_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _facts(part: Path) -> dict[str, Any]:
    """Return what the server said of the file when the part was begun."""
    with suppress(OSError, ValueError):
        facts = parsed_json(_facts_path(part).read_bytes())
        if isinstance(facts, dict) and isinstance(facts.get("total"), int):
            return facts
    return {}


class Speed:
    """Bytes a second over the last seconds, in words for people."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def text(self, n_done: int, total: int) -> str:
        """Return how much is done, how fast it goes and how long it will take."""
        now_s = time.monotonic()
        self._seen.append((now_s, n_done))
        while now_s - self._seen[0][0] > _SPEED_S and len(self._seen) > 2:
            self._seen.popleft()
        took_s, n_new = now_s - self._seen[0][0], n_done - self._seen[0][1]
        text = f"{n_done / 1e6:.1f} of {total / 1e6:.1f} MB"
        if took_s < 0.5 or n_new <= 0:
            return text
        left = duration(max(total - n_done, 0) * took_s / n_new)
        return f"{text} ({n_new / took_s / 1e6:.2g} MB/s, {left} left)"
