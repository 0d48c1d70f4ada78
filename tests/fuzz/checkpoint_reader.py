"""VGGish's checkpoint: one file of 288 MB, changed where it lies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

from tests.conftest import PROJECT
from tests.fuzz.mutations import mutated
from tests.fuzz.reader import MEGABYTE, Reader

_NAME = "vggish_model.ckpt"
_PLACES = ((0, 4096), (-4096, 4096), (-65_536, 65_536))
"""Where most changes are made: the first block, the end with its index, and what is before it."""

_SPAN_BYTES = 4096


class CheckpointReader(Reader):
    """Checkpoints of one file: the bytes of one place are other ones, or the end is missing.

    A copy of the whole would take longer than reading it: an input is the place and its bytes.
    """

    name = "checkpoint"
    batch = 100
    limit_s = 120.0
    most_bytes = 4000 * MEGABYTE

    def make_samples(self, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.write_checkpoint", "0", "V1", str(folder / _NAME)]
        subprocess.run([*command, ""], check=True, cwd=PROJECT, capture_output=True)

    def begin(self, samples: Path) -> None:
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        self.whole = samples / _NAME
        self.n_bytes = self.whole.stat().st_size

    def input(self, random: Random) -> tuple[str, bytes]:
        if random.random() < 0.7:
            begin, length = random.choice(_PLACES)
            at = begin % self.n_bytes
        else:
            at, length = random.randrange(self.n_bytes - _SPAN_BYTES), _SPAN_BYTES
        with self.whole.open("rb") as file:
            file.seek(at)
            content = mutated(random, file.read(length))
        is_cut = random.random() < 0.1
        return _NAME, at.to_bytes(8, "little") + bytes([is_cut]) + content

    def place(self, folder: Path, name: str, content: bytes) -> None:
        shutil.copyfile(self.whole, folder / name)
        at, is_cut = int.from_bytes(content[:8], "little"), content[8]
        with (folder / name).open("r+b") as file:
            file.seek(at)
            file.write(content[9:])
            if is_cut:
                file.truncate()

    def read(self, folder: Path, name: str) -> None:
        from core.vggish.tensorflow_child import read_checkpoint

        read_checkpoint(str(folder / name))


CHECKPOINT_READERS = (CheckpointReader,)
