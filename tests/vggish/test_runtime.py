"""Running a converted network: its weights are packed after a while."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from core.errors import ModelError
from core.jobs import Job
from core.vggish.model import NETWORK_FILE
from core.vggish.runtime import OnnxNetwork


def test_embeddings_are_the_same_before_and_after(model_folder, patches):
    network = OnnxNetwork(model_folder / NETWORK_FILE)
    some = patches[:4]
    expected = network.embed(some, Job())
    rounds = [network.embed(np.resize(some, (16, 96, 64)), Job()) for _ in range(6)]
    for found in rounds:
        np.testing.assert_allclose(found[: len(some)], expected, atol=1e-4 * expected.std())
    network.close()


def test_a_network_that_has_gone_meanwhile_is_told(model_folder, patches, tmp_path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    network = OnnxNetwork(folder / NETWORK_FILE)
    (folder / NETWORK_FILE).unlink()
    with pytest.raises(ModelError, match="cannot be loaded"):
        network.embed(np.resize(patches[:1], (70, 96, 64)), Job())
    network.close()
