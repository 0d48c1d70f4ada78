"""Recordings that were running when the program ended: kept, and offered at the next start."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from core.audio.files import save_wav
from core.audio.waveform import Waveform
from core.errors import AudioFileError

_UNHEARD, _HEARD = "unheard ", "recording "


def keep(waveform: Waveform, folder: Path) -> Path:
    """Write a recording that nobody has matched yet; return its file.

    Raises
    ------
    AudioFileError
        If it cannot be written.
    """
    path = folder / f"{_UNHEARD}{time.strftime('%Y-%m-%d %H.%M.%S')}.wav"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioFileError(
            f"{folder} cannot be made: {error.strerror}.", "Check the data folder."
        ) from error
    save_wav(waveform, path)
    return path


def take_kept(folder: Path) -> Path | None:
    """Return the newest recording that was kept and not yet offered; it is offered only once.

    The file stays in the folder under another name.
    """
    for path in sorted(folder.glob(f"{_UNHEARD}*.wav"), reverse=True):
        with suppress(OSError):
            return path.rename(path.with_name(_HEARD + path.name.removeprefix(_UNHEARD)))
    return None
