"""From the first start to AudioSet, on a real screen: nothing is called but keys are pressed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.catalog.catalog import Catalog
from core.library import Library
from core.listeners import BUILT_IN_ID
from core.paths import MOVED_TO, PLANNED_MOVE, DataFolder
from core.vggish.model import installed
from tests.conftest import PROJECT
from tests.gui.test_real_window import Program, screen
from tests.setup.conftest import archive_of
from tests.waiting import wait_until
from tests.web_server import web_server

__all__ = ["screen"]

LONG_S = 240


@pytest.fixture
def official(checkpoint: Path, pca_file: Path, features: Path, tmp_path: Path) -> Path:
    """What stands in for the official files."""
    folder = tmp_path / "official"
    folder.mkdir()
    os.link(checkpoint, folder / "vggish_model.ckpt")
    shutil.copy(pca_file, folder / "vggish_pca_params.npz")
    archive = archive_of(features, ("bal_train", "eval", "unbal_train"), 60)
    (folder / "features.tar.gz").write_bytes(archive)
    return folder


@pytest.fixture
def environment(screen: str, official: Path, own_data_folder: Path) -> Iterator[dict[str, str]]:
    """The screen, an empty data folder, and a server with the stand-ins."""
    files = {path.name: path.read_bytes() for path in official.iterdir()}
    with web_server(files) as server:
        yield {
            **os.environ,
            "DISPLAY": screen,
            "QT_QPA_PLATFORM": "xcb",
            "SOUNDALIKE_HOME": str(own_data_folder),
            "SOUNDALIKE_MIRROR": server.address,
        }


def model_key(data: DataFolder) -> str:
    """Return by which model the newest sound of the history was heard."""
    pasts = Library(data.library).history() if data.library.is_file() else []
    return pasts[0].model_key if pasts else ""


def press_until(program: Program, window: str, key: str, path: Path) -> None:
    """Press a key in a window until a file tells that it had its effect."""

    def pressed() -> bool:
        if not path.exists():
            program.do("windowactivate", "--sync", window)
            program.do("key", key)
        return path.exists()

    wait_until(pressed)


def answer_with(program: Program, name: str, text: str, path: Path) -> None:
    """Type an answer into a dialog until a file tells that it had its effect."""

    def answered() -> bool:
        window = program.do("search", "--onlyvisible", "--name", name)
        if window and not path.exists():
            program.do("windowactivate", "--sync", window.splitlines()[-1])
            program.do("key", "ctrl+a")
            program.type(text)
            program.do("key", "Return")
        return path.exists()

    program.wait_for_window(name)
    wait_until(answered)


@pytest.mark.timeout(2 * LONG_S)
def test_from_the_first_start_to_audioset_and_on_to_another_folder(
    environment: dict[str, str],
    official: Path,
    own_data_folder: Path,
    sounds: Path,
    tmp_path: Path,
) -> None:
    data, dog = DataFolder(own_data_folder), str(sounds / "barks.wav")
    entry = ("-m", "tests.setup.run_window", str(official))
    program = Program([dog], environment, tmp_path / "log", entry)
    try:
        program.wait_for_title("barks.wav – 25 matches", LONG_S)
        wait_until(lambda: model_key(data) == BUILT_IN_ID)

        # The banner's button, then the dialog's; what it does goes on when the dialog is closed.
        program.key("alt+u")
        dialog = program.wait_for_window("^Set up")
        press_until(program, dialog, "alt+u", data.set_up)
        program.do("key", "Escape")
        wait_until((data.catalogs / "audioset" / "catalog.json").is_file, LONG_S)
        wait_until(lambda: not data.set_up.exists())

        # The window switches by itself, and the sound is heard anew and matched again.
        wait_until(lambda: model_key(data).startswith("vggish-"))
        program.wait_for_title("barks.wav – 25 matches")
        (model,) = installed(data.models).values()
        assert model_key(data) == model.model_id
        assert model.is_released, "it is taken for the released one"
        expected = matched(environment, official, dog)
        assert set(expected) <= set(Catalog.open(data.catalogs / "audioset").clips["video_id"])
        # First with the model alone, then with the catalogue, too.
        wait_until(lambda: copied(program) == expected)

        # All of it is to move elsewhere, and at the next start it does.
        target = DataFolder(tmp_path / "disk")
        target.root.mkdir()
        program.key("ctrl+shift+w")
        page = program.wait_for_window("^Storage")
        program.do("windowactivate", "--sync", page)
        program.do("key", "alt+m")
        plan = data.root / PLANNED_MOVE
        answer_with(program, "^A new or empty folder", str(target.root), plan)
        program.do("windowactivate", "--sync", page)
        program.do("key", "Escape")
        program.quit()
        program = Program([dog], environment, tmp_path / "second-log", entry)
        wait_until(lambda: data.followed() == target, LONG_S)
        wait_until(lambda: program.find_window() and "Moving" not in program.title)
        program.wait_for_title("barks.wav – 25 matches")
        assert copied(program) == expected
        program.quit()
    finally:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()
    assert program.log == (tmp_path / "log").read_text() == ""
    assert (target.root / "window.ini").is_file()
    assert [path.name for path in data.root.iterdir()] == [MOVED_TO]


def copied(program: Program) -> list[bytes]:
    """Copy the list of matches, and return the videos' ids as another program pastes them."""
    program.key("ctrl+shift+c")
    links = [text for text in program.clipboard.split() if "youtube.com/watch" in text]
    return [link.split("v=")[1][:11].encode() for link in links]


def matched(environment: dict[str, str], official: Path, sound: str) -> list[bytes]:
    """Return what the command line finds with the same data folder."""
    command = ("-m", "tests.setup.run_command", str(official), "match", sound, "--json")
    done = subprocess.run(
        [sys.executable, *command],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert (answer["catalog"]["name"], answer["catalog"]["model"]) == ("audioset", "VGGish")
    return [match["video_id"].encode() for match in answer["matches"]]
