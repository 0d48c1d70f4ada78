"""Names of what can be done with a match, as it is a video or one of a person's own files."""

from __future__ import annotations

from typing import NamedTuple

from core.types import Match
from gui import formats

_PLAY_VIDEO = (
    "Play the video in this pane, at this second. YouTube is asked for this one video, "
    "even where look-ups are off"
)


class ButtonNames(NamedTuple):
    """Names of buttons, and what the long ones do."""

    open: str
    open_tip: str
    play: str
    play_tip: str
    more_tip: str
    copy: str
    hide: str


_OF_FILES = ButtonNames(
    "Show in folder",
    "Show the file in its folder",
    "Play",
    "Play the clip from its file",
    "Find what sounds like this clip",
    "Copy the path",
    "Hide this sound",
)


def button_names(match: Match | None) -> ButtonNames:
    """Return what is written on the buttons beside a match, or beside none."""
    if match is not None and match.path:
        return _OF_FILES
    where = ""
    if match is not None and match.url:
        second = match.start_s if match.best_second is None else match.best_second
        where = f" at {formats.clock(second)}"
    return ButtonNames(
        f"Open{where}",
        "Open the video at this second in the browser",
        "Play here",
        _PLAY_VIDEO,
        "Find what sounds like this video",
        "Copy the link",
        "Hide this video",
    )
