"""A real microphone is unplugged while the window records from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio import inputs, portaudio
from core.audio.reader import AudioFile
from gui.search.state import State
from tests.gui.conftest import App
from tests.gui.search.test_session import said
from tests.virtual_microphone import VirtualMicrophone


@pytest.fixture
def heard(virtual_microphone: VirtualMicrophone, tmp_path: Path) -> Iterator[VirtualMicrophone]:
    """The virtual microphone, in a room with a tone; PortAudio has looked for devices again."""
    portaudio.look_again()
    soundfile.write(tmp_path / "tone.wav", np.sin(np.arange(48_000 * 60) / 20) * 0.5, 48_000)
    virtual_microphone.play(tmp_path / "tone.wav")
    yield virtual_microphone
    portaudio.look_again()


def test_what_was_recorded_is_matched_and_the_next_input_is_offered(
    heard: VirtualMicrophone, make_app: Callable[..., App]
) -> None:
    app = make_app()
    app.devices = inputs  # type: ignore[assignment]
    app.show()
    window = app.window
    app.wait_for(lambda: window.capture.device.count() == 3)
    window.capture.choose_device("microphone")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: window.capture.elapsed.text() > "0:01.0")
    modules = heard.control("list", "short", "modules").splitlines()
    (number,) = (line.split()[0] for line in modules if "module-remap-source" in line)
    heard.control("unload-module", number)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    app.wait_for(window.banner.action.isVisible)
    assert said(app).startswith("Microphone has gone; what was recorded until then is kept.")
    assert window.banner.action.text() == "Record from This computer (Speaker)"
    answer = app.session.answer
    assert answer is not None
    assert answer.audio is not None
    assert answer.matches.query.duration_s == pytest.approx(answer.audio.duration_s, abs=0.001)
    assert AudioFile(answer.audio.path).duration_s > 0.5
    # Nothing but Default and what the speaker plays is left, and that can be recorded at once.
    assert window.capture.device.count() == 2
    window.banner.action.click()
    app.wait_for(lambda: app.session.state is State.RECORDING)
    app.wait_for(lambda: window.capture.elapsed.text() > "0:00.5")
    app.coordinator.recording.toggle()
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert said(app) == ""
