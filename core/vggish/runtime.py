"""Running a converted network with onnxruntime."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.errors import ModelError, is_out_of_memory
from core.jobs import Job
from core.onnx_runtime import opened_network
from core.types import EMBEDDING_SIZE, Float32

if TYPE_CHECKING:
    import onnxruntime

BATCH_PATCHES = 16
"""Enough to be fast, few enough to cancel within a fifth of a second and stay small."""

_PATCHES_PLAIN = 24
"""After so many the weights are packed: a minute of sound gets that time back."""


class Network(Protocol):
    """Anything that turns patches into embeddings."""

    def embed(self, patches: Float32, job: Job) -> Float32:
        """Return the embeddings, float32 (N, 128), of patches, float32 (N, 96, 64)."""

    def close(self) -> None:
        """Let go of memory and processes."""


class OnnxNetwork:
    """A converted network.

    Parameters
    ----------
    path : Path
        The ``.onnx`` file; its weights lie beside it.

    Raises
    ------
    ModelError
        If the runtime cannot load it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._session: onnxruntime.InferenceSession | None = _opened(path, is_packed=False)
        self._n_left_plain = _PATCHES_PLAIN

    def embed(self, patches: Float32, job: Job) -> Float32:
        """Return the embeddings, float32 (N, 128), of patches, float32 (N, 96, 64)."""
        if self._session is None:
            raise ModelError("The network was closed.", "Start the program again.")
        is_plain = self._n_left_plain >= 0
        self._n_left_plain -= len(patches)
        if is_plain and self._n_left_plain < 0:
            self._session = None  # both at a time would take 800 MB
            try:
                self._session = _opened(self._path, is_packed=True)
            finally:
                self._session = self._session or _opened(self._path, is_packed=False)
        embedding = np.empty((len(patches), EMBEDDING_SIZE), np.float32)
        # Of about the same size: one patch that is left over would take as long as two.
        n_batches = max(min(1, len(patches)), round(len(patches) / BATCH_PATCHES))
        bounds = np.linspace(0, len(patches), n_batches + 1).astype(int).tolist()
        for first, end in pairwise(bounds):
            job.report("Analysing with VGGish", first / len(patches))
            batch = patches[first:end]
            embedding[first:end] = self._session.run(None, {"patches": batch})[0]
        job.check()
        return embedding

    def close(self) -> None:
        """Let go of the weights."""
        self._session = None


def _opened(path: Path, *, is_packed: bool) -> onnxruntime.InferenceSession:
    """Load the network.

    Weights that are not packed stay mapped instead of being copied into the order in which they are
    read: loading takes 70 ms instead of 310 and 80 MB less, but each patch takes 3 to 6 ms more.
    """
    try:
        return opened_network(str(path), is_packed=is_packed)
    except Exception as error:  # the runtime's errors share no other base
        if is_out_of_memory(error):
            raise
        raise ModelError(
            f"The converted network {path.name} cannot be loaded.",
            f"Delete the folder {path.parent} and start again: it is made anew.",
        ) from error
