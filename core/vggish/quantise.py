"""An 8-bit form of a converted network, and the measurement that decides whether to offer it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from core.jobs import Job
from core.types import Float32
from core.vggish.postprocess import CLIP, Pca
from core.vggish.runtime import OnnxNetwork

LEAST_COSINE = 0.99
"""What every probe patch must reach for the quantised form to be offered."""

_BATCH = 8


def quantise(network: Path, output: Path, probes: Float32) -> None:
    """Write a network with 8-bit weights and activations, calibrated on probe patches.

    Parameters
    ----------
    network, output : Path
        The float32 ``.onnx`` file and the one to write.
    probes : float32 array, shape (N, 96, 64)
    """
    from onnxruntime import quantization

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._batches = iter(
                {"patches": probes[first : first + _BATCH]}
                for first in range(0, len(probes), _BATCH)
            )

        def get_next(self) -> Any:
            return next(self._batches, None)

    with _without_advice():
        quantization.quantize_static(
            network,
            output,
            Reader(),
            quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            per_channel=True,
        )


@contextmanager
def _without_advice() -> Iterator[None]:
    """Drop what the quantiser advises on the root logger; no other logger is touched."""

    def is_error(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR

    root = logging.getLogger()
    root.addFilter(is_error)
    try:
        yield
    finally:
        root.removeFilter(is_error)


def least_cosine(network: Path, quantised: Path, pca: Pca, probes: Float32) -> float:
    """Return the least cosine similarity of post-processed, centred vectors over all probes."""
    vectors = []
    for path in (network, quantised):
        session = OnnxNetwork(path)
        frames = pca.postprocess(session.embed(probes, Job())).astype(np.float64)
        vectors.append(frames * (2 * CLIP / 255) - CLIP)
        session.close()
    exact, coarse = vectors
    products = (exact * coarse).sum(axis=1)
    lengths = np.linalg.norm(exact, axis=1) * np.linalg.norm(coarse, axis=1)
    # A vector of length zero has no direction to agree on, so it counts as a failure.
    return float(
        np.min(np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0))
    )
