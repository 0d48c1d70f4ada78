"""Recordings and other sounds are saved under a name that says when they were made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from core.audio.reader import AudioFile
from gui.search.state import State
from tests.gui.conftest import App


def asked(app: App) -> list[tuple[str, str, dict[str, str], Callable[[Path], None]]]:
    """Return a list of what is asked from now on: title, name, kinds, what is done with a place."""
    given: list[Any] = []
    app.window.dialogs.save = lambda *all_of_it: given.append(all_of_it)  # type: ignore[method-assign]
    return given


def recorded(app: App) -> AudioFile:
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.coordinator.recording.recording.n_samples > 16_000)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.session.audio is not None
    return app.session.audio


def dated(folder: Path, kind: str = "PCM_24") -> Path:
    """Write two seconds that say when they were made, as recordings do."""
    path = folder / "recording 1.flac"
    folder.mkdir(exist_ok=True)
    with soundfile.SoundFile(path, "w", 48_000, 1, kind) as file:
        file.date = "2026-03-01T12:30:05+01:00"
        file.write(np.sin(np.arange(96_000) / 20))
    return path


def test_a_recording_is_saved_under_its_time(app: App, tmp_path: Path) -> None:
    path = dated(app.coordinator.recording.folder)
    app.coordinator.open_paths([path])
    app.wait_for(lambda: app.session.state is State.RESULTS)
    given = asked(app)
    app.window.commands.save.trigger()
    title, name, kinds, chosen = given[0]
    assert (title, name) == ("Save the recording", "Recording 2026-03-01 12.30.05")
    assert kinds == {"wav": "WAV, 24 bits", "flac": "FLAC, 24 bits"}
    chosen(tmp_path / "saved.wav")
    app.wait_for(lambda: app.coordinator.sound.saving.dialog is None)
    saved = AudioFile(tmp_path / "saved.wav")
    assert (saved.made, saved.rate_hz) == ("2026-03-01T12:30:05+01:00", 48_000)
    assert soundfile.info(tmp_path / "saved.wav").subtype == "PCM_24"
    app.window.spectrogram.selection.adopt((1.0, 1.5))
    app.window.commands.save.trigger()
    assert given[1][1] == "Recording 2026-03-01 12.30.06 selection"


def test_any_sound_of_the_history_is_saved_from_its_menu(app: App, tmp_path: Path) -> None:
    audio = recorded(app)
    other = dated(tmp_path / "else", "PCM_16")
    app.coordinator.open_paths([other])
    app.wait_for(lambda: app.session.subject == other.name and app.session.state is State.RESULTS)
    history, panel, given = app.coordinator.history, app.window.history, asked(app)
    for row in (0, 1):
        menu = panel.menu_for(history.at(history.index(row)))
        (action,) = (each for each in menu.actions() if each.text() == "Save the sound…")
        action.trigger()
        menu.deleteLater()
        app.wait_for(lambda row=row: len(given) == row + 1)  # type: ignore[misc]
    assert given[0][:2] == ("Save the sound", "recording 1")
    assert given[0][2]["wav"] == "WAV, 16 bits"
    assert given[1][:2] == ("Save the recording", audio.path.stem.capitalize())
    given[1][3](tmp_path / "kept.flac")
    app.wait_for(lambda: app.coordinator.sound.saving.dialog is None)
    assert AudioFile(tmp_path / "kept.flac").n_frames == audio.n_frames


def test_what_is_gone_is_said(app: App) -> None:
    recorded(app).path.unlink()
    history, panel = app.coordinator.history, app.window.history
    panel.save_wanted.emit(history.at(history.index(0)))
    app.wait_for(lambda: app.window.banner.is_trouble)
    assert "cannot be opened" in app.window.banner.message
