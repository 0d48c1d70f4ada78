"""Small spectrograms of clips, kept on disk so that they are made once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np

from core.atomic import written_whole
from core.audio.reader import AudioFile
from core.audio.thumbnail import COLUMNS, ROWS, thumbnail
from core.jobs import Job
from core.types import UInt8

MOST = 10_000
"""Thumbnails that are kept: 20 MB."""

_SUFFIX = ".mel"


class ThumbnailCache:
    """Thumbnails of clips by the key of their content, in a folder of a bounded size.

    What cannot be kept is made again; nothing is told of that. Belongs to one thread.

    Parameters
    ----------
    folder : Path
        May be deleted at any time.
    most : int
        Files in it; a quarter of them, the oldest, go where there are more.
    """

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder, self._most = folder, most
        self._n_files: int | None = None

    def thumbnail(self, key: str, path: Path, span: tuple[float, float], job: Job) -> UInt8:
        """Return the thumbnail of a span of a file in seconds, made now if need be.

        Returns
        -------
        uint8 array, shape (32, 64)
            As `core.audio.thumbnail.thumbnail` returns it.

        Raises
        ------
        AudioFileError
            If the file cannot be read.
        """
        place = self._place(key, span[0])
        if place is not None:
            with suppress(OSError):
                known = np.frombuffer(place.read_bytes(), np.uint8)
                if known.size == ROWS * COLUMNS:
                    return known.reshape(ROWS, COLUMNS)
        file = AudioFile(path, job=job)
        levels = thumbnail(file, (span[0], min(span[1], file.duration_s)), job)
        if place is not None:
            with suppress(OSError):
                self._keep(place, levels)
        return levels

    def _place(self, key: str, start_s: float) -> Path | None:
        # A catalogue that others made may have anything for a key.
        is_plain = key.isascii() and key.isalnum()
        return self._folder / f"{key}-{round(1000 * start_s)}{_SUFFIX}" if is_plain else None

    def _keep(self, place: Path, levels: UInt8) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._n_files is None:
            self._n_files = sum(1 for _ in self._folder.glob(f"*{_SUFFIX}"))
        if self._n_files >= self._most:
            kept = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime)
            for path in kept[: len(kept) - self._most * 3 // 4]:
                path.unlink(missing_ok=True)
            self._n_files = self._most * 3 // 4
        with written_whole(place) as file:
            file.write(levels.tobytes())
        self._n_files += 1
