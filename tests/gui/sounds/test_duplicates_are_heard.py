"""A file of a group of duplicates is played, on a real (null) output, until it is stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.audio import portaudio
from core.audio.examples import example
from core.audio.writing import save_wav
from gui.sounds.duplicates_dialog import DuplicatesDialog
from gui.sounds.request import SoundsRequest
from tests.gui.conftest import App
from tests.speaker import Monitor
from tests.virtual_microphone import VirtualMicrophone


@pytest.fixture
def heard(
    virtual_microphone: VirtualMicrophone, make_app: Callable[..., App], tmp_path: Path
) -> Iterator[tuple[App, DuplicatesDialog, Monitor]]:
    """A window with the duplicates of a folder, and what its speaker plays."""
    portaudio.look_again()
    (tmp_path / "sounds").mkdir()
    save_wav(example("Siren"), tmp_path / "sounds" / "siren.wav")
    shutil.copy(tmp_path / "sounds" / "siren.wav", tmp_path / "sounds" / "the same.wav")
    app = make_app()
    app.show()
    assert app.coordinator.features is not None
    app.coordinator.features.sounds.start(SoundsRequest("Field", (str(tmp_path / "sounds"),)))
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    app.coordinator.features.duplicates.open("Field", app.window)
    dialog = app.coordinator.features.duplicates.dialog
    assert dialog is not None
    app.wait_for(lambda: dialog.message.text() == "1 group of 2 files")
    monitor = Monitor(tmp_path)
    yield app, dialog, monitor
    monitor.close()
    dialog.close()
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    portaudio.look_again()


def test_play_is_heard_and_stop_ends_it(heard: tuple[App, DuplicatesDialog, Monitor]) -> None:
    app, dialog, monitor = heard
    dialog.play.click()
    app.wait_for(lambda: dialog.play.text() == "Sto&p")
    monitor.wait_for_sound(0.3)
    dialog.play.click()
    app.wait_for(lambda: dialog.play.text() == "&Play")
    monitor.wait_for_silence()


def test_closing_the_dialog_ends_it_too(heard: tuple[App, DuplicatesDialog, Monitor]) -> None:
    app, dialog, monitor = heard
    dialog.tree.setFocus()
    dialog.play.click()
    app.wait_for(lambda: dialog.play.text() == "Sto&p")
    monitor.wait_for_sound(0.3)
    dialog.close()
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    monitor.wait_for_silence()


def test_the_sound_in_sight_rests_meanwhile(
    heard: tuple[App, DuplicatesDialog, Monitor], tmp_path: Path
) -> None:
    app, dialog, monitor = heard
    app.coordinator.open_paths([tmp_path / "sounds" / "siren.wav"])
    app.wait_for(lambda: not app.coordinator.workers.is_busy)
    assert app.coordinator.features is not None
    main = app.coordinator.features.playback.playback
    states: list[bool] = []
    main.state_changed.connect(states.append)
    app.window.playback.play.click()
    app.wait_for(lambda: states == [True])
    dialog.play.click()
    app.wait_for(lambda: dialog.play.text() == "Sto&p")
    assert states[-1] is False
    monitor.wait_for_sound(0.3)
    dialog.play.click()
    app.wait_for(lambda: dialog.play.text() == "&Play")
