"""Another track of a sound, or ten times slower: in the menu, beside the note, and taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QToolButton

from gui.search.state import State
from tests.gui.conftest import App
from tests.made_media import sweep, write_media

RATE_HZ = 500_000


@pytest.fixture
def bat(tmp_path: Path) -> Path:
    """A second at 500 kHz: a hum that can be heard, and calls that cannot."""
    times_s = np.arange(RATE_HZ) / RATE_HZ
    sound = 0.2 * np.sin(2 * np.pi * 42_000 * times_s) + 0.2 * np.sin(2 * np.pi * 900 * times_s)
    soundfile.write(tmp_path / "bat.wav", sound, RATE_HZ)
    return tmp_path / "bat.wav"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A video with two sound tracks, of one second and of two."""
    sounds = [sweep(16_000, 1.0), sweep(16_000, 2.0)]
    names = [{"language": "eng"}, {"language": "deu"}]
    return write_media(tmp_path / "film.mkv", sounds, 16_000, "matroska", "flac", True, names)


def opened(app: App, path: Path) -> None:
    app.coordinator.open_paths([path])
    app.wait_for(lambda: app.session.state is State.RESULTS)


def chip(app: App, text: str) -> QToolButton:
    (found,) = (
        chip
        for chip in app.window.header.steps.chips
        if isinstance(chip, QToolButton) and text in chip.text()
    )
    return found


def test_ultrasound_is_slowed_down_by_the_button_and_back_by_its_chip(app: App, bat: Path) -> None:
    opened(app, bat)
    banner, slow_down = app.window.banner, app.window.commands.slow_down
    assert "500 kHz" in banner.message and "--" not in banner.message
    assert slow_down.isEnabled() and not slow_down.isChecked()
    assert banner.action.text() == "Slow down ×10"
    banner.action.click()
    app.wait_for(lambda: app.session.state is State.RESULTS and app.session.audio.expansion == 10)
    assert app.session.audio.duration_s == pytest.approx(10)
    assert app.session.answer.matches.query.duration_s == pytest.approx(10)
    assert slow_down.isChecked()
    app.wait_for(lambda: app.window.spectrogram.span == (0, pytest.approx(10)))
    assert "frequencies ÷ 10" in app.window.spectrogram.plot.overlay.badge
    assert "frequencies ÷ 10" in app.window.spectrogram.plot.accessibleDescription()
    assert "slowed down ×10" in app.window.header.steps.texts
    assert "Time expansion ×10" in banner.message and not banner.has_action
    chip(app, "slowed down").click()
    app.wait_for(lambda: app.session.state is State.RESULTS and app.session.audio.expansion == 1)
    assert app.window.spectrogram.plot.overlay.badge == ""
    assert app.window.header.steps.texts == ("bat.wav · 0:01",)
    assert not slow_down.isChecked()


def test_ultrasound_in_which_nothing_is_heard_can_be_slowed_down(app: App, tmp_path: Path) -> None:
    path = tmp_path / "silent.wav"
    soundfile.write(path, np.zeros(RATE_HZ), RATE_HZ)
    app.coordinator.open_paths([path])
    app.wait_for(lambda: app.session.state is State.TROUBLE)
    assert app.window.banner.is_trouble
    assert app.window.banner.action.text() == "Slow down ×10"
    (tmp_path / "text.wav").write_text("no sound")
    app.coordinator.open_paths([tmp_path / "text.wav"])
    app.wait_for(lambda: "text.wav is not sound" in app.window.banner.message)
    assert not app.window.banner.has_action


def test_a_slowed_sound_of_the_history_is_read_so_again(app: App, bat: Path) -> None:
    opened(app, bat)
    app.window.commands.slow_down.trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS and app.session.audio.expansion == 10)
    history, store = app.coordinator.history, app.coordinator.features.history.store
    entry = history.at(history.index(0))
    app.wait_for(lambda: entry.past is not None and entry.past.expansion == 10)
    with app.qtbot.waitSignal(store.recalled) as recalled:
        store.recall(entry)
    assert recalled.args[0].audio.expansion == 10


def test_no_usual_sound_is_slowed_down(app: App, sine: Path) -> None:
    opened(app, sine)
    assert not app.window.commands.slow_down.isEnabled()
    assert not app.window.commands.track_menu.isEnabled()


def test_a_track_is_chosen_in_the_menu_or_beside_the_note(app: App, film: Path) -> None:
    opened(app, film)
    menu, banner = app.window.commands.track_menu, app.window.banner
    assert menu.isEnabled()
    assert [action.text() for action in menu.actions()] == ["Track 1 (eng)", "Track 2 (deu)"]
    assert [action.isChecked() for action in menu.actions()] == [True, False]
    assert "It has 2 sound tracks" in banner.message
    menu.actions()[1].trigger()
    app.wait_for(lambda: app.session.state is State.RESULTS and app.session.audio.track == 2)
    assert app.session.audio.duration_s == pytest.approx(2)
    assert "track 2 (deu)" in app.window.header.steps.texts
    assert "Track 2 was used" in banner.message
    assert [action.isChecked() for action in menu.actions()] == [False, True]
    banner.action.click()  # "Use track 1"
    app.wait_for(lambda: app.session.state is State.RESULTS and app.session.audio.track == 1)
    assert app.window.header.steps.texts == ("film.mkv · 0:01",)


def test_while_it_is_recorded_there_is_nothing_to_choose(app: App, film: Path) -> None:
    opened(app, film)
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RECORDING)
    assert not app.window.commands.track_menu.isEnabled()
    app.coordinator.recording.set_aside()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert app.window.commands.track_menu.isEnabled()
