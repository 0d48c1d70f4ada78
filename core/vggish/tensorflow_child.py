"""What runs in TensorFlow's own process: reading checkpoints, the reference network, conversion."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelError, SoundalikeError, WrongModelError
from core.jobs import Job
from core.types import Float32
from core.vggish import network
from core.vggish.runtime import OnnxNetwork

LARGEST_DISAGREEMENT = 1e-3
"""Between TensorFlow and the converted network, in standard deviations of the embedding."""

_AGREEMENT_PATCHES = 16

Report = Callable[[str, float | None], None]


def serve(connection: Connection) -> None:
    """Answer calls ``(name, arguments)`` until the other side hangs up."""
    # TensorFlow greets and warns on standard error before it can be asked not to; what matters
    # goes through the connection.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["OMP_WAIT_POLICY"] = "passive"
    reference = Reference()
    functions: dict[str, Callable[..., Any]] = {
        "load": reference.load,
        "embed": reference.embed,
        "convert": lambda *arguments: convert(
            lambda *progress: connection.send(("progress", *progress)), *arguments
        ),
    }
    while True:
        try:
            name, arguments = connection.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            connection.send(("result", functions[name](*arguments)))
        except (SoundalikeError, OSError) as error:
            connection.send(("error", error))


def read_checkpoint(path: str) -> dict[str, Float32]:
    """Read VGGish's variables from a TensorFlow checkpoint, V1 (one file) or V2 (a prefix).

    Raises
    ------
    WrongModelError
        If it cannot be read, or its variables are not VGGish's.
    """
    import tensorflow as tf

    try:
        reader = tf.train.load_checkpoint(path)
        found = reader.get_variable_to_shape_map()
        network.check_shapes(found, Path(path).name)
        weights = {name: reader.get_tensor(name) for name in network.variable_shapes()}
    except (tf.errors.OpError, ValueError, RuntimeError) as error:
        raise WrongModelError(
            f"{Path(path).name} cannot be read as a TensorFlow checkpoint: "
            "it is damaged, cut off or something else.",
            "Fetch vggish_model.ckpt again and compare its size: 291108469 bytes.",
        ) from error
    for name, values in weights.items():
        if values.dtype != np.float32 or not np.isfinite(values).all():
            raise WrongModelError(
                f"{Path(path).name} holds values in {name} that are not finite float32 numbers.",
                "Fetch or export the checkpoint again.",
            )
    return weights


class Reference:
    """The network as TensorFlow computes it."""

    def __init__(self) -> None:
        self._weights: dict[str, Float32] = {}

    def load(self, checkpoint: str) -> None:
        """Read a checkpoint's weights."""
        self._weights = read_checkpoint(checkpoint)

    def embed(self, patches: Float32) -> Float32:
        """Return the embeddings, float32 (N, 128), of patches, float32 (N, 96, 64)."""
        return reference_embedding(self._weights, patches)


def reference_embedding(weights: network.Weights, patches: Float32) -> Float32:
    """Run VGGish with TensorFlow's own operations.

    Parameters
    ----------
    weights : mapping of str to float32 array
    patches : float32 array, shape (N, 96, 64)

    Returns
    -------
    float32 array, shape (N, 128)
    """
    import tensorflow as tf

    embedding: Float32 = forward(weights, tf.constant(patches)).numpy()
    return embedding


def forward(weights: network.Weights, patches: Any) -> Any:
    """Return the embeddings of a tensor of patches as a tensor; also for tracing a graph."""
    import tensorflow as tf

    value = patches[..., tf.newaxis]
    for layer, shape in network.LAYERS:
        if layer == network.POOL:
            value = tf.nn.max_pool2d(value, 2, 2, "SAME")
            continue
        kernel, bias = weights[f"{layer}/weights"], weights[f"{layer}/biases"]
        if len(shape) == 4:
            value = tf.nn.conv2d(value, kernel, 1, "SAME") + bias
        else:
            value = tf.reshape(value, (-1, shape[0])) @ kernel + bias
        if layer != network.LAYERS[-1][0]:
            value = tf.nn.relu(value)
    return value


def convert(report: Report, checkpoint: str, output: str, probes: Float32) -> float:
    """Convert a checkpoint and compare what came of it with TensorFlow.

    Parameters
    ----------
    report : callable
        Receives the stage and the fraction done.
    checkpoint : str
        V1 file or V2 prefix.
    output : str
        The ``.onnx`` file to write.
    probes : float32 array, shape (N, 96, 64)
        Patches of probe sounds.

    Returns
    -------
    float
        The agreement; see `core.vggish.model.Manifest`.

    Raises
    ------
    ModelError
        If the checkpoint is not VGGish's, or the converted network disagrees with TensorFlow.
    """
    report("Reading the checkpoint with TensorFlow", 0.05)
    weights = read_checkpoint(checkpoint)
    report("Converting VGGish", 0.3)
    network.write_onnx(weights, Path(output))
    report("Comparing the converted network with TensorFlow", 0.6)
    some = probes[:_AGREEMENT_PATCHES]
    expected = reference_embedding(weights, some)
    converted = OnnxNetwork(Path(output))
    difference = np.abs(converted.embed(some, Job()) - expected).max()
    converted.close()
    agreement = float(difference / expected.std())
    if not agreement <= LARGEST_DISAGREEMENT:
        raise ModelError(
            f"The converted network differs from TensorFlow's by {agreement:.2g} standard "
            "deviations.",
            "Use --engine tensorflow, and please report this.",
        )
    return agreement
