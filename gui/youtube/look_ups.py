"""Titles, channels and thumbnails of the videos in sight: from the cache, then from YouTube."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from core.downloads.waiting import retry_after_s
from gui.workers import Worker
from gui.youtube.cache import MOST_BYTES, Cache
from gui.youtube.cache_worker import CacheWorker, FoundVideo, Key
from gui.youtube.permission import LookUpPermission
from gui.youtube.politeness import Politeness
from gui.youtube.services import Services, Video, read_thumbnail, read_title

if TYPE_CHECKING:
    from gui.youtube.fetcher import Fetcher, Response


AT_ONCE = 4
_MOST_TRIES = 3
"""A video is asked for no more often than this while the program runs, if no answer is of use."""

_MOST_TITLE_BYTES = 64 * 1024
_MOST_THUMBNAIL_BYTES = 2 * 1024**2
MOST_IMAGE_BYTES = 48 * 1024**2
_TIMEOUT_S = 10.0


@dataclass
class _State:
    """State of one video's look-ups.

    Attributes
    ----------
    is_read : bool
        Whether the cache was asked for its title.
    has_picture : bool or None
        Whether the cache has a picture; None where that was not yet asked.
    n_titles, n_pictures : int
        How often YouTube was asked and somebody answered.
    """

    video: Video | None = None
    is_read: bool = False
    is_video_fresh: bool = False
    has_picture: bool | None = None
    is_picture_fresh: bool = False
    n_titles: int = 0
    n_pictures: int = 0

    @property
    def needs_title(self) -> bool:
        return self.is_read and not self.is_video_fresh and self.n_titles < _MOST_TRIES

    @property
    def needs_picture(self) -> bool:
        if self.video is not None and not self.video.standing.is_watchable:
            return False
        is_known = self.has_picture is None or self.is_picture_fresh
        return not is_known and self.n_pictures < _MOST_TRIES


class LookUps(QObject):
    """Looks up what is in sight, politely; nothing is fetched before a person allows it.

    Signals
    -------
    changed : list of str
        The YouTube ids of which more is known now.
    failing_changed : bool
        Whether YouTube cannot be asked for now: nobody answers, or nothing that is of use.

    Parameters
    ----------
    cache : Path
        The database's file.
    worker : Worker
        For the database and the decoding of pictures; used by nobody else.
    permission : LookUpPermission
        Whether YouTube may be asked; the cache is used in either case.
    services : Services
    timeout_s : float
        For each answer.
    most_bytes : int
        The largest size of the cache.
    """

    changed = Signal(list)
    failing_changed = Signal(bool)

    def __init__(
        self,
        cache: Path,
        worker: Worker,
        permission: LookUpPermission,
        services: Services | None = None,
        parent: QObject | None = None,
        timeout_s: float = _TIMEOUT_S,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        super().__init__(parent)
        self.services, self._timeout_s = services or Services(), timeout_s
        self._cache = CacheWorker(Cache(cache, most_bytes), worker, self._on_found, self)
        self.states: dict[str, _State] = {}
        self._images: OrderedDict[Key, QImage] = OrderedDict()
        self._n_image_bytes = 0
        self._wanted: list[Key] = []
        self._asking: set[tuple[str, str]] = set()
        self.titles, self.thumbnails = Politeness(AT_ONCE), Politeness(AT_ONCE)
        self._fetcher: Fetcher | None = None
        self.permission = permission
        self._is_closed = self._is_failing = False
        # One after another, of titles and of pictures.
        self._n_failed = {"title": 0, "picture": 0}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._ask)
        permission.changed.connect(self._on_permission)

    @property
    def n_images(self) -> int:
        """Number of pictures that are kept in memory."""
        return len(self._images)

    def _on_permission(self) -> None:
        if self.permission.is_given:
            self._ask()
        else:
            self._stop_asking()

    def _stop_asking(self) -> None:
        if self._fetcher is not None:
            self._fetcher.close()
            self._asking.clear()
            self._later.stop()
        self._forgive()

    def try_again(self) -> None:
        """Ask at once for what is in sight, however often that has failed."""
        for state in self.states.values():
            state.n_titles = state.n_pictures = 0
        for server in (self.titles, self.thumbnails):
            server.forgive()
        self._forgive()
        self._ask()

    def recall(self, ids: Iterable[str]) -> None:
        """Read from the cache what these videos are, in sight or not."""
        unread = [key for key in dict.fromkeys(ids) if key and not self._state(key).is_read]
        if unread:
            self._cache.read_titles(unread)

    def want(self, wishes: Iterable[Key]) -> None:
        """Say what is in sight now, first what matters most; everything else is put off.

        Parameters
        ----------
        wishes : iterable of (str, int)
            YouTube ids, and how many pixels high their pictures are to be.
        """
        self._wanted = [key for key in dict.fromkeys(wishes) if key[0]]
        self._cache.want_images([key for key in self._wanted if self._lacks_image(key)])
        self._ask()

    def video(self, youtube_id: str) -> Video | None:
        """Return what is known of a video."""
        state = self.states.get(youtube_id)
        return None if state is None else state.video

    def image(self, youtube_id: str, height: int) -> QImage | None:
        """Return a picture that was wanted, if it is there by now."""
        image = self._images.get((youtube_id, height))
        if image is not None:
            self._images.move_to_end((youtube_id, height))
        return image

    def close(self) -> None:
        """Stop everything; the worker is closed by its owner."""
        self._is_closed = True
        self._stop_asking()

    def _state(self, youtube_id: str) -> _State:
        return self.states.setdefault(youtube_id, _State())

    def _lacks_image(self, key: Key) -> bool:
        return key not in self._images and self._state(key[0]).has_picture is not False

    # From the cache

    def _on_found(self, found: dict[Key, FoundVideo]) -> None:
        for (youtube_id, height), one in found.items():
            state = self._state(youtube_id)
            state.is_read = True
            if not state.is_video_fresh:
                state.video = one.known.video or state.video
                state.is_video_fresh = one.known.is_video_fresh
            if height:
                self._take_image((youtube_id, height), state, one)
        if not self._is_closed:
            self.changed.emit(list(dict.fromkeys(youtube_id for youtube_id, _ in found)))
            self._ask()

    def _take_image(self, key: Key, state: _State, found: FoundVideo) -> None:
        if found.image is None:
            state.has_picture = False
            state.is_picture_fresh = found.known.jpeg == b"" and found.known.is_picture_fresh
            return
        state.has_picture = True
        state.is_picture_fresh |= found.known.is_picture_fresh
        replaced = self._images.pop(key, None)
        if replaced is not None:
            self._n_image_bytes -= replaced.sizeInBytes()
        self._images[key] = found.image
        self._n_image_bytes += found.image.sizeInBytes()
        while self._n_image_bytes > MOST_IMAGE_BYTES:
            _, oldest = self._images.popitem(last=False)
            self._n_image_bytes -= oldest.sizeInBytes()

    # From YouTube

    def _ask(self) -> None:
        """Ask for what is in sight and not known, as much at once as is polite."""
        if not self.permission.is_given or self._is_closed:
            return
        ids = list(dict.fromkeys(youtube_id for youtube_id, _ in self._wanted))
        waits_s = []
        for youtube_id in ids:
            if self.states[youtube_id].needs_title and self._is_free("title", youtube_id):
                waits_s.append(self.titles.wait_s)
                if self._may_ask("title", self.titles):
                    self._ask_title(youtube_id)
        for youtube_id in ids:
            if self.states[youtube_id].needs_picture and self._is_free("picture", youtube_id):
                waits_s.append(self.thumbnails.wait_s)
                if not self._awaits_title(youtube_id) and self._may_ask("picture", self.thumbnails):
                    self._ask_picture(youtube_id)
        waits_s = [wait_s for wait_s in waits_s if wait_s]
        if waits_s:
            self._later.start(round(1000 * min(waits_s)) + 1)

    def _awaits_title(self, youtube_id: str) -> bool:
        """Whether it may soon turn out that there is no video, and so no picture either."""
        if not self._is_free("title", youtube_id):
            return True
        return self.states[youtube_id].needs_title and not self.titles.wait_s

    def _is_free(self, what: str, youtube_id: str) -> bool:
        return (what, youtube_id) not in self._asking

    def _may_ask(self, what: str, server: Politeness) -> bool:
        n_of_server = sum(kind == what for kind, _ in self._asking)
        return len(self._asking) < AT_ONCE and server.allows(n_of_server)

    def _ask_title(self, youtube_id: str) -> None:
        self._asking.add(("title", youtube_id))
        address = self.services.title_address(youtube_id)
        self._fetch(address, _MOST_TITLE_BYTES, partial(self._on_title, youtube_id))

    def _ask_picture(self, youtube_id: str) -> None:
        self._asking.add(("picture", youtube_id))
        address = self.services.thumbnail_address(youtube_id)
        self._fetch(address, _MOST_THUMBNAIL_BYTES, partial(self._on_picture, youtube_id))

    def _count(self, what: str, is_of_use: bool, is_reached: bool = True) -> None:
        """Take note of an answer; where nobody was reached, one tells as much as three."""
        failed = self._n_failed[what] + (1 if is_reached else _MOST_TRIES)
        self._n_failed[what] = 0 if is_of_use else failed
        is_failing = max(self._n_failed.values()) >= _MOST_TRIES
        if is_failing is not self._is_failing and not self._is_closed:
            self._is_failing = is_failing
            self.failing_changed.emit(is_failing)

    def _forgive(self) -> None:
        for what in self._n_failed:
            self._count(what, is_of_use=True)

    def _fetch(self, address: str, most_bytes: int, done: Callable[[Response], None]) -> None:
        if self._fetcher is None:
            # Qt's network stack takes its time to load, and many people never allow look-ups.
            from gui.youtube.fetcher import Fetcher

            self._fetcher = Fetcher(self, self._timeout_s)
        self._fetcher.get(address, most_bytes, done)

    def _on_title(self, youtube_id: str, answer: Response) -> None:
        self._asking.discard(("title", youtube_id))
        state = self.states[youtube_id]
        state.n_titles += answer.is_reached
        video = read_title(answer.status, answer.body)
        self._count("title", video is not None, answer.is_reached)
        if video is None:
            self.titles.failed(retry_after_s(answer.retry_after))
        else:
            self.titles.succeeded()
            state.video, state.is_video_fresh = video, True
            self._cache.keep_video(youtube_id, video)
            self.changed.emit([youtube_id])
        self._ask()

    def _on_picture(self, youtube_id: str, answer: Response) -> None:
        self._asking.discard(("picture", youtube_id))
        state = self.states[youtube_id]
        state.n_pictures += answer.is_reached
        jpeg = read_thumbnail(answer.status, answer.body)
        self._count("picture", jpeg is not None, answer.is_reached)
        if jpeg is None:
            self.thumbnails.failed(retry_after_s(answer.retry_after))
        else:
            self.thumbnails.succeeded()
            state.has_picture, state.is_picture_fresh = None if jpeg else False, True
            heights = [height for key, height in self._wanted if key == youtube_id and height]
            self._cache.keep_picture(youtube_id, jpeg, heights if jpeg else ())
        self._ask()
