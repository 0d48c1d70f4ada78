"""A data folder of version 0.1, as that version left it, is opened and nothing in it is lost.

`make_data_folder.py` made it with that version's own code.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile

import pytest

from core.__main__ import main
from core.engine import Engine
from core.library import Library
from core.options import Filter, Ranking
from core.paths import DataFolder
from core.setup import inventory
from gui.settings import Settings, settings_path
from tests.setup.make_data_folder import FOLDER


@pytest.fixture
def data(own_data_folder):
    """The old folder, where this program looks for its own."""
    with zipfile.ZipFile(FOLDER) as packed:
        packed.extractall(own_data_folder)
    return DataFolder.default()


def test_history_stars_and_presets_are_kept(data):
    library = Library(data.library)
    newest, older = library.history()
    assert (newest.name, newest.given_name, newest.is_starred) == ("bell.wav", "our bell", True)
    assert (older.name, older.label) == ("rain.wav", "Rain")
    assert library.query(newest).frames.shape == (5, 128)
    (star,) = library.stars()
    assert (star.video_id, star.note, star.labels) == ("iwsJJ1R3bNk", "like ours", ("Rain",))
    assert library.hidden() == {"nR4iAAAAAAA"}
    assert library.presets() == {"without people": Filter(exclude=("Speech",))}
    assert library.notices == []


def test_settings_and_recordings_are_kept(data):
    remembered = Settings(settings_path(data)).read()
    assert (remembered.k, remembered.ranking, remembered.volume) == (40, Ranking.SOUND, 0.25)
    assert remembered.shows_map
    assert remembered.may_look_up is False
    assert [path.name for path in data.recordings.iterdir()] == ["2026-11-20 10.00.00.flac"]


def test_catalogues_and_taught_classes_answer(data, capsys):
    rain = data.root.parent / "rain.wav"
    assert main(["example", str(rain)]) == 0
    capsys.readouterr()
    assert main(["match", str(rain), "--rank", "sound", "--json"]) == 0
    best = json.loads(capsys.readouterr().out)["matches"][0]
    assert best["labels"][0].startswith("Rain")
    assert best["similarity"] > 0.99
    assert main(["match", str(rain), "--json", "--catalog", str(data.catalogs / "nine clips")]) == 0
    assert len(json.loads(capsys.readouterr().out)["matches"]) == 9
    engine = Engine(data)
    assert [taught.name for taught in engine.taught_classes()] == ["our rain"]
    assert engine.taught_faults() == []
    engine.close()


def test_what_older_ones_left_is_removed_and_nothing_else(data):
    engine = Engine(data)
    assert engine.load().name == "my sounds"
    engine.close()
    assert {path.name for path in data.catalogs.iterdir() if path.is_dir()} == {
        "my sounds",
        "nine clips",
    }
    (model,) = data.models.iterdir()
    assert [path.name for path in model.iterdir()] == ["manifest.json"]
    assert {entry.name for entry in inventory.catalogs(data)} == {"my sounds", "nine clips"}


def test_a_catalogue_of_the_future_is_refused_and_left_alone(data, capsys):
    path = data.catalogs / "my sounds" / "catalog.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "version": 99}))
    before = path.read_bytes()
    for words in (["find", "rain"], ["info", str(path.parent)]):
        assert main(words) == 1
        error, hint = capsys.readouterr().err.splitlines()
        assert error.startswith("error: The catalogue has format version 99, and this program")
        assert hint.startswith("hint: ")
    assert path.read_bytes() == before


def test_a_history_of_the_future_is_refused_and_left_alone(data):
    with sqlite3.connect(data.library) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = data.library.read_bytes()
    library = Library(data.library)
    with pytest.raises(Exception, match="was written by a newer Soundalike") as raised:
        library.history()
    assert "neither shown nor kept" in raised.value.hint
    assert data.library.read_bytes() == before
