"""What a row of the table of tags says: a class, when it was heard, and in which sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.types import Match
from gui import formats

if TYPE_CHECKING:
    from core.audio.reader import AudioFile
    from core.tagging.spans import TagSpan

NOTHING = "Nothing was recognised"


@dataclass(eq=False)
class TaggedSound:
    """A sound and what was heard in it, or why nothing was.

    Attributes
    ----------
    path : Path
    spans : sequence of TagSpan
    audio : AudioFile or None
        None where it cannot be read.
    best : Match or None
        Of all of the sound.
    trouble : str
        Why it could not be listened to.
    """

    path: Path
    spans: Sequence[TagSpan] = ()
    audio: AudioFile | None = None
    best: Match | None = None
    trouble: str = ""

    def __post_init__(self) -> None:
        # Asked for a hundred thousand times when rows are sorted or filtered.
        self.name = self.path.name
        self.order = (self.name.casefold(), str(self.path))

    def rows(self) -> list[TagRow]:
        """Return a row for each span, or one that says why there is none."""
        return [TagRow(self, span) for span in self.spans] or [TagRow(self)]


@dataclass(eq=False, slots=True)
class TagRow:
    """A class, and when it was heard in which sound.

    Attributes
    ----------
    sound : TaggedSound
    span : TagSpan or None
        None where nothing was heard.
    own_best : Match or None
        The best match of these seconds, once they were matched.
    """

    sound: TaggedSound
    span: TagSpan | None = None
    own_best: Match | None = field(default=None)

    @property
    def label(self) -> str:
        """The class, or what is said instead of one."""
        return self.span.label if self.span is not None else self.sound.trouble or NOTHING

    @property
    def time(self) -> str:
        """Time of it, such as 0:01.9–0:02.8."""
        if self.span is None:
            return ""
        return f"{formats.clock(self.span.start_s, 1)}–{formats.clock(self.span.end_s, 1)}"

    @property
    def best(self) -> Match | None:
        """The best match of these seconds if it is known, else of the whole sound."""
        return self.own_best or self.sound.best

    @property
    def match(self) -> str:
        """The best match in words: how similar, and what people heard in it."""
        if self.best is None:
            return ""
        of = "these seconds: " if self.own_best is not None else ""
        said = ", ".join(formats.specific_first(self.best.labels)) or self.best.video_id
        return f"{of}{formats.similarity(self.best.similarity, 2)} {said}"
