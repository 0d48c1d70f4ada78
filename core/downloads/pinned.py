"""The official files: their addresses, sizes and checksums.

A file is the official one if its SHA-256 is the pinned one. Where a publisher has packed a file
anew, and its own server sent it over https, the checksum that came is kept beside it and counts
as well, on this machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.jobs import Job

_READ_BYTES = 1 << 22


@dataclass(frozen=True)
class PinnedFile:
    """A file that is known to the last bit.

    Attributes
    ----------
    name : str
        Under which it lies in the data folder.
    size : int
        In bytes.
    sha256 : str
        Hexadecimal digits.
    url : str
        Where its makers publish it.
    is_size_exact : bool
        Whether the size is known to the byte, or only to a quarter of itself.
    """

    name: str
    size: int
    sha256: str
    url: str
    is_size_exact: bool = True

    @property
    def sizes(self) -> range:
        """Possible numbers of bytes of the file with the pinned checksum."""
        return range(self.size, self.size + 1) if self.is_size_exact else self.repacked_sizes

    @property
    def repacked_sizes(self) -> range:
        """Possible numbers of bytes of the same content, packed anew by its publisher."""
        return range(self.size - self.size // 4, self.size + max(self.size // 4, 1 << 20) + 1)


_BUCKET = "https://storage.googleapis.com/audioset"

CHECKPOINT = PinnedFile(
    "vggish_model.ckpt",
    291_108_469,
    "0962b1914e3e053922d957c45bc84a78c985765641dc6bceeeb3a7d8dfecfdf6",
    f"{_BUCKET}/vggish_model.ckpt",
)
PCA = PinnedFile(
    "vggish_pca_params.npz",
    73_020,
    "4d878af3e306defbfb37095365aa7e5a6cecb86bad13e859e626151c4e6a8b9d",
    f"{_BUCKET}/vggish_pca_params.npz",
)
FEATURES = PinnedFile(
    "features.tar.gz",
    2_400_000_000,
    "cd95d500ab2422d4233cb822e25cf73033633e2068eab64d39024e85125cb760",
    "https://storage.googleapis.com/us_audioset/youtube_corpus/v1/features/features.tar.gz",
    is_size_exact=False,
)
"""AudioSet's features. Published by Google under CC BY 4.0; they say \"2.4 gigabytes\"."""

FILES = (CHECKPOINT, PCA)
"""What is fetched for the trained VGGish. Published by Google under the Apache License 2.0."""


def is_official(folder: Path | None, file: PinnedFile, sha256: str) -> bool:
    """Return whether a SHA-256 is the file's: the pinned one, or the one kept in a folder."""
    is_kept = folder is not None and sha256 == repacked_sha256(folder, file)
    return sha256 == file.sha256 or is_kept


def repacked_sha256(folder: Path, file: PinnedFile) -> str | None:
    """Return the SHA-256 that the publisher's own server sent another packing with, if any."""
    with suppress(OSError, ValueError):
        found = re.match(r"([0-9a-f]{64})\b", sha256_path(folder, file).read_text("ascii"))
        return found[1] if found else None
    return None


def sha256_path(folder: Path, file: PinnedFile) -> Path:
    """Return where `repacked_sha256` is kept, in the format of ``sha256sum``."""
    return folder / f"{file.name}.sha256"


def sha256_of(paths: Sequence[Path], job: Job, stage: str) -> str:
    """Return the SHA-256 of files read one after another, as hexadecimal digits.

    Parameters
    ----------
    paths : sequence of Path
    job : Job
        Told how far the reading is; may cancel.
    stage : str
        What the job is told.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    import hashlib  # its library takes 3 ms of the window's start

    digest = hashlib.sha256()
    total = sum(path.stat().st_size for path in paths) or 1
    done = 0
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_READ_BYTES):
                digest.update(block)
                done += len(block)
                # A file may grow while it is read.
                job.report(stage, min(done / total, 1.0))
    return digest.hexdigest()
