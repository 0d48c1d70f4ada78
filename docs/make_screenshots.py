"""Make the README's pictures: ``python docs/make_screenshots.py SOUND [--catalog DIR …]``.

Runs the real program under Xvfb once for each scene, waits until it shows what the scene is about,
and writes ``docs/images/*.png``. Without further options the demo answers.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
IMAGES = Path(__file__).resolve().parent / "images"
SCENES = {
    # name: (is dark, has a sound, size)
    "empty": (False, False, (1120, 760)),
    "results": (False, True, (1120, 760)),
    "dark": (True, True, (1120, 760)),
    "small": (False, True, (1024, 640)),
    "large": (True, True, (1920, 1080)),
}
LONGEST_S = 180


def show(scene: str, arguments: list[str]) -> int:
    """Run the program and photograph it; in a process of its own, on the screen."""
    sys.path.insert(0, str(PROJECT))
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    import main
    from gui import app
    from gui.window import MainWindow

    is_dark, has_sound, size = SCENES[scene]
    application = QApplication([app.NAME])
    if is_dark:
        application.setPalette(dark_palette())

    class Photographed(MainWindow):
        def __init__(self) -> None:
            super().__init__()
            self.painted.connect(self.begin)

        def begin(self) -> None:
            self.setFixedSize(*size)
            self.timer = QTimer(self)
            self.timer.timeout.connect(self.look)
            self.timer.start(100)

        def look(self) -> None:
            is_ready = "matches" in self.windowTitle() if has_sound else bool(self.status.text())
            if is_ready:
                self.timer.stop()
                QTimer.singleShot(600, self.photograph)

        def photograph(self) -> None:
            self.screen().grabWindow(self.winId()).save(str(IMAGES / f"{scene}.png"))
            self.close()

    app.MainWindow = Photographed  # type: ignore[misc]
    return main.main(arguments)


def dark_palette():
    """Return a dark palette, as desktops have it; Xvfb has no desktop to ask."""
    from PySide6.QtGui import QColor, QPalette

    role = QPalette.ColorRole
    palette = QPalette(QColor("#2b2d30"), QColor("#1e1f22"))
    for which, color in {
        role.Base: "#17181a",
        role.AlternateBase: "#222427",
        role.Highlight: "#3a7bd5",
        role.HighlightedText: "#ffffff",
        role.PlaceholderText: "#9a9a9a",
    }.items():
        palette.setColor(which, QColor(color))
    return palette


def main() -> int:
    """Start a screen and one program a scene."""
    if sys.argv[1:2] == ["--scene"]:
        return show(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sound", type=Path)
    parser.add_argument("--scene", choices=SCENES, action="append", dest="scenes")
    chosen, options = parser.parse_known_args()
    IMAGES.mkdir(exist_ok=True)
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            display = f":{answer.readline().strip()}"
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        for scene in chosen.scenes or SCENES:
            sound = [str(chosen.sound)] if SCENES[scene][1] else []
            subprocess.run(
                [sys.executable, __file__, "--scene", scene, *sound, *options],
                env=environment,
                timeout=LONGEST_S,
                check=True,
            )
            print(IMAGES / f"{scene}.png")
    finally:
        server.terminate()
        server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
