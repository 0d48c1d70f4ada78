"""What was asked, what was answered, and how an engine is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from core.audio.reader import AudioFile
from core.engine import Engine
from core.jobs import Job
from core.options import Ranking
from core.search.feedback import Calibration, common_labels
from core.tagging.steering import TagChange
from core.types import Match, Matches, Query, spoken
from gui.search.options import SearchValues


@dataclass(frozen=True)
class Words:
    """Words that are searched for, such as "dog barking"."""

    text: str


Origin: TypeAlias = Query | str | Words
"""What was asked at first: a sound that was analysed, the id of a video, or words."""


@dataclass(frozen=True, eq=False)
class Steered:
    """Question with some of its tags changed by a person; or a video or words, refined.

    Attributes
    ----------
    origin : Query, str or Words
        What was asked before any change.
    query : Query
        The same as a query.
    changes : tuple of TagChange
        All of them.
    """

    origin: Origin
    query: Query
    changes: tuple[TagChange, ...]


Source: TypeAlias = Origin | Steered
"""What was asked."""

Span: TypeAlias = tuple[float, float]
"""Start and end in seconds."""


def matches_of(engine: Engine, source: Source, values: SearchValues, job: Job) -> Matches:
    """Return the matches of what is asked, with links to the most similar seconds."""
    changes: tuple[TagChange, ...] = ()
    options = (values.k, values.filters, job, values.by)
    has_sound = is_heard(source) or is_clip(source)
    if isinstance(source, Steered):
        changes = source.changes
        is_video = isinstance(source.origin, str) and source.query.direction is None
        source = source.origin if is_video else source.query
    if isinstance(source, Words):
        return engine.find(source.text, values.k, values.filters, job)
    if isinstance(source, str):
        found = engine.similar(source, *options, ranking=values.ranking, changes=changes)
    else:
        # Words have no sound to compare.
        ranking = values.ranking if has_sound else Ranking.BOTH
        found = engine.search(engine.steer(source, changes), *options, ranking)
    return engine.with_best_seconds(found, job)


def origin_of(source: Source) -> Origin:
    """Return what was asked before any change."""
    return source.origin if isinstance(source, Steered) else source


def name_of(source: Source) -> str:
    """Return what people call what was asked."""
    if isinstance(source, Steered):
        return source.query.name
    if isinstance(source, Words):
        return source.text
    return source if isinstance(source, str) else source.name


def is_heard(source: Source) -> bool:
    """Return whether it is a sound that a listener analysed, not a video or words."""
    origin = origin_of(source)
    return isinstance(origin, Query) and (len(origin.frames) > 0 or origin.direction is not None)


def is_clip(source: Source) -> bool:
    """Return whether it is a clip of the catalogue, whatever was changed of it."""
    return isinstance(origin_of(source), str)


def steered(answer: Answer, changes: tuple[TagChange, ...]) -> Source:
    """Return what an answer's question becomes with these changes of its tags, and no others."""
    origin, query = origin_of(answer.source), answer.matches.query
    if isinstance(answer.source, Steered):
        query = answer.source.query
    if not changes and (isinstance(origin, Query) or query.direction is None):
        return origin
    return Steered(origin, query, changes)


def refined(source: Source, query: Query) -> Source:
    """Return what a question becomes where its query was refined; a sound stays one."""
    origin = origin_of(source)
    return query if isinstance(origin, Query) else Steered(origin, query, ())


def refining(chosen: list[Match], is_liked: bool) -> str:
    """Return the step to what is refined by these matches, in words."""
    which = chosen[0].video_id if len(chosen) == 1 else f"{len(chosen)} videos"
    return f"{'more' if is_liked else 'less'} like {which}"


def track_name(audio: AudioFile, track: int) -> str:
    """Return what one of a sound's tracks is called; 1 is the first."""
    name = audio.tracks[track - 1]
    return f"track {track} ({name})" if name else f"track {track}"


def capitalised(text: str) -> str:
    """Return a text whose first letter is a capital, whatever the others are."""
    return text[:1].upper() + text[1:]


def what_it_is(matches: Matches) -> str:
    """Return what was heard in a sound, or else what its nearest clips are; empty for neither."""
    words = spoken(matches.query.heard)
    if words:
        return capitalised(words)
    labels = common_labels(matches.matches)
    return f"Sounds like {labels}" if labels else ""


@dataclass(frozen=True)
class Answer:
    """Matches, and what they answer.

    Attributes
    ----------
    source : Query, str, Words or Steered
    matches : Matches
    audio : AudioFile or None
        The sound in sight; None before there was any.
    span : tuple of two floats, or None
        The part of the sound that was matched; None for all of it.
    calibration : Calibration or None
        What the similarities are judged by; None where they were not judged.
    step : str
        How one came here from the answer before, such as "more like wPwb9d4Jij8"; empty where it
        answers a question of its own.
    """

    source: Source
    matches: Matches
    audio: AudioFile | None = None
    span: Span | None = None
    calibration: Calibration | None = None
    step: str = ""

    @property
    def changes(self) -> tuple[TagChange, ...]:
        """Changes of its tags by a person."""
        return self.source.changes if isinstance(self.source, Steered) else ()

    def answers_same_as(self, other: Answer) -> bool:
        """Return whether both answer one question; another part of a sound is still that sound."""
        if self.source is other.source:
            return True
        if not (isinstance(self.source, Query) and isinstance(other.source, Query)):
            return self.source == other.source
        are_heard = self.source.direction is None and other.source.direction is None
        return are_heard and self.audio is not None and self.audio is other.audio
