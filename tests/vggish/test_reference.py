"""The converted network and TensorFlow's against what Google's reference code computed."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from core.audio.logmel import log_mel
from core.audio.reader import load
from core.options import FLOAT32, TENSORFLOW
from core.vggish.model import Vggish
from core.vggish.postprocess import Pca

pytestmark = pytest.mark.real_data

SOUNDS_AT_16_KHZ = ("sine_1khz_16000", "torchvggish_test.wav")
SOUNDS_AT_44_KHZ = ("sine_1khz_44100", "ibm_dog.wav", "ibm_rain.wav")


@pytest.fixture(scope="module")
def pca(shared):
    """Google's own."""
    return Pca.load(shared / "vggish" / "vggish_pca_params.npz")


@pytest.fixture(scope="module", params=[FLOAT32, TENSORFLOW])
def vggish(request, model_folder):
    model = Vggish(model_folder, request.param)
    yield model
    model.close()


@pytest.fixture
def sound_patches(shared, tmp_path):
    def compute(name: str):
        path = shared / "wav" / name
        if name.startswith("sine"):
            rate_hz = int(name.rsplit("_", 1)[1])
            path = tmp_path / "sine.wav"
            times_s = np.arange(3 * rate_hz) / rate_hz
            soundfile.write(path, np.sin(2 * np.pi * 1000 * times_s), rate_hz, subtype="DOUBLE")
        return log_mel(load(path)).patches

    return compute


@pytest.mark.parametrize("name", SOUNDS_AT_16_KHZ)
def test_sound_at_16_khz_equals_the_reference(vggish, pca, reference, sound_patches, name):
    patches = sound_patches(name)
    assert np.abs(patches - reference[f"{name}/log_mel"]).max() <= 1e-4
    raw = vggish.embed(patches).raw
    expected = reference[f"{name}/embedding"]
    assert np.abs(raw - expected).max() <= 1e-3 * expected.std()
    difference = pca.postprocess(raw).astype(int) - reference[f"{name}/postprocessed"]
    assert np.abs(difference).max() <= 1
    assert np.mean(difference == 0) >= 0.999


@pytest.mark.parametrize("name", SOUNDS_AT_44_KHZ)
def test_resampled_sound_agrees_with_the_reference(vggish, reference, sound_patches, name):
    raw = vggish.embed(sound_patches(name)).raw.astype(np.float64)
    expected = reference[f"{name}/embedding"].astype(np.float64)
    assert raw.shape == expected.shape
    lengths = np.linalg.norm(raw, axis=1) * np.linalg.norm(expected, axis=1)
    assert np.all((raw * expected).sum(axis=1) / lengths >= 0.999)
