"""What was asked, what was answered, and how an engine is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from core.audio.reader import AudioFile
from core.engine import Engine
from core.jobs import Job
from core.search.feedback import Calibration, common_labels
from core.types import Matches, Query, spoken
from gui.search.options import SearchValues

Source: TypeAlias = Query | str
"""What was asked: a sound that was analysed, or the id of a video."""

Span: TypeAlias = tuple[float, float]
"""Start and end in seconds."""


def matches_of(engine: Engine, source: Source, values: SearchValues, job: Job) -> Matches:
    """Return the matches of a sound or a video, with links to the most similar seconds."""
    options = (values.k, values.filters, job, values.by)
    if isinstance(source, Query):
        found = engine.search(source, *options, values.ranking)
    else:
        found = engine.similar(source, *options, ranking=values.ranking)
    return engine.with_best_seconds(found, job)


def what_it_is(matches: Matches) -> str:
    """Return what was heard in a sound, or else what its nearest clips are; empty for neither."""
    said = spoken(matches.query.heard)
    if said:
        return said[0].upper() + said[1:]
    labels = common_labels(matches.matches)
    return f"Sounds like {labels}" if labels else ""


@dataclass(frozen=True)
class Answer:
    """Matches, and what they answer.

    Attributes
    ----------
    source : Query or str
    matches : Matches
    audio : AudioFile or None
        The sound in sight; None before there was any.
    span : tuple of two floats, or None
        The part of the sound that was matched; None for all of it.
    calibration : Calibration or None
        What the similarities are judged by; None where they were not judged.
    """

    source: Source
    matches: Matches
    audio: AudioFile | None = None
    span: Span | None = None
    calibration: Calibration | None = None

    def answers_same_as(self, other: Answer) -> bool:
        """Return whether both answer one question; another part of a sound is still that sound."""
        if isinstance(self.source, str) or isinstance(other.source, str):
            return self.source == other.source
        if self.source is other.source:
            return True
        are_heard = self.source.direction is None and other.source.direction is None
        return are_heard and self.audio is not None and self.audio is other.audio
