"""The seconds of a query and of its matches that are most alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.catalog.catalog import Catalog
from core.jobs import Job
from core.search.feedback import cosines, unit_frames
from core.types import Match, Matches, watch_url, youtube_id_of
from core.vectors import frames_of

_MOST_PAIRS = 500_000
"""Frames of a query times matches, for which the most similar seconds are looked for."""
_BATCH = 64
"""Matches whose frames are compared at once."""


def with_best_seconds(answer: Matches, catalog: Catalog, job: Job | None = None) -> Matches:
    """Return an answer by means with the seconds that are most alike, and links to these.

    Many matches of a sound of hours stay as they are, and those whose frames another model made.
    """
    query = answer.query
    found: list[Match] = []
    is_by_sound = all(match.sound is not None for match in answer.matches)
    if (
        not is_by_sound
        or not len(query.frames)
        or len(query.frames) * len(answer.matches) > _MOST_PAIRS
    ):
        return answer
    frames = unit_frames(query.frames)
    for first in range(0, len(answer.matches), _BATCH):
        if job is not None:
            job.check()
        some = answer.matches[first : first + _BATCH]
        found += _with_seconds(frames, query.hop_s, some, catalog)
    return replace(answer, matches=tuple(found))


def with_best_links(answer: Matches, catalog: Catalog, job: Job | None = None) -> Matches:
    """Return an answer whose links open at the seconds that `with_best_seconds` finds."""
    best = with_best_seconds(answer, catalog, job).matches
    linked = (
        replace(match, url=other.url) for match, other in zip(answer.matches, best, strict=True)
    )
    return replace(answer, matches=tuple(linked))


def _with_seconds(
    query: NDArray[np.float64], hop_s: float, matches: tuple[Match, ...], catalog: Catalog
) -> list[Match]:
    """Return matches with the seconds that are most alike, and links to those of the videos.

    Parameters
    ----------
    query : float64 array, shape (Q, 128)
        The query's frames as `unit_frames` gives them.
    hop_s : float
        From one of them to the next, in seconds.
    matches : tuple of Match
    catalog : Catalog
    """
    clips = catalog.clips[[match.row for match in matches]]
    # One product for all: two hundred small ones take ten times as long.
    frames = frames_of(catalog.frames, clips["first_frame"], clips["n_frames"])
    pairs = cosines(query, unit_frames(frames))
    found: list[Match] = []
    end = 0
    for match, count in zip(matches, clips["n_frames"].tolist(), strict=True):
        begin, end = end, end + count
        if match.best_second is not None or count < 2:  # with one there is nothing to choose
            found.append(match)
            continue
        place, column = divmod(int(pairs[:, begin:end].argmax()), count)
        begin_s, clip_hop_s = catalog.seconds_of_frames(match.start_s)
        best_s = begin_s + column * clip_hop_s
        youtube_id = youtube_id_of(match.url)
        url = watch_url(youtube_id, best_s) if youtube_id else match.url
        found.append(replace(match, best_second=best_s, query_second=place * hop_s, url=url))
    return found
