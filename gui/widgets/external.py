"""Handing addresses to the browser, files and folders to the file manager, where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from core.jobs import Job
from gui.widgets.banner import Banner
from gui.workers import Worker

_PATIENCE_S = 20.0
"""Some systems answer only when the browser is closed: by then it has been open for long."""

_FILE_MANAGER, _CONNECTION = "org.freedesktop.FileManager1", "soundalike-show-file"


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
            QUrl(folder.absolute().as_uri()),  # Qt's own would lose bytes that are no text
            f"No program could be started that shows the folder {folder}.",
            "Copy its place",
            str(folder),
        )

    def show_file(self, path: Path) -> None:
        """Show a file in the file manager, selected where that can be asked for."""
        command = selecting_command(path)
        if command is not None:
            if not _start(*command):
                self.show_folder(path.parent)
        elif _program():
            self._worker.submit(
                lambda job: _selects(path, job),
                lambda is_done: None if is_done else self.show_folder(path.parent),
            )
        else:
            self.show_folder(path.parent)

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


def selecting_command(path: Path, platform: str = sys.platform) -> tuple[str, list[str]] | None:
    """Return the program, and its arguments, that shows a file selected in its folder.

    Parameters
    ----------
    path : Path
    platform : str
        As `sys.platform` has it.

    Returns
    -------
    tuple of str and list of str, or None
        None where there is no such program: desktops are asked by D-Bus there.
    """
    if platform == "darwin":
        return "open", ["-R", str(path)]
    if platform == "win32":
        # In quotes, which no name there can have in it: it would be cut at commas.
        return "explorer", [f'/select,"{path}"']
    return None


def _start(program: str, arguments: list[str]) -> bool:
    process = QProcess()
    process.setProgram(program)
    if sys.platform == "win32":
        process.setNativeArguments(" ".join(arguments))  # Explorer has quotes of its own kind
    else:
        process.setArguments(arguments)
    return bool(process.startDetached())


def _selects(path: Path, job: Job) -> bool:
    """Have the desktop's file manager show a file; return whether there is one that does.

    https://www.freedesktop.org/wiki/Specifications/file-manager-interface/
    """
    # A window shows before that is imported.
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, _CONNECTION)
    try:
        if not bus.isConnected():
            return False
        place = f"/{_FILE_MANAGER.replace('.', '/')}"
        call = QDBusMessage.createMethodCall(_FILE_MANAGER, place, _FILE_MANAGER, "ShowItems")
        call.setArguments([[path.absolute().as_uri()], ""])
        pending = bus.asyncCall(call, round(1000 * _PATIENCE_S))
        while not pending.isFinished():
            job.check()
            time.sleep(0.02)
        return not pending.isError()
    finally:
        QDBusConnection.disconnectFromBus(_CONNECTION)


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
