"""Readers that break the rule, each in its way: the harness has to find them.

python -m tests.fuzz.faulty prints what it found as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from random import Random
from typing import ClassVar

from core.errors import AudioFileError
from tests.fuzz.harness import run
from tests.fuzz.reader import MEGABYTE, Reader

N_INPUTS = 40
_HELD: list[object] = []


class _Faulty(Reader):
    name = "faulty"
    most_bytes = 200 * MEGABYTE
    broken_at: ClassVar[int] = 7
    """What an input must begin with to break the reader."""

    def make_samples(self, folder: Path) -> None:
        (folder / "number").write_bytes(b"")

    def input(self, random: Random) -> tuple[str, bytes]:
        return "number", bytes([random.randrange(20)])

    def read(self, folder: Path, name: str) -> None:
        number = (folder / name).read_bytes()[0]
        if number == self.broken_at:
            self.breaks(folder)
        if number % 2:
            raise AudioFileError("It cannot be read.", "Take another one.")

    def breaks(self, folder: Path) -> None:
        raise NotImplementedError


class Unforeseen(_Faulty):
    def breaks(self, folder: Path) -> None:
        raise KeyError("nobody thought of this")


class Crash(_Faulty):
    def breaks(self, folder: Path) -> None:
        os.abort()


class ContainedCrash(Crash):
    is_contained = True


class Hang(_Faulty):
    limit_s = 1.0

    def breaks(self, folder: Path) -> None:
        time.sleep(1000)


class Greedy(_Faulty):
    def breaks(self, folder: Path) -> None:
        assert len(b"x" * (1 << 30))


class Leftover(_Faulty):
    def breaks(self, folder: Path) -> None:
        (folder / ".out.partial").touch()


class Leak(_Faulty):
    def read(self, folder: Path, name: str) -> None:
        _HELD.append((folder / name).open("rb"))


class Wordless(_Faulty):
    def breaks(self, folder: Path) -> None:
        raise AudioFileError("It cannot be read.", "")


class Escape(_Faulty):
    def breaks(self, folder: Path) -> None:
        raise AudioFileError("It is \x1b[2J.", "Take another one.")


FAULTY = (*(Unforeseen, Crash, ContainedCrash, Hang, Greedy, Leftover, Leak, Wordless, Escape),)


def main() -> int:
    """Run them all."""
    found = {}
    for reader in FAULTY:
        report = run(reader(), "1", 0, N_INPUTS, 60.0)
        found[reader.__name__] = {
            "read": report.n_read,
            "refused": report.n_refused,
            "contained": report.n_contained,
            "failures": [[failure.number, failure.what] for failure in report.failures],
        }
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
