"""Make the pictures in ``docs/images``: ``python docs/make_screenshots.py SOUND [--scene NAME …]``.

Runs the real program under Xvfb once for each scene, with a data folder that nobody has used, does
what a person would do to come there, waits, and takes the picture.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.main_window import MainWindow

PROJECT = Path(__file__).resolve().parent.parent
IMAGES = Path(__file__).resolve().parent / "images"
LONGEST_S = 180
REST_MS = 1500
PREPARED = ("models", "catalogs")
"""What takes long to make, and is the same for all scenes."""


def answer_questions(window: MainWindow) -> None:
    """Dismiss the banner, answer what is asked, and fold the history."""
    window.banner.dismiss.click()
    window.banner.other.click()
    if window.commands.history.isChecked():
        window.commands.history.trigger()


def show_details(window: MainWindow) -> None:
    """Select a match."""
    answer_questions(window)
    window.results.table.selectRow(3)


def show_map(window: MainWindow) -> None:
    """Unfold the map."""
    answer_questions(window)
    window.commands.map.trigger()


def show_filter(window: MainWindow) -> None:
    """Unfold the classes, and apply a preset."""
    from gui.filters.pane import PRESETS

    answer_questions(window)
    window.commands.filter.trigger()
    window.options.change(filters=PRESETS["Animals without music"])


def open_bad_file(window: MainWindow) -> None:
    """Open a film."""
    answer_questions(window)
    film = Path(tempfile.mkdtemp()) / "holiday.mp4"
    film.write_bytes(b"\0\0\0\x20ftypisom" + bytes(2000))
    window.dropped.emit([film])


@dataclass(frozen=True)
class Scene:
    """What is in a picture."""

    has_sound: bool = True
    arrange: Callable[[MainWindow], None] = lambda window: None
    is_dark: bool = False
    width: int = 1120
    height: int = 760


SCENES = {
    "empty": Scene(has_sound=False, arrange=lambda window: window.banner.dismiss.click()),
    "results": Scene(arrange=answer_questions),
    "details": Scene(arrange=show_details, height=960),
    "map": Scene(arrange=show_map, width=1440, height=960),
    "filter": Scene(arrange=show_filter),
    "error": Scene(arrange=open_bad_file),
    "dark": Scene(arrange=answer_questions, is_dark=True),
    "small": Scene(width=1024, height=640),
    "large": Scene(arrange=show_filter, is_dark=True, width=1920, height=1080),
}


def show(name: str, arguments: list[str]) -> int:
    """Run the program and photograph it; in a process of its own, on the screen."""
    sys.path.insert(0, str(PROJECT))
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    import main
    from gui import app
    from gui.appearance import Scheme
    from gui.main_window import MainWindow

    scene = SCENES[name]
    QApplication([app.NAME])

    class Photographed(MainWindow):
        def __init__(self) -> None:
            super().__init__()
            self.painted.connect(self.begin)

        def begin(self) -> None:
            if scene.is_dark:
                self.appearance.choose(Scheme.DARK)
            self.setFixedSize(scene.width, scene.height)
            self.timer = QTimer(self)
            self.timer.timeout.connect(self.look)
            self.timer.start(100)

        def look(self) -> None:
            is_shown = "matches" in self.windowTitle() if scene.has_sound else True
            if is_shown and self.status.text() and self.commands.map.isEnabled():
                self.timer.stop()
                QTimer.singleShot(REST_MS, self.arrange)

        def arrange(self) -> None:
            scene.arrange(self)
            QTimer.singleShot(2 * REST_MS, self.photograph)

        def photograph(self) -> None:
            self.screen().grabWindow(self.winId()).save(str(IMAGES / f"{name}.png"))
            self.close()

    app.MainWindow = Photographed  # type: ignore[misc]
    return main.main(arguments)


def take(names: list[str], sound: Path, environment: dict[str, str]) -> None:
    """Run one program a scene, each as at a first start but for what takes long to prepare."""
    home = Path(environment["SOUNDALIKE_HOME"])
    program = [sys.executable, "-m", "core", "match", str(sound)]
    subprocess.run(program, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)
    for name in names:
        for item in home.iterdir():
            if item.name not in PREPARED:
                shutil.rmtree(item) if item.is_dir() else item.unlink()
        arguments = [str(sound)] if SCENES[name].has_sound else []
        subprocess.run(
            [sys.executable, __file__, "--show", name, *arguments],
            env=environment,
            timeout=LONGEST_S,
            check=True,
        )
        print(IMAGES / f"{name}.png")


def main() -> int:
    """Start a screen and photograph."""
    if sys.argv[1:2] == ["--show"]:
        return show(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sound", type=Path)
    parser.add_argument("--scene", choices=SCENES, action="append", dest="scenes")
    chosen = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer, tempfile.TemporaryDirectory() as home:
            display = f":{answer.readline().strip()}"
            environment = {
                **os.environ,
                "DISPLAY": display,
                "QT_QPA_PLATFORM": "xcb",
                "SOUNDALIKE_HOME": home,
            }
            take(chosen.scenes or [*SCENES], chosen.sound.resolve(), environment)
    finally:
        server.terminate()
        server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
