"""YouTube's two public services, and how their answers are to be read.

``https://www.youtube.com/oembed?url=…&format=json`` tells title and channel without a key. Instead
it says 401 where the owner forbids embedding, 403 or the one word ``Forbidden`` (even with 200)
where the video is private, and 404 where there is none. A thumbnail that is missing is a 404 *with*
a grey JPEG picture as its body.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from core.foreign import parsed_json
from core.types import watch_url

_LONGEST = 300
_JPEG = b"\xff\xd8\xff"


class Standing(StrEnum):
    """Standing of a video."""

    ALIVE = "alive"
    NOT_EMBEDDABLE = "not embeddable"
    PRIVATE = "private"
    GONE = "gone"

    @property
    def is_watchable(self) -> bool:
        """Whether a browser would show it."""
        return self in (Standing.ALIVE, Standing.NOT_EMBEDDABLE)

    @property
    def words(self) -> str:
        """The standing for people; empty where there is nothing to say."""
        return _WORDS[self]


_WORDS = {
    Standing.ALIVE: "",
    Standing.NOT_EMBEDDABLE: "Plays at YouTube only",
    Standing.PRIVATE: "Private or removed",
    Standing.GONE: "Removed",
}


@dataclass(frozen=True)
class Video:
    """Result of the look-up of a video.

    Attributes
    ----------
    standing : Standing
    title, channel : str
        Plain text of one line; empty where they are not told.
    """

    standing: Standing
    title: str = ""
    channel: str = ""


@dataclass(frozen=True)
class Services:
    """Addresses of the two services, without a slash at the end."""

    titles: str = "https://www.youtube.com/oembed"
    thumbnails: str = "https://i.ytimg.com/vi"

    def title_address(self, youtube_id: str) -> str:
        """Return the address that tells title and channel."""
        page = quote(watch_url(youtube_id, 0).partition("&")[0], safe="")
        return f"{self.titles}?url={page}&format=json"

    def thumbnail_address(self, youtube_id: str) -> str:
        """Return the address of the picture of 320 × 180 pixels."""
        return f"{self.thumbnails}/{youtube_id}/mqdefault.jpg"


def read_title(status: int, body: bytes) -> Video | None:
    """Return what an answer of the title service means, None where it is not to be believed.

    A network's log-in page can have any status; what YouTube says of a video has no markup.
    """
    text = body.decode("utf-8", "replace").strip()
    if status in (401, 403, 404):
        return None if "<" in text else Video(_STANDINGS[status])
    if status != 200:
        return None
    if text == "Forbidden":
        return Video(Standing.PRIVATE)
    try:
        found = parsed_json(text)
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("title"), str):
        return None
    channel = found.get("author_name")
    channel = channel if isinstance(channel, str) else ""
    return Video(Standing.ALIVE, one_line(found["title"]), one_line(channel))


_STANDINGS = {401: Standing.NOT_EMBEDDABLE, 403: Standing.PRIVATE, 404: Standing.GONE}


def read_thumbnail(status: int, body: bytes) -> bytes | None:
    """Return the JPEG file, nothing where the video has no picture, None where neither is sure."""
    if not body.startswith(_JPEG):
        return None
    if status == 404:
        return b""
    return body if status == 200 else None


def one_line(text: str) -> str:
    """Return text from outside as one line of limited length, without any control characters."""
    # Categories: Cc controls, Cf invisible marks such as those that turn the reading direction,
    # Cs lone surrogates, Zl and Zp separators of lines and paragraphs.
    kept = (
        " " if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char
        for char in text[: 4 * _LONGEST]
    )
    line = " ".join("".join(kept).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
