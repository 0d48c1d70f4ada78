"""Links of matches that a catalogue knows only by its data set's own ids."""

from __future__ import annotations

from dataclasses import replace

from core.catalog.youtube_ids import YoutubeIds
from core.jobs import Job
from core.types import Match, Matches, NoLink

_PENDING = (NoLink.NOT_LOOKED_UP, NoLink.NO_ANSWER)


def with_known(answer: Matches, ids: YoutubeIds) -> Matches:
    """Return the answer with the links that have been looked up before; asks nobody."""
    pending = _pending(answer)
    return _linked(answer, ids.known(pending)) if pending else answer


def resolved(answer: Matches, ids: YoutubeIds, job: Job | None = None) -> Matches:
    """Return the answer with all the links that can be found; see `YoutubeIds.resolve`."""
    pending = _pending(answer)
    if not pending:
        return answer
    return _linked(answer, ids.resolve(pending, job), NoLink.NO_ANSWER)


def _pending(answer: Matches) -> list[str]:
    return [match.video_id for match in answer.matches if match.no_link in _PENDING]


def _linked(answer: Matches, found: dict[str, str], otherwise: NoLink | None = None) -> Matches:
    def linked(match: Match) -> Match:
        if match.no_link not in _PENDING:
            return match
        youtube_id = found.get(match.video_id)
        if youtube_id is None:
            return replace(match, no_link=otherwise or match.no_link)
        return match.linked(youtube_id) if youtube_id else replace(match, no_link=NoLink.GONE)

    return replace(answer, matches=tuple(map(linked, answer.matches)))
