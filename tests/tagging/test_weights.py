from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from core.errors import ModelError
from core.tagging.listener import BuiltInListener
from core.tagging.tagger import Tagger
from core.tagging.weights import shipped

READERS = {"tagger.npz": Tagger, "listener.onnx": BuiltInListener}


@pytest.fixture(params=sorted(READERS))
def copied(request, tmp_path: Path) -> Path:
    return Path(shutil.copy(shipped(request.param), tmp_path))


def refused(path: Path, reason: str) -> None:
    with pytest.raises(ModelError, match=reason) as caught:
        READERS[path.name](path)
    assert path.name in caught.value.message
    assert caught.value.hint


def test_what_is_shipped_is_small_enough():
    for name in (*READERS, "balanced.npz"):
        assert 1_000_000 < shipped(name).stat().st_size <= 4_000_000


def test_a_missing_file_is_one_clear_error(copied):
    copied.unlink()
    refused(copied, "is missing")


def test_a_folder_in_its_place_is_one_clear_error(copied):
    copied.unlink()
    copied.mkdir()
    refused(copied, "is missing")


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_cut_file_is_one_clear_error(copied, share):
    content = copied.read_bytes()
    copied.write_bytes(content[: int(share * len(content))])
    refused(copied, "cut off or damaged|another version")


def test_another_files_content_is_one_clear_error(copied):
    copied.write_bytes(b"<html>Not found</html>" * 1000)
    refused(copied, "cut off or damaged")


def test_a_far_too_large_file_is_refused_unread(copied):
    with copied.open("r+b") as file:
        file.truncate(10**12)
    refused(copied, "cut off or damaged")


def stored(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as found:
        return dict(found)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": np.array(2)}, "another version"),
        ({"format": np.array("1")}, "another version"),
        ({"class_bias": np.zeros(521, np.float16)}, "cut off or damaged"),
        ({"first_weight": np.zeros((2, 128), np.float16)}, "cut off or damaged"),
    ],
)
def test_a_tagger_of_another_make_is_refused(tmp_path, changes, reason):
    path = tmp_path / "tagger.npz"
    np.savez(path, **{**stored(shipped("tagger.npz")), **changes})
    refused(path, reason)


def test_a_tagger_that_lacks_an_array_is_refused(tmp_path):
    path = tmp_path / "tagger.npz"
    arrays = stored(shipped("tagger.npz"))
    del arrays["calibration"]
    np.savez(path, **arrays)
    refused(path, "cut off or damaged")


def test_a_listener_of_another_version_is_refused(tmp_path):
    path = tmp_path / "listener.onnx"
    model = onnx.load(shipped("listener.onnx"))
    onnx.helper.set_model_props(model, {"version": "2"})
    path.write_bytes(model.SerializeToString())
    refused(path, "another version")
