"""Closing the window while a device is in use says nothing on the terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.conftest import PROJECT
from tests.virtual_microphone import VirtualMicrophone

PROGRAM = """
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QTimer

import main
from core.audio.reader import AudioFile
from core.errors import ModelError
from gui import app
from gui.coordinator import Coordinator
from tests.gui.conftest import FakeEngine

what, tone = sys.argv[1], Path(sys.argv[2])
engine = FakeEngine(None)
engine.load_error = ModelError("There is no model.", "Fetch it.")
moved = []


class Watched(Coordinator):
    def __init__(self, window, *arguments):
        super().__init__(window, *arguments)
        self.window, self.has_begun = window, False
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.look)
        self.timer.start(50)

    def look(self):
        if self.features is None or self.window.capture.device.count() < 2:
            return
        if not self.has_begun:
            self.has_begun = True
            if what != "playing":
                self.recording.toggle()
                if what == "opening":
                    self.window.close()
            else:
                self.features.playback.playback.moved.connect(moved.append)
                self.features.playback.playback.play(AudioFile(tone))
        elif what == "recording" and self.window.capture.elapsed.text() > "0:00.5":
            self.window.close()
        elif what == "playing" and moved and moved[-1] > 0.2:
            self.window.close()


app.Engine, app.Coordinator = lambda *_: engine, Watched
status = main.main([])
print("closed", flush=True)
sys.exit(status)
"""


@pytest.mark.parametrize("what", ["opening", "recording", "playing"])
def test_closing_while_a_device_is_in_use_is_quiet(
    virtual_microphone: VirtualMicrophone, tmp_path: Path, what: str
) -> None:
    # Another rate than the device's, so that sound is converted in both cases.
    virtual_microphone.control("load-module", "module-null-sink", "sink_name=other", "rate=44100")
    tone = np.sin(np.arange(44_100 * 60) / 20) * 0.5
    soundfile.write(tmp_path / "tone.wav", tone, 22_050)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, what, str(tmp_path / "tone.wav")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    lines = [
        line
        for line in done.stderr.splitlines()
        if not line.startswith("This plugin does not support")
    ]
    assert lines == []
    assert done.stdout == "closed\n"
    assert done.returncode == 0
