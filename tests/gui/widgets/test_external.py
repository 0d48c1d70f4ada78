"""Links and folders go to other programs, and it is said where there is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer
from PySide6.QtGui import QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

from gui.widgets.banner import Banner
from gui.widgets.external import ExternalPrograms
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
