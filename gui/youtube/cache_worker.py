"""Reading the cache, filling it and decoding pictures, away from the window's thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from core.errors import SoundalikeError
from core.jobs import Job
from gui.workers import Worker
from gui.youtube.cache import Cache, Known
from gui.youtube.services import Video

_MOST_PIXELS = 1280 * 720
_AT_ONCE = 8
"""Pictures that are decoded before what is ready is handed over."""


@dataclass(frozen=True)
class FoundVideo:
    """Cached title and pictures of one video.

    Attributes
    ----------
    known : Known
        As the cache has it.
    image : QImage or None
        The picture, as large as it was wanted; None where there is none, or it is no picture.
    """

    known: Known
    image: QImage | None = None


Key = tuple[str, int]
"""A video, and how many pixels high its picture is wanted; 0 for no picture."""


@dataclass
class _Work:
    """Work to be done next."""

    titles: list[str] = field(default_factory=list)
    images: list[Key] = field(default_factory=list)
    videos: dict[str, Video] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)


class CacheWorker(QObject):
    """The cache and its worker; what is asked for while that is at work is done together, next.

    Parameters
    ----------
    cache : Cache
        Used in the worker only.
    worker : Worker
    found : callable
        Takes what was asked for, as ``{(id, height): FoundVideo}``.
    """

    def __init__(
        self,
        cache: Cache,
        worker: Worker,
        found: Callable[[dict[Key, FoundVideo]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._cache, self._worker, self._found = cache, worker, found
        self._wishes: list[Key] = []
        self._next = _Work()
        self._now: _Work | None = None

    def read_titles(self, ids: Iterable[str]) -> None:
        """Ask what is known of videos beside their pictures."""
        self._next.titles.extend(ids)
        self._go()

    def want_images(self, wishes: list[Key]) -> None:
        """Ask for pictures; wishes of before that are not among these are forgotten."""
        under_way = () if self._now is None else self._now.images
        self._wishes = [key for key in wishes if key not in under_way]
        self._go()

    def keep_video(self, youtube_id: str, video: Video) -> None:
        """Remember an answer."""
        self._next.videos[youtube_id] = video
        self._go()

    def keep_picture(self, youtube_id: str, jpeg: bytes, heights: Iterable[int]) -> None:
        """Remember a picture, or, where it is empty, that there is none; hand it over as images."""
        self._next.pictures[youtube_id] = jpeg
        self._next.images.extend((youtube_id, height) for height in heights)
        self._go()

    def _go(self) -> None:
        if self._now is not None or (self._next == _Work() and not self._wishes):
            return
        work, self._next = self._next, _Work()
        work.images += self._wishes[:_AT_ONCE]
        self._wishes = self._wishes[_AT_ONCE:]
        self._now = work
        self._worker.submit(
            lambda job: _done(self._cache, work, job),
            self._on_done,
            self._on_failed,
            must_finish=True,
        )

    def _on_done(self, found: dict[Key, FoundVideo]) -> None:
        self._now = None
        self._found(found)
        self._go()

    def _on_failed(self, _: SoundalikeError) -> None:
        self._on_done({})


def _done(cache: Cache, work: _Work, job: Job) -> dict[Key, FoundVideo]:
    cache.write(work.videos, work.pictures)
    known = cache.read(work.titles, with_pictures=False)
    found = {(key, 0): FoundVideo(known.get(key, Known())) for key in work.titles}
    known = cache.read({key for key, _ in work.images}, with_pictures=True)
    for youtube_id, height in work.images:
        job.check()
        of_this = known.get(youtube_id, Known())
        # A cache that cannot be written to must not hide what has just come.
        jpeg = work.pictures.get(youtube_id, of_this.jpeg)
        found[youtube_id, height] = FoundVideo(of_this, decoded(jpeg, height))
    return found


def decoded(jpeg: bytes | None, height: int) -> QImage | None:
    """Return a picture scaled to a height, in the format that is painted quickest."""
    if not jpeg or not height:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(jpeg))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    reader.setDecideFormatFromContent(False)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _MOST_PIXELS:
        return None
    image = reader.read()
    if image.isNull():
        return None
    whole = QSize(round(height * 16 / 9), height)
    scaled = image.scaled(
        whole,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (scaled.width() - whole.width()) // 2, (scaled.height() - whole.height()) // 2
    cut = scaled.copy(left, top, whole.width(), whole.height())
    return cut.convertToFormat(QImage.Format.Format_RGB32)
