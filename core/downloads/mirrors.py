"""Where the official files are fetched from: Google's own regions, or an address of one's own."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from core.downloads.pinned import PinnedFile
from core.errors import DownloadError

REGIONS = ("us", "eu", "asia")
"""Google keeps AudioSet in three places; the checkpoint is in one for the whole world."""

VARIABLE = "SOUNDALIKE_MIRROR"

_HOME = "/us_audioset/"
_OFFICIAL_HOSTS = frozenset({"storage.googleapis.com"})


@dataclass(frozen=True)
class Mirror:
    """A place to fetch from.

    Attributes
    ----------
    region : str
        One of `REGIONS`.
    base : str
        An address below which all files lie under their own names; empty for the official places.
    """

    region: str = REGIONS[0]
    base: str = ""

    @classmethod
    def parse(cls, text: str) -> Mirror:
        """Return the mirror that a person names: a region, or an address.

        Raises
        ------
        DownloadError
            If it is neither, or an address that is not encrypted and not of this machine.
        """
        if text.lower() in REGIONS:
            return cls(text.lower())
        hint = f"Name one of {', '.join(REGIONS)}, or an address that begins with https://."
        try:
            parts = urlsplit(text)
            has_host = bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            has_host = False
        if not has_host or parts.query or parts.fragment or not text.isprintable():
            raise DownloadError(f"There is no mirror {text!r}.", hint)
        if "@" in parts.netloc:
            raise DownloadError("A mirror's address may hold no password.", hint)
        if not _is_safe(parts):
            raise DownloadError(f"The mirror {text} is not encrypted.", hint)
        return cls(base=text.rstrip("/"))

    @classmethod
    def default(cls) -> Mirror:
        """Return what the environment variable `SOUNDALIKE_MIRROR` names, else Google's own."""
        return cls.parse(os.environ.get(VARIABLE) or REGIONS[0])

    def url(self, file: PinnedFile) -> str:
        """Return the address of a file."""
        if self.base:
            return f"{self.base}/{file.name}"
        return file.url.replace(_HOME, f"/{self.region}_audioset/")

    def is_publisher(self, file: PinnedFile) -> bool:
        """Return whether what comes from here comes from the file's publisher, over https."""
        return not self.base and file.url.startswith("https://")

    def allows(self, url: str) -> bool:
        """Return whether a server that was asked may send us on to this address."""
        try:
            parts = urlsplit(url)
            own = urlsplit(self.base)
            is_known = parts.netloc in _OFFICIAL_HOSTS or (parts.scheme, parts.netloc) == own[:2]
        except ValueError:
            return False
        return is_known and _is_safe(parts)


def _is_safe(parts: SplitResult) -> bool:
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
