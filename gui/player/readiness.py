"""Whether the player can run here, found out without risking the window."""

from __future__ import annotations

import importlib.util
import logging
import sys
import time
from typing import TYPE_CHECKING

from core.errors import PlaybackError
from core.jobs import Job

if TYPE_CHECKING:
    from gui.player.browser import Browser

log = logging.getLogger(__name__)

NOT_INSTALLED = (
    "Videos play here once the optional extra “player” is installed.",
    "The guide tells how; until then, open the video in the browser.",
)
NOT_RUNNING = ("The player cannot run on this computer.", "Open the video in the browser.")

LONGEST_S = 30.0
_POLL_S = 0.05

# Chromium ends the whole process where it may not run, as root or without a sandbox. In a process
# of its own that harms nobody.
TRIAL = """
import os
from PySide6.QtWidgets import QApplication
application = QApplication(["trial", "-platform", "offscreen"])
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
profile = QWebEngineProfile()
page = QWebEnginePage(profile)
page.loadFinished.connect(lambda is_loaded: os._exit(0 if is_loaded else 3))
page.setHtml("trial")
application.exec()
"""


def is_installed() -> bool:
    """Return whether the extra is there; nothing of it is imported."""
    return all(
        importlib.util.find_spec(f"PySide6.{name}") is not None
        for name in ("QtWebEngineCore", "QtWebEngineWidgets")
    )


def browser_kind(job: Job) -> type[Browser]:
    """Return the class that plays; importing it takes half a second the first time.

    Raises
    ------
    PlaybackError
        If the extra is not installed, or does not run.
    Cancelled
    """
    if not is_installed():
        raise PlaybackError(*NOT_INSTALLED)
    try_out(job)
    try:
        from gui.player.browser import Browser
    except ImportError as error:  # a system library that it needs is missing
        log.warning("The player cannot be imported: %s", error)
        raise PlaybackError(*NOT_RUNNING) from error
    return Browser


def try_out(job: Job) -> None:
    """Run the player in a process of its own; raise PlaybackError where it cannot run."""
    import subprocess  # the window asks this module at its start, and need not wait for this

    started_s = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - this Python and a text of our own
        [sys.executable, "-c", TRIAL],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as trial:
        try:
            while trial.poll() is None and time.monotonic() < started_s + LONGEST_S:
                job.check()
                time.sleep(_POLL_S)
        finally:
            trial.kill()
    if trial.returncode != 0:
        log.warning("The player ended with status %s when it was tried", trial.returncode)
        raise PlaybackError(*NOT_RUNNING)
