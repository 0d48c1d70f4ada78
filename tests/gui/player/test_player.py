"""The player: its page and the server of it, what is there without the extra, and Chromium.

What runs Chromium lies in `player_cases.py` and runs in a process of its own: it cannot be ended
before the process does, and would outlive every test that comes after.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtNetwork import QAbstractSocket, QTcpSocket
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.errors import Cancelled, PlaybackError
from core.jobs import Job
from core.types import Match, NoLink, watch_url
from gui.player import readiness
from gui.player.page import Addresses, Page, PlayedClip, clip_of, page_of
from gui.player.page_server import PageServer
from gui.player.readiness import NOT_INSTALLED, NOT_RUNNING, browser_kind
from tests.conftest import PROJECT
from tests.gui.test_real_window import screen

__all__ = ["screen"]

CLIP = PlayedClip("abcdefgh-_1", 34)


def run_in_chromium(file: str, tmp_path: Path, **environment: str) -> int:
    """Run a file of tests in a process of its own; return how many passed."""
    home = tmp_path / "home"
    home.mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + [str(PROJECT / "tests" / "gui" / "player" / file)],
        cwd=PROJECT,
        # Chromium does not run as root with its sandbox, and tests may be run by root.
        env={
            **os.environ,
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
    number = re.search(r"(\d+) passed", ended.stdout)
    assert number is not None
    return int(number[1])


@pytest.mark.slow
def test_in_chromium(tmp_path):
    """All cases of `player_cases.py`, which see the real Chromium."""
    assert run_in_chromium("player_cases.py", tmp_path, QT_QPA_PLATFORM="offscreen") >= 20


def test_on_a_screen(tmp_path, screen):
    """What only a real screen can show."""
    assert run_in_chromium("player_on_screen.py", tmp_path, QT_QPA_PLATFORM="xcb", DISPLAY=screen)


# The page


@pytest.mark.parametrize(
    "video_id",
    ["", "short", "abcdefgh-_12", "abcdefgh-_\n", "<script>abc", "abcdefgh\"'1", "é" * 11],
)
def test_only_ids_of_youtube_get_into_the_page(video_id):
    with pytest.raises(ValueError, match="not an id"):
        PlayedClip(video_id, 0)


def test_the_clip_of_a_match():
    match = Match(1, "key", 30.7, 40.0, (), 0.9, watch_url("abcdefgh-_1", 30.7))
    assert clip_of(match) == PlayedClip("abcdefgh-_1", 30)
    assert clip_of(match.linked("abcdefgh-_2")) == PlayedClip("abcdefgh-_2", 30)
    assert clip_of(Match(1, "key", 30.7, 40.0, (), 0.9, "", no_link=NoLink.GONE)) is None


def test_the_page_says_what_to_play_and_may_load_nothing_else():
    page = page_of(CLIP, Addresses())
    text = page.body.decode()
    told = re.search(r'type="application/json" nonce="[\w-]+">(.*?)</script>', text)
    assert told is not None
    assert json.loads(told[1]) == {
        "video_id": "abcdefgh-_1",
        "start_s": 34,
        "script": "https://www.youtube.com/iframe_api",
        "host": "https://www.youtube-nocookie.com",
    }
    assert "{{" not in text
    policy = dict(part.strip().split(" ", 1) for part in page.policy.split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-src"] == "https://www.youtube-nocookie.com https://www.youtube.com"
    assert policy["script-src"].endswith(" https://www.youtube.com")
    assert page.policy != page_of(CLIP, Addresses()).policy  # another nonce each time


# Its server


@pytest.fixture
def server(qtbot: QtBot) -> Iterator[PageServer]:
    made = PageServer(Page(b"<p>page</p>", "default-src 'none'"))
    yield made
    made.close()
    made.deleteLater()


def ask(qtbot: QtBot, server: PageServer, *parts: bytes) -> bytes:
    """Send bytes to the server; return all that it answers until it hangs up."""
    socket = QTcpSocket()
    socket.connectToHost("127.0.0.1", server.url.port())
    qtbot.waitUntil(lambda: socket.state() == QAbstractSocket.SocketState.ConnectedState)
    for part in parts:
        socket.write(part)
        socket.flush()
        qtbot.wait(1)
    qtbot.waitUntil(lambda: socket.state() == QAbstractSocket.SocketState.UnconnectedState)
    return bytes(socket.readAll().data())


def request(server: PageServer, method: str = "GET", path: str = "", host: str = "") -> bytes:
    host = host or f"127.0.0.1:{server.url.port()}"
    return f"{method} {path or server.url.path()} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def test_serves_its_page_to_who_knows_the_address(qtbot, server):
    whole = request(server)
    for parts in ([whole], [whole[:7], whole[7:30], whole[30:]]):
        head, _, body = ask(qtbot, server, *parts).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Content-Security-Policy: default-src 'none'" in head
        assert b"Referrer-Policy: strict-origin-when-cross-origin" in head
        assert b"Cache-Control: no-store" in head
        assert body == b"<p>page</p>"


def test_serves_nothing_else(qtbot, server):
    others = (
        request(server, path="/"),
        request(server, path="/favicon.ico"),
        request(server, path=server.url.path() + "x"),
        request(server, path=server.url.path() + "/../../etc/passwd"),
        request(server, "POST"),
        request(server, "HEAD"),
        request(server, host="elsewhere.example"),  # as after DNS rebinding
        f"GET {server.url.path()} HTTP/1.1\r\n\r\n".encode(),
        b"\r\n\r\n",
        b"\xff\xfe\x00 \r\n:\r\n\r\n",
    )
    for other in others:
        answer = ask(qtbot, server, other)
        assert answer.startswith(b"HTTP/1.1 404 "), other
        assert b"page" not in answer
    assert server.url.host() == "127.0.0.1"


def test_an_endless_request_is_cut_off(qtbot, server):
    assert ask(qtbot, server, b"GET " + b"x" * 20_000) == b""
    assert ask(qtbot, server, request(server)).endswith(b"<p>page</p>")


def test_idle_connections_are_few_and_end_with_it(qtbot, server):
    sockets = [QTcpSocket() for _ in range(12)]
    for socket in sockets:
        socket.connectToHost("127.0.0.1", server.url.port())
    unconnected = QAbstractSocket.SocketState.UnconnectedState
    qtbot.waitUntil(lambda: sum(socket.state() == unconnected for socket in sockets) == 4)
    # They keep nobody out.
    assert ask(qtbot, server, request(server)).endswith(b"<p>page</p>")
    server.close()
    qtbot.waitUntil(lambda: all(socket.state() == unconnected for socket in sockets))


# Without it


def test_starting_imports_nothing_of_it():
    script = (
        "import sys, gui.app, gui.features;"
        "print([name for name in sys.modules if 'WebEngine' in name])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QtWebEngineCore", "QtWebEngineWidgets"):
        monkeypatch.setitem(sys.modules, f"PySide6.{name}", None)


def test_without_the_extra_the_panel_offers_the_browser(app, sine, not_installed, monkeypatch):
    browsed: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: bool(browsed.append(url.toString())) or True
    )
    app.window.dropped.emit([sine])
    app.wait_for(lambda: app.rows > 0)
    app.window.results.table.selectRow(0)
    details, panel = app.window.results.details, app.coordinator.features.player.panel
    assert not panel.isVisible()
    QTest.mouseClick(details.play, Qt.MouseButton.LeftButton)
    app.wait_for(panel.open.isVisible)
    assert panel.sentence.text() == " ".join(NOT_INSTALLED)
    QTest.mouseClick(panel.open, Qt.MouseButton.LeftButton)
    assert browsed == [details.match.url]
    app.window.results.table.selectRow(1)
    assert not panel.isVisible()  # said once, where it was asked


def test_not_installed_is_an_error_with_a_way_out(not_installed):
    assert not readiness.is_installed()
    with pytest.raises(PlaybackError) as caught:
        browser_kind(Job())
    assert (caught.value.message, caught.value.hint) == NOT_INSTALLED


def test_a_player_that_would_end_the_program_is_only_tried_elsewhere(monkeypatch, caplog):
    monkeypatch.setattr(readiness, "TRIAL", "import os; os.abort()")
    with caplog.at_level(logging.WARNING), pytest.raises(PlaybackError) as caught:
        browser_kind(Job())
    assert (caught.value.message, caught.value.hint) == NOT_RUNNING
    assert "ended with status" in caplog.text


def test_a_trial_that_hangs_is_given_up_and_can_be_cancelled(monkeypatch):
    monkeypatch.setattr(readiness, "TRIAL", "import time; time.sleep(600)")
    monkeypatch.setattr(readiness, "LONGEST_S", 0.2)
    with pytest.raises(PlaybackError):
        browser_kind(Job())
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        browser_kind(job)


def test_the_real_trial_ends_by_itself(monkeypatch):
    """With the sandbox switched off it passes anywhere; as root with the sandbox it must not."""
    monkeypatch.setenv("QTWEBENGINE_DISABLE_SANDBOX", "1")
    readiness.try_out(Job())
    monkeypatch.delenv("QTWEBENGINE_DISABLE_SANDBOX")
    if sys.platform == "linux" and os.geteuid() == 0:
        with pytest.raises(PlaybackError):
            readiness.try_out(Job())


def test_the_extra_is_pinned_like_the_rest_of_qt():
    text = (Path(PROJECT) / "pyproject.toml").read_text()
    pins = re.findall(r'"PySide6-(?:Essentials|Addons)(.*?)"', text)
    assert len(pins) == 3
    assert len(set(pins)) == 1
