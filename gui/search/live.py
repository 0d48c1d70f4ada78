"""Matches while it still sounds: each patch is embedded once, the last seconds are searched for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.audio.logmel import PATCH_FRAMES, frame_count
from core.audio.waveform import MODEL_RATE_HZ
from core.engine import Engine
from core.errors import AudioFileError, SoundalikeError
from core.jobs import Job
from core.types import Float32, Matches, Query
from gui.search.answers import matches_of
from gui.search.options import SearchOptions
from gui.workers import Worker

if TYPE_CHECKING:
    from core.query import QueryStream

DEFAULT_WINDOW_S, MOST_WINDOW_S = 5, 60
NAME = "Recording"


class Live(QObject):
    """Follows one recording at a time, in the worker that owns the engine.

    Attributes
    ----------
    window_s : int
        How many of the last seconds are searched for.

    Signals
    -------
    matched : Matches
        What the last seconds sound like.
    finished : Query
        All of the recording, after `finish`.
    failed : SoundalikeError
        It cannot be matched; more sound may be pushed all the same.
    """

    matched = Signal(Matches)
    finished = Signal(Query)
    failed = Signal(SoundalikeError)

    def __init__(
        self,
        engine: Engine,
        worker: Worker,
        options: SearchOptions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._worker, self._options = engine, worker, options
        self.window_s = DEFAULT_WINDOW_S
        self._is_active = self._is_at_work = False
        # What is in the list is touched in the worker only; the list itself tells recordings apart.
        self._stream: list[QueryStream] = []
        # Taken out in the worker: what a request that is never done would have taken, waits here.
        self._waiting: deque[Float32] = deque()
        self._n_samples = self._n_patches = self._n_recent = 0
        self._recent: deque[Float32] = deque()

    @property
    def recent(self) -> list[Float32]:
        """Blocks of the samples that came last, mono at 16 kHz: a minute and a little more."""
        return [*self._recent]

    @property
    def is_active(self) -> bool:
        """Whether it follows a recording, and has got all of it so far."""
        return self._is_active

    def begin(self) -> None:
        """Follow a new recording."""
        self.end()
        self._is_active = True

    def push(self, samples: Float32) -> None:
        """Take new samples, mono at 16 kHz; search as soon as they complete a patch."""
        if not self._is_active:
            return
        self._waiting.append(samples)
        self._recent.append(samples)
        self._n_recent += len(samples)
        while self._n_recent - len(self._recent[0]) >= MOST_WINDOW_S * MODEL_RATE_HZ:
            self._n_recent -= len(self._recent.popleft())
        self._n_samples += len(samples)
        n_patches = frame_count(self._n_samples) // PATCH_FRAMES
        if n_patches > self._n_patches and not self._is_at_work:
            self._n_patches = n_patches
            self._search()

    def finish(self, progressed: Callable[[str, float | None], None]) -> None:
        """Embed what is left, and tell of the whole by `finished`."""
        step = self._step()
        self.end()
        self._worker.submit(
            lambda job: step(job).query(), self.finished.emit, self.failed.emit, progressed
        )

    def end(self) -> None:
        """Forget the recording."""
        self._is_active = self._is_at_work = False
        self._stream, self._waiting, self._recent = [], deque(), deque()
        self._n_samples = self._n_patches = self._n_recent = 0

    def _search(self) -> None:
        step, values, window_s = self._step(), self._options.possible, self.window_s
        engine, begun_with = self._engine, self._stream
        self._is_at_work = True

        def look(job: Job) -> Matches | None:
            try:
                query = step(job).query(window_s)
            except AudioFileError:  # silence so far
                return None
            return matches_of(engine, query, values, job)

        def done(matches: Matches | None) -> None:
            if begun_with is self._stream:
                self._is_at_work = False
                if matches is not None:
                    self.matched.emit(matches)

        def failed(error: SoundalikeError) -> None:
            if begun_with is self._stream:
                self._is_at_work = False
                self.failed.emit(error)

        # What is lost of a step that is stopped midway would be missing in the end.
        self._worker.submit(look, done, failed, must_finish=True)

    def _step(self) -> Callable[[Job], QueryStream]:
        """Return work that embeds what waits when it is done."""
        engine, stream, waiting = self._engine, self._stream, self._waiting

        def push(job: Job) -> QueryStream:
            if not stream:
                stream.append(engine.query_stream(NAME, job))
            samples = [waiting.popleft() for _ in range(len(waiting))]
            stream[0].push(np.concatenate([np.empty(0, np.float32), *samples]), job)
            return stream[0]

        return push
