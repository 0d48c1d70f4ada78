"""Handing addresses to the browser and folders to the file manager, where the system has one."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from core.jobs import Job
from gui.widgets.banner import Banner
from gui.workers import Worker

_PATIENCE_S = 20.0
"""Some systems answer only when the browser is closed: by then it has been open for long."""


class ExternalPrograms(QObject):
    """Opens what belongs to other programs, and says so where none takes it.

    Parameters
    ----------
    banner : Banner
    worker : Worker
        Where the system's answer is waited for.
    """

    def __init__(self, banner: Banner, worker: Worker) -> None:
        super().__init__(banner)
        self._banner, self._worker = banner, worker

    def browse(self, address: str) -> None:
        """Open an address in the browser."""
        self._open(QUrl(address), "No browser could be started.", "Copy the link", address)

    def show_folder(self, folder: Path) -> None:
        """Open a folder in the file manager."""
        self._open(
            QUrl.fromLocalFile(str(folder)),
            f"No program could be started that shows the folder {folder}.",
            "Copy its place",
            str(folder),
        )

    def _open(self, url: QUrl, trouble: str, action: str, text: str) -> None:
        def tell(is_open: bool) -> None:
            if not is_open:
                self._banner.show_trouble(
                    trouble, action, lambda: QGuiApplication.clipboard().setText(text)
                )

        program = _program()
        if program:
            self._worker.submit(lambda job: _takes(program, url.toString(), job), tell)
        else:
            tell(QDesktopServices.openUrl(url) is not False)


def _program() -> str:
    """Return what opens things on this desktop, if Qt would start it and not ask how it went."""
    is_sandboxed = Path("/.flatpak-info").exists() or "SNAP" in os.environ
    if QGuiApplication.platformName() not in ("xcb", "wayland") or is_sandboxed:
        return ""
    return shutil.which("xdg-open") or ""


def _takes(program: str, address: str, job: Job) -> bool:
    """Have a program open an address; return whether it did."""
    try:
        process = subprocess.Popen(  # noqa: S603 - an address, never a command
            [program, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    deadline_s = time.monotonic() + _PATIENCE_S
    while process.poll() is None:
        job.check()
        if time.monotonic() > deadline_s:
            return True
        time.sleep(0.02)
    return process.returncode == 0
