"""Small spectrograms of the clips in sight, made in a worker."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from core.audio.reader import AudioFile
from core.audio.thumbnail import thumbnail
from core.audio.thumbnail_cache import ThumbnailCache
from core.errors import SoundalikeError
from core.jobs import Job
from core.types import Match, UInt8
from gui.widgets.color_map import ColorMap
from gui.workers import Worker

MOST_IMAGES = 2_000
"""Kept in memory: 6 KB each."""

LARGE_SIZE, MOST_LARGE = (64, 320), 50
"""Of large ones, rows and columns; as many are kept, at 60 KB each."""

_Key: TypeAlias = tuple[str, float]


class SoundPictures(QObject):
    """Spectrograms of clips of a person's own files, as far as they are known.

    Parameters
    ----------
    folder : Path
        Where they are kept.
    worker, large_worker : Worker
        Used by nobody else.
    place : callable
        Returns the path of a match's file, or "" where it is not there.

    Signals
    -------
    changed, large_changed
        There are more of them, small ones or large ones.
    """

    changed = Signal()
    large_changed = Signal()
    _made = Signal(object, object)  # _Key, UInt8 | None

    def __init__(
        self,
        folder: Path,
        worker: Worker,
        large_worker: Worker,
        place: Callable[[Match], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._cache, self._worker, self._place = ThumbnailCache(folder), worker, place
        self._large_worker = large_worker
        self._large: OrderedDict[_Key, QImage | None] = OrderedDict()
        # None stands for what cannot be read.
        self._images: OrderedDict[_Key, QImage | None] = OrderedDict()
        self._wanted: dict[_Key, tuple[str, float]] = {}
        # Emitted by the worker's thread, as each is made.
        self._made.connect(self._on_made)

    def image(self, match: Match) -> QImage | None:
        """Return a clip's spectrogram; None where there is none yet."""
        return self._images.get((match.video_id, match.start_s))

    def want(self, matches: Iterable[Match]) -> None:
        """Make the spectrograms of these, and of no others any more."""
        wanted = {
            (match.video_id, match.start_s): (place, match.end_s)
            for match in matches
            if match.path and (place := self._place(match))
        }
        wanted = {key: value for key, value in wanted.items() if key not in self._images}
        if wanted == self._wanted and self._worker.is_busy:
            return
        self._wanted = wanted
        if wanted:
            # Its own copy: what is made is taken out of the other one meanwhile.
            self._worker.submit(partial(self._make, tuple(wanted.items())))

    def large(self, match: Match) -> QImage | None:
        """Return a clip's large spectrogram; where there is none yet, it is made now."""
        key, place = (match.video_id, match.start_s), self._place(match)
        if key in self._large or not place:
            return self._large.get(key)

        def make(job: Job) -> UInt8:
            file = AudioFile(Path(place), job=job)
            span = match.start_s, min(match.end_s, file.duration_s)
            return thumbnail(file, span, job, LARGE_SIZE)

        def made(levels: UInt8 | None) -> None:
            _keep(self._large, key, levels, MOST_LARGE)
            self.large_changed.emit()

        self._large_worker.submit(make, made, lambda _: made(None))
        return None

    def _make(self, wanted: tuple[tuple[_Key, tuple[str, float]], ...], job: Job) -> None:
        for (key, start_s), (place, end_s) in wanted:
            job.check()
            try:
                levels = self._cache.thumbnail(key, Path(place), (start_s, end_s), job)
            except SoundalikeError:
                self._made.emit((key, start_s), None)
            else:
                self._made.emit((key, start_s), levels)

    def _on_made(self, key: _Key, levels: UInt8 | None) -> None:
        self._wanted.pop(key, None)
        _keep(self._images, key, levels, MOST_IMAGES)
        self.changed.emit()


def _keep(
    images: OrderedDict[_Key, QImage | None], key: _Key, levels: UInt8 | None, most: int
) -> None:
    # Low bands come first, and are to be below.
    images[key] = None if levels is None else ColorMap.INFERNO.image_of(levels[::-1])
    while len(images) > most:
        images.popitem(last=False)
