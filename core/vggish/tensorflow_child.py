"""What runs in TensorFlow's own process: its reader of checkpoints, and its way of VGGish."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.errors import ModelError, SoundalikeError
from core.types import Float32
from core.vggish import network


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


class Reference:
    """The network as TensorFlow computes it."""

    def __init__(self) -> None:
        self._weights: dict[str, Float32] = {}

    def load(self, checkpoint: str) -> None:
        """Read a checkpoint's weights, V1 (one file) or V2 (a prefix).

        Raises
        ------
        ModelError
            If TensorFlow cannot read it.
        """
        import tensorflow as tf

        try:
            reader = tf.train.load_checkpoint(checkpoint)
            names = network.variable_shapes()
            self._weights = {name: reader.get_tensor(name) for name in names}
        except (tf.errors.OpError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"TensorFlow cannot read {Path(checkpoint).name}, which the model was made of.",
                "Put the checkpoint back where it was, or leave out --engine tensorflow.",
            ) from error

    def embed(self, patches: Float32) -> Float32:
        """Return the embeddings, float32 (N, 128), of patches, float32 (N, 96, 64)."""
        import tensorflow as tf

        embedding: Float32 = forward(self._weights, tf.constant(patches)).numpy()
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
