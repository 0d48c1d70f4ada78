"""The seconds of a query and of its matches that are most alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.catalog.catalog import Catalog
from core.jobs import Job
from core.search.feedback import cosines, unit_frames
from core.types import Match, Matches, UInt8, youtube_id_of

_MOST_PAIRS = 500_000
"""Frames of a query times matches, for which the most similar seconds are looked for."""


def with_best_seconds(answer: Matches, catalog: Catalog, job: Job | None = None) -> Matches:
    """Return an answer by means with the seconds that are most alike, and links to these.

    Many matches of a sound of hours stay as they are, and those whose frames another model made.
    """
    query, found = answer.query, []
    is_by_sound = all(match.sound is not None for match in answer.matches)
    if (
        not is_by_sound
        or not len(query.frames)
        or len(query.frames) * len(answer.matches) > _MOST_PAIRS
    ):
        return answer
    frames = unit_frames(query.frames)
    for match in answer.matches:
        if job is not None:
            job.check()
        clip = catalog.clip(match.row)
        times = catalog.seconds_of_frames(match.start_s)
        found.append(_with_best_second(frames, query.hop_s, match, clip.frames, times))
    return replace(answer, matches=tuple(found))


def with_best_links(answer: Matches, catalog: Catalog, job: Job | None = None) -> Matches:
    """Return an answer whose links open at the seconds that `with_best_seconds` finds."""
    best = with_best_seconds(answer, catalog, job).matches
    linked = (
        replace(match, url=other.url) for match, other in zip(answer.matches, best, strict=True)
    )
    return replace(answer, matches=tuple(linked))


def _with_best_second(
    query: NDArray[np.float64],
    hop_s: float,
    match: Match,
    clip: UInt8,
    times: tuple[float, float],
) -> Match:
    """Return a match with the seconds that are most alike, and a link to that of the video.

    Parameters
    ----------
    query : float64 array, shape (Q, 128)
        The query's frames as `unit_frames` gives them.
    hop_s : float
        From one of them to the next, in seconds.
    match : Match
    clip : uint8 array, shape (C, 128)
        Its frames. With one alone there is nothing to choose.
    times : pair of float
        When the first of them begins in its file, and the seconds from one to the next.
    """
    if match.best_second is not None or len(clip) < 2:
        return match
    pairs = cosines(query, unit_frames(clip))
    row, column = np.unravel_index(int(np.argmax(pairs)), pairs.shape)
    second = times[0] + float(column) * times[1]
    found = replace(match, best_second=second, query_second=float(row) * hop_s)
    youtube_id = youtube_id_of(match.url)
    return found.linked(youtube_id) if youtube_id else found
