"""Catalogues of own sounds that others made, and parts of builds, with whatever in them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from core.catalog.catalog import Catalog
from core.catalog.clips import Clips
from core.catalog.sound_files import OwnFile
from core.errors import CatalogError
from core.sounds.parts import PartsFolder
from tests.resealed import reseal

MODEL = "mine-1"


@pytest.fixture
def copied(built, tmp_path):
    """A catalogue that may be changed."""
    shutil.copytree(built.catalog.path, tmp_path / "mine")
    return tmp_path / "mine"


@pytest.mark.parametrize("name", ["files.npy", "texts.npy", "loudness.npy"])
@pytest.mark.parametrize("magic", [b"\x93NUMPY\x01\x00\xff\xff{(", b"PK\x03\x04", b""])
def test_what_is_no_array_is_refused(copied, name, magic):
    """NumPy's reader lets through what Python's own parser says of a header."""
    (copied / name).write_bytes(magic + b"(" * 300)
    reseal(copied)
    with pytest.raises(CatalogError, match=name):
        Catalog.open(copied)


@pytest.mark.parametrize("path", ["/a\0b", "/a\ud800b"])
def test_a_folder_that_no_system_has_is_refused(copied, path):
    (copied / "folders.json").write_text(
        json.dumps({"folders": [{"path": path, "has_subfolders": True}]})
    )
    reseal(copied)
    with pytest.raises(CatalogError, match=r"folders\.json|files\.npy"):
        Catalog.open(copied)


@pytest.mark.parametrize(("column", "value"), [("n_clips", 0), ("first_clip", 1)])
def test_clips_that_no_file_has_are_refused(copied, column, value):
    rows = np.load(copied / "files.npy")
    rows[column][0] = value
    np.save(copied / "files.npy", rows)
    reseal(copied)
    with pytest.raises(CatalogError, match=r"files\.npy"):
        Catalog.open(copied)


def test_a_part_that_does_not_fit_is_made_again(tmp_path):
    frames = [np.zeros((10, 128), np.uint8)] * 3
    spans_s = [(0.0, 10.0), (10.0, 20.0), (20.0, 30.0)]
    clips = Clips.from_lists([b"k" * 24] * 3, spans_s, [[1, 2]] * 3, frames, [False] * 3)
    own = OwnFile(0, b"a.wav", b"k" * 24, 9, 9, 30.0, -20.0, n_clips=3)
    other = OwnFile(1, b"b.wav", b"k" * 24, 9, 9, 30.0, -20.0, n_clips=3)
    loudness = np.full(3, -20.0, np.float32)
    part = PartsFolder(tmp_path, MODEL, ["/a", "/b"]).write([own], [clips], [loudness], [other])
    ((found, files, read),) = PartsFolder(tmp_path, MODEL, ["/b"]).found()
    assert (found.path, files) == (part.path, [own])
    assert read == [replace(other, folder=0)], "the other folder is not looked through any more"
    whole = part.path.read_bytes()
    arrays = dict(np.load(part.path))
    changes = {
        "frames": arrays["frames"][:29],
        "n_frames": arrays["n_frames"] * 2,
        "n_labels": -arrays["n_labels"],
        "start_s": arrays["start_s"][:2],
        "loudness": arrays["loudness"][:2],
        "label_indices": arrays["label_indices"].astype(np.float64),
        "tags": arrays["tags"].ravel(),
        "folders": arrays["folders"][:2],
        "others": arrays["others"][["key", "folder"]],
        "other_texts": None,
    }
    for name, changed in changes.items():
        part.path.write_bytes(whole)
        with part.path.open("wb") as file:
            given = {**arrays, name: changed}
            np.savez(file, **{each: value for each, value in given.items() if value is not None})
        assert PartsFolder(tmp_path, MODEL).found() == [], name
        assert not part.path.exists()
    part.path.write_bytes(whole[:-900] + bytes(900))
    assert PartsFolder(tmp_path, MODEL).found() == []
