"""The player in the real Chromium; `test_player.py` runs this file in a process of its own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.types import Match, watch_url
from gui.player import controller
from gui.player.controller import ERRORS, NO_ROOM, UNREACHABLE
from gui.player.page import Addresses, Page, PlayedClip
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.player.player_server import Player, serve_player


@pytest.fixture
def youtube() -> Iterator[Player]:
    with serve_player() as player:
        yield player


@pytest.fixture
def browsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: bool(found.append(url.toString())) or True
    )
    return found


@pytest.fixture
def stage(app: App, youtube: Player, sine: Path, browsed: list[str]) -> App:
    """A window with matches, whose player comes from loopback."""
    app.window.resize(1120, 760)
    app.window.dropped.emit([sine])
    app.wait_for(lambda: app.rows > 0)
    app.player = app.coordinator.features.player
    app.player.addresses = youtube.addresses
    return app


def show(app: App, video_id: str, start_s: float = 30.0, **changes: object) -> Match:
    """Select a row of another video."""
    match = Match(1, video_id, start_s, 40.0, ("Dog",), 0.9, watch_url(video_id, start_s))
    match = replace(match, **changes)
    app.window.results.show_matches("Sounds like Dog", (match, match_of("other_video")))
    app.window.results.table.selectRow(0)
    app.wait_for(lambda: app.window.results.details.match == match)
    return match


def match_of(video_id: str) -> Match:
    return Match(2, video_id, 10.0, 20.0, ("Dog",), 0.8, watch_url(video_id, 10))


def press(app: App) -> None:
    QTest.mouseClick(app.window.results.details.play, Qt.MouseButton.LeftButton)


def sentence(app: App) -> str:
    panel = app.player.panel
    return panel.sentence.text() if panel.open.isVisible() else ""


def test_the_window_lives_on_while_chromium_begins(stage):
    """The first of all: later Chromium has begun."""
    assert stage.player.kind is None
    n_ticks = 0
    timer = QTimer()

    def tick() -> None:
        nonlocal n_ticks
        n_ticks += not stage.player.has_played

    show(stage, "good_video1")
    timer.timeout.connect(tick)
    timer.start(1)
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    timer.stop()
    assert n_ticks > 20


def test_plays_at_its_second_with_a_referrer(stage, youtube):
    show(stage, "good_video1", 34.9)
    assert not stage.player.panel.isVisible()
    assert youtube.asked == []
    press(stage)
    assert stage.player.panel.isVisible()
    assert stage.window.results.details.play.text() == "Close player"
    stage.wait_for(lambda: stage.player.has_played)
    ((video_id, parameters, headers),) = youtube.frames
    assert video_id == "good_video1"
    assert parameters["start"] == ["34"]
    assert parameters["autoplay"] == ["1"]
    origin = parameters["origin"][0]
    assert origin.startswith("http://127.0.0.1:")
    assert headers["referer"] == f"{origin}/"
    assert stage.player.browser.view.isVisible()
    assert stage.player.browser.view.height() >= 200
    press(stage)
    assert stage.player.browser is None
    assert not stage.player.panel.isVisible()
    assert stage.window.results.details.play.text() == "Play here"


def test_plays_from_the_most_similar_second(stage, youtube):
    show(stage, "good_video1", 30.0, best_second=37.0)
    press(stage)
    stage.wait_for(lambda: len(youtube.frames) == 1)
    assert youtube.frames[0][1]["start"] == ["37"]


@pytest.mark.parametrize("code", [2, 5, 100, 101, 150, 153, 77])
def test_an_error_offers_the_browser_with_a_sentence(stage, browsed, code):
    match = show(stage, f"err{code:03}_____")
    press(stage)
    stage.wait_for(lambda: bool(sentence(stage)))
    assert sentence(stage) == ERRORS.get(str(code), f"YouTube’s player reported error {code}.")
    assert stage.player.browser is None
    QTest.mouseClick(stage.player.panel.open, Qt.MouseButton.LeftButton)
    assert browsed == [match.url]


def test_without_a_referrer_youtube_would_refuse(stage, youtube, monkeypatch):
    """The page server's reason: this is what happens where the page hides its address."""
    made = controller.page_of

    def hiding(clip: PlayedClip, addresses: Addresses) -> Page:
        page = made(clip, addresses)
        silence = b'<meta name="referrer" content="no-referrer"><title>'
        return replace(page, body=page.body.replace(b"<title>", silence))

    monkeypatch.setattr(controller, "page_of", hiding)
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: bool(sentence(stage)))
    assert sentence(stage) == ERRORS["153"]
    assert "referer" not in youtube.frames[0][2]


def test_no_cookies_are_kept_and_nothing_is_stored(stage, youtube, own_data_folder):
    for number in range(2):
        show(stage, "good_video1")
        press(stage)
        stage.wait_for(lambda number=number: len(youtube.told) == number + 1)
        press(stage)
    assert youtube.told == 2 * [{"stored": "refused", "cookie": ""}]
    assert len(youtube.frames) == 2
    assert not any("cookie" in headers for _, headers in youtube.asked)
    written = [path for path in Path(os.environ["HOME"]).rglob("*") if path.is_file()]
    assert [path for path in written if b"tracked" in path.read_bytes()] == []


def test_pauses_when_its_row_is_left(stage, youtube):
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    stage.window.results.table.selectRow(1)
    stage.wait_for(lambda: youtube.has_told("state", 2))
    assert not stage.player.panel.isVisible()
    assert stage.window.results.details.play.text() == "Play here"
    stage.window.results.table.selectRow(0)
    assert stage.player.panel.isVisible()
    assert stage.player.browser is not None
    stage.window.results.table.selectRow(1)
    press(stage)
    stage.wait_for(lambda: [frame[0] for frame in youtube.frames] == ["good_video1", "other_video"])


def test_leaving_the_row_before_it_plays_stops_it(stage, youtube):
    youtube.gate.clear()
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: len(youtube.asked) == 1)
    stage.window.results.table.selectRow(1)
    assert stage.player.browser is None
    youtube.gate.set()


def test_stops_when_a_recording_begins(stage, youtube):
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    stage.window.commands.record.trigger()
    stage.wait_for(lambda: stage.session.state is State.RECORDING)
    assert stage.player.browser is None
    assert not stage.player.panel.isVisible()
    stage.player.toggle(match_of("other_video"))
    assert "recording" in stage.window.banner.message
    assert stage.player.browser is None


def test_closing_the_window_stops_it(stage, youtube):
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    stage.window.close()
    assert stage.player.browser is None


def test_offline_is_said_at_once(stage, browsed):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    stage.player.addresses = Addresses(f"http://localhost:{port}/iframe_api", "http://localhost:1")
    match = show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: bool(sentence(stage)))
    assert sentence(stage) == UNREACHABLE
    QTest.mouseClick(stage.player.panel.open, Qt.MouseButton.LeftButton)
    assert browsed == [match.url]


def test_a_script_that_never_comes_is_given_up(stage, youtube):
    stage.player.patience.setInterval(300)
    youtube.gate.clear()
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: bool(sentence(stage)))
    assert sentence(stage) == UNREACHABLE
    youtube.gate.set()


def test_the_page_goes_nowhere_else(stage, youtube):
    show(stage, "away_video1")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    assert not any(path == "/elsewhere" for path, _ in youtube.asked)


def test_dialogs_stay_closed(stage, youtube):
    show(stage, "ask_video__")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    heard: list[object] = []
    stage.player.browser.page.runJavaScript("JSON.stringify(window.answers)", heard.append)
    stage.wait_for(lambda: bool(heard))
    assert heard == ["[false,null]"]


def test_no_permission_no_download_no_window_of_its_own(stage, youtube, browsed, tmp_path):
    show(stage, "where_am_i_")
    press(stage)
    stage.wait_for(lambda: any("place" in told for told in youtube.told))
    assert youtube.has_told("place", "User denied Geolocation")
    show(stage, "popu_video1")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    show(stage, "down_video1")
    press(stage)
    stage.wait_for(lambda: any(path == "/download" for path, _ in youtube.asked))
    stage.qtbot.wait(200)
    assert browsed == []
    assert not list(Path(os.environ["HOME"]).rglob("x.bin"))
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [stage.window]


def test_a_link_opens_in_the_browser(stage, youtube, browsed):
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    view = stage.player.browser.view

    def click() -> bool:
        QTest.mouseClick(view.focusProxy(), Qt.MouseButton.LeftButton, pos=view.rect().center())
        return bool(browsed)

    stage.qtbot.waitUntil(click)
    assert set(browsed) == {"https://www.youtube.com/watch?v=good_video1"}
    assert stage.player.browser.view.url().host() == "127.0.0.1"


def test_only_one_of_the_two_sounds_is_heard(stage, youtube):
    paused: list[bool] = []
    stage.player.began.connect(lambda: paused.append(True))
    show(stage, "good_video1")
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    assert paused == [True]
    stage.coordinator.features.playback.playback.state_changed.emit(True)
    stage.wait_for(lambda: youtube.has_told("state", 2))


def test_a_match_without_a_link_says_why(stage):
    show(stage, "good_video1", url="")
    assert not stage.window.results.details.play.isEnabled()
    stage.window.commands.play_here.trigger()
    assert "cannot be played" in stage.window.banner.message


def test_a_window_without_room_offers_the_browser(stage, youtube, browsed):
    match = show(stage, "good_video1")
    stage.window.right.setMaximumHeight(150)
    stage.qtbot.waitUntil(lambda: stage.window.right.height() <= 150)
    stage.player.toggle(match)
    stage.wait_for(lambda: stage.window.banner.message == NO_ROOM)
    assert youtube.asked == []
    assert not stage.player.panel.isVisible()
    stage.window.banner.action.click()
    assert browsed == [match.url]


def test_the_stop_button_keeps_its_place_in_a_low_window(stage):
    show(stage, "good_video1")
    stage.window.banner.clear()
    stage.window.permission.adopt(False)
    stage.window.resize(1120, 640)
    press(stage)
    stage.wait_for(lambda: stage.player.has_played)
    details = stage.window.results.details
    assert details.play.isVisible()
    assert details.play.visibleRegion().boundingRect() == details.play.rect()
    assert stage.player.panel.geometry().bottom() < details.first_row.geometry().top()
    press(stage)
    assert all(button.isVisible() for button in details.buttons)
