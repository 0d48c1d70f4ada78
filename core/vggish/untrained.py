"""Weights for the demo: VGGish before any training, started so that it hears as well as it can."""

from __future__ import annotations

import numpy as np

from core.types import Float32
from core.vggish.network import seeded_weights
from core.vggish.postprocess import CLIP, Pca

_CLIPPED = 0.05
_LEAST_SHARE = 0.003
_TIME_STEPS = 6
"""What four poolings leave of a patch's 96 frames."""


def untrained_weights(seed: int) -> dict[str, Float32]:
    """Return random weights of VGGish's shapes, with three symmetries that need no training.

    The first kernels sum to zero: a louder sound adds the same number to all of its log-mel
    values, and kernels that hear only differences do not notice. The first dense layer weighs all
    moments of a patch alike: when a sound happens within the patch does not matter. There are no
    biases. All else is `seeded_weights`.

    Parameters
    ----------
    seed : int
        Of NumPy's default generator.
    """
    weights = seeded_weights(seed)
    for name, values in weights.items():
        if name.endswith("/biases"):
            values[:] = 0.0
    kernels = weights["vggish/conv1/weights"]
    kernels -= kernels.mean(axis=(0, 1), keepdims=True)
    dense = weights["vggish/fc1/fc1_1/weights"]
    by_time = dense.reshape(_TIME_STEPS, -1, dense.shape[-1])
    # The steps' answers are alike and add up, where independent ones would partly cancel.
    by_time[:] = by_time[0] / _TIME_STEPS**0.5
    return weights


def fit_pca(embeddings: Float32) -> Pca:
    """Return the PCA of embeddings, so scaled that 5 % of all values will be clipped.

    It whitens as VGGish's own does, but the weakest components less.

    Parameters
    ----------
    embeddings : float32 array, shape (N, 128)
        More rows than columns.
    """
    means = embeddings.mean(axis=0, dtype=np.float64)
    centred = embeddings - means
    variances, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    variances, vectors = variances[::-1], vectors[:, ::-1]
    # Untrained, the weakest components tell sounds of one class apart rather than classes.
    scales = 1 / np.sqrt(variances + _LEAST_SHARE * variances[0])
    spread = np.quantile(np.abs(centred @ vectors * scales), 1 - _CLIPPED)
    rows = (vectors * (scales * CLIP / spread)).T
    return Pca(rows.astype(np.float32), means.astype(np.float32))
