"""Addresses on network shares, and where GNOME shows these as folders of this computer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from PySide6.QtCore import QUrl

from core.errors import AudioFileError

_KINDS = {
    "smb": "smb-share",
    "sftp": "sftp",
    "ssh": "sftp",
    "ftp": "ftp",
    "dav": "dav",
    "davs": "dav",
    "nfs": "nfs",
}
"""What GNOME's mounts of an address begin with, by the address's scheme."""


def is_share(url: QUrl) -> bool:
    """Return whether an address is one of a network share."""
    return url.scheme() in _KINDS


def mounted_path(url: QUrl, mounts: Path | None = None) -> Path:
    """Return the path under which this computer has what lies at an address.

    Parameters
    ----------
    url : QUrl
        Such as ``smb://server/share/dog.wav``.
    mounts : Path, optional
        The folder of mounts, if not GNOME's own.

    Raises
    ------
    AudioFileError
        If the share is not mounted.
    """
    mounts = mounts or _folder_of_mounts()
    for mount, described in _mounted(mounts, _KINDS[url.scheme()]):
        inner = _within(url, described)
        if inner is not None:
            return mount.joinpath(*inner)
    raise AudioFileError(
        f"The network share of {url.host()} is not open on this computer.",
        "Open it in the file manager first, then drop the file again; or copy the file.",
    )


def _folder_of_mounts() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{getattr(os, 'getuid', int)()}"
    return Path(runtime, "gvfs")


def _mounted(mounts: Path, kind: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield mounts of a kind, such as ``smb-share:server=nas,share=sounds``, and what they name."""
    with suppress(OSError):
        for mount in sorted(mounts.iterdir()):
            begin, _, rest = mount.name.partition(":")
            if begin == kind:
                parts = (part.partition("=") for part in rest.split(","))
                yield mount, {name: unquote(value) for name, _, value in parts}


def _within(url: QUrl, described: dict[str, str]) -> tuple[str, ...] | None:
    """Return the way from a mount to an address, None where that does not lie in it."""
    host = described.get("server") or described.get("host", "")
    wanted = {
        "user": url.userName().rpartition(";")[2],  # before it may stand a domain
        "port": str(url.port()) if url.port() > 0 else "",
        "ssl": {"dav": "false", "davs": "true"}.get(url.scheme(), ""),
    }
    is_other = any(value and described.get(key, value) != value for key, value in wanted.items())
    if is_other or host.strip("[]").casefold() != url.host().casefold():
        return None
    whole = url.path(QUrl.ComponentFormattingOption.FullyDecoded)
    parts = [part for part in whole.split("/") if part]
    above = [
        part for part in (described.get("share") or described.get("prefix", "")).split("/") if part
    ]
    begin = [part.casefold() for part in parts[: len(above)]]
    if begin != [part.casefold() for part in above] or ".." in parts:
        return None
    return tuple(parts[len(above) :])
