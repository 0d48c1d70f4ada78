"""VGGish's checkpoint: one file of 288 MB, changed where it lies, its checksums made anew."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

from core.jobs import Job
from core.vggish.checkpoint import Checkpoint
from core.vggish.sstable import data_blocks, masked_crc32c
from tests.conftest import PROJECT
from tests.fuzz.mutations import mutated
from tests.fuzz.reader import MEGABYTE, Reader

_NAME = "vggish_model.ckpt"
_PLACES = ((0, 4096), (-4096, 4096), (-65_536, 65_536))
"""Where many changes are made: the first block, the end with its index, and what is before it."""

_SPAN_BYTES = 512
_LARGEST_RESEALED = 8 * MEGABYTE


class CheckpointReader(Reader):
    """Checkpoints of one file: the bytes of one place are other ones, or the end is missing.

    A copy of the whole would take longer than reading it: an input is the place and its bytes. In
    half of them the checksum of the block is made anew, so that what is within reaches the reader.
    """

    name = "checkpoint"
    batch = 100
    limit_s = 120.0
    most_bytes = 1500 * MEGABYTE

    def make_samples(self, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.write_checkpoint", "0", "V1", str(folder / _NAME)]
        subprocess.run([*command, ""], check=True, cwd=PROJECT, capture_output=True)

    def begin(self, samples: Path) -> None:
        self.whole = samples / _NAME
        self.n_bytes = self.whole.stat().st_size
        with self.whole.open("rb") as file:
            self.blocks = [each for each in data_blocks(file) if each.size < _LARGEST_RESEALED]

    def input(self, random: Random) -> tuple[str, bytes]:
        is_resealed = random.random() < 0.5
        if is_resealed:
            block = random.choice(self.blocks)
            at, length = block.offset, min(block.size, _SPAN_BYTES)
            at += random.choice([0, block.size - length])  # its head, or its end with the restarts
        elif random.random() < 0.7:
            begin, length = random.choice(_PLACES)
            at = begin % self.n_bytes
        else:
            at, length = random.randrange(self.n_bytes - _SPAN_BYTES), _SPAN_BYTES
        with self.whole.open("rb") as file:
            file.seek(at)
            content = mutated(random, file.read(length))
        if is_resealed:
            content = content[:length].ljust(length, b"\0")  # what follows stays in its place
        is_cut = not is_resealed and random.random() < 0.1
        return _NAME, at.to_bytes(8, "little") + bytes([is_cut, is_resealed]) + content

    def place(self, folder: Path, name: str, content: bytes) -> None:
        shutil.copyfile(self.whole, folder / name)
        at, is_cut, is_resealed = int.from_bytes(content[:8], "little"), content[8], content[9]
        with (folder / name).open("r+b") as file:
            file.seek(at)
            file.write(content[10:])
            if is_cut:
                file.truncate()
            if is_resealed:
                block = next(
                    each for each in self.blocks if each.offset <= at < each.offset + each.size
                )
                file.seek(block.offset)
                stored = memoryview(file.read(block.size + 1))
                file.write(masked_crc32c(stored).to_bytes(4, "little"))

    def read(self, folder: Path, name: str) -> None:
        with Checkpoint(folder / name, Job()) as checkpoint:
            for variable in checkpoint:
                checkpoint[variable]


CHECKPOINT_READERS = (CheckpointReader,)
