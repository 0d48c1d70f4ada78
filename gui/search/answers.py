"""What was asked, what was answered, and how an engine is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from core.audio.reader import AudioFile
from core.engine import Engine
from core.jobs import Job
from core.options import CatalogKind, Ranking
from core.search.feedback import Calibration, common_labels
from core.tagging.steering import TagChange
from core.types import Match, Matches, Query, spoken
from gui import formats
from gui.search.options import SearchValues

if TYPE_CHECKING:
    from core.catalog.catalog import Catalog


@dataclass(frozen=True)
class Words:
    """Words that are searched for, such as "dog barking"."""

    text: str


@dataclass(frozen=True)
class OwnClip:
    """A clip of one of a person's own files, or of a catalogue beside the main one.

    Attributes
    ----------
    key : str
        Of the file's content, as `Match.video_id` has it.
    start_s : float
        Where it begins in the file.
    name : str
        The file's own name, for people.
    is_elsewhere : bool
        Whether the main catalogue does not have it; then only its query can be asked.
    """

    key: str
    start_s: float
    name: str
    is_elsewhere: bool = False


Origin: TypeAlias = Query | str | OwnClip | Words
"""What was asked at first: a sound that was analysed, a video's id, a file's clip, or words."""


@dataclass(frozen=True, eq=False)
class Steered:
    """Question with some of its tags changed by a person; or a video or words, refined.

    Attributes
    ----------
    origin : Query, str, OwnClip or Words
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
        is_video = is_clip(source) and source.query.direction is None
        is_video = is_video and not is_elsewhere(source)
        source = source.origin if is_video else source.query
    if isinstance(source, Words):
        return engine.find(source.text, values.k, values.filters, job)
    if isinstance(source, str):
        found = engine.similar(source, *options, ranking=values.ranking, changes=changes)
    elif isinstance(source, OwnClip):
        ranking = values.ranking
        found = engine.similar(
            source.key, *options, ranking=ranking, changes=changes, start_s=source.start_s
        )
        found = replace(found, query=replace(found.query, name=source.name))
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


def query_of(source: Source) -> Query | None:
    """Return what was asked as a query; None for words and clips, which the catalogue makes one."""
    source = source.query if isinstance(source, Steered) else source
    return source if isinstance(source, Query) else None


def is_heard(source: Source) -> bool:
    """Return whether it is a sound that a listener analysed, not a video or words."""
    origin = origin_of(source)
    return isinstance(origin, Query) and (len(origin.frames) > 0 or origin.direction is not None)


def is_clip(source: Source) -> bool:
    """Return whether it is a clip of the catalogue, whatever was changed of it."""
    return isinstance(origin_of(source), str | OwnClip)


def is_elsewhere(source: Source) -> bool:
    """Return whether it is a clip that the main catalogue does not have."""
    origin = origin_of(source)
    return isinstance(origin, OwnClip) and origin.is_elsewhere


def clip_of(match: Match) -> str | OwnClip:
    """Return a match as what other clips may be like."""
    if not match.path:
        return match.video_id
    return OwnClip(match.video_id, match.start_s, formats.file_name(match.path))


def match_in(catalog: Catalog, row: int) -> Match:
    """Return a clip of a catalogue as a match of nothing."""
    clip, path = catalog.clip(row), ""
    if catalog.manifest.kind == CatalogKind.SOUNDS:
        files = catalog.sound_files
        path = files.path(files.of_clip(row)[0])
    return Match(
        0, clip.video_id, clip.start_s, clip.end_s, clip.labels, 0.0, "", row=row, path=path
    )


def steered(answer: Answer, changes: tuple[TagChange, ...]) -> Source:
    """Return what an answer's question becomes with these changes of its tags, and no others."""
    origin, query = origin_of(answer.source), answer.matches.query
    if isinstance(answer.source, Steered):
        query = answer.source.query
    is_plain = query.direction is None and not is_elsewhere(answer.source)
    if not changes and (isinstance(origin, Query) or is_plain):
        return origin
    return Steered(origin, query, changes)


def refined(source: Source, query: Query) -> Source:
    """Return what a question becomes where its query was refined; a sound stays one."""
    origin = origin_of(source)
    return query if isinstance(origin, Query) else Steered(origin, query, ())


def refining(chosen: list[Match], is_liked: bool) -> str:
    """Return the step to what is refined by these matches, in words."""
    things = "sounds" if chosen[0].path else "videos"
    which = name_of(clip_of(chosen[0])) if len(chosen) == 1 else f"{len(chosen)} {things}"
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
    source : Query, str, OwnClip, Words or Steered
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
    problem : str
        Why the main catalogue could not be asked, where others can be.
    """

    source: Source
    matches: Matches
    audio: AudioFile | None = None
    span: Span | None = None
    calibration: Calibration | None = None
    step: str = ""
    problem: str = ""

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
