"""Windows over real catalogues of own sounds, which are made of the program's examples."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.audio.examples import EXAMPLES, example
from core.audio.writing import save_wav
from core.engine import Engine
from core.options import ListenerKind, Options
from core.paths import DataFolder
from core.sounds.update import update_sounds

if TYPE_CHECKING:
    from tests.gui.conftest import App


def write_sounds(folder: Path) -> Path:
    """Write a folder of made sounds, one of them twice."""
    folder.mkdir(parents=True)
    for name in EXAMPLES:
        save_wav(example(name), folder / f"{name}.wav")
    shutil.copy(folder / "Siren.wav", folder / "Siren again.wav")
    return folder


def build(out: Path, folder: Path, data: DataFolder) -> Path:
    """Build a catalogue with the built-in listener."""
    update_sounds(out, [folder], data, Options(listener=ListenerKind.BUILT_IN))
    return out


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    return write_sounds(tmp_path / "my sounds")


@pytest.fixture
def own_app(make_app: Callable[..., App], own_folder: Path, own_data_folder: Path) -> App:
    """A window that searches a catalogue of these sounds, in the data folder."""
    data = DataFolder(own_data_folder)
    data.catalogs.mkdir()
    build(data.catalogs / "mine", own_folder, data)
    data.chosen_catalog.write_text("mine")
    app = make_app(real=Engine(data))
    app.show()
    app.wait_for(lambda: "mine" in app.window.status.text())
    return app
