"""The one page that the player shows: YouTube's IFrame player at a second of a video."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from core.types import Match, youtube_id_of

_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")


@dataclass(frozen=True)
class PlayedClip:
    """Video and second that are played.

    Attributes
    ----------
    video_id : str
        YouTube's eleven characters.
    start_s : int
        Where it begins; YouTube takes whole seconds.

    Raises
    ------
    ValueError
        If it is no id of YouTube's: nothing else ever gets into the page.
    """

    video_id: str
    start_s: int

    def __post_init__(self) -> None:
        if not _VIDEO_ID.fullmatch(self.video_id):
            raise ValueError("not an id of YouTube's")


@dataclass(frozen=True)
class Addresses:
    """Addresses of YouTube's player.

    Attributes
    ----------
    script : str
        The IFrame Player API (https://developers.google.com/youtube/iframe_api_reference).
    host : str
        The origin that plays the videos, without cookies of its own.
    """

    script: str = "https://www.youtube.com/iframe_api"
    host: str = "https://www.youtube-nocookie.com"


@dataclass(frozen=True)
class Page:
    """Page that the page server serves, and its content security policy."""

    body: bytes
    policy: str


def clip_of(match: Match) -> PlayedClip | None:
    """Return what there is to play of a match, at the second that is most alike if it is known."""
    video_id = youtube_id_of(match.url)
    second = match.start_s if match.best_second is None else match.best_second
    return PlayedClip(video_id, int(second)) if video_id else None


def page_of(clip: PlayedClip, addresses: Addresses) -> Page:
    """Return the page that plays a clip."""
    nonce = secrets.token_urlsafe(16)
    clip_values = {
        "video_id": clip.video_id,
        "start_s": clip.start_s,
        "script": addresses.script,
        "host": addresses.host,
    }
    text = _template().replace("{{nonce}}", nonce).replace("{{clip}}", json.dumps(clip_values))
    policy = {
        "default-src": "'none'",
        "style-src": f"'nonce-{nonce}'",
        "script-src": f"'nonce-{nonce}' {_origin(addresses.script)}",
        "frame-src": f"{addresses.host} {_origin(addresses.script)}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return Page(text.encode(), "; ".join(f"{name} {value}" for name, value in policy.items()))


@cache
def _template() -> str:
    return (files("resources") / "player.html").read_text(encoding="utf-8")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
