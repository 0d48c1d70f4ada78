"""Matches in a catalogue of own sounds: played, shown, dragged out, and what is not there."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from core.audio import portaudio
from core.audio.examples import example
from core.audio.writing import save_wav
from core.types import Match
from gui.results.file_places import FilePlaces
from gui.results.model import ROW_ROLE, Column
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.search.test_session import open_and_wait, said
from tests.virtual_microphone import VirtualMicrophone


@pytest.fixture
def shown(own_app: App, tmp_path: Path) -> App:
    save_wav(example("Siren"), tmp_path / "query.wav")
    open_and_wait(own_app, tmp_path / "query.wav")
    own_app.wait_for(lambda: own_app.window.spectrogram.can_zoom)
    return own_app


def text(app: App, column: Column, row: int = 0) -> str:
    table = app.window.results.table
    return str(table.model().index(row, column).data())


def spoken(app: App, column: Column, row: int = 0) -> str:
    index = app.window.results.table.model().index(row, column)
    return str(index.data(Qt.ItemDataRole.AccessibleTextRole))


def test_a_row_says_file_folder_span_and_tags(shown: App, own_folder: Path) -> None:
    app = shown
    name = text(app, Column.VIDEO)
    assert name in ("Siren.wav", "Siren again.wav")
    assert str(own_folder.resolve()) in spoken(app, Column.VIDEO)
    assert spoken(app, Column.VIDEO).startswith("File: ")
    assert text(app, Column.TIME) == "0:00–0:05"
    assert spoken(app, Column.LABELS).startswith("Tags: ")
    details = app.window.results.details
    assert details.title.text() == name
    assert details.channel.text() == str(own_folder.resolve())
    assert details.address.text().startswith("also ")
    assert details.play.text() == "Play"
    assert details.open.text() == "Show in folder"
    assert not details.copy_id.isVisible()


def test_what_only_videos_have_is_not_offered_and_nobody_asks_youtube(shown: App) -> None:
    app = shown
    commands = app.window.commands
    assert not commands.playlist.isVisible()
    assert not commands.hide_gone.isVisible()
    assert commands.open_link.text() == "Show in folder"
    app.window.permission.adopt(True)
    table = app.window.results.table
    table.selectRow(2)
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    look_ups = app.coordinator.features.results.look_ups
    assert not look_ups.states
    assert not app.window.banner.isVisible()


def test_the_clip_is_played_and_the_sound_in_sight_stays(
    virtual_microphone: VirtualMicrophone,
    shown: App,
) -> None:
    portaudio.look_again()
    app, table = shown, shown.window.results.table
    files = app.coordinator.features.playback.files
    before = app.session.audio
    table.selectRow(1)
    with app.qtbot.waitSignal(files.playback.moved):
        app.qtbot.keyClick(table, Qt.Key.Key_Return)
    assert text(app, Column.LINK, 1) == "playing"
    assert text(app, Column.LINK, 0) == "play"
    assert app.window.results.details.play.text() == "Stop"
    assert app.session.audio is before
    assert app.window.spectrogram.plot.overlay.playhead_s is None
    app.qtbot.keyClick(table, Qt.Key.Key_Space)
    assert files.match is None
    assert app.session.state is State.RESULTS, "Space has stopped it, and recorded nothing"
    assert text(app, Column.LINK, 1) == "play"
    app.window.results.details.play.click()
    assert files.match is not None
    app.window.commands.play.trigger()  # the key P
    assert files.match is None
    app.wait_for(lambda: not app.coordinator.workers.is_busy)


def test_a_file_that_cannot_be_played_says_so(shown: App) -> None:
    app = shown
    files = app.coordinator.features.playback.files
    place = Path(app.window.results.table.chosen().path)
    place.write_bytes(b"no sound")
    app.window.results.details.play.click()
    app.wait_for(lambda: app.window.banner.is_trouble)
    assert files.match is None
    assert text(app, Column.LINK) == "play"


def test_a_file_that_is_not_there_is_grey_and_says_so(shown: App, own_folder: Path) -> None:
    app, table = shown, shown.window.results.table
    names = [text(app, Column.VIDEO, row) for row in range(table.model().rowCount())]
    row = names.index("Bell.wav")
    table.selectRow(row)
    (own_folder / "Bell.wav").rename(own_folder / "elsewhere.wav")
    files = app.coordinator.features.results.files
    with app.qtbot.waitSignal(files.changed):
        files.want([table.chosen()])
    assert "not there now" in spoken(app, Column.VIDEO, row)
    assert app.window.results.details.channel.text().startswith("not there now · ")
    assert not app.window.results.details.play.isEnabled()
    index = table.model().index(row, 0)
    assert not table.model().flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    table.link_chosen.emit(table.chosen())
    assert "Bell.wav is not there" in said(app)
    (own_folder / "elsewhere.wav").rename(own_folder / "Bell.wav")
    with app.qtbot.waitSignal(files.changed):
        files.want([table.chosen()])
    assert app.window.results.details.play.isEnabled()


def test_a_copy_takes_the_place_of_a_file_that_is_away(shown: App) -> None:
    app, table = shown, shown.window.results.table
    match = table.chosen()
    assert len(match.other_paths) == 1
    Path(match.path).unlink()
    files = app.coordinator.features.results.files
    with app.qtbot.waitSignal(files.changed):
        files.want([match])
    assert files.place(match) == match.other_paths[0]


def test_before_it_is_looked_up_the_catalogue_says_what_is_missing(app: App) -> None:
    files = FilePlaces(app.coordinator.workers["own files"])
    there = Match(1, "key", 0.0, 10.0, (), 1.0, "", path="/a/b.wav")
    assert files.place(there) == "/a/b.wav"
    assert files.place(replace(there, is_missing=True)) == ""


def test_the_rows_in_sight_have_spectrograms(shown: App) -> None:
    app, model = shown, shown.window.results.table.model()

    def image(row: int) -> object:
        return model.index(row, 0).data(ROW_ROLE).image

    app.wait_for(lambda: all(image(row) is not None for row in range(model.rowCount())))
    kept = app.settings_folder / "cache" / "thumbnails"
    app.wait_for(lambda: not app.coordinator.workers["thumbnails"].is_busy)
    assert any(kept.iterdir())


def test_the_details_have_a_large_spectrogram(shown: App, own_folder: Path) -> None:
    app, table = shown, shown.window.results.table
    details = app.window.results.details
    assert details.picture.isVisible()
    assert details.picture.accessibleName() == "Spectrogram"
    app.wait_for(lambda: not app.coordinator.workers["large thumbnails"].is_busy)
    first = details.picture.grab().toImage()
    table.selectRow(1)
    app.wait_for(lambda: not app.coordinator.workers["large thumbnails"].is_busy)
    second = details.picture.grab().toImage()
    assert first != second
    colors = {second.pixel(x, y) for x in range(0, 200, 5) for y in range(0, 100, 5)}
    assert len(colors) > 20, "a picture, not the sign of one"
    (own_folder / text(app, Column.VIDEO, 2)).write_bytes(b"no sound any more")
    table.selectRow(2)
    app.wait_for(lambda: not app.coordinator.workers["large thumbnails"].is_busy)
    nothing = details.picture.grab().toImage()
    colors = {nothing.pixel(x, y) for x in range(0, 200, 5) for y in range(0, 100, 5)}
    assert len(colors) < 20
    assert not app.window.banner.is_trouble


def test_a_row_is_dragged_out_as_a_file(shown: App) -> None:
    table = shown.window.results.table
    assert table.dragEnabled()
    index = table.model().index(0, 0)
    assert table.model().flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    mime = table.model().mimeData([index, table.model().index(0, 1)])
    assert [url.toLocalFile() for url in mime.urls()] == [table.results.match_at(0).path]


def test_path_and_folder(shown: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app, opened = shown, []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    match = app.window.results.table.chosen()
    app.window.results.details.copy_link.click()
    assert QGuiApplication.clipboard().text() == match.path
    app.window.results.details.open.click()
    app.wait_for(lambda: bool(opened))
    assert opened == [QUrl.fromLocalFile(os.path.dirname(match.path))]  # noqa: PTH120


def test_lists_have_the_path(shown: App, tmp_path: Path) -> None:
    app = shown
    first = app.window.results.table.results.match_at(0)
    for ending in ("html", "csv", "json", "m3u"):
        target = tmp_path / f"list.{ending}"
        app.window.dialogs.save = lambda *given, target=target: given[-1](target)  # type: ignore[method-assign]
        app.window.commands.save_list.trigger()
        app.wait_for(target.is_file)
        app.wait_for(lambda: not app.coordinator.workers.is_busy)
        assert first.path in target.read_text(encoding="utf-8-sig"), ending
    with (tmp_path / "list.csv").open(encoding="utf-8-sig") as file:
        assert next(csv.DictReader(file))["path"] == first.path
    app.window.commands.copy_table.trigger()
    assert first.path in QGuiApplication.clipboard().text()


def test_more_like_a_file_names_it_and_leaves_it_out(shown: App) -> None:
    app = shown
    key = app.window.results.table.results.match_at(0).video_id
    app.window.commands.more.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS and bool(app.session.answer.step))
    assert app.session.answer.step in ("more like Siren.wav", "more like Siren again.wav")
    found = [match.video_id for match in app.session.answer.matches.matches]
    assert found
    assert key not in found


def test_a_star_goes_by_content_and_is_named_after_the_file(shown: App) -> None:
    app = shown
    match = app.window.results.table.chosen()
    app.window.results.details.star.click()
    stars = app.coordinator.features.history.lists.stars
    app.wait_for(lambda: stars.rowCount() == 1)
    star = stars.at(stars.index(0, 0))
    assert star.video_id == match.video_id
    assert Path(match.path).name in str(stars.index(0, 0).data())
    assert match.video_id not in str(stars.index(0, 0).data())
