"""The sounds that were matched, kept in the library and brought back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.reader import AudioFile
from core.audio.thumbnail import thumbnail
from core.errors import AudioFileError, Cancelled
from core.jobs import Job
from core.library_types import PastSearch
from core.types import Query
from gui.history.library_worker import LibraryWorker
from gui.history.model import MOST_ENTRIES, Entry, History
from gui.search.answers import Answer
from gui.search.options import SearchOptions, SearchValues

UNDO_MS = 10_000
"""How long what was forgotten can be brought back; only then the library forgets it."""


@dataclass(frozen=True)
class Recalled:
    """An entry of a former day, ready to be asked again.

    Attributes
    ----------
    entry : Entry
    past : PastSearch
    query : Query
    audio : AudioFile or None
        None where the file is gone, and with it the picture and the sound.
    """

    entry: Entry
    past: PastSearch
    query: Query
    audio: AudioFile | None


@dataclass(frozen=True)
class _Forgotten:
    """Entries that no list shows any more, where they were, and what is said of it."""

    entries: list[Entry]
    row: int
    words: str
    is_all: bool = False


class HistoryStore(QObject):
    """Joins the history and the library. Lives in the window's thread.

    Parameters
    ----------
    library_worker : LibraryWorker
    history : History
    options : SearchOptions
        What answers were searched with.

    Signals
    -------
    recalled : Recalled
    undoable : str
        Something was forgotten that `undo` brings back.
    lapsed : str
        What was said to be undoable is not any more.
    """

    recalled = Signal(Recalled)
    undoable = Signal(str)
    lapsed = Signal(str)

    def __init__(
        self,
        library_worker: LibraryWorker,
        history: History,
        options: SearchOptions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library_worker, self._history, self._options = library_worker, history, options
        self._forgotten: _Forgotten | None = None
        self.forgetting = QTimer(self)
        self.forgetting.setSingleShot(True)
        self.forgetting.setInterval(UNDO_MS)
        self.forgetting.timeout.connect(self.forget_for_good)
        history.answered.connect(self._remember)
        history.renamed.connect(self.rename)

    def load(self) -> None:
        """Show what is kept."""
        worker = self._library_worker
        worker.do(lambda _: worker.library.history(), self._history.load)

    def recall(self, entry: Entry) -> None:
        """Get an entry of a former day ready to be asked again."""
        past = entry.past
        if past is None:
            return

        def read(_: Job) -> tuple[Query | None, AudioFile | None]:
            query, audio = self._library_worker.library.query(past), None
            with suppress(AudioFileError):
                audio = AudioFile(Path(past.path), past.name, None, past.track, past.expansion)
            return query, audio

        def done(found: tuple[Query | None, AudioFile | None]) -> None:
            query, audio = found
            if query is None:
                self._history.remove(entry)
                self._library_worker.noted.emit("Another window has forgotten this sound.")
                return
            entry.query, entry.is_gone = query, audio is None
            self._history.update(entry)
            self.recalled.emit(Recalled(entry, past, query, audio))

        self._library_worker.do(read, done)

    def _remember(self, entry: Entry) -> None:
        answer = entry.answer
        if answer is None or not isinstance(answer.source, Query):
            return
        past, query = _past(entry, answer, self._options.values), answer.source

        def write(job: Job) -> None:
            # Set here, not in the window's thread: what is written next must know the key, and
            # when the program ends, only the worker is left.
            earlier = entry.past
            kept = past if earlier is None else replace(past, key=earlier.key)
            kept = replace(kept, thumbnail=_thumbnail(earlier, answer, job))
            entry.past = replace(kept, key=self._library_worker.library.remember(kept, query))

        self._library_worker.do(write, lambda _: self._history.update(entry))

    def rename(self, entry: Entry, name: str) -> None:
        """Call an entry by a name, or no more by one."""
        entry.given_name = name
        self._keep(entry)

    def set_star(self, entry: Entry, is_starred: bool) -> None:
        """Give an entry a star, or take it away."""
        entry.is_starred = is_starred
        self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        self._history.update(entry)
        library, name, is_starred = self._library_worker.library, entry.given_name, entry.is_starred

        def write(_: Job) -> None:
            if entry.past is not None:  # only here it is sure that it has been written
                library.keep(entry.past.key, name, is_starred)

        self._library_worker.do(write)

    def remove(self, entry: Entry) -> None:
        """Forget an entry, unless that is undone in time."""
        row = self._history.remove(entry)
        if row >= 0:
            self._forget(_Forgotten([entry], row, f"Forgot {entry.title}."))

    def clear(self) -> None:
        """Forget all entries, unless that is undone in time."""
        entries = self._history.clear()
        if entries:
            stays = " What has a name or a star stays." if self._history.rowCount() else ""
            said = f"Cleared the history.{stays}"
            self._forget(_Forgotten(entries, MOST_ENTRIES, said, is_all=True))

    def _forget(self, forgotten: _Forgotten) -> None:
        self.forget_for_good()
        self._forgotten = forgotten
        self.forgetting.start()
        self.undoable.emit(forgotten.words)

    def undo(self) -> None:
        """Take back what was forgotten last, within a few seconds."""
        forgotten, self._forgotten = self._forgotten, None
        self.forgetting.stop()
        if forgotten is not None:
            self._history.put_back(forgotten.entries, forgotten.row)

    def forget_for_good(self) -> None:
        """Take what was forgotten last out of the library, too."""
        forgotten, self._forgotten = self._forgotten, None
        self.forgetting.stop()
        if forgotten is None:
            return
        self.lapsed.emit(forgotten.words)

        def forget(_: Job) -> None:
            # Only here it is sure that all of them have been written.
            keys = [entry.past.key for entry in forgotten.entries if entry.past is not None]
            if forgotten.is_all and keys:
                self._library_worker.library.clear_history(max(keys))  # other windows' too
            else:
                for key in keys:
                    self._library_worker.library.remove(key)

        self._library_worker.do(forget)


def _past(entry: Entry, answer: Answer, values: SearchValues) -> PastSearch:
    matches = answer.matches
    return PastSearch(
        time_s=entry.asked_s,
        name=entry.name,
        path=str(entry.path),
        span=entry.span,
        duration_s=entry.duration_s,
        k=values.k,
        filters=values.filters,
        by=values.by,
        ranking=values.ranking,
        n_matches=len(matches.matches),
        label=entry.heard,
        model_key=matches.catalog.model_key,
        model_id=matches.query.model_id,
        track=1 if answer.audio is None else answer.audio.track,
        expansion=1 if answer.audio is None else answer.audio.expansion,
    )


def _thumbnail(earlier: PastSearch | None, answer: Answer, job: Job) -> Any:
    if earlier is not None and earlier.thumbnail is not None:
        return earlier.thumbnail
    if answer.audio is None:
        return None
    try:
        return thumbnail(answer.audio, answer.span, job)
    except (AudioFileError, Cancelled):
        return None  # the words are worth more than the picture
