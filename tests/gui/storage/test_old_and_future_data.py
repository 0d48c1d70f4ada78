"""The window on a data folder of version 0.1, and on one that a later version has written to."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.engine import Engine
from core.paths import DataFolder
from gui.search.state import State
from tests.gui.conftest import App
from tests.setup.make_data_folder import FOLDER

Start = Callable[..., App]


@pytest.fixture
def start(make_app: Start, own_data_folder: Path) -> Start:
    """Return what opens the window, with the real engine, on the old folder."""
    with zipfile.ZipFile(FOLDER) as packed:
        packed.extractall(own_data_folder)

    def started(*first_paths: Path) -> App:
        app = make_app(*first_paths, real=Engine(DataFolder(own_data_folder)))
        app.show()
        return app

    return started


def test_the_window_opens_with_all_that_was_kept(start: Start, sine: Path) -> None:
    app = start(sine)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert "my sounds" in app.window.status.text()
    found = app.window.history.view.found

    def texts() -> str:
        return " ".join(str(found.index(row, 0).data()) for row in range(found.rowCount()))

    app.wait_for(lambda: "sine.wav" in texts())
    assert "our bell" in texts()
    assert "rain.wav" in texts()


def test_a_history_of_the_future_is_told_and_all_else_works(
    start: Start, own_data_folder: Path, sine: Path
) -> None:
    with closing(sqlite3.connect(own_data_folder / "library.sqlite")) as db:
        db.execute("PRAGMA user_version = 99")
    before = (own_data_folder / "library.sqlite").read_bytes()
    app = start(sine)
    app.wait_for(lambda: "written by a newer Soundalike" in app.window.banner.message)
    app.wait_for(lambda: app.session.state is State.RESULTS)
    assert (own_data_folder / "library.sqlite").read_bytes() == before


def test_a_catalogue_of_the_future_is_told_with_a_way_out(
    start: Start, own_data_folder: Path
) -> None:
    path = own_data_folder / "catalogs" / "my sounds" / "catalog.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    before = path.read_bytes()
    app = start()
    app.wait_for(lambda: "format version 99" in app.window.banner.message)
    assert path.read_bytes() == before
