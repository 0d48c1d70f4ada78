"""What is said of a match, of a video or of a person's own file, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.foreign import plain
from core.types import Match
from gui import formats

if TYPE_CHECKING:
    from gui.youtube.services import Video

NOT_RESOLVED = "not resolved"
NOT_THERE = "not there now"
"""Of a file that was moved, deleted, or lies on a drive that is not connected."""


def title_of(match: Match, video: Video | None) -> str:
    """Return the best name of a video, or a file's own name."""
    if match.path:
        return formats.file_name(match.path)
    if video is None:
        return match.video_id
    if not video.standing.is_watchable:
        return video.standing.words
    return video.title or match.video_id


def remark_on(match: Match, video: Video | None, is_there: bool = True) -> str:
    """Return what is to be said of a video or a file beside its name."""
    if match.path:
        folder = formats.folder_name(match.path)
        return folder if is_there else f"{NOT_THERE} · {folder}"
    if video is None:
        return "" if match.url else (match.no_link or NOT_RESOLVED)
    if not video.standing.is_watchable:
        return match.video_id
    return video.channel or video.standing.words


def parts_of(match: Match) -> str:
    """Return how far sound and meaning agree, such as "sound 0.46 · meaning 0.88"."""
    parts = (("sound", match.sound), ("meaning", match.meaning))
    return " · ".join(
        f"{name} {formats.similarity(value, 2)}" for name, value in parts if value is not None
    )


def channel_of(match: Match, video: Video | None, is_there: bool = True) -> str:
    """Return the line below the name: who made the video, or the file's folder."""
    if match.path:
        return remark_on(match, video, is_there)
    if video is None:
        return ""
    if not video.standing.is_watchable:
        return match.video_id
    return " · ".join(part for part in (video.channel, video.standing.words) if part)


def address_of(match: Match) -> str:
    """Return a video's address, why it has none, or where else a file's content lies."""
    if match.path:
        return "".join(f"also {plain(path)}" for path in match.other_paths[:1])
    return match.url.removeprefix("https://www.") or (match.no_link or "")


def span_of(match: Match) -> str:
    """Return the clip's span, and which seconds are most alike."""
    text = formats.clip_span(match.start_s, match.end_s)
    if match.best_second is None:
        return text
    best = f"{text}, best at {formats.clock(match.best_second)}"
    if match.query_second is None:
        return best
    return f"{best} for your {formats.clock(match.query_second)}"


def compared(share: float) -> str:
    """Return how a similarity compares with chance, in a sentence."""
    if share >= 0.1:
        return f"{share:.0%} of random pairs are as close."
    if share <= 0:
        return "no random pair was as close."
    return f"one random pair in {round(1 / share):,} is as close."


def unlabelled(match: Match) -> str:
    """Return what stands in the place of labels where there are none; files have tags."""
    return "no tags" if match.path else "no labels"
