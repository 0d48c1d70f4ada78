"""Starting: what is imported before the first paint, wrong options, no display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT

HEAVY = [
    "tensorflow",
    "onnx",
    "onnxruntime",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "sounddevice",
    "soundfile",
    "soxr",
    "av",
]

UNTIL_PAINTED = f"""
import sys
import gui.app
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

loaded = []

class Watched(gui.app.MainWindow):
    def __init__(self):
        super().__init__()
        self.painted.connect(self.look)

    def look(self):
        loaded.extend(name for name in {HEAVY!r} if name in sys.modules)
        QTimer.singleShot(0, self.close)

gui.app.MainWindow = Watched
import main
status = main.main([])
print("loaded:", loaded)
raise SystemExit(status)
"""

IMPORTING = """
import builtins
before = builtins.__import__
import {module}
print(builtins.__import__ is before)
"""

AFTER_AN_ACCIDENT = """
import gui.app
from PySide6.QtCore import QTimer

class Unlucky(gui.app.MainWindow):
    def __init__(self):
        super().__init__()
        self.painted.connect(self.stumble)

    def stumble(self):
        QTimer.singleShot(50, self.tell)
        raise KeyError("<b>nobody foresaw this</b>")

    def tell(self):
        print("banner:", self.banner.text.text(), self.isVisible())
        self.close()

gui.app.MainWindow = Unlucky
import main
raise SystemExit(main.main([]))
"""


def start(arguments: list[str], **changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for name, value in changes.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    done = start(["-c", UNTIL_PAINTED])
    assert done.returncode == 0, done.stderr
    assert "loaded: []" in done.stdout


def test_a_wrong_option_exits_with_2() -> None:
    done = start(["main.py", "--loud"])
    assert done.returncode == 2
    assert "--loud" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_display_it_is_said_what_to_do() -> None:
    nothing = {"QT_QPA_PLATFORM": None, "DISPLAY": None, "WAYLAND_DISPLAY": None}
    done = start(["main.py"], **nothing)
    assert done.returncode == 1
    assert done.stderr.startswith("error: There is no display")
    assert "python -m core match" in done.stderr
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]


def test_an_accident_is_told_and_logged_and_the_window_lives(own_data_folder: Path) -> None:
    done = start(["-c", AFTER_AN_ACCIDENT])
    assert done.returncode == 0, done.stderr
    assert "banner: Something went wrong inside the program" in done.stdout
    assert "nobody foresaw this" in done.stdout
    assert done.stdout.strip().endswith("True")
    assert "Traceback" in (own_data_folder / "window.log").read_text()


def test_imports_stay_pythons_own() -> None:
    said = {}
    for module in ("PySide6.QtCore", "gui"):
        command = [sys.executable, "-c", IMPORTING.format(module=module)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
        said[module] = done.stdout.strip()
    assert said == {"PySide6.QtCore": "False", "gui": "True"}
