"""The library at work: what is kept of the window's doings, in a worker of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.audio.reader import AudioFile
from core.audio.thumbnail import thumbnail
from core.errors import AudioFileError, Cancelled, SoundalikeError
from core.jobs import Job
from core.library import Library
from core.library_types import Past, Star
from core.options import Filter
from core.search.feedback import common_labels
from core.types import Match, Query
from gui.history.model import MOST_ENTRIES, Entry, History
from gui.history.panel import HistoryPanel
from gui.history.stars import Stars
from gui.search.answers import Answer, Choices
from gui.workers import Worker

UNDO_MS = 10_000
"""How long what was forgotten can be brought back; only then the library forgets it."""


@dataclass(frozen=True)
class Recalled:
    """An entry of a former day, ready to be asked again.

    Attributes
    ----------
    entry : Entry
    query : Query
    audio : AudioFile or None
        None where the file is gone, and with it the picture and the sound.
    """

    entry: Entry
    query: Query
    audio: AudioFile | None


@dataclass(frozen=True)
class _Forgotten:
    """Entries that no list shows any more, and where they were."""

    entries: list[Entry]
    row: int
    is_all: bool = False


class HistoryStore(QObject):
    """Joins the history, its panel and the library. Lives in the window's thread.

    Parameters
    ----------
    library : Library
        Only the worker uses it.
    worker : Worker
        Nothing else may be done in it.
    history : History
    panel : HistoryPanel
    choices : callable
        Returns what a person has chosen.

    Signals
    -------
    recalled : Recalled
    presets_changed : dict of str to Filter
    stars_changed : frozenset of (str, float)
        Video id and start of each clip with a star.
    hidden_changed : frozenset of str
    undoable : str
        Something was forgotten that `undo` brings back.
    noted : str
        Something worth knowing.
    failed : SoundalikeError
        The library cannot be used; said once.
    """

    recalled = Signal(object)
    presets_changed = Signal(dict)
    stars_changed = Signal(object)
    hidden_changed = Signal(object)
    undoable = Signal(str)
    noted = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        library: Library,
        worker: Worker,
        history: History,
        panel: HistoryPanel,
        choices: Callable[[], Choices],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._worker, self._history = library, worker, history
        self._choices = choices
        self.stars = Stars(self)
        self._waiting: deque[tuple[Callable[[Job], Any], Callable[[Any], None]]] = deque()
        self._is_told = self._is_held = False
        self._forgotten: _Forgotten | None = None
        self.forgetting = QTimer(self)
        self.forgetting.setSingleShot(True)
        self.forgetting.setInterval(UNDO_MS)
        self.forgetting.timeout.connect(self._forget_really)
        worker.busy_changed.connect(self._go_on)
        history.answered.connect(self._remember)
        self.stars.noted.connect(self._note)
        panel.show_stars(self.stars)
        panel.removed.connect(self._remove)
        panel.cleared.connect(self._clear)
        panel.star_removed.connect(lambda star: self.unstar(star.video_id, star.start_s))

    def load(self) -> None:
        """Show what is kept."""
        self.do(lambda _: self._library.history(), self._history.load)
        self.do(lambda _: self._library.stars(), self._show_stars)
        self.do(lambda _: self._library.presets(), self.presets_changed.emit)
        self.do(lambda _: self._library.hidden(), self.hidden_changed.emit)

    def close(self) -> None:
        """Stop; what still waits is written in the worker's thread, without pictures."""
        self._forget_really()
        rest = [work for work, _ in self._waiting]
        self._waiting.clear()

        def finish() -> None:
            job = Job()
            job.cancel()
            for work in rest:
                with suppress(SoundalikeError, Cancelled):
                    work(job)

        self._worker.close(finish)

    def hold(self) -> None:
        """Leave the library alone; what is to be kept waits."""
        self._is_held = True

    def use(self, library: Library) -> None:
        """Go on with a library, the same or another one."""
        self._library, self._is_held = library, False
        self._go_on()

    # History

    def recall(self, entry: Entry) -> None:
        """Get an entry of a former day ready to be asked again."""
        past = entry.past
        if past is None:
            return

        def read(_: Job) -> tuple[Query | None, AudioFile | None]:
            query, audio = self._library.query(past), None
            with suppress(AudioFileError):
                audio = AudioFile(Path(past.path), past.name)
            return query, audio

        def done(found: tuple[Query | None, AudioFile | None]) -> None:
            query, audio = found
            if query is None:
                self._history.remove(entry)
                self.noted.emit("Another window has forgotten this sound.")
                return
            entry.query, entry.is_gone = query, audio is None
            self._history.update(entry)
            self.recalled.emit(Recalled(entry, query, audio))

        self.do(read, done)

    def _remember(self, entry: Entry) -> None:
        answer = entry.answer
        if answer is None or not isinstance(answer.source, Query):
            return
        past, query = _past(entry, answer, self._choices()), answer.source

        def write(job: Job) -> None:
            # Set here, not in the window's thread: what is written next must know the key, and
            # when the program ends, only the worker is left.
            earlier = entry.past
            kept = past if earlier is None else replace(past, key=earlier.key)
            kept = replace(kept, thumbnail=_thumbnail(earlier, answer, job))
            entry.past = replace(kept, key=self._library.remember(kept, query))

        self.do(write, lambda _: self._history.update(entry))

    def _remove(self, entry: Entry) -> None:
        row = self._history.remove(entry)
        if row >= 0:
            self._forget(_Forgotten([entry], row), f"Forgot {entry.name}.")

    def _clear(self) -> None:
        entries = self._history.clear()
        if entries:
            self._forget(_Forgotten(entries, MOST_ENTRIES, True), "Cleared the history.")

    def _forget(self, forgotten: _Forgotten, words: str) -> None:
        self._forget_really()
        self._forgotten = forgotten
        self.forgetting.start()
        self.undoable.emit(words)

    def undo(self) -> None:
        """Take back what was forgotten last, within a few seconds."""
        forgotten, self._forgotten = self._forgotten, None
        self.forgetting.stop()
        if forgotten is not None:
            self._history.put_back(forgotten.entries, forgotten.row)

    def _forget_really(self) -> None:
        forgotten, self._forgotten = self._forgotten, None
        self.forgetting.stop()
        if forgotten is None:
            return

        def forget(_: Job) -> None:
            # Only here it is sure that all of them have been written.
            keys = [entry.past.key for entry in forgotten.entries if entry.past is not None]
            if forgotten.is_all and keys:
                self._library.clear_history(max(keys))  # other windows' too
            else:
                for key in keys:
                    self._library.remove(key)

        self.do(forget)

    # Stars, hidden videos, presets

    def star(self, match: Match) -> None:
        """Keep a match."""
        star = Star(match.video_id, match.start_s, match.end_s, match.labels, match.url)
        self._change_stars(lambda: self._library.star(star))

    def unstar(self, video_id: str, start_s: float) -> None:
        """Let go of a clip."""
        self._change_stars(lambda: self._library.unstar(video_id, start_s))

    def _note(self, star: Star, note: str) -> None:
        self._change_stars(lambda: self._library.star(replace(star, note=note)))

    def _change_stars(self, change: Callable[[], None]) -> None:
        def work(_: Job) -> list[Star]:
            change()
            return self._library.stars()

        self.do(work, self._show_stars)

    def _show_stars(self, stars: list[Star]) -> None:
        self.stars.show_stars(stars)
        self.stars_changed.emit(frozenset((star.video_id, star.start_s) for star in stars))

    def hide(self, video_id: str) -> None:
        """Do not show a video any more."""
        self._change_hidden(lambda: self._library.hide(video_id))

    def show(self, video_id: str) -> None:
        """Show a video again."""
        self._change_hidden(lambda: self._library.show(video_id))

    def _change_hidden(self, change: Callable[[], None]) -> None:
        def work(_: Job) -> frozenset[str]:
            change()
            return self._library.hidden()

        self.do(work, self.hidden_changed.emit)

    def save_preset(self, name: str, filters: Filter) -> None:
        """Keep a filter under a name."""
        self.do(lambda _: self._library.save_preset(name, filters))

    def remove_preset(self, name: str) -> None:
        """Let go of a filter."""
        self.do(lambda _: self._library.remove_preset(name))

    # The worker

    @property
    def is_busy(self) -> bool:
        """Whether something is done in the worker, or waits."""
        return self._worker.is_busy or bool(self._waiting)

    def do(self, work: Callable[[Job], Any], done: Callable[[Any], None] = lambda _: None) -> None:
        """Have something done after all that waits; a worker alone would drop what waits."""
        self._waiting.append((work, done))
        self._go_on()

    def _go_on(self) -> None:
        if not self._waiting or self._worker.is_busy or self._is_held:
            return
        work, done = self._waiting.popleft()

        def succeeded(result: Any) -> None:
            done(result)
            self._tell()

        self._worker.submit(work, succeeded, self._on_failed, must_finish=True)

    def _tell(self) -> None:
        notices, self._library.notices[:] = list(self._library.notices), []
        for notice in notices:
            self.noted.emit(notice)

    def _on_failed(self, error: SoundalikeError) -> None:
        self._tell()
        if not self._is_told:
            self._is_told = True
            self.failed.emit(error)


def _past(entry: Entry, answer: Answer, choices: Choices) -> Past:
    matches, earlier = answer.matches, entry.past
    return Past(
        asked_s=earlier.asked_s if earlier is not None else 0.0,
        name=entry.name,
        path=str(entry.path),
        span=entry.span,
        duration_s=matches.query.duration_s,
        k=choices.k,
        filters=choices.filters,
        by=choices.by,
        n_matches=len(matches.matches),
        label=common_labels(matches.matches),
        heard_by=matches.catalog.heard_by,
    )


def _thumbnail(earlier: Past | None, answer: Answer, job: Job) -> Any:
    if earlier is not None and earlier.thumbnail is not None:
        return earlier.thumbnail
    if answer.audio is None:
        return None
    try:
        return thumbnail(answer.audio, answer.span, job)
    except (AudioFileError, Cancelled):
        return None  # the words are worth more than the picture
