"""Links to videos, as people copy them out of a browser or an app."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from core.catalog.records.ids import is_youtube_id

_HOSTS = re.compile(r"(?:www\.|m\.|music\.)?youtube(?:-nocookie)?\.com|(?:www\.)?youtu\.be")
_PATHS = frozenset(("shorts", "embed", "live", "v", "e"))
_MOST_LETTERS = 2000


def video_id_of(text: str) -> str:
    """Return the id of the video that a link of YouTube's leads to; any other text as it is.

    The scheme may be missing, and what else is in the link does not matter.
    """
    link = text.strip()[:_MOST_LETTERS]
    try:
        address = urlsplit(link if "://" in link else f"https://{link}")
        host = (address.hostname or "").casefold()
    except ValueError:  # such as for a bracket
        return text
    if not _HOSTS.fullmatch(host):
        return text
    parts = [part for part in address.path.split("/") if part]
    candidates = parse_qs(address.query).get("v", [])[:1]
    if host.endswith("youtu.be"):
        candidates = parts[:1]
    elif len(parts) > 1 and parts[0] in _PATHS:
        candidates = parts[1:2]
    return next((each for each in candidates if is_youtube_id(each.encode())), text)
