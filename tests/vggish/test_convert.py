"""Conversion happens once, and refuses everything that is not VGGish."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, ModelError
from core.jobs import Job
from core.options import FLOAT32, TENSORFLOW
from core.vggish import convert, model
from core.vggish.checkpoint import checkpoint_files
from core.vggish.convert import converted
from core.vggish.model import ModelManifest, Vggish, installed
from core.vggish.network import write_onnx
from core.vggish.tensorflow_process import TensorflowNetwork, TensorflowProcess
from tests.conftest import write_checkpoints


def folders(path):
    return [item for item in path.iterdir() if item.is_dir()]


def refuse_to_convert():
    raise AssertionError("it was converted before")


def test_the_second_time_nothing_is_converted(checkpoint, pca_file, models, model_folder):
    assert converted(checkpoint, pca_file, models, refuse_to_convert, Job()) == model_folder


def test_a_checkpoint_that_changed_is_noticed(
    tmp_path, checkpoint, pca_file, models, model_folder, patches
):
    copy = tmp_path / "copy.ckpt"
    shutil.copy(checkpoint, copy)
    # Another place, the same content: known by its checksum.
    assert converted(copy, pca_file, models, refuse_to_convert, Job()) == model_folder
    with checkpoint.open("rb") as original:
        copy.write_bytes(original.read(1000))
    with pytest.raises(ModelError, match="cannot be read"):
        converted(copy, pca_file, models, lambda: patches, Job())


def test_a_checkpoint_on_a_failing_disk_is_named(pca_file, models):
    unreadable = Path("/proc/self/mem")  # reading fails as it does on a failing disk
    with pytest.raises(ModelError, match="/proc/self/mem cannot be read: Input/output error"):
        converted(unreadable, pca_file, models, refuse_to_convert, Job())


@pytest.mark.parametrize("engine", [FLOAT32, TENSORFLOW])
def test_batches_do_not_change_the_result(model_folder, patches, engine):
    vggish = Vggish(model_folder, engine)
    many = np.concatenate([patches] * 3)
    whole = vggish.embed(many).raw
    single = vggish.embed(many[-1:]).raw
    assert np.abs(whole[-1] - single[0]).max() <= 1e-4 * whole.std()
    assert vggish.embed(many[:0]).raw.shape == (0, 128)
    vggish.close()


def test_tensorflow_computes_what_the_converted_network_does(model_folder, patches):
    converted_one, reference = Vggish(model_folder), Vggish(model_folder, TENSORFLOW)
    expected = reference.embed(patches).raw
    assert np.abs(converted_one.embed(patches).raw - expected).max() <= 1e-4 * expected.std()
    reference.close()


def test_the_manifest_tells_what_was_measured(model_folder, models):
    manifest = ModelManifest.load(model_folder)
    assert manifest.agreement is not None
    assert 0 <= manifest.agreement < 1e-4
    assert not manifest.is_released
    assert installed(models)[model_folder] == manifest


def test_what_an_older_program_noted_besides_is_passed_over(model_folder, tmp_path):
    shutil.copy(model_folder / model.MANIFEST_FILE, tmp_path)
    path = tmp_path / model.MANIFEST_FILE
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "int8_cosine": 0.98, "int8_offered": False}))
    assert ModelManifest.load(tmp_path) == ModelManifest.load(model_folder)


def test_a_v2_checkpoint_gives_the_same_embeddings(
    written, pca_file, models, model_folder, patches
):
    prefix = written / "v2.ckpt"
    assert len(checkpoint_files(prefix)) == 2
    folder = converted(prefix.with_name("v2.ckpt.index"), pca_file, models, lambda: patches, Job())
    first, second = Vggish(model_folder), Vggish(folder)
    assert np.array_equal(first.embed(patches).raw, second.embed(patches).raw)
    second.close()
    again = Vggish(folder, TENSORFLOW)
    assert np.abs(again.embed(patches[:2]).raw - first.embed(patches[:2]).raw).max() < 1e-3
    again.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with a checkpoint of version 2, and one of version 1 that lacks variables."""
    folder = tmp_path_factory.mktemp("written")
    write_checkpoints("V2", folder / "v2.ckpt", "", "V1", folder / "missing.ckpt", "missing")
    return folder


def test_a_refused_checkpoint_leaves_nothing_behind(tmp_path, written, pca_file, patches):
    models, missing = tmp_path / "models", written / "missing.ckpt"
    with pytest.raises(ModelError, match="vggish/conv1/biases"):
        converted(missing, pca_file, models, lambda: patches, Job())
    assert folders(tmp_path / "models") == []


def test_a_network_that_computes_something_else_is_refused(
    tmp_path, checkpoint, pca_file, patches, monkeypatch
):
    def write_other(weights, path):
        write_onnx({name: 1.001 * weights[name] for name in weights}, path)

    monkeypatch.setattr(convert, "write_onnx", write_other)
    with pytest.raises(ModelError, match="differs from what it should compute by"):
        converted(checkpoint, pca_file, tmp_path / "models", lambda: patches, Job())
    assert folders(tmp_path / "models") == []


def test_without_tensorflow_all_but_its_engine_is_there(
    tmp_path, checkpoint, pca_file, model_folder, patches, monkeypatch
):
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # as where it is not installed
    folder = converted(checkpoint, pca_file, tmp_path / "models", lambda: patches, Job())
    assert Vggish(folder).embed(patches[:1]).raw.shape == (1, 128)
    with pytest.raises(ModelError, match="needs TensorFlow, which is not installed"):
        Vggish(folder, TENSORFLOW)


def test_a_checkpoint_that_went_away_is_named_by_the_tensorflow_engine(tmp_path):
    network = TensorflowNetwork(tmp_path / "gone.ckpt")
    with pytest.raises(ModelError, match=r"TensorFlow cannot read gone\.ckpt"):
        network.embed(np.zeros((1, 96, 64), np.float32), Job())


def test_a_process_that_dies_is_one_clear_error():
    before = set(multiprocessing.active_children())
    process = TensorflowProcess()
    (child,) = set(multiprocessing.active_children()) - before
    child.kill()
    with pytest.raises(ModelError, match="ended unexpectedly"):
        process.call("load", "x", job=Job())


def test_a_missing_checkpoint_or_pca_is_named(tmp_path, checkpoint, pca_file, patches):
    with pytest.raises(ModelError, match="There is no checkpoint"):
        converted(tmp_path / "none.ckpt", pca_file, tmp_path, lambda: patches, Job())
    with pytest.raises(ModelError, match="no PCA parameters"):
        converted(checkpoint, tmp_path / "none.npz", tmp_path, lambda: patches, Job())


def test_cancelling_leaves_nothing_behind(tmp_path, checkpoint, pca_file, patches):
    job = Job(lambda stage, fraction: job.cancel() if "Comparing" in stage else None)
    with pytest.raises(Cancelled):
        converted(checkpoint, pca_file, tmp_path / "models", lambda: patches, job)
    assert folders(tmp_path / "models") == []


def test_a_place_that_cannot_be_written_is_named(tmp_path, checkpoint, pca_file, patches):
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(ModelError, match="cannot be stored"):
        converted(checkpoint, pca_file, blocked / "models", lambda: patches, Job())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 99}', b'{"format": 1, "x": 2}'])
def test_a_damaged_manifest_is_refused(tmp_path, model_folder, content):
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder, ignore=shutil.ignore_patterns("*.weights"))
    (folder / model.MANIFEST_FILE).write_bytes(content)
    with pytest.raises(ModelError) as raised:
        Vggish(folder)
    assert "Delete the folder" in raised.value.hint
    assert installed(tmp_path) == {}


def test_a_damaged_network_is_refused(tmp_path, model_folder):
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    weights = folder / "network.onnx.weights"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        Vggish(folder)


def test_an_unknown_engine_is_refused(model_folder):
    with pytest.raises(ModelError, match="no engine “abacus”"):
        Vggish(model_folder, "abacus")
