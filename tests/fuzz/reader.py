"""What the harness knows of a reader: its good inputs, how they are changed, how it is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from random import Random
from typing import ClassVar

from tests.fuzz.mutations import mutated

MEGABYTE = 1 << 20


class Reader(ABC):
    """Something of the program that takes what strangers have written.

    An input either is read, or raises a SoundalikeError; it ends in time, takes no more memory
    than is allowed, ends no process, and what was refused leaves no file.

    Attributes
    ----------
    name : str
        What the command line calls it.
    allowed : tuple of type
        What it may raise beside SoundalikeError: for a reader within the program, whose caller
        turns these into one.
    is_contained : bool
        Whether the program runs it in a process of its own, whose end it can bear.
    limit_s : float
        An input that takes so long of the processor, or six times as long, never ends.
    most_bytes : int
        Of memory that a process of inputs may take, all of it.
    batch : int
        Inputs that one process reads.
    """

    name: ClassVar[str]
    allowed: ClassVar[tuple[type[BaseException], ...]] = ()
    is_contained: ClassVar[bool] = False
    limit_s: ClassVar[float] = 60.0
    most_bytes: ClassVar[int] = 1500 * MEGABYTE
    batch: ClassVar[int] = 1000

    @abstractmethod
    def make_samples(self, folder: Path) -> None:
        """Write good inputs into an empty folder; the same ones each time."""

    def begin(self, samples: Path) -> None:
        """Get ready, once in each process."""
        paths = sorted(path for path in samples.rglob("*") if path.is_file())
        self.samples = {path.name: path.read_bytes() for path in paths}

    def input(self, random: Random) -> tuple[str, bytes]:
        """Return the name and the content of a changed input."""
        name = random.choice(list(self.samples))
        return name, self.changed(random, name, self.samples[name])

    def changed(self, random: Random, name: str, content: bytes) -> bytes:
        """Return a sample's content, changed."""
        return mutated(random, content, list(self.samples.values()))

    def place(self, folder: Path, name: str, content: bytes) -> None:
        """Put an input where the reader looks for it, in a folder that is empty."""
        (folder / name).write_bytes(content)

    @abstractmethod
    def read(self, folder: Path, name: str) -> None:
        """Have the program read what lies in the folder."""
