"""What a model makes of the published sine, and its other numbers: told, and never in the way."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import soundfile

from core.__main__ import main
from core.cli import commands
from core.downloads import pinned
from core.paths import DataFolder
from core.setup.model_check import PUBLISHED, ModelCheck, check_model
from core.vggish import convert
from core.vggish.model import PCA_FILE, ModelManifest
from core.vggish.postprocess import Pca
from tests.setup.conftest import pin
from tests.web_server import web_server


@pytest.fixture(scope="module")
def check(model_folder):
    return check_model(model_folder)


@pytest.mark.real_data
def test_the_numbers_are_those_of_the_reference_code(model_folder, shared, tmp_path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    (folder / PCA_FILE).unlink()
    Pca.load(shared / "vggish" / "vggish_pca_params.npz").save(folder / PCA_FILE)
    check = check_model(folder)
    reference = np.load(shared / "vggish" / "reference_outputs.npz")
    for name, part in (("embedding", "embedding"), ("post-processed", "postprocessed")):
        array = reference[f"sine_1khz_44100/{part}"].astype(np.float64)
        np.testing.assert_allclose(check.found[name], (array.mean(), array.std()), rtol=1e-3)


def test_other_weights_differ_as_expected(check):
    assert not check.is_near
    lines = check.lines()
    assert "1 kHz sine, embedding: mean " in lines[0]
    assert "published 0.000657 and 0.343" in lines[0]
    assert "1 kHz sine, post-processed: mean " in lines[1]
    assert "published 126 and 89.3" in lines[1]
    assert "to be expected of other weights" in lines[2]


def test_how_it_was_converted_is_said(check, model_folder):
    assert check.agreement == ModelManifest.load(model_folder).agreement
    assert "differed from the reference by" in check.lines()[-1]


def released(**found):
    return ModelCheck("VGGish", True, {**PUBLISHED, **found}, None)


PUBLISHED_BEFORE = {"embedding": (-0.0333, 0.380), "post-processed": (122.0, 93.5)}
REPORTED_BY_USERS = {"post-processed": (121.97, 93.37)}


@pytest.mark.parametrize("found", [{}, PUBLISHED_BEFORE, REPORTED_BY_USERS])
def test_what_resampling_explains_is_near(found):
    check = released(**found)
    assert check.is_near
    assert not any("further" in line for line in check.lines())


@pytest.mark.parametrize(
    ("found", "is_near"),
    [
        ({"embedding": (0.000657 + 0.19 * 0.343, 0.343)}, True),
        ({"embedding": (0.000657 + 0.21 * 0.343, 0.343)}, False),
        ({"post-processed": (126.0, 89.3 * 1.24)}, True),
        ({"post-processed": (126.0, 89.3 * 1.26)}, False),
        ({"post-processed": (126.0, 89.3 / 1.26)}, False),
        ({"post-processed": (126.0 - 0.21 * 89.3, 89.3)}, False),
    ],
)
def test_what_is_further_off_is_a_calm_note(found, is_near):
    check = released(**found)
    assert check.is_near == is_near
    noted = [line for line in check.lines() if "the model answers all the same" in line]
    assert len(noted) == (not is_near)


@pytest.fixture
def official(checkpoint, pca_file, monkeypatch):
    """Let the stand-in files be the official ones."""
    for name, path in (("CHECKPOINT", checkpoint), ("PCA", pca_file)):
        pin(monkeypatch, name, path.read_bytes())
        monkeypatch.setattr(convert, name, getattr(pinned, name))
    monkeypatch.setattr(pinned, "FILES", (pinned.CHECKPOINT, pinned.PCA))


def test_fetching_and_verifying_end_with_the_numbers_and_the_model_answers(
    official, checkpoint, pca_file, own_data_folder, tmp_path, capsys
):
    """Its numbers are nowhere near the published ones: nobody is refused for that."""
    files = {
        "vggish_model.ckpt": checkpoint.read_bytes(),
        "vggish_pca_params.npz": pca_file.read_bytes(),
    }
    with web_server(files) as server:
        assert main(["files", "fetch", "--mirror", server.address]) == 0
    output = capsys.readouterr().out.splitlines()
    assert output[:2] == ["vggish_model.ckpt: fetched", "vggish_pca_params.npz: fetched"]
    assert output[2].startswith("VGGish: 1 kHz sine, embedding: mean ")
    assert "the model answers all the same" in output[4]
    assert main(["files", "verify"]) == 0
    verified = capsys.readouterr().out.splitlines()
    assert verified[:2] == ["vggish_model.ckpt: verified", "vggish_pca_params.npz: verified"]
    assert verified[2:5] == output[2:5]
    sine = np.sin(np.arange(32_000) * 0.4).astype(np.float32)
    soundfile.write(tmp_path / "sine.wav", sine, 16_000)
    assert main(["match", str(tmp_path / "sine.wav"), "-k", "2", "--json"]) == 0
    answered = json.loads(capsys.readouterr().out)["catalog"]
    assert (answered["listener"], answered["model"]) == ("vggish", "VGGish")


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
    assert "1 kHz sine" in capsys.readouterr().out
    # It was converted before anybody knew that it is the released one.
    assert ModelManifest.load(data.models / model_folder.name).is_released


def test_options_may_stand_before_and_after_what_they_are_for(monkeypatch):
    seen = []
    monkeypatch.setattr(commands, "files", lambda given: seen.append((given.what, given.balanced)))
    for words in (["features", "--balanced"], ["--balanced", "features"]):
        assert main(["files", "fetch", *words]) == 0
    assert seen == [(["features"], True)] * 2
    for words in (["files", "fetch", "--moon"], ["files", "move", "--balanced", "x"],
                  ["files", "use"], ["files", "use", "a", "b"], ["files", "remove"],
                  ["files", "list", "x"], ["files", "import"], ["files", "moon"],
                  ["info", "a", "b"]):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2


def test_what_cannot_be_fetched_is_said(capsys):
    for words in (["fetch", "moon"], ["fetch", "--mirror", "http://example.org"],
                  ["remove", "none"], ["use", "none"]):  # fmt: skip
        assert main(["files", *words]) == 1
        assert capsys.readouterr().err.count("\n") == 2
