"""Catalogues that were changed by hand, and whose checksums were made to fit."""

from __future__ import annotations

import json
from pathlib import Path

import google_crc32c

from core.catalog.manifest import MANIFEST


def reseal(folder: Path) -> None:
    """Make all checksums of a catalogue fit its files, as one does who means harm."""
    content = json.loads((folder / MANIFEST).read_text())
    content.pop("crc32c")
    for name in content["files"]:
        data = (folder / name).read_bytes()
        content["files"][name] = [len(data), f"{google_crc32c.value(data):08x}"]
    (folder / MANIFEST).write_text(sealed(content))


def sealed(content: object) -> str:
    """Return the text of a `catalog.json` with a checksum that fits what is in it."""
    checksum = google_crc32c.value(json.dumps(content, sort_keys=True).encode())
    whole = {**content, "crc32c": f"{checksum:08x}"} if isinstance(content, dict) else content
    return json.dumps(whole)
