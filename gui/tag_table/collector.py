"""What goes into the table of tags: every sound that was listened to, and those that failed."""

from __future__ import annotations

import weakref
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.errors import SoundalikeError
from core.jobs import Job
from core.types import Query
from gui.search.answers import Answer
from gui.tag_table.model import TagTableModel
from gui.tag_table.rows import TaggedSound
from gui.workers import Worker

LONG_S = 120.0
"""A sound of this length is more than one look takes in."""


class TagCollector(QObject):
    """Makes rows of answers, in a worker: a day of sound takes a second.

    Parameters
    ----------
    worker : Worker
        Its own.

    Attributes
    ----------
    model : TagTableModel

    Signals
    -------
    offered : str
        What the table has to show, in a word or two: it is worth a look.
    """

    offered = Signal(str)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self.model = TagTableModel(self)
        self._waiting: list[Answer | TaggedSound] = []
        self._is_at_work = False
        self._known: dict[Path, weakref.ref[Query]] = {}
        self.offer = ""

    def take(self, answer: Answer) -> None:
        """Take up what was heard in a sound, or which match a part of it has."""
        audio, query = answer.audio, answer.source
        if audio is None or not isinstance(query, Query) or query.direction is not None:
            return
        best = next(iter(answer.matches.matches), None)
        if answer.span is not None:
            self.model.set_best(audio.path, *answer.span, best)
        elif audio.path in self._known and self._known[audio.path]() is query:
            self.model.set_whole_best(audio.path, best)  # under other options
        elif query.patch_tags is not None:
            self._known[audio.path] = weakref.ref(query)
            self._put(answer)

    def refuse(self, path: Path, error: SoundalikeError) -> None:
        """Take up that a file could not be listened to."""
        self._known.pop(path, None)
        self._put(TaggedSound(path, trouble=error.message))

    def clear(self) -> None:
        """Begin anew."""
        self._waiting.clear()
        self._known.clear()
        self._offer("")
        self.model.clear()

    def _put(self, item: Answer | TaggedSound) -> None:
        self._waiting.append(item)
        if not self._is_at_work:
            self._begin()

    def _begin(self) -> None:
        items, self._waiting = self._waiting, []
        self._is_at_work = True
        self._worker.submit(
            lambda job: _tagged(items, job),
            self._on_tagged,
            lambda error: self._on_tagged([]),
            must_finish=True,
        )

    def _on_tagged(self, sounds: list[TaggedSound]) -> None:
        self._is_at_work = False
        self.model.add([sound for sound in sounds if not sound.audio or sound.path in self._known])
        if self.model.n_sounds > 1:
            self._offer(f"{self.model.n_sounds:,} files")
        elif any(sound.audio and sound.audio.duration_s >= LONG_S for sound in sounds):
            self._offer("A long sound")
        elif self.model.n_sounds:
            self._offer("")
        if self._waiting:
            self._begin()

    def _offer(self, what: str) -> None:
        if what != self.offer:
            self.offer = what
            self.offered.emit(what)


def _tagged(items: list[Answer | TaggedSound], job: Job) -> list[TaggedSound]:
    # The first look can do without it.
    from core.tagging.spans import query_spans

    sounds = []
    for item in items:
        job.check()
        if isinstance(item, TaggedSound):
            sounds.append(item)
        elif item.audio is not None and isinstance(item.source, Query):
            best = next(iter(item.matches.matches), None)
            sounds.append(TaggedSound(item.audio.path, query_spans(item.source), item.audio, best))
    return sounds
