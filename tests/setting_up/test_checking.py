"""The published check and the conversion's own, told in numbers."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest

from core import pinned
from core.__main__ import main
from core.checking import PUBLISHED, ModelCheck, check_model
from core.paths import DataFolder
from core.vggish import convert
from core.vggish.model import Manifest
from tests.setting_up.conftest import pin
from tests.web_server import web_server

GOOD = tuple(PUBLISHED.values())


@pytest.fixture(scope="module")
def check(model_folder):
    return check_model(model_folder)


def test_the_numbers_are_those_of_the_reference_code(check, shared):
    reference = np.load(shared / "vggish" / "reference_outputs.npz")
    name = next(key for key in reference if "16000" in key).partition("/")[0]
    embedding = reference[f"{name}/embedding"].astype(np.float64)
    postprocessed = reference[f"{name}/postprocessed"].astype(np.float64)
    expected = (
        embedding.mean(), embedding.std(), postprocessed.mean(), postprocessed.std(),
    )  # fmt: skip
    np.testing.assert_allclose(check.found, expected, rtol=1e-3)


def test_other_weights_differ_as_expected(check):
    assert not check.passed
    text = check.lines()[0]
    assert "differs, as expected of other weights: embedding mean " in text
    assert "instead of 0.000657" in text


def test_the_quantised_form_is_measured_again(check, model_folder):
    manifest = Manifest.load(model_folder)
    # The fixture converted with other probe sounds than a check uses.
    assert 0.9 < check.int8_cosine < 1
    assert check.agreement == manifest.agreement
    assert f"cosine {check.int8_cosine:.3f} at least" in check.lines()[1]
    assert "differed from TensorFlow by" in check.lines()[2]


@pytest.mark.parametrize("factor", [0.91, 1.0, 1.09])
def test_ten_percent_are_tolerated(factor):
    found = tuple(number * factor for number in GOOD)
    check = ModelCheck("VGGish", True, found, None, 0.995, True)
    assert check.passed
    assert "passed (embedding mean 0.0" in check.lines()[0]


@pytest.mark.parametrize("which", range(4))
def test_released_weights_that_differ_have_failed(which):
    found = [*GOOD]
    found[which] *= 1.2
    check = ModelCheck("VGGish", True, tuple(found), None, 0.995, True)
    assert not check.passed
    assert check.lines()[0].count("instead of") == 1
    assert "FAILED" in check.lines()[0]


@pytest.fixture
def official(checkpoint, pca_file, monkeypatch):
    """Let the stand-in files be the official ones, but not the released weights."""
    for name, path in (("CHECKPOINT", checkpoint), ("PCA", pca_file)):
        pin(monkeypatch, name, path.read_bytes())
    monkeypatch.setattr(pinned, "FILES", (pinned.CHECKPOINT, pinned.PCA))
    monkeypatch.setattr(convert, "CHECKPOINT", dataclasses.replace(pinned.CHECKPOINT, sha256=""))


def test_fetching_and_verifying_end_with_the_numbers(
    official, checkpoint, pca_file, model_folder, own_data_folder, capsys
):
    data = DataFolder(own_data_folder)
    shutil.copytree(model_folder, data.models / model_folder.name)
    files = {
        "vggish_model.ckpt": checkpoint.read_bytes(),
        "vggish_pca_params.npz": pca_file.read_bytes(),
    }
    with web_server(files) as server:
        assert main(["files", "fetch", "--mirror", server.address]) == 0
    output = capsys.readouterr().out.splitlines()
    assert output[:2] == ["vggish_model.ckpt: fetched", "vggish_pca_params.npz: fetched"]
    assert "published check on a 1 kHz sine: differs, as expected" in output[2]
    assert main(["files", "verify"]) == 0
    verified = capsys.readouterr().out.splitlines()
    assert verified[:2] == ["vggish_model.ckpt: verified", "vggish_pca_params.npz: verified"]
    assert verified[2:5] == output[2:5]


def test_importing_the_last_file_ends_with_the_numbers(
    official, checkpoint, pca_file, model_folder, own_data_folder, tmp_path, capsys
):
    data = DataFolder(own_data_folder)
    shutil.copytree(model_folder, data.models / model_folder.name)
    mine = tmp_path / "notes.txt"
    shutil.copy(pca_file, mine)
    assert main(["files", "import", str(mine)]) == 0
    assert capsys.readouterr().out == f"vggish_pca_params.npz: imported from {mine}\n"
    assert main(["files", "import", str(checkpoint)]) == 0
    assert "published check" in capsys.readouterr().out


def test_what_cannot_be_fetched_is_said(capsys):
    for words in (["fetch", "moon"], ["fetch", "--mirror", "http://example.org"], ["use"],
                  ["use", "a", "b"], ["remove"], ["list", "x"], ["use", "none"]):  # fmt: skip
        assert main(["files", *words]) == 1
        assert capsys.readouterr().err.count("\n") == 2
