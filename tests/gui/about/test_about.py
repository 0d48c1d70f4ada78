"""About, licences and the details for a report: read when they are asked for, off the window."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from core import __version__
from core.errors import SoundalikeError
from gui.about.controller import COPIED, COPIED_IN_FULL, AboutController
from gui.about.licence_page import LicencePage
from tests.conftest import PROJECT
from tests.gui.conftest import INFO, App


def controller_of(app: App) -> AboutController:
    assert app.coordinator.features is not None
    return app.coordinator.features.about


def licences_of(app: App) -> LicencePage:
    app.window.commands.licences.trigger()
    page = controller_of(app).page
    assert page is not None
    app.wait_for(lambda: page.has_packages)
    return page


def shown_rows(page: LicencePage) -> list[str]:
    rows = [row for row in range(page.table.rowCount()) if not page.table.isRowHidden(row)]
    return [page.table.item(row, 0).text() for row in rows]


def test_about_says_what_it_is_and_what_answers(app: App) -> None:
    app.window.commands.about.trigger()
    dialog = controller_of(app).dialog
    assert dialog is not None
    app.wait_for(lambda: bool(dialog.credits.toPlainText()))
    assert dialog.credits.toPlainText() == (PROJECT / "NOTICE").read_text(encoding="utf-8")
    texts = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert f"Soundalike {__version__}" in texts
    assert "Apache License 2.0" in texts
    assert f"Listener: {INFO.model}" in texts
    assert "AudioSet, balanced, 132 clips" in texts


def test_about_follows_another_catalogue(app: App) -> None:
    app.window.commands.about.trigger()
    dialog = controller_of(app).dialog
    assert dialog is not None
    app.session.ready.emit(replace(INFO, name="Birds", n_clips=7))
    assert "Birds, 7 clips" in dialog.answers.text()


def test_licences_are_read_in_a_worker(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    from core import licences

    threads, real = [], licences.own_text

    def own_text() -> str:
        threads.append(threading.current_thread())
        return real()

    monkeypatch.setattr(licences, "own_text", own_text)
    page = licences_of(app)
    assert threads
    assert threading.main_thread() not in threads
    assert "Apache License" in page.text.toPlainText()


def test_licences_are_read_though_the_credits_are_not_yet(app: App) -> None:
    app.window.commands.about.trigger()
    page = licences_of(app)
    assert page.count.text() == ""


def test_licences_are_searched_in_names_and_texts(app: App) -> None:
    page = licences_of(app)
    everything = shown_rows(page)
    page.search.setText("numpy developers")
    found = shown_rows(page)
    assert "numpy" in found
    assert len(found) < len(everything)
    assert page.text.textCursor().selectedText().casefold() == "numpy developers"
    page.search.setText("zzz no such words")
    assert shown_rows(page) == []
    assert page.text.toPlainText() == ""
    assert not page.next.isEnabled()
    page.search.clear()
    assert shown_rows(page) == everything


def test_return_goes_from_place_to_place_and_round(app: App) -> None:
    page = licences_of(app)
    page.search.setText("trademark")
    page.table.selectRow(0)
    places = [page.text.textCursor().position()]
    while len(places) == 1 or places[-1] != places[0]:
        page.search.returnPressed.emit()
        places.append(page.text.textCursor().position())
        assert len(places) < 100
    assert len(places) > 2
    assert places[:-1] == sorted(places[:-1])


def test_a_missing_notice_is_told(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise SoundalikeError(f"The file {name} is missing.", "Install the program again.")

    monkeypatch.setattr("core.licences.own_file", missing)
    app.window.commands.about.trigger()
    dialog = controller_of(app).dialog
    assert dialog is not None
    app.wait_for(lambda: "Install the program again." in dialog.credits.toPlainText())


def test_details_are_copied_without_names_unless_they_are_wanted(app: App) -> None:
    log = app.settings_folder / "window.log"
    log.write_text("2026-01-02 03:04:05,678 gui.workers: broke\nOSError: /home/anna/song.wav\n")
    clipboard = QApplication.clipboard()
    app.window.commands.copy_details.trigger()
    app.wait_for(lambda: app.window.banner.message == COPIED)
    text = clipboard.text()
    for said in (f"Soundalike {__version__}", "Python 3", "Qt 6", "PortAudio", INFO.model):
        assert said in text
    assert "AudioSet, balanced, 132 clips" in text
    assert "gui.workers: broke" in text
    assert "anna" not in text
    assert str(app.settings_folder) not in text
    app.window.banner.action.click()
    app.wait_for(lambda: app.window.banner.message == COPIED_IN_FULL)
    assert "OSError: /home/anna/song.wav" in clipboard.text()


def test_details_of_a_program_that_never_broke(app: App) -> None:
    app.window.commands.copy_details.trigger()
    app.wait_for(lambda: app.window.banner.message == COPIED)
    assert "The log is empty." in QApplication.clipboard().text()


def test_trouble_is_told_in_sentences_and_its_cause_goes_to_the_log(
    app: App, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    film = tmp_path / "holiday.mp4"
    film.write_bytes(b"\0\0\0\x20ftypisom" + bytes(2000))
    app.coordinator.open_paths([film])
    app.wait_for(lambda: app.window.banner.is_trouble)
    for word in ("libsndfile", "FFmpeg", "ffmpeg", "INPUT"):
        assert word not in app.window.banner.message
    assert "save it there as WAV" in app.window.banner.message
    assert "libsndfile" in caplog.text


def test_the_window_has_the_programs_icon(app: App) -> None:
    assert not app.window.windowIcon().pixmap(64, 64).isNull()
