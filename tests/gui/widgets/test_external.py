"""Links and folders go to other programs, and it is said where there is none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import ClassInfo, QDeadlineTimer, QObject, QUrl, Slot
from PySide6.QtDBus import QDBusConnection
from PySide6.QtGui import QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

from gui.widgets.banner import Banner
from gui.widgets.external import ExternalPrograms, selecting_command
from gui.workers import Worker

LINK = "https://www.youtube.com/watch?v=abcdefghijk&t=34s"


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    made = Banner()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def opening(banner: Banner, qtbot: QtBot) -> Iterator[ExternalPrograms]:
    worker = Worker("opening")
    yield ExternalPrograms(banner, worker)
    qtbot.waitUntil(lambda: not worker.is_busy, timeout=20_000)
    worker.close()
    assert worker.wait(QDeadlineTimer(30_000))


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Make a desktop whose ``xdg-open`` is this script; return what it wrote its argument to."""
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    monkeypatch.delenv("SNAP", raising=False)

    def make(script: str) -> Path:
        tools, told = tmp_path / "bin", tmp_path / "told"
        tools.mkdir()
        (tools / "xdg-open").write_text(f'#!/bin/sh\necho "$1" > "{told}"\n{script}\n')
        (tools / "xdg-open").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        return told

    return make


def test_a_desktop_without_a_browser_offers_the_link(
    opening: ExternalPrograms, banner: Banner, desktop: Callable[[str], Path], qtbot: QtBot
) -> None:
    desktop("echo nothing found >&2; exit 3")
    opening.browse(LINK)
    qtbot.waitUntil(lambda: banner.text.text() == "No browser could be started.", timeout=20_000)
    assert banner.action.text() == "Copy the link"
    banner.action.click()
    assert QGuiApplication.clipboard().text() == LINK


@pytest.mark.parametrize("script", ["exit 0", "sleep 1; exit 0"])
def test_a_browser_gets_the_link_and_nothing_is_said(
    opening: ExternalPrograms,
    banner: Banner,
    desktop: Callable[[str], Path],
    qtbot: QtBot,
    script: str,
) -> None:
    told = desktop(script)
    opening.browse(LINK)
    qtbot.waitUntil(lambda: told.exists() and told.read_text() == f"{LINK}\n", timeout=20_000)
    assert banner.isHidden()


def test_a_folder_that_nothing_shows_is_named(
    opening: ExternalPrograms,
    banner: Banner,
    desktop: Callable[[str], Path],
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    told = desktop("exit 4")
    opening.show_folder(tmp_path)
    qtbot.waitUntil(lambda: str(tmp_path) in banner.text.text(), timeout=20_000)
    assert told.read_text() == f"file://{tmp_path}\n"
    banner.action.click()
    assert QGuiApplication.clipboard().text() == str(tmp_path)


def test_a_folder_whose_name_is_no_text_is_shown_by_its_bytes(
    opening: ExternalPrograms,
    banner: Banner,
    desktop: Callable[[str], Path],
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    told, folder = desktop("exit 0"), tmp_path / os.fsdecode(b"caf\xe9")
    opening.show_folder(folder)
    address = f"{folder.as_uri()}\n"
    qtbot.waitUntil(lambda: told.exists() and told.read_text() == address, timeout=20_000)
    assert banner.isHidden()


@pytest.mark.parametrize("takes", [True, False])
def test_elsewhere_the_toolkit_is_asked(
    opening: ExternalPrograms, banner: Banner, monkeypatch: pytest.MonkeyPatch, takes: bool
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: asked.append(url.toString()) or takes
    )
    opening.browse(LINK)
    assert asked == [LINK]
    assert banner.isHidden() == takes


NAME = "org.freedesktop.FileManager1"


@ClassInfo({"D-Bus Interface": NAME})
class FileManager(QObject):
    """A desktop's file manager, as others see it."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    @Slot("QStringList", str)
    def ShowItems(self, uris: list[str], startup_id: str) -> None:
        self.shown += uris


@pytest.fixture
def session_bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A real bus of a session that nothing else is on."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=pipe, stderr=nowhere, text=True) as bus:
        assert bus.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().strip())
        yield
        bus.kill()


@pytest.fixture
def file_manager(session_bus: None) -> Iterator[FileManager]:
    made, kind = FileManager(), QDBusConnection.BusType.SessionBus
    connection = QDBusConnection.connectToBus(kind, "tests")
    slots = QDBusConnection.RegisterOption.ExportAllSlots
    assert connection.registerObject(f"/{NAME.replace('.', '/')}", made, slots)
    assert connection.registerService(NAME)
    yield made
    QDBusConnection.disconnectFromBus("tests")


def test_a_file_is_selected_by_the_desktops_file_manager(
    opening: ExternalPrograms,
    file_manager: FileManager,
    desktop: Callable[[str], Path],
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    told, path = desktop("exit 0"), tmp_path / "rain, ü & more.wav"
    opening.show_file(path)
    qtbot.waitUntil(lambda: bool(file_manager.shown), timeout=20_000)
    assert file_manager.shown == [path.as_uri()]
    assert not told.exists(), "the folder is not opened beside it"


@pytest.mark.parametrize("has_bus", [True, False])
def test_without_such_a_file_manager_the_folder_is_opened(
    opening: ExternalPrograms,
    desktop: Callable[[str], Path],
    qtbot: QtBot,
    tmp_path: Path,
    session_bus: None,
    monkeypatch: pytest.MonkeyPatch,
    has_bus: bool,
) -> None:
    if not has_bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    told = desktop("exit 0")
    opening.show_file(tmp_path / "rain.wav")
    qtbot.waitUntil(lambda: told.exists() and bool(told.read_text()), timeout=20_000)
    assert told.read_text() == f"file://{tmp_path}\n"


def test_other_systems_have_a_program_that_selects_and_no_shell_between() -> None:
    path = Path("/sounds/rain, heavy; rm -rf.wav")
    assert selecting_command(path, "darwin") == ("open", ["-R", str(path)])
    assert selecting_command(path, "win32") == ("explorer", [f'/select,"{path}"'])
    assert selecting_command(path, "linux") is None


def test_that_program_is_started_and_gets_the_path_whole(
    opening: ExternalPrograms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> None:
    told, program, path = tmp_path / "told", tmp_path / "open", tmp_path / "rain, $(x); y.wav"
    program.write_text(f'#!/bin/sh\necho "$#" "$1" "$2" > "{told}"\n')
    program.chmod(0o755)
    monkeypatch.setattr(
        "gui.widgets.external.selecting_command", lambda path: (str(program), ["-R", str(path)])
    )
    opening.show_file(path)
    qtbot.waitUntil(lambda: told.exists() and bool(told.read_text()), timeout=20_000)
    assert told.read_text() == f"2 -R {path}\n"


def test_where_that_program_cannot_be_started_the_folder_is_opened(
    opening: ExternalPrograms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[QUrl] = []
    monkeypatch.setattr(
        "gui.widgets.external.selecting_command", lambda path: (str(tmp_path / "none"), [])
    )
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url) or True)
    opening.show_file(tmp_path / "rain.wav")
    assert asked == [QUrl.fromLocalFile(str(tmp_path))]
