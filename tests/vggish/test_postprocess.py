"""PCA and 8-bit quantising."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import ModelError
from core.vggish.postprocess import Pca

IDENTITY = Pca(np.eye(128, dtype=np.float32), np.zeros(128, np.float32))


@given(arrays(np.float32, (3, 128), elements=st.floats(-5, 5, width=32)))
def test_bytes_follow_the_formula(embedding):
    clipped = np.clip(embedding, np.float32(-2), np.float32(2))
    expected = (clipped + np.float32(2)) * np.float32(63.75)
    found = IDENTITY.postprocess(embedding)
    assert found.dtype == np.uint8
    # Fractions are cut off, and the matrix product may round the last bit differently.
    assert np.all(
        np.abs(found - np.floor(expected)) <= (np.abs(expected - np.round(expected)) < 1e-3)
    )


def test_the_range_is_minus_two_to_two():
    embedding = np.zeros((1, 128), np.float32)
    embedding[0, :5] = [-2, -9, 2, 9, 0]
    assert IDENTITY.postprocess(embedding)[0, :6].tolist() == [0, 0, 255, 255, 127, 127]


def test_parameters_survive_saving(tmp_path, pca_file):
    official = Pca.load(pca_file)
    official.save(tmp_path / "pca.npz")
    again = Pca.load(tmp_path / "pca.npz")
    assert np.array_equal(official.eigen_vectors, again.eigen_vectors)
    assert np.array_equal(official.means, again.means)


@pytest.mark.parametrize(
    "arrays_of_file",
    [
        {"something": np.zeros(3)},
        {"pca_eigen_vectors": np.zeros((128, 127)), "pca_means": np.zeros(128)},
        {"pca_eigen_vectors": np.eye(128), "pca_means": np.full(128, np.nan)},
        {"pca_eigen_vectors": np.eye(128).astype(str), "pca_means": np.zeros(128)},
        {"pca_eigen_vectors": np.eye(128).astype(object), "pca_means": np.zeros(128)},
    ],
    ids=["foreign", "shape", "nan", "text", "pickled"],
)
def test_wrong_parameters_are_refused(tmp_path, arrays_of_file):
    path = tmp_path / "wrong.npz"
    np.savez(path, **arrays_of_file)
    with pytest.raises(ModelError) as raised:
        Pca.load(path)
    assert "vggish_pca_params.npz" in raised.value.hint


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut"])
def test_damaged_parameters_are_refused(tmp_path, content):
    path = tmp_path / "wrong.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="cannot be read"):
        Pca.load(path)
