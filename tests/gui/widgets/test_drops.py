"""Everything that can be dropped, and what is said about it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from core.errors import AudioFileError, Cancelled
from core.jobs import Job
from core.options import Filter
from gui.search.state import State
from gui.widgets.drops import find_sounds, local_paths
from tests.gui.conftest import App, write_wav


def mime_of(*items: Path | str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(x)) if isinstance(x, Path) else QUrl(x) for x in items])
    return mime


def drop(app: App, mime: QMimeData) -> None:
    enter = QDragEnterEvent(
        app.window.rect().center(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(app.window, enter)
    assert enter.isAccepted()
    assert app.window.overlay.isVisible()
    release = QDropEvent(
        QPointF(app.window.rect().center()),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(app.window, release)
    assert not app.window.overlay.isVisible()


def said(app: App) -> str:
    banner = app.window.banner
    return banner.text.text() if banner.isVisible() else ""


def test_a_file_is_matched(app: App, sine: Path) -> None:
    drop(app, mime_of(sine))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.rows == 25
    assert app.window.windowTitle() == "sine.wav – 25 matches – Soundalike"


@pytest.mark.parametrize(
    "link",
    [
        "https://www.youtube.com/watch?v=sin00000003&t=30s",
        "https://youtu.be/sin00000003?si=abc",
        "https://m.youtube.com/shorts/sin00000003",
    ],
)
def test_a_link_to_a_video_is_more_like_it(app: App, link: str) -> None:
    drop(app, mime_of(link))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.engine.calls[-1][:2] == ("similar", "sin00000003")
    assert app.window.results.isVisible() and not app.window.spectrogram.isVisible()
    QApplication.clipboard().setText(link.replace("3", "4"))
    app.window.commands.paste.trigger()
    app.wait_for(lambda: app.engine.calls[-1][:2] == ("similar", "sin00000004"))


def test_of_several_the_first_readable_is_shown_and_the_others_follow(
    app: App, tmp_path: Path
) -> None:
    text = tmp_path / "a.wav"
    text.write_text("not a sound")
    paths = [write_wav(tmp_path / f"{name}.wav", np.sin(np.arange(20_000))) for name in "bcd"]
    mute = write_wav(tmp_path / "mute.wav", np.zeros(20_000))
    drop(app, mime_of(text, *paths, mute))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.windowTitle() == "b.wav – 25 matches – Soundalike"
    assert "a.wav is not sound" in said(app)
    history = app.coordinator.history
    app.wait_for(
        lambda: history.waiting() is None and not app.coordinator.workers["searches"].is_busy
    )
    texts = [history.index(row).data() for row in range(history.rowCount())]
    heard = "Sounds like Dog, Bark (10 of the 10 nearest)"
    for text, name in zip(texts, "bcd", strict=False):
        assert text.startswith(f"{heard}\n{name}.wav · 0:01.2 · today ")
    assert texts[3:] == ["mute.wav\nmute.wav is silent. Record again."]
    # What is in sight stays until another one is chosen.
    assert app.window.windowTitle() == "b.wav – 25 matches – Soundalike"
    app.window.history.view.activated.emit(history.index(2))
    app.wait_for(lambda: app.window.windowTitle() == "d.wav – 25 matches – Soundalike")
    assert [call for call in app.engine.calls if call == ("query", "d.wav")] == [("query", "d.wav")]


def test_a_sound_of_the_queue_gives_way_and_is_taken_up_again(app: App, tmp_path: Path) -> None:
    paths = [write_wav(tmp_path / f"{name}.wav", np.sin(np.arange(20_000))) for name in "abc"]
    app.coordinator.open_paths(paths[:2])
    app.wait_for(lambda: app.session.state is State.RESULTS)
    history = app.coordinator.history
    app.wait_for(
        lambda: history.waiting() is None and not app.coordinator.workers["searches"].is_busy
    )
    app.engine.gate.clear()
    app.coordinator.queue.add([paths[2]])
    app.wait_for(lambda: "Analysing" in history.index(0).data())
    app.window.options.change(k=3)
    app.wait_for(lambda: ("search", "a.wav", 3, Filter()) in app.engine.calls)
    app.engine.gate.set()
    app.wait_for(lambda: "\nc.wav · 0:01.2 · today " in history.index(0).data())
    assert len(history.at(history.index(0)).answer.matches.matches) == 3
    assert app.window.windowTitle() == "a.wav – 3 matches – Soundalike"


def test_a_folder_gives_its_sounds_in_order(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    (folder / "a.txt").write_text("not a sound")
    for name in ("c.wav", "b.wav"):
        write_wav(folder / name, np.sin(np.arange(20_000)))
    drop(app, mime_of(folder))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.answer is not None
    assert app.session.answer.matches.query.name == "b.wav"
    app.wait_for(lambda: app.coordinator.history.rowCount() == 2)


def test_subfolders_have_a_switch_and_what_is_left_out_is_named(app: App, tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    (folder / "aside").mkdir(parents=True)
    write_wav(folder / "aside" / "a.wav", np.sin(np.arange(20_000)))
    write_wav(folder / "b.wav", np.sin(np.arange(20_000)))
    for name in ("notes.txt", "cover.jpg"):
        (folder / name).touch()
    drop(app, mime_of(folder))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.windowTitle().startswith("a.wav")
    app.wait_for(lambda: app.coordinator.history.rowCount() == 2)
    assert "2 files in sounds left out, by the ending no sound: cover.jpg, notes.txt." in said(app)
    app.window.commands.subfolders.trigger()
    drop(app, mime_of(folder))
    app.wait_for(lambda: app.window.windowTitle() == "b.wav – 25 matches – Soundalike")
    app.close()
    assert not app.settings.read().has_subfolders


def test_thirty_files_become_the_table_of_tags(app: App, tmp_path: Path) -> None:
    sound = np.sin(np.arange(20_000))
    paths = [write_wav(tmp_path / f"{n:02}.wav", sound) for n in range(30)]
    drop(app, mime_of(*paths))
    collector = app.coordinator.collector
    app.wait_for(lambda: collector.model.n_sounds == 30)
    assert collector.offer == "30 files"
    app.window.commands.tag_table.trigger()
    app.wait_for(lambda: collector.model.rowCount() >= 30)


@pytest.mark.parametrize("form", ["{}", '"{}"', "file://{}", "  {}\n"])
def test_a_copied_path_is_opened(app: App, sine: Path, form: str) -> None:
    QApplication.clipboard().setText(form.format(sine))
    app.window.commands.paste.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.windowTitle().startswith("sine.wav")


def test_copied_files_are_opened_and_other_things_are_not(app: App, sine: Path) -> None:
    QApplication.clipboard().setText("dog")
    app.window.commands.paste.trigger()
    assert "no file in this" in said(app)
    assert app.session.state is State.EMPTY
    QApplication.clipboard().setMimeData(mime_of(sine))
    app.window.commands.paste.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS)


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda folder: folder / "gone.wav", "cannot be opened"),
        (lambda folder: _written(folder / "text.wav", "hello"), "not sound"),
        (lambda folder: _written(folder / "empty.wav", ""), "0 bytes"),
        (lambda folder: _folder(folder / "nothing"), "has no sound file in it"),
        (lambda folder: write_wav(folder / "mute.wav", np.zeros(20_000)), "silent"),
    ],
)
def test_what_cannot_be_matched_is_explained(app: App, tmp_path: Path, make, part: str) -> None:
    drop(app, mime_of(make(tmp_path)))
    app.wait_for(lambda: app.session.state is State.TROUBLE)
    assert part in said(app)
    assert app.window.banner.is_trouble
    assert "no match" in app.window.windowTitle()


def test_after_trouble_the_title_tells_of_the_matches_that_are_shown(
    app: App, tmp_path: Path
) -> None:
    drop(app, mime_of(write_wav(tmp_path / "tone.wav", np.sin(np.arange(20_000)))))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    title = app.window.windowTitle()
    drop(app, mime_of(tmp_path / "gone.wav"))
    app.wait_for(lambda: app.session.state is State.TROUBLE)
    assert app.rows > 0
    assert app.window.windowTitle() == title
    assert title.startswith("tone.wav – ")


def test_web_addresses_and_text_are_refused(app: App) -> None:
    drop(app, mime_of("https://example.org/dog.wav"))
    assert "Only files on this computer" in said(app)
    mime = QMimeData()
    mime.setText("dog")
    drop(app, mime)
    assert "no file in this" in said(app)


def test_what_is_refused_stops_no_analysis(app: App, sine: Path) -> None:
    app.engine.gate.clear()
    drop(app, mime_of(sine))
    app.wait_for(lambda: ("query", "sine.wav") in app.engine.calls)
    drop(app, mime_of("https://example.org/dog.wav"))
    assert "Only files on this computer" in said(app)
    assert app.session.state is State.ANALYSING
    app.engine.gate.set()
    app.wait_for(lambda: app.session.state is State.RESULTS)


def test_a_bad_drop_takes_nothing_away(app: App, sine: Path, tmp_path: Path) -> None:
    drop(app, mime_of(sine))
    app.wait_for(lambda: app.session.state is State.RESULTS)
    drop(app, mime_of(_written(tmp_path / "text.wav", "hello")))
    app.wait_for(lambda: app.session.state is State.TROUBLE)
    assert app.rows == 25
    assert not app.window.results.is_dimmed


def test_leaving_uncovers_the_window(app: App, sine: Path) -> None:
    mime = mime_of(sine)
    enter = QDragEnterEvent(
        app.window.rect().center(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(app.window, enter)
    assert "sine.wav" in app.window.overlay.text
    QApplication.sendEvent(app.window, QDragLeaveEvent())
    assert not app.window.overlay.isVisible()


def test_no_part_of_the_window_takes_drops_for_itself(app: App) -> None:
    from PySide6.QtWidgets import QWidget

    takers = [widget for widget in app.window.findChildren(QWidget) if widget.acceptDrops()]
    assert takers == []


def test_paths_with_odd_names_survive(tmp_path: Path) -> None:
    odd = tmp_path / "ä #1 %20 ?.wav"
    assert local_paths(mime_of(odd)) == [odd]
    with pytest.raises(AudioFileError):
        local_paths(QMimeData())


@pytest.mark.parametrize("kind", ["text/uri-list", "text/plain"])
def test_a_name_whose_bytes_are_no_text_survives(tmp_path: Path, kind: str) -> None:
    odd, even = tmp_path / os.fsdecode(b"caf\xe9 %41.wav"), tmp_path / "a.wav"
    mime = QMimeData()
    mime.setData(kind, f"{odd.as_uri()}\r\n{even.as_uri()}\r\n".encode())
    assert local_paths(mime) == [odd, even]


def test_a_text_that_begins_with_a_tilde_names_no_file() -> None:
    mime = QMimeData()
    mime.setText("~5 dogs barking")
    with pytest.raises(AudioFileError, match="There is no file in this"):
        local_paths(mime)


def test_reading_a_folder_can_be_cancelled(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.zeros(100))
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        find_sounds([tmp_path], job)


def test_a_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(AudioFileError, match="cannot be read"):
        find_sounds([tmp_path], Job())


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
