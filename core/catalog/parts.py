"""Part files: what is decoded so far, so that a build which was killed goes on where it was.

A part appears under its name whole or not at all, and its name says what it was made from and
how. So a part that is there can be used, whoever made it, and making one twice does no harm.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from core.catalog.clips import Clips
from core.errors import Cancelled, CatalogError
from core.types import EMBEDDING_SIZE
from core.vectors import CENTRE

_SUFFIX = ".part"
_NAMES = (
    "video_ids",
    "start_s",
    "end_s",
    "is_youtube_id",
    "n_labels",
    "n_frames",
    "label_indices",
    "frames",
    "visual",
    "vectors",
)
_SMALL = _NAMES[:-3]


class BuildInterruptedError(CatalogError):
    """What stopped a build is no fault of its sources: the finished parts are kept."""


@dataclass(frozen=True)
class Part:
    """A part file.

    Attributes
    ----------
    path : Path
    """

    path: Path

    @cached_property
    def header(self) -> dict[str, Any]:
        """What the first line says."""
        with self.path.open("rb") as file:
            found: dict[str, Any] = json.loads(file.readline())
        return found

    @property
    def n_read(self) -> int:
        """How many records were read for this part and those before it of the same task."""
        return int(self.header["n_read"])

    @property
    def n_bytes_read(self) -> int:
        """How many bytes of the source were read for this part and those before it."""
        return int(self.header["n_bytes_read"])

    @property
    def is_last(self) -> bool:
        """Whether the task is done with this part."""
        return bool(self.header["is_last"])

    def is_sound(self) -> bool:
        """Return whether the file is what was once written; a power cut may leave less."""
        crc = 0
        try:
            with self.path.open("rb") as file:
                expected = json.loads(file.readline())["crc32c"]
                while chunk := file.read(1 << 20):
                    crc = google_crc32c.extend(crc, chunk)
        except (OSError, ValueError, LookupError, TypeError):
            return False
        return bool(crc == expected)

    def small(self) -> Clips:
        """Return the clips; there are no frames, and all visual vectors are zero."""
        layout = self.header["columns"]
        return Clips(
            **self._columns(_SMALL),
            frames=np.empty((0, EMBEDDING_SIZE), np.uint8),
            visual=np.broadcast_to(np.int8(0), layout["visual"][1]),
        )

    def load(self) -> tuple[Clips, NDArray[np.int8]]:
        """Return the clips and their vectors."""
        columns = self._columns(_NAMES)
        vectors = columns.pop("vectors")
        return Clips(**columns), vectors

    def _columns(self, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        with self.path.open("rb") as file:
            layout = json.loads(file.readline())["columns"]
            return {name: _array(file, *layout[name]) for name in names}


def _array(file: Any, dtype: str, shape: list[int]) -> NDArray[Any]:
    return np.fromfile(file, dtype, int(np.prod(shape))).reshape(shape)


def part_path(folder: Path, digest: str, number: int) -> Path:
    """Return the place of a task's part."""
    return folder / f"{digest}-{number:05}{_SUFFIX}"


def found_parts(folder: Path, digest: str) -> list[Part]:
    """Return a task's parts that are there, from the first on and without gaps."""
    parts: list[Part] = []
    while (path := part_path(folder, digest, len(parts))).exists():
        parts.append(Part(path))
    return parts


def write_part(path: Path, clips: Clips, n_read: int, n_bytes_read: int, is_last: bool) -> Part:
    """Write a part under another name and rename it."""
    from core.catalog.scanning import clip_directions

    vectors = clip_directions(clips.frames, clips.n_frames, CENTRE)
    arrays = [np.ascontiguousarray(array) for array in (*clips.columns(), vectors)]
    crc = 0
    for array in arrays:
        crc = google_crc32c.extend(crc, array.reshape(-1).view(np.uint8))
    header = {
        "columns": {
            name: (array.dtype.str, array.shape) for name, array in zip(_NAMES, arrays, strict=True)
        },
        "crc32c": crc,
        "n_read": n_read,
        "n_bytes_read": n_bytes_read,
        "is_last": is_last,
    }
    making = path.with_suffix(f".{uuid.uuid4().hex}")  # another machine may make the same part
    try:
        with making.open("wb") as file:
            file.write(json.dumps(header).encode() + b"\n")
            for array in arrays:
                array.tofile(file)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)
    return Part(path)


@contextmanager
def kept_parts(folder: Path, digests: set[str]) -> Iterator[Path]:
    """Give the folder of a build's parts; only an interruption leaves it there for the next build.

    Parameters
    ----------
    folder : Path
        Beside the catalogue; whoever calls must be alone there.
    digests : set of str
        Which tasks are to be done. Parts of others, unfinished and damaged ones are removed.
    """
    folder.mkdir(exist_ok=True)
    try:
        for path in folder.iterdir():
            digest = path.name.partition("-")[0]
            if path.suffix != _SUFFIX or digest not in digests or not Part(path).is_sound():
                path.unlink()
        yield folder
    except (BuildInterruptedError, Cancelled, KeyboardInterrupt):
        if any(path.suffix == _SUFFIX for path in folder.iterdir()):
            raise
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
