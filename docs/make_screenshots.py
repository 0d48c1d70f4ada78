"""Make the pictures of the window: ``python docs/make_screenshots.py SOUND [--scene NAME …]``.

Runs the real program under Xvfb once for each picture, with a data folder that nobody has used,
does what a person would do to come there, waits, and takes the picture. `--every-size DIR` makes
all scenes in three sizes, light and dark, to be looked at; without it those of ``docs/images`` are
made anew. Scenes that record need PulseAudio; own sounds are those beside SOUND, and those in the
folder that the environment's ``OWN_SOUNDS`` names.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

SIZES = ((1024, 640), (1280, 800), (1920, 1080))


def answer_questions(window: MainWindow) -> None:
    """Close messages, and answer what is asked."""
    window.banner.clear()
    window.permission.adopt(False)


def record(window: MainWindow) -> None:
    """Record what the speaker plays."""
    answer_questions(window)
    window.commands.record.trigger()
    subprocess.Popen(["paplay", "--device=speaker", os.environ["SOUND"]])


def analyse(window: MainWindow) -> None:
    """Open an hour of the sound, which takes a while."""
    import numpy as np
    import soundfile

    answer_questions(window)
    samples, rate_hz = soundfile.read(os.environ["SOUND"], dtype="float32", always_2d=True)
    long = Path(tempfile.mkdtemp()) / "an hour.wav"
    soundfile.write(long, np.tile(samples[:, :1], (3600 * rate_hz // len(samples), 1)), rate_hz)
    window.dropped.emit([long])


def drag(window: MainWindow) -> None:
    """Drag a file over the window."""
    from PySide6.QtCore import QMimeData, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent
    from PySide6.QtWidgets import QApplication

    answer_questions(window)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(os.environ["SOUND"])])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copying = Qt.DropAction.CopyAction
    QApplication.sendEvent(
        window, QDragEnterEvent(window.rect().center(), copying, mime, left, none)
    )


def show_details(window: MainWindow) -> None:
    """Select a match, a part of the sound, and a class that is left out."""
    from core.options import Filter

    answer_questions(window)
    window.options.change(filters=Filter((), ("Music",)))
    window.spectrogram.selection.select(2.0, 5.0)
    window.spectrogram.selection.settle()


def show_map(window: MainWindow) -> None:
    """Show the map."""
    answer_questions(window)
    window.commands.map.trigger()


def show_filter(window: MainWindow) -> None:
    """Show the classes, and apply a preset."""
    from gui.filters.pane import PRESETS

    answer_questions(window)
    window.commands.filter.trigger()
    window.options.change(filters=PRESETS["Animals without music"])


def show_history(window: MainWindow) -> None:
    """Show the history."""
    answer_questions(window)
    window.commands.history.trigger()


def teach(window: MainWindow) -> None:
    """Teach a class by the first matches, which are dogs."""
    from PySide6.QtCore import QItemSelectionModel, QTimer

    from gui.teaching.panel import TeachingPanel

    answer_questions(window)
    window.commands.teach.trigger()
    panel, table = window.findChild(TeachingPanel), window.results.table
    if panel is None:
        raise SystemExit("There is no panel to teach in.")
    panel.chosen.emit("the neighbour’s dog")
    flags = QItemSelectionModel.SelectionFlag
    for row in range(5):
        place = table.model().index(row, 0)
        table.selectionModel().select(place, flags.Select | flags.Rows)
    panel.of_matches.yes.click()

    def answer() -> None:
        if panel.questions[2].isVisible():
            timer.stop()
            for row, is_member in zip(panel.questions, (True, False, True), strict=False):
                (row.yes if is_member else row.no).click()

    timer = QTimer(panel)
    timer.timeout.connect(answer)
    timer.start(100)


def _own_sounds() -> Path:
    """Return a folder of sounds: that of the sound, and what `OWN_SOUNDS` names, with copies."""
    folder = Path(tempfile.mkdtemp()) / "Field recordings"
    folder.mkdir()
    given = Path(os.environ["SOUND"])
    more = Path(os.environ.get("OWN_SOUNDS") or given.parent)
    for path in [*sorted(given.parent.glob("*.wav")), *sorted(more.iterdir())][:60]:
        if path.is_file():
            shutil.copy(path, folder / path.name)
    (folder / "2026-05").mkdir()
    shutil.copy(given, folder / "2026-05" / "rec_0231.wav")
    return folder


def add_sounds(window: MainWindow) -> None:
    """Choose a folder of one's own."""
    from gui.sounds.add_dialog import AddSoundsDialog

    answer_questions(window)
    window.commands.add_sounds.trigger()
    dialog = window.findChild(AddSoundsDialog)
    if dialog is not None:
        dialog.add_folder(_own_sounds())


def own_sounds(window: MainWindow) -> None:
    """Add the folder, search it, match the sound, and show the classes with their counts."""
    from PySide6.QtCore import QTimer

    add_sounds(window)
    _press_add(window)
    window.commands.filter.trigger()

    def go_on() -> None:
        if window.banner.action.text() == "&Search them":
            window.banner.action.click()
        elif "Field recordings" in window.status.text():
            timer.stop()
            window.banner.clear()
            window.dropped.emit([Path(os.environ["SOUND"])])

    timer = QTimer(window)
    timer.timeout.connect(go_on)
    timer.start(100)


def show_duplicates(window: MainWindow) -> None:
    """Add the folder, and look for the same sound in several files."""
    from PySide6.QtCore import QTimer

    from gui.storage.catalog_chooser import CatalogChooser

    add_sounds(window)
    _press_add(window)

    def go_on() -> None:
        chooser = window.findChild(CatalogChooser)
        if window.banner.action.text() == "&Search them" and chooser is not None:
            timer.stop()
            chooser.duplicates_pressed.emit("Field recordings")

    timer = QTimer(window)
    timer.timeout.connect(go_on)
    timer.start(100)


def _press_add(window: MainWindow) -> None:
    from gui.sounds.add_dialog import AddSoundsDialog

    dialog = window.findChild(AddSoundsDialog)
    if dialog is not None:
        dialog.add.click()


def set_up(window: MainWindow) -> None:
    """Open the dialog that fetches the model and AudioSet."""
    answer_questions(window)
    window.commands.set_up.trigger()


def show_storage(window: MainWindow) -> None:
    """Open the page of what the program keeps."""
    answer_questions(window)
    window.commands.storage.trigger()


def show_table(window: MainWindow) -> None:
    """Open a folder of three sounds, and show what was heard in them."""
    answer_questions(window)
    folder = Path(tempfile.mkdtemp())
    for number in range(3):
        shutil.copy(os.environ["SOUND"], folder / f"night {number + 1}.wav")
    window.dropped.emit([folder])
    window.commands.tag_table.trigger()


def prefer(window: MainWindow) -> None:
    """Open the preferences."""
    answer_questions(window)
    window.commands.preferences.trigger()


def show_about(window: MainWindow) -> None:
    """Open what the program says of itself."""
    answer_questions(window)
    window.commands.about.trigger()


def show_licences(window: MainWindow) -> None:
    """Open the licences of what the program runs on."""
    answer_questions(window)
    window.commands.licences.trigger()


def show_catalogs(window: MainWindow) -> None:
    """Open the list of catalogues."""
    answer_questions(window)
    window.commands.catalogs.trigger()


def make_own_catalog() -> Path:
    """Build a catalogue of the sounds in the folder that the environment names."""
    from core.options import ListenerKind, Options
    from core.paths import DataFolder
    from core.sounds.update import update_sounds

    data = DataFolder.default()
    data.catalogs.mkdir(parents=True, exist_ok=True)
    out = data.catalogs / "my sounds"
    if not out.exists():
        options = Options(listener=ListenerKind.BUILT_IN)
        update_sounds(out, [Path(os.environ["OWN_SOUNDS"])], data, options)
    return out


def show_own_sounds(window: MainWindow) -> None:
    """Search the sounds of a folder, and play the second match."""
    from PySide6.QtCore import QTimer

    from gui.storage.controller import StorageController

    answer_questions(window)
    name = make_own_catalog().name
    window.findChild(StorageController).chooser.chosen.emit([name])
    table = window.results.table

    def play() -> None:
        if table.results.has_files and not window.results.is_dimmed:
            timer.stop()
            table.selectRow(1)
            window.commands.play_here.trigger()

    timer = QTimer(window)
    timer.timeout.connect(play)
    timer.start(100)


def show_several(window: MainWindow, then: Callable[[], None] = lambda: None) -> None:
    """Search the catalogue in the program and own sounds, and look at these."""
    from PySide6.QtCore import QTimer

    from core.setup.choice import BALANCED
    from gui.storage.controller import StorageController

    answer_questions(window)
    name = make_own_catalog().name
    window.findChild(StorageController).chooser.chosen.emit([BALANCED, name])

    def look() -> None:
        if "(" in window.results.tabs.tabText(1):
            timer.stop()
            window.results.tabs.setCurrentIndex(1)
            then()

    timer = QTimer(window)
    timer.timeout.connect(look)
    timer.start(100)


def show_catalog_tags(window: MainWindow) -> None:
    """Show the tags of all sounds of a folder."""
    from gui.storage.controller import StorageController

    answer_questions(window)
    window.findChild(StorageController).chooser.tags_pressed.emit(make_own_catalog())


def teach_own(window: MainWindow) -> None:
    """Teach a class by the first of own sounds, beside the catalogue in the program."""
    show_several(window, lambda: teach(window))


def show_own_map(window: MainWindow) -> None:
    """Show the map and the classes of own sounds, beside the catalogue in the program."""

    def show() -> None:
        window.commands.filter.trigger()
        window.commands.map.trigger()
        window.results.table.selectRow(2)

    show_several(window, show)


def record_beside_own(window: MainWindow) -> None:
    """Record while the list of own sounds is shown, which follows the recording."""
    show_several(window, lambda: record(window))


def open_bad_file(window: MainWindow) -> None:
    """Open a damaged film."""
    answer_questions(window)
    film = Path(tempfile.mkdtemp()) / "holiday.mp4"
    film.write_bytes(b"\0\0\0\x20ftypisom" + bytes(2000))
    window.dropped.emit([film])


@dataclass(frozen=True)
class Scene:
    """Content of a picture.

    Attributes
    ----------
    arrange : callable
        Does what a person would do.
    has_sound : bool
        Whether the program starts with the sound.
    rest_ms : int
        Time from then to the picture.
    is_kept : bool
        Whether the picture is one of ``docs/images``.
    has_microphone : bool
    is_dark : bool
    size : two ints
    """

    arrange: Callable[[MainWindow], None]
    has_sound: bool = True
    rest_ms: int = 2 * REST_MS
    is_kept: bool = False
    has_microphone: bool = True
    is_dark: bool = False
    size: tuple[int, int] = (1280, 800)


SCENES = {
    "empty": Scene(answer_questions, has_sound=False),
    "drop": Scene(drag, has_sound=False),
    "recording": Scene(record, has_sound=False, rest_ms=7000, is_kept=True),
    "analysing": Scene(analyse, rest_ms=3 * REST_MS),
    "results": Scene(answer_questions, is_kept=True),
    "first": Scene(lambda window: None),
    "details": Scene(show_details, is_kept=True),
    "map": Scene(show_map, rest_ms=8 * REST_MS, is_kept=True),
    "filter": Scene(show_filter, is_kept=True, is_dark=True),
    "history": Scene(show_history),
    "teach": Scene(teach, rest_ms=5000, is_kept=True),
    "add-sounds": Scene(add_sounds, is_kept=True),
    "own-sounds": Scene(own_sounds, rest_ms=20_000, is_kept=True),
    "duplicates": Scene(show_duplicates, rest_ms=12_000, is_kept=True),
    "set-up": Scene(set_up),
    "storage": Scene(show_storage),
    "catalogs": Scene(show_catalogs),
    "table": Scene(show_table, rest_ms=4 * REST_MS, is_kept=True),
    "preferences": Scene(prefer),
    "about": Scene(show_about),
    "licences": Scene(show_licences, rest_ms=4 * REST_MS),
    "playing": Scene(show_own_sounds, rest_ms=4 * REST_MS),
    "several": Scene(show_several, rest_ms=4 * REST_MS),
    "recording-own": Scene(record_beside_own, rest_ms=14_000),
    "teach-own": Scene(teach_own, rest_ms=8 * REST_MS),
    "map-own": Scene(show_own_map, rest_ms=8 * REST_MS),
    "catalog-tags": Scene(show_catalog_tags, rest_ms=4 * REST_MS),
    "trouble": Scene(open_bad_file),
    "no-device": Scene(answer_questions, has_sound=False, has_microphone=False),
}


def show(name: str, target: Path, arguments: list[str]) -> int:
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
            if os.environ["IS_DARK"] == "True":
                self.appearance.choose(Scheme.DARK)
            width, height = map(int, os.environ["SIZE"].split("x"))
            self.setFixedSize(width, height)
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
            QTimer.singleShot(scene.rest_ms, self.photograph)

        def photograph(self) -> None:
            # Of the screen: dialogs stand over the window.
            place = self.geometry()
            picture = self.screen().grabWindow(
                0, place.x(), place.y(), place.width(), place.height()
            )
            picture.save(str(target))
            QApplication.closeAllWindows()

    app.MainWindow = Photographed  # type: ignore[misc]
    return main.main(arguments)


def take(
    name: str, sound: Path, target: Path, size: tuple[int, int], is_dark: bool, home: Path
) -> None:
    """Run one program for a picture, as at a first start but for what takes long to prepare."""
    scene = SCENES[name]
    for item in home.iterdir():
        if item.name not in PREPARED:
            shutil.rmtree(item) if item.is_dir() else item.unlink()
    environment = {
        **os.environ,
        "SOUND": str(sound),
        "IS_DARK": str(is_dark),
        "SIZE": "x".join(map(str, size)),
    }
    if not scene.has_microphone:
        environment["PULSE_SERVER"] = "unix:/nowhere"
    subprocess.run(
        [sys.executable, __file__, "--show", name, str(target)]
        + ([str(sound)] if scene.has_sound else []),
        env=environment,
        timeout=LONGEST_S,
        check=True,
    )
    print(target, flush=True)


@contextmanager
def screen() -> Iterator[None]:
    """Start a screen that nobody sees."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        os.environ["DISPLAY"] = f":{answer.readline().strip()}"
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    try:
        yield
    finally:
        server.terminate()
        server.wait()


@contextmanager
def microphone() -> Iterator[None]:
    """Start a microphone that hears what is played, if PulseAudio is there."""
    if shutil.which("pulseaudio") is None:
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "native"
        os.environ |= {"PULSE_SERVER": f"unix:{socket}", "XDG_RUNTIME_DIR": folder}
        modules = (
            f"module-native-protocol-unix socket={socket} auth-anonymous=1",
            "module-null-sink sink_name=speaker rate=48000"
            " sink_properties=device.description=Speaker",
            "module-remap-source source_name=microphone master=speaker.monitor"
            " source_properties=device.description=Microphone",
        )
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"]
        command += ["--use-pid-file=no", *(part for each in modules for part in ("-L", each))]
        server = subprocess.Popen(
            command, env={**os.environ, "HOME": folder}, stderr=subprocess.DEVNULL
        )
        try:
            for _ in range(100):
                done = subprocess.run(
                    ["pactl", "set-default-source", "microphone"], check=False, capture_output=True
                )
                if done.returncode == 0:
                    break
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait()


def main() -> int:
    """Start a screen and a microphone, and photograph."""
    if sys.argv[1:2] == ["--show"]:
        return show(sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sound", type=Path)
    parser.add_argument("--scene", choices=SCENES, action="append", dest="scenes")
    parser.add_argument("--every-size", type=Path, metavar="DIR")
    parser.add_argument("--own-sounds", type=Path, help="the folder of the scenes with own sounds")
    chosen = parser.parse_args()
    folder = chosen.every_size or IMAGES
    folder.mkdir(exist_ok=True)
    sound, names = chosen.sound.resolve(), chosen.scenes or [*SCENES]
    with tempfile.TemporaryDirectory() as home, screen(), microphone():
        os.environ["SOUNDALIKE_HOME"] = home
        os.environ["OWN_SOUNDS"] = str((chosen.own_sounds or sound.parent).resolve())
        for name in names:
            scene = SCENES[name]
            if chosen.every_size is None:
                if scene.is_kept or chosen.scenes:
                    take(name, sound, folder / f"{name}.png", scene.size, scene.is_dark, Path(home))
                continue
            for place, size in enumerate(SIZES):
                target = folder / f"{name}-{size[0]}.png"
                take(name, sound, target, size, place == 2, Path(home))
    return 0


if __name__ == "__main__":
    sys.exit(main())
