"""VGGish in plain NumPy: slow, and simple enough to hold a converted network against."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from core.jobs import Job
from core.types import Float32
from core.vggish import network


def reference_embedding(weights: network.Weights, patches: Float32, job: Job) -> Float32:
    """Compute embeddings as the network is defined, layer by layer.

    Parameters
    ----------
    weights : mapping of str to float32 array
        Each is asked for once.
    patches : float32 array, shape (N, 96, 64)
    job : Job
        Told about progress; may cancel.

    Returns
    -------
    float32 array, shape (N, 128)
    """
    # Where other programs work, BLAS's threads wait for each other longer than one alone takes.
    with threadpool_limits(1, user_api="blas"):
        return _forward(weights, patches[..., np.newaxis], job)


def _forward(weights: network.Weights, value: Float32, job: Job) -> Float32:
    for index, (layer, shape) in enumerate(network.LAYERS):
        job.report("Comparing the converted network", index / len(network.LAYERS))
        if layer == network.POOL:
            n, height, width, channels = value.shape
            value = value.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
            continue
        kernel = weights[f"{layer}/weights"]
        if len(shape) == 4:
            value = np.stack([_convolved(image, kernel) for image in value])
        else:
            value = value.reshape(-1, shape[0]) @ kernel
        value += weights[f"{layer}/biases"]
        if layer != network.LAYERS[-1][0]:
            np.maximum(value, 0, out=value)
    return value


def _convolved(image: Float32, kernel: Float32) -> Float32:
    """Return an image (H, W, in) convolved with a kernel (3, 3, in, out), zeros around it."""
    height, width = image.shape[:2]
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    windows = np.concatenate(
        [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)], axis=-1
    )
    convolved: Float32 = windows @ kernel.reshape(-1, kernel.shape[-1])
    return convolved
