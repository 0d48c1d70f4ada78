"""The real program on a real screen: keys, a drag, a browser, a microphone; nothing is faked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.audio.reader import AudioFile
from core.paths import DataFolder
from tests.conftest import PROJECT
from tests.virtual_microphone import VirtualMicrophone
from tests.waiting import LONG_S, wait_until

READ_CLIPBOARD = """
from PySide6.QtWidgets import QApplication
application = QApplication([])
print(application.clipboard().text())
"""


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """A screen with a window manager; its name."""
    for program in ("Xvfb", "openbox", "xdotool", "xprop"):
        assert shutil.which(program), f"{program} is missing: run `make test`"
    reading, writing = os.pipe()
    # Without repeating keys: on a busy machine one is held down for longer than it takes to repeat.
    # Nor does it begin anew where its first client goes before the second comes, which it would
    # turn away meanwhile.
    options = ["-r", "-noreset", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), *options],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        display = f":{answer.readline().strip()}"
    environment = {**os.environ, "DISPLAY": display}
    manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)

    def is_managed() -> bool:
        shown = subprocess.run(
            ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return "window id" in shown.stdout

    try:
        wait_until(is_managed)
        yield display
    finally:
        for program in (manager, server):
            program.terminate()
            program.wait()


class Program:
    """The running program, seen from outside."""

    def __init__(
        self,
        arguments: list[str],
        environment: dict[str, str],
        log: Path,
        entry: tuple[str, ...] = (str(PROJECT / "main.py"),),
    ) -> None:
        # A crash in a foreign library leaves its trace in the log.
        environment = {**environment, "PYTHONFAULTHANDLER": "1"}
        self.environment, self._log = environment, log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *entry, *arguments],
                cwd=PROJECT,
                env=environment,
                stdout=output,
                stderr=output,
            )
        self.window = ""
        wait_until(self.find_window)
        self.do("windowmove", "--sync", self.window, "40", "60")
        self.do("windowactivate", "--sync", self.window)

    def do(self, *arguments: str) -> str:
        return self._output(["xdotool", *arguments], check=False)

    def _output(self, command: list[str], check: bool) -> str:
        """Run another program on the same screen; return what it prints."""
        done = subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONG_S,
            check=check,
        )
        return done.stdout.strip()

    def find_window(self) -> bool:
        """Look for the window, which may be another one after a while."""
        assert self.process.poll() is None, self.log
        found = self.do(
            *("search", "--all", "--onlyvisible"),  # without --all, any condition is enough
            *("--pid", str(self.process.pid), "--name", "Soundalike"),
        )
        self.window = found.splitlines()[-1] if found else ""
        return bool(self.window)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def title(self) -> str:
        return self.do("getwindowname", self.window)

    @property
    def clipboard(self) -> str:
        """What another program pastes."""
        return self._output([sys.executable, "-c", READ_CLIPBOARD], check=True)

    def wait_for_title(self, part: str, timeout_s: float = LONG_S) -> None:
        try:
            wait_until(lambda: part in self.title, timeout_s)
        except AssertionError as error:
            status = self.process.poll()
            raise AssertionError(
                f"{part!r} is not in {self.title!r}; exit status {status}\n{self.log}"
            ) from error

    def key(self, *keys: str) -> None:
        self.do("windowactivate", "--sync", self.window)
        self.do("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        self.do("type", "--delay", "5", text)

    def wait_for_window(self, name: str) -> str:
        wait_until(lambda: bool(self.do("search", "--onlyvisible", "--name", name)))
        return self.do("search", "--onlyvisible", "--name", name).splitlines()[-1]

    def drag(self, start: tuple[int, int], end: tuple[int, int], source: str) -> None:
        """Drag from one place to another, let go once a window's title says that it is taken."""
        self.do("mousemove", *map(str, start), "mousedown", "1")
        for step in range(1, 21):
            x, y = (round(a + (b - a) * step / 20) for a, b in zip(start, end, strict=True))
            self.do("mousemove", "--sync", str(x), str(y))

        def is_taken() -> bool:
            # A press that comes late begins with the next movement.
            for step in (1, -1):
                self.do("mousemove_relative", "--sync", "--", str(step), "0")
            return self.do("getwindowname", source).endswith("taken")

        wait_until(is_taken)
        self.do("mouseup", "1")

    def quit(self) -> None:
        self.key("ctrl+q")
        assert self.process.wait(20) == 0, self.log


@pytest.fixture(scope="module")
def arguments(
    checkpoint: Path, pca_file: Path, model_folder: Path, made_catalog: object
) -> list[str]:
    """Options that choose the stand-in weights, converted already, and a real catalogue."""
    catalog = str(made_catalog.path)  # type: ignore[attr-defined]
    return ["--catalog", catalog, "--model", str(checkpoint), "--pca", str(pca_file)]


@pytest.fixture
def start(
    screen: str, arguments: list[str], stand_in_home: DataFolder, tmp_path: Path
) -> Iterator[Callable[..., Program]]:
    """Start the program with a home of its own, the converted model in it, and a known browser."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(stand_in_home.models)
    tools = tmp_path / "bin"
    tools.mkdir()
    browser = tools / "xdg-open"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path / "opened"}"\n')
    browser.chmod(0o755)
    environment = {
        **os.environ,
        "DISPLAY": screen,
        "QT_QPA_PLATFORM": "xcb",
        "SOUNDALIKE_HOME": str(home),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }
    started: list[Program] = []

    def begin(*more: str, is_first: bool = False, **variables: str) -> Program:
        """Start it; a first start is one without a model or a catalogue of its own."""
        log = tmp_path / f"log-{len(started)}"
        given = more if is_first else (*arguments, *more)
        if is_first:
            variables["SOUNDALIKE_HOME"] = str(tmp_path / "first home")
        started.append(Program([*given], {**environment, **variables}, log))
        return started[-1]

    yield begin
    for program in started:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()


def test_a_sound_its_matches_and_their_links(
    start: Callable[..., Program], sounds: Path, tmp_path: Path
) -> None:
    program = start(str(sounds / "barks.wav"))
    program.wait_for_title("barks.wav – 25 matches – Soundalike")
    program.key("ctrl+Return")
    opened = tmp_path / "opened"
    wait_until(lambda: opened.exists() and opened.read_text().endswith("\n"))
    url = opened.read_text().strip()
    assert url.startswith("https://www.youtube.com/watch?v=")
    assert url.endswith("s")
    program.key("ctrl+c")
    assert program.clipboard == url
    program.key("ctrl+m")
    program.wait_for_title(f"{url.split('v=')[1][:11]} – 25 matches")
    program.key("alt+Left")
    program.wait_for_title("barks.wav – 25 matches")
    program.key("ctrl+shift+c")
    program.quit()
    assert "k=25" in (tmp_path / "home" / "window.ini").read_text()
    assert program.log == ""


def test_a_file_is_opened_by_keys(start: Callable[..., Program], sounds: Path) -> None:
    program = start()
    program.key("ctrl+o")
    dialog = program.wait_for_window("Open sound files")
    program.do("windowactivate", "--sync", dialog)
    program.type(str(sounds / "piano.wav"))
    program.do("key", "Return")
    program.wait_for_title("piano.wav – 25 matches")
    program.quit()


def test_a_file_is_dragged_from_another_program(
    start: Callable[..., Program], sounds: Path
) -> None:
    program = start()
    source = subprocess.Popen(
        [
            sys.executable,
            str(PROJECT / "tests" / "gui" / "widgets" / "drag_source.py"),
            str(sounds / "rain.wav"),
        ],
        env=program.environment,
    )
    try:
        window = program.wait_for_window("Drag source")
        program.do("windowmove", "--sync", window, "1300", "100")
        program.drag((1400, 180), (500, 400), window)
        program.wait_for_title("rain.wav – 25 matches")
    finally:
        source.kill()
        source.wait()
    program.quit()


def test_a_sound_is_recorded_by_the_space_bar(
    start: Callable[..., Program], sounds: Path, virtual_microphone: VirtualMicrophone
) -> None:
    program = start(**virtual_microphone.environment)
    _press_to_listen(program)
    playing = virtual_microphone.play(sounds / "barks.wav")
    playing.wait(LONG_S)
    program.key("space")
    program.wait_for_title("Recording – 25 matches")
    program.quit()


@pytest.mark.real_data
def test_from_the_first_start_to_an_export_by_the_keyboard_alone(
    start: Callable[..., Program],
    shared: Path,
    virtual_microphone: VirtualMicrophone,
    tmp_path: Path,
) -> None:
    program = start(is_first=True, **virtual_microphone.environment)
    _press_to_listen(program)
    virtual_microphone.play(shared / "wav" / "ibm_typing.wav").wait(LONG_S)
    program.key("space")
    program.wait_for_title("– 25 matches")
    # The answer is read from what is exported, as it stands in the window.
    heading, rows = _exported(program, tmp_path / "first.html")
    assert "Typing" in heading or "keyboard" in heading
    assert sum("Typing" in row or "keyboard" in row for row in rows) >= 20
    # A link of the first match.
    program.key("ctrl+Return")
    opened = tmp_path / "opened"
    wait_until(lambda: opened.exists() and opened.read_text().endswith("\n"))
    first_id = opened.read_text().split("v=")[1][:11]
    assert first_id in rows[0]
    # More like it, and back.
    program.key("ctrl+m")
    program.wait_for_title(f"{first_id} – 25 matches")
    program.key("alt+Left")
    program.wait_for_title("Recording – 25 matches")
    # Only clips with speech: the classes, their search, and the class itself.
    program.key("ctrl+f")
    program.type("speech synth")
    program.do("key", "Return")
    program.do("key", "space")

    def is_filtered() -> bool:
        _, rows = _exported(program, tmp_path / "filtered.html")
        return all("Speech synthesizer" in row for row in rows)

    wait_until(is_filtered)
    # From part to part, and out.
    for _ in range(8):
        program.key("F6")
    program.quit()
    assert program.log == ""


def _exported(program: Program, target: Path) -> tuple[str, list[str]]:
    """Save the list by keys; return its heading and its rows, as HTML."""
    target.unlink(missing_ok=True)
    program.key("ctrl+shift+l")
    dialog = program.wait_for_window("Save the list")
    program.do("windowactivate", "--sync", dialog)
    program.do("key", "ctrl+a")
    program.type(str(target))
    program.do("key", "Return")
    wait_until(lambda: target.exists() and "</html>" in target.read_text(encoding="utf-8"))
    text = target.read_text(encoding="utf-8")
    (heading,) = re.findall(r"<h1>(.*?)</h1>", text, re.S)
    return heading, [row for row in re.findall(r"<tr>(.*?)</tr>", text, re.S) if "<td" in row]


def test_a_killed_program_gives_the_recording_back(
    start: Callable[..., Program],
    sounds: Path,
    virtual_microphone: VirtualMicrophone,
    tmp_path: Path,
) -> None:
    program = start(**virtual_microphone.environment)
    _press_to_listen(program)
    folder = tmp_path / "home" / "recordings"
    wait_until(lambda: any(folder.glob("unfinished *.flac")))
    begun_s = time.monotonic()
    playing = virtual_microphone.play(sounds / "barks.wav")
    playing.wait(LONG_S)
    lasted_s = time.monotonic() - begun_s
    program.process.kill()
    program.process.wait()
    again = start(**virtual_microphone.environment)
    wait_until(lambda: any(folder.glob("recording *.flac")))
    assert not any(folder.glob("unfinished *"))
    (kept,) = folder.glob("recording *.flac")
    audio = AudioFile(kept)
    assert audio.notes == ()
    assert audio.duration_s > lasted_s / 2
    again.wait_for_title("Soundalike")
    again.quit()


def _press_to_listen(program: Program) -> None:
    """Press Space until it is heard: it does nothing until the inputs are known."""

    def is_heard() -> bool:
        program.key("space")
        # A second press, while the first one is on its way, would stop the recording.
        with suppress(AssertionError):
            program.wait_for_title("Recording", 20)
        return "Recording" in program.title

    wait_until(is_heard)


def test_closing_while_the_model_loads(start: Callable[..., Program], sounds: Path) -> None:
    program = start(str(sounds / "siren.wav"))
    program.quit()
    assert "Traceback" not in program.log
