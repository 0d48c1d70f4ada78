"""Links to YouTube's videos that are dropped or pasted."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from core.catalog.pasted_links import video_id_of

_MOST_TEXT = 2000


def linked_video(mime: QMimeData) -> str:
    """Return the id of the video that a drop or the clipboard links to; empty for anything else."""
    addresses = [url.toString() for url in mime.urls()[:1]] or [mime.text()[:_MOST_TEXT].strip()]
    found = video_id_of(addresses[0])
    return found if found != addresses[0] else ""
