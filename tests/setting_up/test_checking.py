"""The published check and the conversion's own, told in numbers."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from core import checking, commands, pinned, verdicts
from core.__main__ import main
from core.checking import PUBLISHED, ModelCheck, check_model
from core.jobs import Job
from core.paths import DataFolder
from core.preparing import prepare_starter
from core.vggish import convert
from core.vggish.model import Manifest
from tests import stand_in
from tests.setting_up.conftest import pin
from tests.web_server import web_server

GOOD = tuple(PUBLISHED.values())


@pytest.fixture(scope="module")
def check(model_folder):
    return check_model(model_folder)


def test_the_numbers_are_those_of_the_reference_code(check):
    expected = tuple(stand_in.published().values())
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
        assert main(["files", "fetch", "--mirror", server.address]) == 1
    said = capsys.readouterr()
    output, errors = said.out.splitlines(), said.err.splitlines()
    assert output[:2] == ["vggish_model.ckpt: fetched", "vggish_pca_params.npz: fetched"]
    assert "published check on a 1 kHz sine: differs, as expected" in output[2]
    assert len(errors) == 2
    assert "fails its published check, so it is not used: embedding mean " in errors[0]
    assert "instead of 0.000657" in errors[0]
    assert "--even-if-check-fails" in errors[1]
    assert main(["files", "verify"]) == 1
    verified = capsys.readouterr().out.splitlines()
    assert verified[:2] == ["vggish_model.ckpt: verified", "vggish_pca_params.npz: verified"]
    assert verified[2:5] == output[2:5]


@pytest.fixture
def refused(official, checkpoint, pca_file, model_folder, own_data_folder):
    """A data folder with the stand-in, which is not what was published."""
    data = DataFolder(own_data_folder)
    data.files.mkdir(parents=True)
    for path, name in ((checkpoint, "vggish_model.ckpt"), (pca_file, "vggish_pca_params.npz")):
        os.link(path, data.files / name)
    shutil.copytree(model_folder, data.models / model_folder.name)
    return data


@pytest.fixture
def dog(shared):
    return str(shared / "wav" / "ibm_dog.wav")


def catalog_of(capsys):
    return json.loads(capsys.readouterr().out)["catalog"]


def test_a_model_that_fails_does_not_answer_until_somebody_says_so(
    refused, demo_home, dog, checkpoint, pca_file, capsys
):
    shutil.copytree(demo_home.models, refused.models, dirs_exist_ok=True, copy_function=os.link)
    shutil.copytree(demo_home.catalogs, refused.catalogs, copy_function=os.link)
    # Nothing has checked it so far: the engine does.
    assert main(["match", dog, "-k", "2", "--json"]) == 0
    answered = catalog_of(capsys)
    assert answered["demo"]
    assert "so it is not used: embedding mean " in answered["notes"][0]
    # Other weights that somebody names answer at once, and with a warning.
    chosen = ["--model", str(checkpoint), "--pca", str(pca_file)]
    assert main(["match", dog, "-k", "2", "--json", *chosen, "--catalog", answered["path"]]) == 1
    assert "made by another model" in capsys.readouterr().err
    starter = str(prepare_starter(refused.catalogs, Job()))
    assert main(["match", dog, "-k", "2", "--json", *chosen, "--catalog", starter]) == 0
    assert "mean little" in catalog_of(capsys)["notes"][-1]
    # Before it was checked again, the demo answers as before; then the choice is kept.
    assert main(["match", dog, "-k", "2", "--json"]) == 0
    assert catalog_of(capsys) == answered
    verdicts.accept(refused)
    assert main(["match", dog, "-k", "2", "--json"]) == 0
    accepted = catalog_of(capsys)
    assert (accepted["demo"], accepted["starter"]) == (False, True)
    assert any("because you said so" in note for note in accepted["notes"])
    (folder,) = refused.models.glob("vggish*")
    verdicts.note(refused, folder, check_model(folder).found)
    assert verdicts.refused(refused) == "", "checked again, it is still accepted"
    # A verdict that cannot be read is made anew.
    (folder / "published-check.json").write_text('{"found": [1], "is_accepted": true}')
    assert main(["match", dog, "-k", "2", "--json"]) == 0
    assert catalog_of(capsys)["demo"]


def test_a_model_that_passes_is_checked_once(refused, monkeypatch):
    monkeypatch.setattr(checking, "PUBLISHED", stand_in.published())
    (folder,) = refused.models.glob("vggish*")
    assert verdicts.verdict(refused, folder, Job()).may_answer
    monkeypatch.setattr(verdicts, "sine_numbers", None)
    assert verdicts.verdict(refused, folder, Job()).may_answer
    assert verdicts.refused(refused) == ""


def test_one_option_lets_it_be_used(refused, capsys):
    assert main(["files", "fetch", "--even-if-check-fails"]) == 0
    assert "published check" in capsys.readouterr().out
    assert main(["files", "verify"]) == 0
    assert verdicts.refused(refused) == ""


def test_importing_the_last_file_ends_with_the_numbers(
    official, checkpoint, pca_file, model_folder, own_data_folder, tmp_path, capsys
):
    data = DataFolder(own_data_folder)
    shutil.copytree(model_folder, data.models / model_folder.name)
    mine = tmp_path / "notes.txt"
    shutil.copy(pca_file, mine)
    assert main(["files", "import", str(mine)]) == 0
    assert capsys.readouterr().out == f"vggish_pca_params.npz: imported from {mine}\n"
    assert main(["files", "import", str(checkpoint)]) == 1
    said = capsys.readouterr()
    assert "published check" in said.out
    assert "it is not used" in said.err
    assert main(["files", "import", "--even-if-check-fails", str(checkpoint)]) == 0


def test_options_may_stand_before_and_after_what_they_are_for(monkeypatch):
    seen = []
    monkeypatch.setattr(commands, "files", lambda given: seen.append((given.path, given.balanced)))
    for words in (["features", "--balanced"], ["--balanced", "features"]):
        assert main(["files", "fetch", *words]) == 0
    assert seen == [([Path("features")], True)] * 2
    for words in (["files", "fetch", "--moon"], ["info", "a", "b"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2


def test_what_cannot_be_fetched_is_said(capsys):
    for words in (["fetch", "moon"], ["fetch", "--mirror", "http://example.org"], ["use"],
                  ["use", "a", "b"], ["remove"], ["list", "x"], ["use", "none"]):  # fmt: skip
        assert main(["files", *words]) == 1
        assert capsys.readouterr().err.count("\n") == 2
