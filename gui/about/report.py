"""What a report of a fault needs: versions, what answers, and the last lines of the log."""

from __future__ import annotations

import platform
from pathlib import Path

import PySide6
from PySide6.QtCore import QSysInfo, qVersion
from PySide6.QtGui import QGuiApplication

from core import __version__
from core.errors import SoundalikeError
from core.jobs import Job
from core.log_lines import last_lines, without_names
from core.types import CatalogInfo

_MOST_LINES = 60


def window_details(info: CatalogInfo | None) -> list[str]:
    """Return what the window's own thread must be asked for, a line each."""
    screen = QGuiApplication.primaryScreen()
    size, scale = screen.size(), screen.devicePixelRatio()
    answers = ["Nothing answers yet."]
    if info is not None:
        catalog = "AudioSet, balanced" if info.is_balanced else info.name
        answers = [f"Listener: {info.model}", f"Catalogue: {catalog}, {info.n_clips:,} clips"]
    return [
        f"Windows by {QGuiApplication.platformName()}, "
        f"screen {size.width()} × {size.height()}, scale {scale:g}",
        *answers,
    ]


def report(window: list[str], log: Path, with_names: bool, job: Job) -> str:
    """Return all details as text; this takes a while where PortAudio was not asked yet.

    Parameters
    ----------
    window : list of str
        From `window_details`.
    log : Path
    with_names : bool
        Whether the log's lines may name files and folders.
    job : Job
    """
    lines = last_lines(log, _MOST_LINES)
    job.check()
    return "\n".join(
        [
            f"Soundalike {__version__}",
            f"Python {platform.python_version()}, Qt {qVersion()}, PySide {PySide6.__version__}",
            f"{QSysInfo.prettyProductName()}, {platform.system()} {platform.release()}, "
            f"{platform.machine()}",
            _portaudio(),
            *window,
            "",
            "Last lines of the log:" if lines else "The log is empty.",
            *(lines if with_names else without_names(lines)),
            "",
        ]
    )


def _portaudio() -> str:
    from core.audio.portaudio import portaudio

    try:
        return str(portaudio().get_portaudio_version()[1])
    except SoundalikeError as error:
        return f"No PortAudio: {error.message}"
