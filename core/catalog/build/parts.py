"""Part files: what is decoded so far, so that a build which was killed goes on where it was.

A part appears under its name whole or not at all, and its name says what it was made from and
how. So a part that is there can be used, whoever made it, and making one twice does no harm.
"""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from core.catalog.build.places import DTYPES, Stored
from core.catalog.clips import Clips
from core.catalog.manifest import FRAMES, VECTORS
from core.errors import Cancelled, CatalogError, DownloadError, WrongContentError
from core.foreign import parsed_json
from core.types import EMBEDDING_SIZE

_SUFFIX = ".part"
_SMALL = (
    "video_ids",
    "start_s",
    "end_s",
    "is_youtube_id",
    "n_labels",
    "n_frames",
    "label_indices",
)
_NAMES = (*_SMALL, "visual", "tags", "is_sure")
_REMOVALS, _WORKER_S = 50, 0.1


class BuildInterruptedError(CatalogError):
    """A build was stopped by no fault of its sources: the finished parts are kept."""


@dataclass(frozen=True)
class Part:
    """A part file: everything but frames and vectors, and where those are.

    Attributes
    ----------
    path : Path
    """

    path: Path

    @cached_property
    def header(self) -> dict[str, Any]:
        """Content of the first line."""
        with self.path.open("rb") as file:
            found: dict[str, Any] = parsed_json(file.readline())
        return found

    @property
    def n_read(self) -> int:
        """Number of records that were read for this part and those before it of the same task."""
        return int(self.header["n_read"])

    @property
    def n_bytes_read(self) -> int:
        """Number of bytes of the source that were read for this part and those before it."""
        return int(self.header["n_bytes_read"])

    @property
    def is_last(self) -> bool:
        """Whether the task is done with this part."""
        return bool(self.header["is_last"])

    @property
    def stored(self) -> dict[str, Stored]:
        """Place of the frames and the vectors."""
        return {
            file: Stored(self.path.parent / name, *numbers)
            for file, (name, *numbers) in self.header["rows"].items()
        }

    def is_sound(self) -> bool:
        """Return whether the files are what was once written; a power cut may leave less."""
        crc = 0
        try:
            with self.path.open("rb") as file:
                expected = parsed_json(file.readline())["crc32c"]
                while chunk := file.read(1 << 20):
                    crc = google_crc32c.extend(crc, chunk)
            return bool(crc == expected) and all(map(Stored.is_sound, self.stored.values()))
        except (OSError, ValueError, LookupError, TypeError):
            return False

    def small(self) -> Clips:
        """Return the clips; there are no frames, and all visual vectors and tags are zero."""
        layout = self.header["columns"]
        return Clips(
            **self._columns(_SMALL),
            frames=np.empty((0, EMBEDDING_SIZE), np.uint8),
            visual=np.broadcast_to(np.int8(0), layout["visual"][1]),
            tags=np.broadcast_to(np.uint16(0), layout["tags"][1]),
            is_sure=np.broadcast_to(np.False_, layout["is_sure"][1]),
        )

    def load(self) -> tuple[Clips, NDArray[np.int8]]:
        """Return the clips and their vectors; vectors and frames are memory-mapped."""
        frames, vectors = (self.stored[file].load() for file in (FRAMES, VECTORS))
        return Clips(**self._columns(_NAMES), frames=frames), vectors.view(np.int8)

    def _columns(self, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        with self.path.open("rb") as file:
            layout = parsed_json(file.readline())["columns"]
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


def rows_of(parts: Sequence[Part]) -> dict[str, int]:
    """Return how many frames and vectors some parts have."""
    return {file: sum(part.stored[file].n_rows for part in parts) for file in DTYPES}


def write_part(
    path: Path,
    clips: Clips,
    stored: Mapping[str, Stored],
    n_read: int,
    n_bytes_read: int,
    is_last: bool,
) -> None:
    """Write a part, whose rows are stored already, under another name and rename it."""
    arrays = {name: np.ascontiguousarray(getattr(clips, name)) for name in _NAMES}
    contents = [array.reshape(-1).view(np.uint8) for array in arrays.values()]
    crc = 0
    for content in contents:
        crc = google_crc32c.extend(crc, content)
    header = {
        "columns": {name: (array.dtype.str, array.shape) for name, array in arrays.items()},
        "rows": {
            file: (rows.path.name, rows.row, rows.n_rows, rows.crc32c)
            for file, rows in stored.items()
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
            for content in contents:
                file.write(content.data)  # NumPy's own way of writing does not say why it failed
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)


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
        _clean(folder, digests)
        yield folder
    except WrongContentError:
        _remove(folder)
        raise
    except (BuildInterruptedError, DownloadError, Cancelled, KeyboardInterrupt):
        if any(path.suffix == _SUFFIX for path in folder.iterdir()):
            raise
        _remove(folder)
        raise
    except BaseException:
        _remove(folder)
        raise
    _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the parts, though a worker of a cluster may still be writing one more."""
    for _ in range(_REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            break
        time.sleep(_WORKER_S)


def _clean(folder: Path, digests: set[str]) -> None:
    """Remove what is no sound part of these tasks, and rows that no part has."""
    used = set[str]()
    for path in folder.glob(f"*{_SUFFIX}"):
        part = Part(path)
        if path.name.partition("-")[0] in digests and part.is_sound():
            used.update(stored.path.name for stored in part.stored.values())
        else:
            path.unlink()
    for path in folder.iterdir():
        if path.suffix != _SUFFIX and path.name not in used:
            path.unlink()
