"""VGGish's post-processing: PCA with whitening, clipped to [-2, 2] and stored in 8 bits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import WrongModelError
from core.foreign import npz_arrays
from core.types import EMBEDDING_SIZE, Float32, UInt8
from core.vectors import quantise

_SHAPES = {
    "pca_eigen_vectors": (EMBEDDING_SIZE, EMBEDDING_SIZE),
    "pca_means": (EMBEDDING_SIZE,),
}
_MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Pca:
    """The PCA of the embeddings.

    Attributes
    ----------
    eigen_vectors : float32 array, shape (128, 128)
        One whitened component a row.
    means : float32 array, shape (128,)
    """

    eigen_vectors: Float32
    means: Float32

    @classmethod
    def load(cls, path: Path) -> Pca:
        """Read ``vggish_pca_params.npz`` or a file with the same two arrays.

        Raises
        ------
        WrongModelError
            If the file cannot be read or its arrays have other names, shapes or values.
        """
        hint = "Choose Google's vggish_pca_params.npz."
        try:
            arrays = npz_arrays(path, _SHAPES, _MOST_BYTES)
        except KeyError as error:
            raise WrongModelError(f"{path} has no {error.args[0]}.", hint) from error
        except (OSError, ValueError) as error:
            raise WrongModelError(f"{path} cannot be read as PCA parameters.", hint) from error
        for name, shape in _SHAPES.items():
            array = arrays[name]
            if array.size == np.prod(shape) and array.ndim <= 2:
                arrays[name] = array = array.reshape(shape)
            if array.dtype.kind == "f":
                with np.errstate(over="ignore"):
                    arrays[name] = array = array.astype(np.float32)
            if array.shape != shape or array.dtype.kind != "f" or not np.isfinite(array).all():
                raise WrongModelError(
                    f"{path} is not VGGish's PCA: {name} is not {shape} finite numbers.", hint
                )
        return cls(arrays["pca_eigen_vectors"], arrays["pca_means"])

    def save(self, path: Path) -> None:
        """Write the parameters under the names of the official file."""
        np.savez(path, pca_eigen_vectors=self.eigen_vectors, pca_means=self.means)

    def postprocess(self, embedding: Float32) -> UInt8:
        """Return embeddings whitened and quantised.

        Parameters
        ----------
        embedding : float32 array, shape (N, 128)

        Returns
        -------
        uint8 array, shape (N, 128)
            0 stands for -2 and below, 255 for 2 and above; fractions are cut off, as the
            reference implementation does.
        """
        whitened = (embedding - self.means) @ self.eigen_vectors.T
        return quantise(whitened)
