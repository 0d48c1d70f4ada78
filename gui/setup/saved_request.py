"""What a person wants set up, kept on disk until it is done: the next start goes on with it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from core.atomic import written_whole
from core.foreign import parsed_json
from core.options import ClipSet
from core.paths import DataFolder
from gui.setup.request import SetUpRequest


def keep(data: DataFolder, request: SetUpRequest) -> None:
    """Remember a request; where nothing can be written, the next start does not know it."""
    content = {**asdict(request), "paths": [str(path) for path in request.paths]}
    with suppress(OSError):
        data.root.mkdir(parents=True, exist_ok=True)
        with written_whole(data.set_up) as file:
            file.write(json.dumps(content).encode())


def kept(data: DataFolder) -> SetUpRequest | None:
    """Return the request that was not fulfilled; None for none, or a damaged one."""
    try:
        content = parsed_json(data.set_up.read_bytes())
        return SetUpRequest(
            ClipSet(content["clips"]),
            tuple(map(str, content["classes"])),
            str(content["mirror"]),
            content["keeps_archive"] is True,
            tuple(map(Path, content["paths"])),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def forget(data: DataFolder) -> None:
    """Forget the request: it is fulfilled, or given up."""
    with suppress(OSError):
        data.set_up.unlink(missing_ok=True)
