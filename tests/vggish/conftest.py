"""One conversion serves all tests of this room."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.files import load
from core.audio.logmel import log_mel
from core.jobs import Job
from core.vggish.convert import converted


@pytest.fixture(scope="session")
def reference(shared):
    return np.load(shared / "vggish" / "reference_outputs.npz")


@pytest.fixture(scope="session")
def patches(shared):
    """Patches of real recordings, float32 (N, 96, 64)."""
    names = ("ibm_dog.wav", "ibm_rain.wav", "torchvggish_test.wav")
    return np.concatenate([log_mel(load(shared / "wav" / name)).patches for name in names])


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def model_folder(checkpoint, pca_file, models, patches):
    """The stand-in checkpoint, converted."""
    return converted(checkpoint, pca_file, models, lambda: patches, Job())
